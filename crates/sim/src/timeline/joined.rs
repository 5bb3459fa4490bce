//! Commands joined with the command before them, as one key press gave them.

use super::Timeline;

impl Timeline {
    /// Makes the last command one with the command before it, if both were done at this very place: steps take and undo both
    /// together.
    pub fn join(&mut self) {
        let here = self.place();
        let is_here = |at: usize| self.log.get(at).is_some_and(|(place, _)| *place == here);
        if let Some(last) = self.done.checked_sub(1).filter(|last| *last > 0 && is_here(*last) && is_here(last - 1)) {
            self.joined.push(last);
        }
    }

    /// The first of the commands with which a command is one.
    pub(super) fn first_of(&self, command: usize) -> usize {
        (0..=command).rev().find(|at| !self.joined.contains(at)).unwrap_or(0)
    }

    /// How many commands are done after the next one and those joined with it.
    pub(super) fn after_next(&self) -> usize {
        let next = self.done + 1;
        next + (next..self.log.len()).take_while(|at| self.joined.contains(at)).count()
    }
}
