//! Requests in flight: one record each, in a slab.
//!
//! A request records its downstream path, so its response can return without a search. When a sender stops waiting
//! while work continues downstream, the record *forks*: the old record stays with the work, as an orphan whose senders
//! at or above its `floor` no longer wait; a new record continues for the user. Timers of the levels above still refer
//! to the old record and find the new one through `successor`.

use hoplight_model::RequestKind;

use crate::event::MAX_ID;
use crate::index::{Ix, LinkIx, RequestIx, StationIx, UserIx, count};
use crate::journal::FailureCause;

pub(super) use crate::packet::Status;
use crate::packet::{Heading, Phase};
use crate::slab::{Slab, Slot};
use crate::time::SimTime;
use crate::zone::RecordTarget;
use hoplight_model::MAX_HOPS;

/// Number of levels that a request can be at. A power of two, so that indexing needs no bounds check.
const LEVELS: usize = 8;
const _: () = assert!(LEVELS == MAX_HOPS + 1, "a level for each hop, and the user's");
/// Flag in `inside`: between the phases of a user's connection, the entry still counts the connection as present.
pub(super) const CONNECTED: u32 = 1 << 31;
/// Flag in `inside`: the receiver's kernel has accepted the connection that the message arrives on.
pub(super) const ACCEPTED: u32 = 1 << 30;
/// The floor of a request that every level still waits for.
pub(super) const NO_FLOOR: u8 = u8::MAX;

/// The user of a request from a new visitor, the probe, or the keyboard.
pub(super) const NO_USER: UserIx = UserIx::NONE;

/// Flag in a response's `leg`: the response has crossed the wire. The other bits count the firewalls still ahead of it.
pub(crate) const CROSSED: u8 = 0x80;
/// The `leg` of a response that is back at the sender of the request and being processed there.
pub(crate) const HOME: u8 = u8::MAX;

/// Where a request's message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Between two points of its hop.
    OnWire,
    /// In the queue of a station.
    Queued,
    /// In service at a station.
    InService,
    /// Committed by a database that waits for acknowledgements from replicas; holds no slot.
    Committing,
    /// Dropped by a firewall or sent to a component that is down; the sender is still waiting.
    Lost(Lost),
    /// Waiting out the delay before its balancer's next attempt.
    Pausing,
    /// In its balancer's queue until a backend has room.
    Backlogged,
    /// Waiting for the fetch of another request that missed the same object in a cache.
    Collapsed,
    /// Fetches the object itself after having waited; continues at the same instant.
    Released,
    /// Admitted by a backend; leaves the balancer at the same instant.
    Admitted,
    /// Finished, but timers may still refer to the record.
    Zombie,
    /// There is no request; the record can be reused.
    Free,
}

/// How a message was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// A firewall dropped it. The number is the guard's position on the hop.
    Dropped(u8),
    /// A firewall on the path is down. The number is the guard's position on the hop.
    DeadFirewall(u8),
    /// The receiver is down.
    Silent,
    /// The link is cut.
    Cut,
    /// The kernel accepted the connection for a hung database that is at its limit of connections.
    Unanswered,
    /// The receiver's accept queue was full. The sender resends the SYN.
    Syn,
    /// The message is a response to a hung program, which does not read it.
    Unread,
}

/// One request. `path[d]` is the link from level d to level d + 1; the user is at level 0.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub(super) struct Request {
    /// Number of the request, as users see it.
    pub(super) number: u64,
    /// The random stream of the request's draws: its number among the requests that simulated users sent, or a separate
    /// number if it was sent by hand, so that requests sent by hand do not affect other draws.
    pub(super) stream: u64,
    /// The key of the request's draws: a hash of the seed and `stream`.
    pub(super) key: u64,
    pub(super) born: SimTime,
    pub(super) kind: RequestKind,
    pub(super) phase: Phase,
    /// While the message opens a connection between two components: the phase that the sender continues with
    /// afterwards.
    pub(super) carries: Option<Phase>,
    pub(super) state: State,
    pub(super) heading: Heading,
    pub(super) status: Status,
    /// Which component sent the latest error response, and why.
    pub(super) cause: Option<FailureCause>,
    /// Level of the station that the message is at or, for a request in transit, is sent to.
    pub(super) depth: u8,
    /// For a request, the number of the hop's firewalls that it has passed. For a response, the number still ahead of
    /// it and whether it has crossed the wire (see `flow`).
    pub(super) leg: u8,
    /// Levels whose station holds a slot until the response is back, as a bit set.
    pub(super) holds: u32,
    /// Levels whose station counts the request as present, as a bit set. Also [`CONNECTED`] and [`ACCEPTED`].
    pub(super) inside: u32,
    /// Levels whose link's connection returns to the pool when the response is back, as a bit set.
    pub(super) pooled: u32,
    /// Levels whose station missed in a cache and fetches the object, as a bit set.
    pub(super) missed: u32,
    /// Unless it is [`NO_FLOOR`], the senders at this level and above have stopped waiting.
    pub(super) floor: u8,
    /// Number of attempts by the sender at each level; for the browser, the number of resolvers or addresses that it has
    /// tried in vain.
    pub(super) attempts: [u8; LEVELS],
    /// Number of times that the browser has sent its current message again.
    pub(super) resends: u8,
    /// Number of redirects that the browser has received.
    pub(super) redirects: u8,
    /// Number of timeouts started at each level; only the last one counts.
    pub(super) clocks: [u8; LEVELS],
    /// When the request entered the component at each level; only set if an agent watches the component.
    pub(super) entered: [SimTime; LEVELS],
    pub(super) path: [LinkIx; LEVELS],
    /// The backend to which a TLS connection through the balancer is bound; of several balancers, the one that bound it last.
    pub(super) pinned: Option<LinkIx>,
    /// In a VRRP pair: the link on which the user's connection was opened.
    pub(super) connection: Option<LinkIx>,
    /// The returning user who sent it, or [`NO_USER`].
    pub(super) user: UserIx,
    /// Whether its connection has carried an earlier request.
    pub(super) kept: bool,
    /// Whether it was sent on a connection that its server was closing at that time.
    pub(super) races: bool,
    /// Where the browser's copy of the site's DNS record leads.
    pub(super) target: RecordTarget,
    /// Which of the addresses in the record the browser tries first.
    pub(super) first: u8,
    /// The station whose queue or slot the request occupies.
    pub(super) station: StationIx,
    /// Start of the current transit, service or wait; `arrives` is the end, if `pending` is set.
    pub(super) departed: SimTime,
    pub(super) arrives: SimTime,
    /// Sequence number of the request's next event; all others are stale.
    pub(super) pending: u64,
    pub(super) successor: Option<RequestIx>,
    pub(super) predecessor: Option<RequestIx>,
}

