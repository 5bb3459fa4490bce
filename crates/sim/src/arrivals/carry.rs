//! Arrivals across a rebuild: the same users keep arriving, unless the edit changed the traffic.

use hoplight_model::component::Traffic;

use super::{Arrivals, Closed, Open, Source};
use crate::clock::Clock;
use crate::event::{Event, Kind};
use crate::index::{count, length};

impl Arrivals {
    /// The arrivals of `after` in a rebuilt simulation whose traffic was `before`. `clock` belongs to the rebuilt simulation,
    /// `pending` holds the events of the old one.
    pub(crate) fn carried(&self, before: &Traffic, after: &Traffic, pending: &[Event], clock: &mut Clock) -> Self {
        let unchanged = (before.arrivals, before.rate, &before.schedule) == (after.arrivals, after.rate, &after.schedule);
        let arrivals = pending.iter().filter(|event| event.kind() == Kind::Arrival);
        if unchanged {
            let mut carried = self.clone();
            match &mut carried.source {
                Source::Open(open) => {
                    let next = arrivals.clone().find(|event| event.sequence() == open.next);
                    open.next = next.map_or(0, |event| clock.schedule(event.at(), Kind::Arrival, 0));
                }
                Source::Closed(_) => {
                    for event in arrivals {
                        clock.schedule(event.at(), Kind::Arrival, event.id());
                    }
                }
            }
            return carried;
        }
        let mut carried = Self::new(after, clock.seed());
        match (&self.source, &mut carried.source) {
            (Source::Open(old), Source::Open(new)) => {
                // Keep the elapsed part of the gap.
                let due = (old.due - old.curve.integral(old.since, clock.now())).max(0.0);
                let (draws, arrived, curve) = (old.draws.clone(), old.arrived, new.curve.clone());
                *new = Open { draws, arrived, due, curve, since: clock.now(), early: 0.0, ..*new };
            }
            (Source::Closed(_), Source::Open(new)) => new.since = clock.now(),
            (Source::Open(old), Source::Closed(new)) => {
                // Cycle numbers that no request in flight can have.
                let first = u32::try_from(old.arrived % (1 << 31)).expect("less than 2^31");
                new.cycles.fill(first);
            }
            (Source::Closed(old), Source::Closed(new)) => {
                new.keep_users(old, arrivals, clock);
                return carried;
            }
        }
        carried.start(clock);
        carried
    }
}

impl Closed {
    /// Keeps the users that both populations have, with their think times; the other users begin to think.
    fn keep_users<'a>(&mut self, old: &Self, thinking: impl Iterator<Item = &'a Event>, clock: &mut Clock) {
        let kept = old.cycles.len().min(self.cycles.len());
        self.cycles[..kept].copy_from_slice(&old.cycles[..kept]);
        let users = count(self.cycles.len());
        self.thinking = users - count(kept);
        for event in thinking.filter(|event| length(event.id()) < kept) {
            self.thinking += 1;
            clock.schedule(event.at(), Kind::Arrival, event.id());
        }
        (count(kept)..users).for_each(|user| self.start_thinking(user, clock));
    }
}
