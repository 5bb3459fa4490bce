//! Steps forward and back, to the next or the previous point of interest.

use super::{Checkpoint, Place, STEP_HORIZON, Timeline};
use crate::journal::{EventKind, JournalEvent};
use crate::time::SimTime;

impl Timeline {
    /// Steps forward until a message of `request`, or of any request, departs or arrives somewhere, or until the next
    /// command of the known future and the commands joined with it have been applied. Returns whether there was such a
    /// moment within ten simulated seconds; if not, nothing has changed.
    pub fn step_forward(&mut self, request: Option<u64>) -> bool {
        let horizon = self.simulation.now() + STEP_HORIZON;
        let start = (self.snapshot(), self.watchers.clone());
        let mut found = false;
        while !found {
            let done = self.done;
            self.replay_due(self.after_next(), horizon);
            // A command also counts as a moment.
            if self.done > done {
                return true;
            }
            if self.simulation.next_event().is_none_or(|at| at > horizon) {
                self.return_to(start);
                return false;
            }
            self.one_event(&mut |note: &JournalEvent| found |= is_step(note, request));
        }
        true
    }

    /// Steps back to the last such moment before now, or to the last command. Returns whether there was one within ten
    /// simulated seconds; if not, nothing has changed.
    pub fn step_back(&mut self, request: Option<u64>) -> bool {
        self.step_back_from(self.place(), request)
    }

    /// If a command has just been applied, steps back to before it and the commands joined with it. Returns whether
    /// that was the case; if not, nothing has changed.
    pub fn step_before_command(&mut self) -> bool {
        let here = self.place();
        let last = self.done.checked_sub(1).filter(|last| self.log.get(*last).is_some_and(|(place, _)| *place == here));
        if let Some(last) = last {
            self.go_before(self.first_of(last));
        }
        last.is_some()
    }

    /// Steps back to before everything that happens at the current time: to before its first command or else, like
    /// [`Self::step_back`], to the last earlier moment.
    pub fn step_before_now(&mut self, request: Option<u64>) -> bool {
        let now = self.simulation.now();
        if let Some(first) = self.log.iter().take(self.done).position(|(place, _)| place.now == now) {
            self.go_before(first);
            return true;
        }
        self.step_back_from(Place { now, processed: 0 }, request)
    }

    /// Goes to the state right before an applied command.
    fn go_before(&mut self, command: usize) {
        let Some((place, _)) = self.log.get(command).cloned() else { return };
        let is_before = |checkpoint: &Checkpoint| Place::of(&checkpoint.simulation) <= place && checkpoint.commands <= command;
        self.restore(self.checkpoints.iter().rposition(is_before).unwrap_or(0));
        self.run_to_state(place, command);
        self.watchers.settle(self.stamp());
    }

    fn step_back_from(&mut self, here: Place, request: Option<u64>) -> bool {
        let start = (self.snapshot(), self.watchers.clone());
        let earliest = SimTime::from_nanos(here.now.nanos().saturating_sub(STEP_HORIZON));
        let mut before = here;
        while let Some(checkpoint) = self.checkpoint_before(before).filter(|_| before.now >= earliest) {
            // From this checkpoint, find the last step before `here`.
            self.restore(checkpoint);
            let from = self.place();
            let mut last = None;
            while self.place() < before {
                let done = self.done;
                self.replay_due(usize::MAX, before.now);
                // A command also counts as a moment.
                if self.done > done && self.place() < here {
                    last = Some(self.place());
                }
                if self.place() >= before || self.simulation.next_event().is_none_or(|at| at > before.now) {
                    break;
                }
                let mut found = false;
                self.one_event(&mut |note: &JournalEvent| found |= is_step(note, request));
                if found && self.place() < here {
                    last = Some(self.place());
                }
            }
            if let Some(place) = last {
                // Replaying may have taken new checkpoints and dropped others.
                self.restore(self.checkpoint_before(place).unwrap_or(0));
                self.run_to_place(place);
                self.watchers.settle(self.stamp());
                return true;
            }
            before = from;
        }
        self.return_to(start);
        false
    }
}

/// Whether stepping stops at an event.
fn is_step(note: &JournalEvent, request: Option<u64>) -> bool {
    let moves = matches!(
        note.what,
        EventKind::Departed { .. }
            | EventKind::Reached { .. }
            | EventKind::Blocked { .. }
            | EventKind::Vanished { .. }
            | EventKind::Ended { .. }
    );
    moves && note.request.is_some_and(|(number, _)| request.is_none_or(|request| request == number))
}