/// The numbers of users' requests are below the marks of all others.
const FIRST_MARK: u64 = 1 << 60;

/// Marks the numbers and random streams of health checks, so that they do not affect other draws. The other bits are the
/// check's link and its number on the link.
const CHECK: u64 = 1 << 61;

/// The number of a health check.
pub(super) fn check_number(link: LinkIx, check: u32) -> u64 {
    CHECK | u64::from(link.raw()) << 32 | u64::from(check)
}

/// Whether a request with this number is a health check.
pub(super) const fn is_check(number: u64) -> bool {
    number & CHECK != 0
}

impl Request {
    /// Whether it is a balancer's health check. Its sender is at level 0, and counts as one that has stopped waiting, since
    /// nothing but the balancer's own state refers to it.
    #[inline]
    pub(super) const fn is_check(&self) -> bool {
        is_check(self.number)
    }

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
            cause: None,
            depth: 0,
            leg: 0,
            holds: 0,
            inside: 0,
            pooled: 0,
            missed: 0,
            floor: NO_FLOOR,
            attempts: [0; LEVELS],
            resends: 0,
            redirects: 0,
            clocks: [0; LEVELS],
            entered: [SimTime::ZERO; LEVELS],
            path: [LinkIx::default(); LEVELS],
            pinned: None,
            connection: None,
            user: NO_USER,
            kept: false,
            races: false,
            target: RecordTarget::Primary,
            first: 0,
            station: StationIx::default(),
            departed: born,
            arrives: born,
            pending: 0,
            successor: None,
            predecessor: None,
        }
    }

    /// Whether it was to fetch an object for the cache of the station at its level. It no longer is.
    pub(super) fn end_fetch(&mut self) -> bool {
        let fetches = self.missed & self.bit() != 0;
        self.missed &= !self.bit();
        fetches
    }

    /// The link on which the message travels or arrived.
    #[inline]
    pub(super) fn link(&self) -> LinkIx {
        self.path[at_level(self.depth.wrapping_sub(1))]
    }

    /// The bit of the request's level in `holds`, `inside` and `missed`.
    #[inline]
    pub(super) const fn bit(&self) -> u32 {
        1 << (self.depth & 0xf)
    }

    /// Whether a user sent it: not a health check, the external probe or an attacker.
    #[inline]
    pub(super) const fn is_users(&self) -> bool {
        self.number < FIRST_MARK
    }

    /// Identifies one visit of the request to a station: phase, level, leg and attempt.
    #[inline]
    pub(super) fn visit(&self) -> u64 {
        let attempts = self.attempts[at_level(self.depth.saturating_sub(1))];
        self.phase as u64 | u64::from(self.depth) << 8 | u64::from(self.leg) << 16 | u64::from(attempts) << 32
    }

    /// Whether the user is still waiting for this record.
    pub(super) fn is_awaited(&self) -> bool {
        self.floor == NO_FLOOR && self.state != State::Zombie
    }

    /// Number and kind, for journal events.
    pub(super) fn tag(&self) -> (u64, RequestKind) {
        (self.number, self.kind)
    }
}

/// The index of a level in a record's arrays.
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
    /// The record that an event applies to; `None` if the event is stale.
    #[inline]
    pub(super) fn moved_by(&mut self, index: RequestIx, sequence: u64) -> Option<&mut Request> {
        let record = self.peek_mut(index)?;
        if record.pending != sequence {
            return None;
        }
        Some(record)
    }

    /// Whether an event is the pending event of its request. Kills, timeouts and retries leave stale events behind.
    #[inline]
    pub(super) fn waits_for(&self, index: RequestIx, sequence: u64) -> bool {
        self.peek(index).is_some_and(|record| record.pending == sequence)
    }

    /// Whether there are as many records as event ids.
    pub(super) fn is_full(&self) -> bool {
        count(self.len()) >= MAX_ID
    }
}
