//! Running forward while somebody watches every event, such as a log that keeps more than the journal does.

use hoplight_model::LinkIx;

use super::super::command::{Command, CommandError};
use super::super::journal::{JournalEvent, Observer};
use super::super::time::SimTime;
use super::records::notes;
use super::{Change, SPACING, Timeline};

/// Passes events to an observer, and shows each of them to a watcher first.
struct Watched<'a, O, W> {
    observer: &'a mut O,
    watch: &'a mut W,
}

impl<O: Observer, W: FnMut(&JournalEvent)> Observer for Watched<'_, O, W> {
    fn note(&mut self, note: JournalEvent) {
        (self.watch)(&note);
        self.observer.note(note);
    }

    fn checked(&mut self, at: SimTime, link: LinkIx, passed: bool) {
        self.observer.checked(at, link, passed);
    }
}

impl Timeline {
    /// Runs forward to `until` and shows every event to `watch`. After a rewind, this discards the known future. Does nothing
    /// if `until` is in the past.
    ///
    /// # Panics
    /// If commands are scheduled: their events would not be shown.
    pub fn advance_watched(&mut self, until: SimTime, watch: &mut impl FnMut(&JournalEvent)) {
        self.cut(self.place());
        assert!(self.pending().is_none(), "commands are applied with `apply_watched` instead");
        if self.watchers.is_idle() {
            const AT_ONCE: u64 = SPACING / 8;
            let mut done = AT_ONCE;
            while done == AT_ONCE {
                let mut observer = Watched { observer: &mut self.records, watch: &mut *watch };
                done = self.simulation.advance_events(until, AT_ONCE, &mut observer);
                self.take_checkpoint_if_due();
            }
        }
        while self.simulation.next_event().is_some_and(|event| event <= until) {
            self.one_event(watch);
        }
        self.simulation.advance_clock(until);
    }

    /// Like [`Timeline::apply`], but also shows the events that the command causes at once to `watch`.
    ///
    /// # Errors
    /// The reason why the command is refused.
    pub fn apply_watched(&mut self, command: Command, watch: &mut impl FnMut(&JournalEvent)) -> Result<(), CommandError> {
        let mut notes = notes(&mut self.records, &mut self.watchers, &self.simulation, self.done + 1);
        self.simulation.apply(&command, &mut Watched { observer: &mut notes, watch })?;
        self.record(Change::Command(command));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hoplight_model::{ComponentId, Element, Infrastructure};

    use super::*;
    use crate::journal::EventKind;
    use crate::simulation::Simulation;

    #[test]
    fn a_watched_run_is_the_same_run_and_shows_every_event() {
        let text = include_str!("../../../../assets/stage-2-secured.ron");
        let infra = Arc::new(Infrastructure::from_ron("stage-2-secured.ron", text).unwrap());
        let kill = Command::Kill(Element::Component(ComponentId::new("lb-1")));
        let [mut watched, mut plain] = [(); 2].map(|()| Timeline::new(Simulation::new(Arc::clone(&infra), 3)));
        let mut ended = 0_u64;
        let mut count = |event: &JournalEvent| ended += u64::from(matches!(event.what, EventKind::Ended { .. }));
        for until in [4, 9] {
            watched.advance_watched(SimTime::from_secs(until), &mut count);
            plain.seek(SimTime::from_secs(until));
            if until == 4 {
                watched.apply_watched(kill.clone(), &mut count).unwrap();
                plain.apply(kill.clone()).unwrap();
            }
        }
        assert!(watched.simulation() == plain.simulation());
        let totals = plain.simulation().totals();
        assert_eq!(ended, totals.completed + totals.failed);
        assert!(totals.failed > 100);
    }
}
