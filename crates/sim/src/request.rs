//! Requests in flight: one record each, in a slab.
//!
//! A request remembers its way down, so the way back needs no search. When an asker stops waiting while work goes on
//! downstream, the record *forks*: the old one stays with the work, as an orphan without an asker at or above its `floor`; a
//! new one goes on for the user. Timers of upper levels still name the old record and find the new one through `successor`.

use hoplight_model::RequestKind;

use crate::event::MAX_ID;
use crate::index::{LinkIx, RequestIx, StationIx, count};

pub(super) use crate::packet::Status;
use crate::packet::{Heading, Phase};
use crate::slab::{Slab, Slot};
use crate::time::SimTime;
use hoplight_model::MAX_HOPS;

/// Levels that a request can be at. A power of two, so that a level in range needs no check.
const LEVELS: usize = 8;
const _: () = assert!(LEVELS == MAX_HOPS + 1, "a level for each hop, and the user's");
/// No floor: every level waits.
pub(super) const NO_FLOOR: u8 = u8::MAX;

/// In `leg` of an answer: it has crossed the wire. The rest is how many firewalls are still before it.
pub(crate) const CROSSED: u8 = 0x80;
/// In `leg` of an answer: it is back at the one who asked, who works on it.
pub(crate) const HOME: u8 = u8::MAX;

/// Where a request's message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Between two points of its hop.
    OnWire,
    /// In the queue of a station.
    Queued,
    /// Being served by a station.
    InService,
    /// Committed by a database that waits for others to have it; it holds no slot.
    Committing,
    /// Stopped by a firewall, or sent to something that is off; the one who asked waits.
    Lost(Lost),
    /// Its balancer pauses before the next attempt.
    Pausing,
    /// It waits at its balancer for a backend that has room.
    Backlogged,
    /// A backend has room for it; it leaves in this very instant.
    Admitted,
    /// Its work is over, but timers may still name it.
    Zombie,
    /// There is no request; the record may be used again.
    Free,
}

/// How a message was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// A firewall dropped it; the number is the guard's on its hop.
    Dropped(u8),
    /// A firewall that is down stands in the way.
    DeadFirewall(u8),
    /// The far end is off.
    Silent,
    /// The link is cut.
    Cut,
    /// Its connection was accepted for a program that hangs and whose queue is full.
    Unanswered,
    /// A response at a program that hangs and does not read it.
    Unread,
}

/// One request. `path[d]` is the link from level d to level d + 1; the user is level 0.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub(super) struct Request {
    /// Its number, as users see it.
    pub(super) number: u64,
    /// The number that its random draws depend on: its place among the users who came by themselves, or, for one that
    /// was sent by hand, a number of its own. So a request sent by hand changes no other draws.
    pub(super) stream: u64,
    /// What its draws depend on: a hash of the seed and `stream`.
    pub(super) key: u64,
    pub(super) born: SimTime,
    pub(super) kind: RequestKind,
    pub(super) phase: Phase,
    /// While the message opens a connection between two components: the phase that waits for it at the asker.
    pub(super) carries: Option<Phase>,
    pub(super) state: State,
    pub(super) heading: Heading,
    pub(super) status: Status,
    /// Level of the station that the message is at or, on the way down, heads for.
    pub(super) depth: u8,
    /// On the way down, how many firewalls of the hop it has passed; on the way back, how many are still before it, and
    /// whether it has crossed the wire (see `flow`).
    pub(super) leg: u8,
    /// Levels whose station holds a slot for it until the answer is back, as bits.
    pub(super) holds: u32,
    /// Levels whose station counts it as present, as bits.
    pub(super) inside: u32,
    /// Levels whose link's connection goes back to the pool when the answer is there, as bits.
    pub(super) pooled: u32,
    /// No asker waits at this level or above, if it is not [`NO_FLOOR`].
    pub(super) floor: u8,
    /// How often the asker at each level has tried.
    pub(super) attempts: [u8; LEVELS],
    /// How many clocks were started at each level; only the newest counts.
    pub(super) clocks: [u8; LEVELS],
    /// When it came to the component at each level; only where an agent watches.
    pub(super) entered: [SimTime; LEVELS],
    pub(super) path: [LinkIx; LEVELS],
    /// The backend that a TLS connection through the balancer is bound to.
    pub(super) pinned: Option<LinkIx>,
    /// Where a pair of balancers shares an address: the link on which the user's connection was opened.
    pub(super) connection: Option<LinkIx>,
    /// The station whose line or slot it is in.
    pub(super) station: StationIx,
    /// When its present travel, service or wait began, and when it ends if `pending` is set.
    pub(super) departed: SimTime,
    pub(super) arrives: SimTime,
    /// Sequence number of the one event that may move it; all others are stale.
    pub(super) pending: u64,
    pub(super) successor: Option<RequestIx>,
    pub(super) predecessor: Option<RequestIx>,
}

