//! Timers: boots of processes and servers, takeovers of firewall pairs, retries by users, and the requests of attackers.
//!
//! For rare events only: each timer costs a slab lookup.

use hoplight_model::{Element, RequestKind};

use crate::index::{StationIx, TimerIx};
use crate::slab::Slab;

/// What happens when a timer fires.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TimerEvent {
    /// A component or server has booted.
    Boot(Element),
    /// A user retries; the stream encodes the attempt.
    Comeback { kind: RequestKind, stream: u64 },
    /// The oldest query for which a browser waits has had no response for too long.
    LookupDue,
    /// The next request of an attacker who guesses passwords.
    Abuse { attack: u32 },
    /// An idle connection expires, and others wait for its place.
    IdleExpiry { station: StationIx },
    /// The standby of a firewall pair has received no advertisement for too long.
    FirewallTakeover { pair: usize, timer: u64 },
}

/// All timers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Timers {
    events: Slab<TimerIx, Option<TimerEvent>>,
    /// Number of users who will retry.
    users: u64,
}

impl Timers {
    /// Stores a timer's event. The caller schedules its time.
    pub(crate) fn insert(&mut self, event: TimerEvent) -> TimerIx {
        self.users += u64::from(matches!(event, TimerEvent::Comeback { .. }));
        self.events.insert(Some(event))
    }

    pub(crate) fn take(&mut self, timer: TimerIx) -> TimerEvent {
        let event = self.events.take(timer).expect("a timer fires once");
        self.users -= u64::from(matches!(event, TimerEvent::Comeback { .. }));
        event
    }

    /// The event of a timer that is set.
    pub(crate) fn get(&self, timer: TimerIx) -> Option<&TimerEvent> {
        self.events.get(timer)?.as_ref()
    }

    /// Number of users who will retry.
    pub(crate) const fn users(&self) -> u64 {
        self.users
    }

    pub(crate) fn footprint(&self) -> usize {
        self.events.footprint()
    }
}
