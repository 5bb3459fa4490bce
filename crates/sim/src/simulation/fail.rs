//! Early termination: a process stops and drops everything it holds, or a sender stops waiting.

use hoplight_model::behaviour::{AttemptFailure, Reaction};

use crate::database::Drivers;
use crate::event::Kind;
use crate::index::{Ix, RequestIx, StationIx};
use crate::journal::{EventKind, FailureReason, Observer};
use crate::outcome::Failure;
use crate::packet::Heading;
use crate::plan::{HopPlan, Role};
use crate::request::{ACCEPTED, CONNECTED, CROSSED, Lost, NO_FLOOR, NO_USER, State, Status};
use crate::simulation::Simulation;
use crate::station::Deadline;

impl Simulation {
    /// Stops a station and drops everything in it. With `Reset`, senders are notified at once; otherwise they are not
    /// notified.
    pub(super) fn stop<O: Observer>(&mut self, station: StationIx, notice: Status, observer: &mut O) {
        let now = self.clock.now();
        self.faults.end_hang(station);
        self.cores.stop(self.plan.stations[station].server, station, &mut self.clock);
        self.close_leaked(station, notice == Status::Reset);
        let (databases, network, _) = self.databases_mut();
        databases.stop(station, network, now);
        let waits = self.stations[station].queue().map(|request| now - self.requests[request].departed).sum();
        self.stations[station].waited(waits);
        self.resolver_stops(station);
        self.cache_stops(station);
        self.rate_limits.stop(station);
        self.lose_sessions(station, observer);
        let is_its = |hop: &HopPlan| hop.from == station || hop.to == station;
        // A host that loses power sends nothing, so browsers take their connections for open.
        if notice == Status::Reset {
            self.close_users_connections(is_its);
        } else {
            let plan = std::sync::Arc::clone(&self.plan);
            self.clear_kept(|link| plan.hops[link].to == station);
        }
        self.close_pools(is_its);
        self.stations[station].clear(now);
        self.forget_failures(station);
        self.monitoring.stop(station, &self.plan);
        if let Role::Balancer(balancer) = &self.plan.stations[station].role {
            self.balancers.clear(balancer.number);
            self.address.balancer_changed(station, false, &self.plan, &mut self.clock);
        }
        // A restarted balancer considers every backend UP until its health checks say otherwise.
        for (hop, link_state) in self.plan.hops.iter().zip(&mut self.links) {
            if hop.from == station {
                link_state.reset_backend();
            }
        }
        for request in self.requests.indices() {
            let Some(record) = self.requests.get(request).copied() else { continue };
            if record.state == State::Zombie {
                continue;
            }
            if record.inside & CONNECTED != 0 && self.entry_of(request) == station {
                self.requests[request].inside &= !CONNECTED;
            }
            let at_firewall =
                matches!(record.state, State::Queued | State::InService | State::Committing) && record.station == station;
            let levels = if record.floor == NO_FLOOR { 1 } else { record.floor + 1 }..=record.depth;
            let level = levels.into_iter().find(|level| self.plan.hops[record.path[usize::from(*level) - 1]].to == station);
            match level {
                Some(level) if level < record.depth => {
                    // The station waited for a response; the work downstream continues as an orphan.
                    let request = self.abandon(request, level);
                    self.end_at_station(request, notice, observer);
                }
                Some(_)
                    if at_firewall
                        || matches!(
                            record.state,
                            State::Pausing
                                | State::Backlogged
                                | State::Collapsed
                                | State::Released
                                | State::Lost(Lost::Unanswered)
                        ) =>
                {
                    self.end_at_station(request, notice, observer);
                }
                Some(_) if record.state == State::Admitted => {
                    self.release(record.path[usize::from(record.depth)]);
                    self.end_at_station(request, notice, observer);
                }
                None if at_firewall => {
                    let place = if record.heading == Heading::Response { (record.leg & !CROSSED) - 1 } else { record.leg };
                    self.lose(request, Lost::DeadFirewall(place), observer);
                }
                // A message on the wire is handled when it arrives. It cannot keep the user's connection, which ends here.
                _ => {
                    if record.depth == 1 && self.plan.hops[record.path[0]].to == station {
                        self.requests[request].user = NO_USER;
                    }
                }
            }
        }
    }

    /// Ends a request at its current level, because the station there has stopped.
    fn end_at_station<O: Observer>(&mut self, request: RequestIx, notice: Status, observer: &mut O) {
        let record = &mut self.requests[request];
        // The slot and the connection are gone with the process.
        record.holds &= !(1 << record.depth);
        record.inside &= !(1 << record.depth);
        record.missed &= !(1 << record.depth);
        record.heading = Heading::Response;
        if notice == Status::Reset {
            self.respond(request, Status::Reset, observer);
        } else {
            self.lose(request, Lost::Silent, observer);
        }
    }

