//! Opening, keeping and closing connections.

use hoplight_model::{RequestKind, TlsMode};

use crate::connection::{Pool, RESUMES, When};
use crate::index::{Ix, LinkIx, RequestIx, StationIx, UserIx};
use crate::journal::{EventKind, FailureReason, Observer};
use crate::names::{CacheIx, FIRST};
use crate::outcome::{Failure, Outcome};
use crate::packet::{Heading, Phase};
use crate::plan::{HopPlan, Role};
use crate::random;
use crate::request::{CONNECTED, NO_USER, Status};
use crate::returning::Habits;
use crate::simulation::Simulation;
use crate::simulation::retries::first_attempt;
use crate::station::Idle;
use crate::time::SimTime;

impl Simulation {
    /// The returning user who sends the request with this random stream and key. Retries belong to the same user.
    pub(super) fn returning_user(&self, stream: u64, key: u64) -> UserIx {
        let first = first_attempt(stream);
        self.returning.pick(first, if first == stream { key } else { self.clock.draws_of(first) })
    }

    /// Adapts the number of returning users to the current rate, unless the scenario gives it.
    pub(super) fn adapt_population(&mut self) {
        if self.plan.connections.follows_rate {
            let users = self.infra.traffic().users_at(self.rate());
            let (names, now, pause) = (&self.names, self.clock.now(), self.plan.connections.pause);
            let listed = self.plan.addresses.listed(self.names.target()).iter();
            let entries: Vec<_> = listed.map(|address| (*address, self.address.entry(*address))).collect();
            let max_age = self.plan.hsts_max_age;
            let habits = Habits { seed: self.clock.seed(), pause, entries: &entries, max_age };
            let known = self.returning.len();
            self.returning.set_active(users, &habits, now, |user| names.known_until(FIRST, CacheIx::of(user.raw())));
            if self.returning.len() > known {
                self.count_idle_users(known);
            }
            self.log_in_users();
        }
    }

    /// The first phase of a request: a lookup if the user does not know the address, opening a connection if there is
    /// none, or the request itself.
    pub(super) fn first_phase(&self, user: UserIx) -> Phase {
        let now = self.clock.now();
        if user != NO_USER {
            let entry = self.users_entry(user);
            let is_kept = !self.plan.connections.per_request;
            if is_kept && self.returning.is_connected(user, entry, self.plan.hops[entry].idle_timeout, now) {
                return Phase::Exchange;
            }
        }
        let knows_address = user != NO_USER && now < self.returning.address_until(user);
        if self.plan.lookup.is_some() && !knows_address { Phase::Lookup } else { Phase::Connect }
    }

    /// Keeps or closes the connection of a user's request that has ended.
    pub(super) fn keep_connection(&mut self, request: RequestIx, outcome: Outcome) {
        let record = &self.requests[request];
        let (user, entry, is_counted) = (record.user, record.path[0], record.inside & CONNECTED != 0);
        // A browser that gives up after many redirects has had a response to each request.
        let is_served = outcome.is_ok() || outcome == Err(Failure::TooManyRedirects);
        if is_served && user != NO_USER {
            self.learn_hsts(user);
        }
        let has_response = is_served || outcome.is_err_and(|failure| failure.status().is_some());
        if has_response && is_counted {
            self.rest_connection(request);
        } else if user == NO_USER {
            // Discarding the request closes the connection.
        } else if has_response {
            self.returning.uses(user, (self.chosen_address(request), entry), self.clock.now());
        } else {
            self.close_users_connection(user);
        }
    }

    /// Whether a balancer closes the user's connection instead of sending an error. `HAProxy` does so if the connection has
    /// carried an earlier request, and the server did not accept the connection in time or closed it before it responded:
    /// the client may then retry, because it cannot know whether its own connection timed out.
    pub(super) fn closes_silently(&self, request: RequestIx, station: StationIx, failure: Failure, why: FailureReason) -> bool {
        let record = &self.requests[request];
        let is_lost = matches!(
            (failure, why),
            (Failure::BadGateway, FailureReason::Reset) | (Failure::Unavailable, FailureReason::Timeout)
        );
        is_lost && record.kept && record.depth == 1 && matches!(self.plan.stations[station].role, Role::Balancer(_))
    }

