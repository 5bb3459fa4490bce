//! Joined commands: those that result from a single key press.

use super::Timeline;

impl Timeline {
    /// Joins the last command with the one before it, if both were applied at the current position. Steps then apply
    /// and undo both together.
    pub fn join(&mut self) {
        let here = self.place();
        let is_here = |at: usize| self.log.get(at).is_some_and(|(place, _)| *place == here);
        if let Some(last) = self.done.checked_sub(1).filter(|last| *last > 0 && is_here(*last) && is_here(last - 1)) {
            self.joined.push(last);
        }
    }

    /// Index of the first command in the joined group of `command`.
    pub(super) fn first_of(&self, command: usize) -> usize {
        (0..=command).rev().find(|at| !self.joined.contains(at)).unwrap_or(0)
    }

    /// Number of applied commands once the next command and those joined with it have been applied.
    pub(super) fn after_next(&self) -> usize {
        let next = self.done + 1;
        next + (next..self.log.len()).take_while(|at| self.joined.contains(at)).count()
    }
}
