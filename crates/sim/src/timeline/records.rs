//! The observers of a timeline: what it has recorded, and what watches it.

use hoplight_model::{Infrastructure, LinkIx};

use crate::journal::{Journal, JournalEvent, Observer};
use crate::journeys::Journeys;
use crate::simulation::Simulation;
use crate::time::SimTime;
use crate::watchers::{Stamp, Watchers};

/// What a timeline has recorded up to now; a checkpoint contains it.
#[derive(Clone, Debug)]
pub(super) struct Records {
    pub(super) journal: Journal,
    pub(super) journeys: Journeys,
}

/// Passes events to the records and to the watchers.
pub(super) struct Notes<'a> {
    pub(super) records: &'a mut Records,
    pub(super) watchers: &'a mut Watchers,
    pub(super) stamp: Stamp,
}

impl Observer for Notes<'_> {
    fn note(&mut self, note: JournalEvent) {
        self.watchers.note(self.stamp, &note);
        let followed = self.watchers.trace.as_ref().map(|trace| trace.number);
        self.records.journeys.note(&note, followed);
        self.records.journal.note(note);
    }

    fn checked(&mut self, at: SimTime, link: LinkIx, passed: bool) {
        self.records.checked(at, link, passed);
    }
}

impl Records {
    pub(super) fn new(infra: &Infrastructure, factor: f64) -> Self {
        Self { journal: Journal::default(), journeys: Journeys::new(infra, factor) }
    }

    pub(super) fn footprint(&self) -> usize {
        self.journal.footprint() + self.journeys.footprint()
    }
}

/// Records events while nothing is watched.
impl Observer for Records {
    fn note(&mut self, note: JournalEvent) {
        self.journeys.note(&note, None);
        self.journal.note(note);
    }

    fn checked(&mut self, at: SimTime, link: LinkIx, passed: bool) {
        self.journeys.checked(at, link, passed);
    }
}

/// The observer for the events of the change with number `done`.
pub(super) fn notes<'a>(records: &'a mut Records, watchers: &'a mut Watchers, simulation: &Simulation, done: usize) -> Notes<'a> {
    Notes { records, watchers, stamp: Stamp { events: simulation.processed(), commands: done } }
}
