//! Users' idle connections to the components at which they enter the site, as far as they count towards a limit: `HAProxy`'s
//! `maxconn`, nginx's `worker_connections`.
//!
//! An idle connection is counted by the station, not as a request that is present. When its user sends a request, it
//! becomes the connection of that request ([`CONNECTED`]) until the response has arrived, so that the request cannot meet a
//! full entry. Expired connections are removed when somebody needs their place; only if others wait for it, a timer is set.

use crate::index::{LinkIx, RequestIx, StationIx, UserIx};
use crate::packet::Phase;
use crate::request::{CONNECTED, NO_FLOOR, NO_USER, Status};
use crate::returning::Returning;
use crate::simulation::Simulation;
use crate::station::KeptConnection;
use crate::time::{SECOND, SimTime};
use crate::timers::TimerEvent;

/// Fraction of nginx's connections that it keeps free by closing idle ones (`ngx_drain_connections`).
const KEPT_FREE: u32 = 16;
/// Most idle connections that nginx closes at once.
const CLOSED_AT_ONCE: u32 = 32;

impl Simulation {
    /// Takes the connection on which a returning user sends a request, or ends the place of one that is not used again.
    #[inline(never)]
    pub(super) fn resume_connection(&mut self, request: RequestIx) {
        let record = &self.requests[request];
        let (user, kept) = (record.user, record.kept);
        let left = self.returning.take_idle(user).map(|entry| self.links[entry].to());
        if let Some(station) = left {
            self.stations[station].end_idle();
        }
        if kept {
            let entry = self.chosen_entry(request);
            let state = &mut self.stations[self.links[entry].to()];
            if state.params().counts_idle {
                state.admit();
                let record = &mut self.requests[request];
                record.inside |= CONNECTED;
                record.path[0] = entry;
            }
        } else if let Some(station) = left.filter(|station| self.stations[*station].holds_back()) {
            self.accept_waiting(station);
        }
    }

    /// Whether a user's connection stays open at its entry after a response.
    pub(super) fn keeps_connection(&self, request: RequestIx, station: StationIx, status: Status) -> bool {
        let (record, params) = (&self.requests[request], self.stations[station].params());
        if record.depth != 1 || !params.drops_syn || !params.limits_connections() {
            return false;
        }
        match record.phase {
            // Between two phases, nothing can take its place.
            phase if phase.is_handshake() => status == Status::Ok,
            Phase::Exchange => params.counts_idle && record.is_users() && record.floor == NO_FLOOR && status.keeps_connection(),
            Phase::Lookup
            | Phase::Connect
            | Phase::PlainConnect
            | Phase::PlainExchange
            | Phase::Handshake
            | Phase::Hello
            | Phase::Finish
            | Phase::Resume
            | Phase::Check => false,
        }
    }

    /// Makes the connection of a request that has ended idle.
    pub(super) fn rest_connection(&mut self, request: RequestIx) {
        let record = &mut self.requests[request];
        record.inside &= !CONNECTED;
        let (user, entry) = (record.user, record.connection.unwrap_or(record.path[0]));
        let (station, now) = (self.links[entry].to(), self.clock.now());
        let since = if user == NO_USER {
            Returning::since(now)
        } else {
            // Another request of the same user may have ended before.
            if let Some(earlier) = self.returning.take_idle(user) {
                self.stations[self.links[earlier].to()].end_idle();
            }
            self.returning.rest(user, (self.chosen_address(request), entry), now)
        };
        let state = &mut self.stations[station];
        let holds_back = state.dismiss();
        state.keep(KeptConnection { since, user });
        let returning = &self.returning;
        state.compact_kept(|kept| Self::is_kept(returning, kept, entry));
        if state.params().closes_idle {
            self.close_early(station, entry);
        }
        if holds_back {
            self.await_idle(station);
        }
    }

    /// Ends the connection of a returning user whose request got no response.
    pub(super) fn close_users_connection(&mut self, user: UserIx) {
        if let Some(entry) = self.returning.take_idle(user) {
            self.stations[self.links[entry].to()].end_idle();
        }
        self.returning.close(user);
    }

    /// Whether a place in a station's queue of idle connections is that of one; `entry` leads to the station.
    fn is_kept(returning: &Returning, kept: KeptConnection, entry: LinkIx) -> bool {
        !kept.has_user() || returning.is_idle_since(kept.user, entry, kept.since)
    }

    /// Removes the connection that has been idle longest, if `ends` says so of it. Returns whether it did.
    fn end_oldest(&mut self, station: StationIx, entry: LinkIx, ends: impl Fn(u64) -> bool, closes: bool) -> bool {
        while let Some(oldest) = self.stations[station].oldest_kept() {
            let is_valid = Self::is_kept(&self.returning, oldest, entry);
            if is_valid && !ends(oldest.since) {
                return false;
            }
            self.stations[station].drop_oldest_kept();
            if !is_valid {
                continue;
            }
            self.stations[station].end_idle();
            if oldest.has_user() {
                self.returning.take_idle(oldest.user);
                if closes {
                    self.returning.close(oldest.user);
                }
            }
            return true;
        }
        false
    }

    /// Removes the connections that have been idle for too long.
    fn expire_idle(&mut self, station: StationIx, entry: LinkIx) {
        let (timeout, now) = (self.plan.hops[entry].idle_timeout, Returning::since(self.clock.now()));
        while self.end_oldest(station, entry, |since| now - since > timeout, false) {}
    }

