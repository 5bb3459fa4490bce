//! What faults do to messages on their way: a slow link, and a flood that fills the entry's backlog.
//!
//! The flood is a fluid: it has a rate and no events, so a hundred thousand SYNs per second cost nothing. Must not know
//! stations.

use hoplight_model::quantity::Rate;

use super::super::random;
use super::super::simulation::Simulation;
use super::super::time::SimTime;
use crate::index::{LinkIx, RequestIx};

/// Half-open connections that the entry keeps (`tcp_max_syn_backlog` of a small Linux server).
pub(super) const BACKLOG: f64 = 1_024.0;
/// How long a half-open connection is kept that nobody completes: SYN-ACK is repeated five times (Linux), 63 s in all.
pub(super) const HALF_OPEN_S: f64 = 63.0;
/// What the draws of users' SYNs are mixed with.
const SYN: u64 = 0x7379_6e00_666c_6f6f;

/// A flood of SYNs from addresses that never answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Flood {
    /// SYNs per second.
    pub(super) rate: f64,
    pub(super) since: SimTime,
}

impl Flood {
    pub(super) fn as_rate(self) -> Rate {
        Rate::new(self.rate).unwrap_or(Rate::literal(0.0))
    }

    /// The part of new connections that find a free place in the backlog at `now`.
    ///
    /// Until the flood has filled the backlog, all do. Then places become free as old entries run out, `BACKLOG` over
    /// `HALF_OPEN_S` per second, and every SYN has the same chance of the next one. This is the fluid limit of the loss formula of Erlang,
    /// which holds for constant holding times, too. What real users take themselves lasts one round trip and is neglected;
    /// so is the rest of a flood that has ended.
    fn admitted(self, now: SimTime) -> f64 {
        let flooded = now.since(self.since).as_secs_f64();
        if flooded * self.rate < BACKLOG || flooded >= HALF_OPEN_S && self.rate * HALF_OPEN_S <= BACKLOG {
            return 1.0;
        }
        if flooded < HALF_OPEN_S {
            // The first entries have not run out.
            return 0.0;
        }
        (BACKLOG / HALF_OPEN_S / self.rate).min(1.0)
    }

    /// How many entries of the backlog the flood holds at `now`.
    fn held(self, now: SimTime) -> f64 {
        let flooded = now.since(self.since).as_secs_f64().min(HALF_OPEN_S);
        (flooded * self.rate).min(BACKLOG)
    }
}

impl Simulation {
    /// Whether the SYN of a user finds no place in the entry's backlog. The user's own retransmissions are left out.
    pub(crate) fn syn_is_dropped(&self, request: RequestIx) -> bool {
        let Some(flood) = self.faults.flood.filter(|_| !self.faults.syn_cookies) else { return false };
        random::open_unit(random::mix(self.requests[request].key ^ SYN)) >= flood.admitted(self.now)
    }

    /// Half-open connections that a flood holds at the entry, and how many fit; `None` without a flood, or with SYN cookies,
    /// which need none.
    pub fn half_open(&self) -> Option<(u32, u32)> {
        let flood = self.faults.flood.filter(|_| !self.faults.syn_cookies)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the backlog")]
        Some((flood.held(self.now) as u32, BACKLOG as u32))
    }

    /// Whether the entry answers SYNs without keeping half-open connections.
    pub fn syn_cookies(&self) -> bool {
        self.faults.syn_cookies
    }

    /// A fault of a link has changed: messages look at it only where there is one.
    pub(super) fn touch(&mut self, link: LinkIx) {
        self.lines[link].touch();
    }

    /// A message crosses a link that is slow or tapped. Returns how long that takes.
    #[cold]
    pub(crate) fn crosses_touched(&mut self, request: RequestIx, link: LinkIx, latency: u64) -> u64 {
        if self.lines[link].tapped {
            self.overhear(request, link);
        }
        self.stretched(link, latency)
    }

    /// The latency of a link, given its usual one.
    pub(crate) fn stretched(&self, link: LinkIx, latency: u64) -> u64 {
        self.lines[link].slow.map_or(latency, |factor| factor.of(latency))
    }
}
