//! What a flood and a slow link do to messages on their way.

use crate::fault::live::{BACKLOG, SYN};
use crate::index::{LinkIx, RequestIx};
use crate::random;
use crate::simulation::Simulation;

impl Simulation {
    /// Whether the SYN of a user finds no place in the entry's backlog. The user's own retransmissions are left out.
    pub(in crate::simulation) fn syn_is_dropped(&self, request: RequestIx) -> bool {
        let Some(flood) = self.faults.flood.filter(|_| !self.faults.syn_cookies) else { return false };
        random::open_unit(random::mix(self.requests[request].key ^ SYN)) >= flood.admitted(self.clock.now())
    }

    /// Half-open connections that a flood holds at the entry, and how many fit; `None` without a flood, or with SYN cookies,
    /// which need none.
    pub fn half_open(&self) -> Option<(u32, u32)> {
        let flood = self.faults.flood.filter(|_| !self.faults.syn_cookies)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the backlog")]
        Some((flood.held(self.clock.now()) as u32, BACKLOG as u32))
    }

    /// Whether the entry answers SYNs without keeping half-open connections.
    pub fn syn_cookies(&self) -> bool {
        self.faults.syn_cookies
    }

    /// A fault of a link has changed: messages look at it only where there is one.
    pub(in crate::simulation) fn touch(&mut self, link: LinkIx) {
        self.links[link].touch();
    }

    /// A message crosses a link that is slow or tapped. Returns how long that takes.
    #[cold]
    pub(in crate::simulation) fn touched_crossing(&mut self, request: RequestIx, link: LinkIx, latency: u64) -> u64 {
        if self.links[link].tapped {
            self.overhear(request, link);
        }
        self.stretched(link, latency)
    }

    /// The latency of a link, given its usual one.
    pub(in crate::simulation) fn stretched(&self, link: LinkIx, latency: u64) -> u64 {
        self.links[link].slow.map_or(latency, |factor| factor.of(latency))
    }
}