    /// Removes expired connections, so that the counts of open ones are right to the second.
    pub(super) fn roll_idle(&mut self) {
        if self.plan.counts_idle {
            for entry in self.idle_entries() {
                self.expire_idle(self.plan.hops[entry].to, entry);
            }
        }
    }

    /// Closes idle connections of a program that keeps some of its connections free: an eighth of them, at least one and at
    /// most 32, as nginx does (`ngx_drain_connections`).
    fn close_early(&mut self, station: StationIx, entry: LinkIx) {
        let state = &self.stations[station];
        let most: u32 = Option::from(self.plan.stations[station].connections).unwrap_or(u32::MAX);
        if state.free_connections() > most / KEPT_FREE {
            return;
        }
        self.expire_idle(station, entry);
        let count = (self.stations[station].idle() / 8).clamp(1, CLOSED_AT_ONCE);
        for _ in 0..count {
            self.end_oldest(station, entry, |_| true, true);
        }
    }

    /// Whether a station at its limit of connections has room for another one after it has closed idle ones.
    #[cold]
    pub(super) fn makes_room(&mut self, station: StationIx) -> bool {
        if let Some(entry) = self.plan.stations[station].idle_entry {
            self.expire_idle(station, entry);
            if self.stations[station].params().closes_idle {
                self.close_early(station, entry);
            }
        }
        self.stations[station].accepts_connection()
    }

    /// Sets a timer for the next idle connection that expires, because others wait for its place.
    pub(super) fn await_idle(&mut self, station: StationIx) {
        let Some(entry) = self.plan.stations[station].idle_entry else { return };
        self.expire_idle(station, entry);
        let Some(oldest) = self.stations[station].oldest_kept() else { return };
        if self.stations[station].arm_idle_timer() {
            let left = (oldest.since + self.plan.hops[entry].idle_timeout + 1).saturating_sub(Returning::since(self.clock.now()));
            self.set_timer(self.clock.now() + left, TimerEvent::IdleExpiry { station });
        }
    }

    /// Lets a station accept connections that waited for idle ones to expire.
    #[cold]
    pub(super) fn idle_due(&mut self, station: StationIx) {
        self.stations[station].disarm_idle_timer();
        if let Some(entry) = self.plan.stations[station].idle_entry {
            self.expire_idle(station, entry);
        }
        self.accept_waiting(station);
        if self.stations[station].holds_back() {
            self.await_idle(station);
        }
    }

    /// Counts the idle connections of the returning users from `first` on, who have been there for a while.
    pub(super) fn count_idle_users(&mut self, first: u32) {
        // Nobody has been at a site to which nobody sends requests.
        if !self.plan.counts_idle || self.rate() <= 0.0 {
            return;
        }
        let (hops, plans, now) = (&self.plan.hops, &self.plan.stations, self.clock.now());
        let timeout = |entry: LinkIx| plans[hops[entry].to].idle_entry.map(|_| hops[entry].idle_timeout);
        let rested = self.returning.rest_from(first, timeout, now);
        for entry in self.idle_entries() {
            let station = self.plan.hops[entry].to;
            let own = rested.iter().filter(|(of, _, _)| *of == entry);
            let idle: Vec<KeptConnection> = own.map(|(_, user, since)| KeptConnection { since: *since, user: *user }).collect();
            self.stations[station].keep_earlier(&idle);
            self.end_surplus(station, entry);
        }
    }

    /// Counts the idle connections of visitors who came before the start.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limited to the limit of connections")]
    pub(super) fn count_idle_visitors(&mut self) {
        let listed = self.plan.addresses.listed(self.names.target());
        let entries: Vec<LinkIx> = listed.iter().map(|address| self.plan.addresses.entries[*address]).collect();
        let rate = self.rate() * self.plan.new_visitors / entries.len().max(1) as f64;
        for entry in entries {
            let plan = &self.plan.stations[self.plan.hops[entry].to];
            let Some(most) = Option::<u32>::from(plan.connections).filter(|_| plan.idle_entry.is_some() && rate > 0.0) else {
                continue;
            };
            let between = SECOND as f64 / rate;
            let count = (self.plan.hops[entry].idle_timeout as f64 / between).min(f64::from(most)) as u32;
            let start = Returning::since(SimTime::ZERO);
            let since = |place: u32| start.saturating_sub(((f64::from(place) + 0.5) * between) as u64);
            let idle: Vec<_> = (0..count).rev().map(|place| KeptConnection { since: since(place), user: NO_USER }).collect();
            let station = self.plan.hops[entry].to;
            self.stations[station].keep_earlier(&idle);
            self.end_surplus(station, entry);
        }
    }

    /// Closes the oldest of more idle connections than the limit allows.
    fn end_surplus(&mut self, station: StationIx, entry: LinkIx) {
        let Some(most) = Option::<u32>::from(self.plan.stations[station].connections) else { return };
        while self.stations[station].connections() > most && self.end_oldest(station, entry, |_| true, true) {}
    }

    /// The links on which users enter the site, where idle connections count.
    fn idle_entries(&self) -> Vec<LinkIx> {
        self.plan.stations.iter().filter_map(|plan| plan.idle_entry).collect()
    }

    /// Closes all idle connections to the stations at the end of the selected links.
    pub(super) fn clear_kept(&mut self, which: impl Fn(LinkIx) -> bool) {
        if !self.plan.counts_idle {
            return;
        }
        for entry in self.idle_entries().into_iter().filter(|entry| which(*entry)) {
            self.returning.forget_idle(|link| link == entry);
            self.stations[self.plan.hops[entry].to].clear_kept();
        }
    }
}