    /// Stops the wait of the component at `level`. Returns the record that continues for the user from that level; work
    /// still in progress below keeps the old record.
    pub(super) fn abandon(&mut self, request: RequestIx, level: u8) -> RequestIx {
        let record = self.requests[request];
        if record.depth == level {
            return request;
        }
        let below = u32::MAX << (level + 1);
        if record.depth == level + 1 && matches!(record.state, State::Lost(_)) && (record.holds | record.inside) & below == 0 {
            self.close_call(request);
            self.requests[request].pending = 0;
            return request;
        }
        let link = record.path[usize::from(level)];
        self.release(link);
        self.place_freed(link);
        let mut heir = record;
        heir.depth = level;
        heir.holds &= !below;
        heir.inside &= !below;
        heir.pooled &= !below;
        heir.missed &= !below;
        heir.phase = heir.carries.take().unwrap_or(heir.phase);
        heir.pending = 0;
        heir.predecessor = Some(request);
        let heir = self.requests.insert(heir);
        let worker = &mut self.requests[request];
        worker.floor = level;
        worker.holds &= below;
        worker.inside &= below;
        worker.pooled &= below;
        worker.missed &= below;
        worker.successor = Some(heir);
        let after = self.requests[heir].successor;
        if let Some(after) = after {
            self.requests[after].predecessor = Some(heir);
        }
        // Nobody waits for a lost message any more, and nothing else would end it.
        let worker = &self.requests[request];
        let is_lost = worker.depth == level + 1 && matches!(worker.state, State::Lost(_));
        if is_lost && worker.holds == 0 && worker.inside == ACCEPTED {
            self.discard(request);
        }
        heir
    }

    /// Handles the oldest deadlines of a station.
    pub(super) fn deadline_due<O: Observer>(&mut self, station: StationIx, observer: &mut O) {
        let is_cache = self.is_cache_beside(station);
        if self.is_hung(station) && !is_cache {
            // A hung station checks its deadlines when it resumes.
            self.stations[station].disarm_timer();
            return;
        }
        while let Some(deadline) = self.stations[station].oldest_deadline().copied() {
            let waiting = self.waiting_record(&deadline);
            if waiting.is_some() && deadline.at > self.clock.now() {
                self.clock.schedule(deadline.at, Kind::Deadline, station.raw());
                return;
            }
            self.stations[station].drop_oldest_deadline();
            if let Some(request) = waiting
                && is_cache
            {
                self.lookup_timed_out(request, deadline.level, observer);
            } else if let Some(request) = waiting {
                self.give_up(request, station, deadline.level, observer);
            }
        }
        self.stations[station].disarm_timer();
    }

    /// The record of the request that a deadline still applies to, or `None` if the deadline is stale.
    pub(super) fn waiting_record(&self, deadline: &Deadline) -> Option<RequestIx> {
        let request = self.resolve(deadline.request, deadline.generation, deadline.level)?;
        let record = &self.requests[request];
        let at_level = record.depth > deadline.level || (deadline.level == 0 && record.state != State::Zombie);
        (at_level && record.clocks[usize::from(deadline.level)] == deadline.clock).then_some(request)
    }

    /// Finds the record that represents a request at `level`, by following the successors of the record that a timer
    /// refers to.
    pub(super) fn resolve(&self, request: RequestIx, generation: u32, level: u8) -> Option<RequestIx> {
        if self.requests.generation(request) != generation {
            return None;
        }
        let mut request = request;
        loop {
            let record = self.requests.get(request)?;
            if record.floor == NO_FLOOR || level > record.floor {
                return (record.state != State::Zombie).then_some(request);
            }
            // Without a successor, the user's request has already ended.
            request = record.successor?;
        }
    }

    /// Ends a user's wait before there is a response.
    pub(super) fn leave<O: Observer>(&mut self, request: RequestIx, failure: Failure, observer: &mut O) {
        self.end(request, Err(failure), observer);
        let record = &mut self.requests[request];
        if record.depth == 1 && matches!(record.state, State::Lost(_)) {
            self.close_call(request);
            self.discard(request);
        } else {
            // The work continues as an orphan.
            record.floor = 0;
            let link = record.path[0];
            let link_state = &mut self.links[link];
            link_state.end_call();
        }
    }

    /// Handles the timeout of the component at `level`.
    fn give_up<O: Observer>(&mut self, request: RequestIx, station: StationIx, level: u8, observer: &mut O) {
        let tag = self.requests[request].tag();
        self.note(observer, Some(tag), EventKind::GivesUp { component: station });
        if level == 0 {
            return self.leave(request, Failure::TimedOut, observer);
        }
        let (kind, link) = (self.requests[request].kind, self.requests[request].path[usize::from(level)]);
        if self.is_session_link(link) {
            let request = self.abandon(request, level);
            return self.fail(request, station, Failure::ServerError, FailureReason::Timeout, observer);
        }
        if Drivers::is_client(station, kind, &self.plan) {
            self.databases.drivers.record(station, kind, link, false, &self.plan);
        }
        self.note_failure(station, kind, link, AttemptFailure::TimedOut);
        let policy = *self.plan.stations[station].policy(kind, self.plan.hops[link].protocol);
        let request = self.abandon(request, level);
        let error = match policy.timed_out {
            Reaction::Retry(_) if self.try_again(request, station, link, &policy.retry, observer) => return,
            Reaction::Report(error) | Reaction::Retry(error) => error,
            Reaction::Relay => unreachable!("there is no response to relay"),
        };
        self.fail(request, station, error.into(), FailureReason::Timeout, observer);
    }
}
