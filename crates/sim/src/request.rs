//! Requests in flight: one record each, in a slab.
//!
//! A request remembers its way down, so the way back needs no search. When somebody upstream stops waiting while work goes
//! on downstream, the record *forks*: the old one stays with the work, as an orphan that nobody waits for below its
//! `floor`; a new one goes on for the user. Timers of upper levels still name the old record and find the new one through
//! `successor`. Must not know stations or time.

use hoplight_model::RequestKind;

pub(super) use super::packet::Status;
use super::packet::{Heading, Phase};
use super::time::SimTime;
use hoplight_model::MAX_HOPS;

/// No record.
pub(super) const NONE: u32 = u32::MAX;
/// Levels that a request can be at. A power of two, so that a level in range needs no check.
const LEVELS: usize = 8;
const _: () = assert!(LEVELS == MAX_HOPS + 1, "a level for each hop, and the user's");
/// No floor: somebody waits at every level.
pub(super) const NO_FLOOR: u8 = u8::MAX;

/// Where a request's message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Between two points of its hop.
    OnWire,
    /// In the waiting line of a station.
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
    /// Its connection was accepted for a program that stands still and whose line is full.
    Unanswered,
    /// An answer at a program that stands still and does not read it.
    Unread,
}

/// One request. `path[d]` is the link from level d to level d + 1; the user is level 0.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub(super) struct Request {
    /// Its number, as users see it.
    pub(super) number: u64,
    /// The number that its random draws depend on: its place among the users who came by themselves, or, for one that
    /// was sent by hand, a number of its own. So a request sent by hand changes nobody else's draws.
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
    /// Nobody waits at this level or above, if it is not [`NO_FLOOR`].
    pub(super) floor: u8,
    /// How often the asker at each level has tried.
    pub(super) attempts: [u8; LEVELS],
    /// How many clocks were started at each level; only the newest counts.
    pub(super) clocks: [u8; LEVELS],
    /// When it came to the component at each level; only where an agent watches.
    pub(super) entered: [SimTime; LEVELS],
    pub(super) path: [u32; LEVELS],
    /// The backend that a TLS connection through the balancer is bound to.
    pub(super) pinned: u32,
    /// Where a pair of balancers shares an address: the link on which the user's connection was opened.
    pub(super) connection: u32,
    /// The station whose line or slot it is in.
    pub(super) station: u32,
    /// When its present travel, service or wait began, and when it ends if `pending` is set.
    pub(super) departed: SimTime,
    pub(super) arrives: SimTime,
    /// Sequence number of the one event that may move it; all others are stale.
    pub(super) pending: u64,
    pub(super) successor: u32,
    pub(super) predecessor: u32,
    /// How often the record has been used before.
    generation: u32,
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
            path: [NONE; LEVELS],
            pinned: NONE,
            connection: NONE,
            station: NONE,
            departed: born,
            arrives: born,
            pending: 0,
            successor: NONE,
            predecessor: NONE,
            generation: 0,
        }
    }

    /// The link on which the message travels or has come.
    #[inline]
    pub(super) fn link(&self) -> u32 {
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

/// The records, by index. An index may be used again; a generation tells old from new.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Slab {
    records: Vec<Request>,
    free: Vec<u32>,
}

impl Slab {
    #[expect(clippy::inline_always, reason = "so that the record is made where it stands, not copied there")]
    #[inline(always)]
    pub(super) fn insert(&mut self, mut request: Request) -> u32 {
        if let Some(index) = self.free.pop() {
            let record = &mut self.records[index as usize];
            request.generation = record.generation;
            *record = request;
            return index;
        }
        self.records.push(request);
        u32::try_from(self.records.len() - 1).unwrap_or(NONE)
    }

    pub(super) fn remove(&mut self, index: u32) {
        let record = &mut self.records[index as usize];
        if record.state != State::Free {
            record.state = State::Free;
            record.pending = 0;
            record.generation = record.generation.wrapping_add(1);
            self.free.push(index);
        }
    }

    pub(super) fn get(&self, index: u32) -> Option<&Request> {
        self.records.get(index as usize).filter(|record| record.state != State::Free)
    }

    /// The record that an event moves, if the event is the one that it waits for.
    #[inline]
    pub(super) fn moved_by(&mut self, index: u32, sequence: u64) -> Option<&mut Request> {
        let record = self.records.get_mut(index as usize)?;
        if record.pending != sequence {
            return None;
        }
        Some(record)
    }

    pub(super) fn generation(&self, index: u32) -> u32 {
        self.records[index as usize].generation
    }

    /// Indices of all records, in order.
    pub(super) fn indices(&self) -> Vec<u32> {
        self.iter().map(|(index, _)| index).collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Request)> {
        (0u32..).zip(&self.records).filter(|(_, record)| record.state != State::Free)
    }

    pub(super) fn for_each(&mut self, change: impl FnMut(&mut Request)) {
        self.records.iter_mut().for_each(change);
    }

    /// Whether an event is the one that its request waits for: killing, timing out and retrying leave stale ones behind.
    #[inline]
    pub(super) fn waits_for(&self, index: u32, sequence: u64) -> bool {
        self.records.get(index as usize).is_some_and(|record| record.pending == sequence)
    }

    pub(super) fn footprint(&self) -> usize {
        self.records.len() * size_of::<Request>() + self.free.len() * size_of::<u32>()
    }

    pub(super) fn len(&self) -> usize {
        self.records.len() - self.free.len()
    }
}

impl std::ops::Index<u32> for Slab {
    type Output = Request;

    #[inline]
    fn index(&self, index: u32) -> &Request {
        &self.records[index as usize]
    }
}

impl std::ops::IndexMut<u32> for Slab {
    #[inline]
    fn index_mut(&mut self, index: u32) -> &mut Request {
        &mut self.records[index as usize]
    }
}