    /// Whether the browser sends a request again because its connection, which carried earlier requests, was closed without
    /// a response. Browsers do so for idempotent methods (RFC 9110, 9.2.2; RFC 9112, 9.3.1), once and on a new connection.
    pub(super) fn is_repeated(&self, request: RequestIx) -> bool {
        let record = &self.requests[request];
        let is_closed = matches!(record.status, Status::Reset | Status::Error(Failure::Closed));
        is_closed && record.kept && !record.kind.is_write() && record.phase == Phase::Exchange
    }

    /// Sends a request again on a new connection.
    pub(super) fn repeat_request<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        let (user, tag) = (self.requests[request].user, self.requests[request].tag());
        self.release_connection(request);
        if user != NO_USER {
            self.close_users_connection(user);
        }
        let phase = self.first_phase(user);
        let record = &mut self.requests[request];
        (record.kept, record.phase, record.pinned, record.connection, record.cause) = (false, phase, None, None, None);
        if !self.plan.addresses.is_single() {
            self.recall_addresses(request);
        }
        self.note(observer, Some(tag), EventKind::Retries { component: self.plan.browser, attempt: 2 });
        self.browser_sends(request, observer);
    }

    /// Whether a component repeats a request whose kept connection the upstream was closing, on a new one. nginx does,
    /// unless the request is a write.
    pub(super) fn retries_race(&self, station: StationIx, kind: RequestKind) -> bool {
        !kind.is_write() && !matches!(self.plan.stations[station].role, Role::Balancer(_))
    }

    /// Number of returning users with an open connection to the site.
    pub fn connected_users(&self) -> usize {
        self.returning.connected(|entry| self.plan.hops[entry].idle_timeout, self.clock.now())
    }

    /// Number of returning users whose browsers use only https for the site.
    pub fn https_users(&self) -> usize {
        self.returning.with_https(self.clock.now())
    }

    /// The phase that follows a successful phase of a browser, before the request itself.
    pub(super) fn after_opening(&self, request: RequestIx) -> Phase {
        match self.requests[request].phase {
            Phase::Lookup => self.connect_phase(request),
            Phase::PlainConnect => Phase::PlainExchange,
            Phase::Connect if self.plan.tls != TlsMode::None => self.plan.connections.handshake(self.resumes(request)),
            Phase::Hello => Phase::Finish,
            _ => Phase::Exchange,
        }
    }

    /// Whether a user's browser resumes a session. The external probe never does, because it checks the certificate.
    fn resumes(&self, request: RequestIx) -> bool {
        let (record, share) = (&self.requests[request], self.plan.connections.resumes);
        share > 0.0 && record.is_users() && random::open_unit(random::mix(record.key ^ RESUMES)) < share
    }

    /// Sends a request's message on an existing connection, or opens one first.
    pub(super) fn send_on_connection<O: Observer>(&mut self, request: RequestIx, link: LinkIx, observer: &mut O) {
        self.take_connection(request, link);
        self.send(request, link, observer);
    }

    /// Takes an idle connection, or makes the request open one first.
    pub(super) fn take_connection(&mut self, request: RequestIx, link: LinkIx) {
        let (record, line) = (&mut self.requests[request], &mut self.links[link]);
        let bit = 1 << (record.depth + 1);
        record.pooled &= !bit;
        let opens = match self.plan.hops[link].connects.when {
            When::Never => false,
            // The rest of a handshake, and the request, use the same connection.
            When::Begins => matches!(record.phase, Phase::Handshake | Phase::Hello | Phase::Resume),
            When::NoneIdle => {
                let hop = &self.plan.hops[link];
                let taken = if hop.closes_after == u64::MAX {
                    line.pool.take()
                } else if hop.backend.is_some() && !record.kept {
                    // HAProxy's `http-reuse safe`: the first request on a client's connection gets a new one.
                    false
                } else {
                    let round_trip = 2 * line.stretch(hop.latency);
                    let taken = line.take_idle(hop.closes_after, round_trip, self.clock.now());
                    record.races = taken == Some(Idle::Closing);
                    taken.is_some()
                };
                record.pooled |= if taken { bit } else { 0 };
                !taken
            }
            When::Always => true,
        };
        if opens {
            record.carries = Some(record.phase);
            record.phase = Phase::Connect;
        }
    }

    /// Handles a response to a client that is still waiting. If it belongs to the opening of a connection and is
    /// successful, takes the next step and returns true. If it came on a pooled connection, returns the connection to
    /// the pool.
    #[inline(never)]
    pub(super) fn on_opening_response<O: Observer>(&mut self, request: RequestIx, observer: &mut O) -> bool {
        let record = &mut self.requests[request];
        let (link, bit, tag, phase, status) = (record.link(), 1 << record.depth, record.tag(), record.phase, record.status);
        let (hop, line) = (&self.plan.hops[link], &mut self.links[link]);
        let connects = hop.connects;
        let Some(carried) = record.carries else {
            if record.pooled & bit != 0 {
                record.pooled &= !bit;
                let is_closed = matches!(status, Status::Refused | Status::Reset | Status::TooManyConnections);
                if !is_closed && hop.closes_after == u64::MAX {
                    line.pool.put_back(connects.most);
                } else if !is_closed {
                    line.put_back_idle(connects.most, hop.closes_after, self.clock.now());
                }
            }
            return false;
        };
        if status != Status::Ok {
            return false;
        }
        let next = match phase {
            Phase::Connect if connects.secure => {
                Some(self.plan.connections.handshake(connects.resumes && line.pool.has_session()))
            }
            Phase::Hello => Some(Phase::Finish),
            _ => None,
        };
        let is_open = next.is_none();
        record.phase = next.unwrap_or(carried);
        record.depth -= 1;
        line.end_call();
        let (client, level) = (hop.from, record.depth);
        if is_open {
            record.carries = None;
            record.pooled |= if connects.when == When::NoneIdle { bit } else { 0 };
            if connects.secure {
                line.pool.keep_session();
            }
        }
        self.note(observer, Some(tag), EventKind::Reached { component: client, heading: Heading::Response, phase });
        if is_open {
            // The timeout for the response starts with the request.
            self.arm_deadline(request, client, level, self.plan.stations[client].timeout);
        }
        self.send(request, link, observer);
        true
    }

    /// Closes the connections of the selected links, those of users included, and discards their TLS sessions. Connections in use are not
    /// returned to the pool.
    pub(super) fn close_connections(&mut self, which: impl Fn(&HopPlan) -> bool) {
        self.close_users_connections(&which);
        self.close_pools(which);
    }

    /// Closes the connections of returning users on the selected links.
    pub(super) fn close_users_connections(&mut self, which: impl Fn(&HopPlan) -> bool) {
        let plan = std::sync::Arc::clone(&self.plan);
        self.clear_kept(|link| which(&plan.hops[link]));
        self.returning.close_all(|link| which(&plan.hops[link]));
    }

    /// Like `close_connections`, but users keep theirs.
    pub(super) fn close_pools(&mut self, which: impl Fn(&HopPlan) -> bool) {
        if !self.plan.connections.any_open && self.links.iter().all(|line| line.pool.is_empty()) {
            return;
        }
        for (hop, line) in self.plan.hops.iter().zip(&mut self.links) {
            if which(hop) {
                line.pool = Pool::default();
                line.clear_idle();
            }
        }
        let hops = &self.plan.hops;
        self.requests.for_each_slot(|record| {
            for (level, link) in (1..=record.depth).zip(record.path) {
                if record.pooled & (1 << level) != 0 && which(&hops[link]) {
                    record.pooled &= !(1 << level);
                }
            }
        });
    }

    /// Responds to one phase of a handshake, after the TLS server has processed it.
    pub(super) fn end_handshake<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        let record = &self.requests[request];
        let until = self.plan.stations[station].certificate_until;
        // A resumed session does not show the certificate again.
        let is_shown = matches!(record.phase, Phase::Handshake | Phase::Hello);
        let expired = is_shown && until.is_some_and(|until| self.clock.now() >= SimTime::from_nanos(until));
        // Inside the site, a client accepts a server without a certificate.
        let is_missing = until.is_none() && record.carries.is_none();
        self.respond(request, if expired || is_missing { Status::Certificate } else { Status::Ok }, observer);
    }

    /// Number of idle connections in the pool of a link.
    pub fn idle_connections(&self, link: hoplight_model::LinkIx) -> u32 {
        self.links[link].idle_connections()
    }
}