impl Request {
    #[inline]
    pub(super) fn new(number: u64, stream: u64, key: u64, born: SimTime, kind: RequestKind, phase: Phase) -> Self {
        Self {
            number,
            stream,
            key,
            born,
            kind,
            phase,
            carries: None,
            state: State::OnWire,
            heading: Heading::Request,
            status: Status::Ok,
            depth: 0,
            leg: 0,
            holds: 0,
            inside: 0,
            pooled: 0,
            floor: NO_FLOOR,
            attempts: [0; LEVELS],
            clocks: [0; LEVELS],
            entered: [SimTime::ZERO; LEVELS],
            path: [LinkIx::default(); LEVELS],
            pinned: None,
            connection: None,
            station: StationIx::default(),
            departed: born,
            arrives: born,
            pending: 0,
            successor: None,
            predecessor: None,
        }
    }

    /// The link on which the message travels or has come.
    #[inline]
    pub(super) fn link(&self) -> LinkIx {
        self.path[at_level(self.depth.wrapping_sub(1))]
    }

    /// The bit of its level, in `holds` and `inside`.
    #[inline]
    pub(super) const fn bit(&self) -> u32 {
        1 << (self.depth & 0xf)
    }

    /// What tells one piece of work on it from all others at the same station: phase, level, leg and attempt.
    #[inline]
    pub(super) fn visit(&self) -> u64 {
        let attempts = self.attempts[at_level(self.depth.saturating_sub(1))];
        self.phase as u64 | u64::from(self.depth) << 8 | u64::from(self.leg) << 16 | u64::from(attempts) << 32
    }

    /// Whether the user still waits for this record.
    pub(super) fn is_awaited(&self) -> bool {
        self.floor == NO_FLOOR && self.state != State::Zombie
    }

    /// Number and kind, for notes.
    pub(super) fn tag(&self) -> (u64, RequestKind) {
        (self.number, self.kind)
    }
}

/// The place of a level in a record's lists.
#[inline]
pub(super) const fn at_level(level: u8) -> usize {
    level as usize % LEVELS
}

impl Slot for Request {
    fn is_vacant(&self) -> bool {
        self.state == State::Free
    }

    fn vacate(&mut self) {
        self.state = State::Free;
        self.pending = 0;
    }
}

/// The records of requests in flight.
pub(super) type Requests = Slab<RequestIx, Request>;

impl Requests {
    /// The record that an event moves, if the event is the one that it waits for.
    #[inline]
    pub(super) fn moved_by(&mut self, index: RequestIx, sequence: u64) -> Option<&mut Request> {
        let record = self.peek_mut(index)?;
        if record.pending != sequence {
            return None;
        }
        Some(record)
    }

    /// Whether an event is the one that its request waits for: killing, timing out and retrying leave stale ones behind.
    #[inline]
    pub(super) fn waits_for(&self, index: RequestIx, sequence: u64) -> bool {
        self.peek(index).is_some_and(|record| record.pending == sequence)
    }

    /// Whether there are as many records as events can name.
    pub(super) fn is_full(&self) -> bool {
        count(self.len()) >= MAX_ID
    }
}
