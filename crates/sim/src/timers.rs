//! What comes later by itself: a process or server that boots, a user who tries again.
//!
//! Must not be used for anything that happens often: each of them is looked up by its place.

use hoplight_model::{Element, RequestKind};

use super::event::Kind;
use super::journal::Observer;
use super::simulation::Simulation;
use super::time::SimTime;
use crate::index::{Ix, TimerIx};
use crate::slab::Slab;

/// Something that comes later.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TimerEvent {
    /// Something is up again.
    Boot(Element),
    /// A user tries again; the stream tells which attempt it is.
    Comeback { kind: RequestKind, stream: u64 },
}

/// All that comes later.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Timers {
    events: Slab<TimerIx, Option<TimerEvent>>,
    /// How many users will try again.
    pub(super) users: u64,
}

impl Timers {
    pub(super) fn footprint(&self) -> usize {
        self.events.footprint()
    }
}

impl Simulation {
    /// Lets something come at its time.
    pub(super) fn comes_later(&mut self, at: SimTime, later: TimerEvent) {
        self.coming.users += u64::from(matches!(later, TimerEvent::Comeback { .. }));
        let place = self.coming.events.insert(Some(later));
        self.schedule(at, Kind::TimerEvent, place.raw());
    }

    /// It comes.
    pub(super) fn later_due<O: Observer>(&mut self, place: TimerIx, observer: &mut O) {
        let Some(later) = self.coming.events.take(place) else { return };
        match later {
            TimerEvent::Boot(element) => self.boots(&element, observer),
            TimerEvent::Comeback { kind, stream } => {
                self.coming.users -= 1;
                self.comes_back(kind, stream, observer);
            }
        }
    }
}
