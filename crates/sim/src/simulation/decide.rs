//! What each kind of component does with a request, and with a response from downstream.

#![expect(clippy::inline_always, reason = "on the engine's critical path, as `flow` is")]

use hoplight_model::Protocol;
use hoplight_model::behaviour::{AttemptFailure, NextAttempt, Reaction, RetryRule};
use hoplight_model::quantity::Seconds;

use crate::database::Drivers;
use crate::event::Kind;
use crate::index::{LinkIx, RequestIx, StationIx};
use crate::journal::{EventKind, FailureReason, Observer};
use crate::outcome::{Failure, Outcome};
use crate::packet::Phase;
use crate::plan::Role;
use crate::request::{Lost, NO_USER, State, Status};
use crate::simulation::Simulation;
use crate::simulation::service::Next;
use crate::station::Routing;

impl Simulation {
    /// Decides the next step after a station's own work on a request.
    #[inline(always)]
    pub(super) fn decide<O: Observer>(&mut self, request: RequestIx, station: StationIx, act: Routing, observer: &mut O) -> Next {
        match act {
            Routing::Balance => self.balance(request, station, observer).map_or(Next::Moved(None), Next::Forward),
            Routing::TakeTurns | Routing::AskFirst(_) if self.stations[station].has_failing_upstreams() => {
                Next::Forward(self.choose_available(request, station))
            }
            Routing::Ask(link) | Routing::AskFirst(link) => Next::Forward(link),
            Routing::TakeTurns => {
                let links = &self.plan.stations[station].out[self.requests[request].kind];
                // There is at least one link; otherwise the routing would be `Routing::Fail`.
                Next::Forward(links[self.stations[station].take_turn(links.len())])
            }
            Routing::Query(node) if !self.requests[request].kind.is_write() => {
                self.count_if_stale(request, node);
                self.serve_inline(request, station, observer)
            }
            Routing::Serve => self.serve_inline(request, station, observer),
            Routing::Respond => Next::Respond,
            Routing::Judge => Next::Moved(self.judge(request, observer)),
            Routing::AskCache(_)
            | Routing::OpenSession
            | Routing::FindSession
            | Routing::LookUp(_)
            | Routing::LookUpOwn
            | Routing::Query(_)
            | Routing::QueryGroup(_)
            | Routing::AskWriter
            | Routing::ByRole
            | Routing::Resolve
            | Routing::Limit
            | Routing::Redirect
            | Routing::Fail(_) => self.decide_slow(request, station, act, observer),
        }
    }

    /// Slow path of `decide`: everything beyond finding a link or responding.
    #[inline(never)]
    fn decide_slow<O: Observer>(&mut self, request: RequestIx, station: StationIx, act: Routing, observer: &mut O) -> Next {
        match (act, &self.plan.stations[station].role) {
            (Routing::AskWriter, _) => match self.databases.drivers.link(station, self.requests[request].kind, &self.plan) {
                Some(link) => return Next::Forward(link),
                None => self.fail(request, station, Failure::ServerError, FailureReason::NoRoute, observer),
            },
            (Routing::Limit, _) => return self.limit_rate(request, station, observer),
            (Routing::OpenSession, _) => return self.open_session(request, station, observer),
            (Routing::FindSession, _) => return self.answer_session(request, station, observer),
            (Routing::AskCache(link), _) => return self.ask_cache(request, station, link, observer),
            (Routing::LookUp(cache), _) => return self.answer_lookup(request, cache, observer),
            (Routing::LookUpOwn, _) => return self.look_up_own(request, station, observer),
            (Routing::ByRole, _) => {
                return self.find_backend(request, station, 1, observer).map_or(Next::Moved(None), Next::Forward);
            }
            (Routing::QueryGroup(node), _) => self.query_group(request, station, node, observer),
            (Routing::Query(node), _) => self.write(request, station, node, observer),
            (Routing::Resolve, Role::Resolver(resolver)) => self.end_lookup(request, station, *resolver, observer),
            (Routing::Redirect, _) => self.redirect(request, station, observer),
            (Routing::Fail(failure), _) => self.fail(request, station, failure, FailureReason::NoRoute, observer),
            _ => {}
        }
        Next::Moved(None)
    }

    /// Reports that a station has the requested content, and responds.
    #[inline(always)]
    fn serve_inline<O: Observer>(&self, request: RequestIx, station: StationIx, observer: &mut O) -> Next {
        self.tell(observer, Some(self.requests[request].tag()), || EventKind::Answers { component: station });
        Next::Respond
    }

    /// Handles the end of a station's work on a handshake: terminates TLS, or passes the handshake on.
    #[inline(never)]
    pub(super) fn on_handshake_work<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        act: Routing,
        observer: &mut O,
    ) {
        match act {
            Routing::Balance if self.plan.stations[station].passes_tls(self.requests[request].kind) => {
                if let Some(link) = self.balance(request, station, observer) {
                    self.forward(request, link, 1, observer);
                }
            }
            Routing::Resolve => _ = self.decide_slow(request, station, act, observer),
            _ => self.end_handshake(request, station, observer),
        }
    }

    pub(super) fn serve<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        self.serve_inline(request, station, observer);
        self.respond(request, Status::Ok, observer);
    }

    /// Handles a response at the component that sent the request.
    pub(super) fn on_response<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        let plan = &self.plan.stations[station];
        if matches!(plan.role, Role::Browser) {
            return self.on_browser_response(request, observer);
        }
        let record = &self.requests[request];
        let (kind, status) = (record.kind, record.status);
        let link = record.path[usize::from(record.depth)];
        let protocol = self.plan.hops[link].protocol;
        if protocol == Protocol::Cache && self.is_session_link(link) {
            return self.on_session_response(request, station, observer);
        }
        if protocol == Protocol::Cache {
            return self.on_lookup_response(request, station, link, observer);
        }
        let forwarding = plan.forwarding(kind).expect("a station that sends requests forwards them");
        let caches = forwarding.cache.is_some();
        let policy = *forwarding.policy(protocol);
        // A driver has the same policy on all of its links. A proxy has a separate policy for HTTP, and does not track
        // the primary.
        if protocol == Protocol::Sql || forwarding.http == forwarding.sql {
            self.databases.drivers.record(station, kind, link, status == Status::Ok, &self.plan);
        }
        let (failure, why) = match status {
            Status::Ok | Status::Redirect | Status::Error(_) => {
                self.note_success(station, link);
                if self.plan.sessions.is_used() {
                    self.on_session_passed(request, station, link, status);
                }
                if caches && status == Status::Ok {
                    self.on_upstream_success(request, station, observer);
                } else if caches && self.on_fetch_failed(request, station, observer) {
                    return;
                }
                return self.respond(request, status, observer);
            }
            Status::Miss => unreachable!("only caches report a miss"),
            Status::Refused => (AttemptFailure::Refused, FailureReason::Refused),
            Status::Reset => (AttemptFailure::Reset, FailureReason::Reset),
            Status::Certificate => (AttemptFailure::Certificate, FailureReason::Certificate),
            Status::ReadOnly => (AttemptFailure::ReadOnly, FailureReason::ReadOnly),
            Status::NotReady => (AttemptFailure::NotReady, FailureReason::NotReady),
            Status::TooManyConnections => (AttemptFailure::TooManyConnections, FailureReason::TooManyConnections),
        };
        if std::mem::take(&mut self.requests[request].races) && self.retries_race(station, kind) {
            let attempt = self.requests[request].attempts[usize::from(self.requests[request].depth)];
            self.forward(request, link, attempt, observer);
            return;
        }
        self.note_failure(station, kind, link, failure);
        match policy.after(failure) {
            Reaction::Relay => {
                if !(caches && self.on_fetch_failed(request, station, observer)) {
                    self.respond(request, status, observer);
                }
            }
            Reaction::Report(error) => self.fail(request, station, error.into(), why, observer),
            Reaction::Retry(error) => {
                if !self.try_again(request, station, link, &policy.retry, observer) {
                    self.fail(request, station, error.into(), why, observer);
                }
            }
        }
    }

    /// Handles the connection timeout of a web server or a database driver: it tries the next upstream, or fails.
    fn connect_timed_out<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        link: LinkIx,
        why: FailureReason,
        observer: &mut O,
    ) {
        let (kind, tag) = (self.requests[request].kind, self.requests[request].tag());
        self.note(observer, Some(tag), EventKind::GivesUp { component: station });
        let policy = *self.plan.stations[station].policy(kind, self.plan.hops[link].protocol);
        if Drivers::is_client(station, kind, &self.plan) {
            self.databases.drivers.record(station, kind, link, false, &self.plan);
        }
        self.note_failure(station, kind, link, AttemptFailure::Silent);
        let Reaction::Retry(error) = policy.after(AttemptFailure::Silent) else { unreachable!("a failed connection is retried") };
        if !self.try_again(request, station, link, &policy.retry, observer) {
            self.fail(request, station, error.into(), why, observer);
        }
    }

    /// Makes another attempt after a failed one. Returns false if none is left.
    pub(super) fn try_again<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        link: LinkIx,
        rule: &RetryRule,
        observer: &mut O,
    ) -> bool {
        let record = &self.requests[request];
        let attempt = record.attempts[usize::from(record.depth)];
        if usize::from(attempt) >= rule.attempts {
            return false;
        }
        let kind = record.kind;
        let links = &self.plan.stations[station].out[kind];
        let available = |link: &&LinkIx| self.is_available(station, kind, **link);
        let tried = || links.iter().position(|known| *known == link).expect("the attempt was on one of these links");
        let (next, attempt) = match rule.next {
            NextAttempt::Same | NextAttempt::Redispatch => {
                // Only a retry on the same backend waits first.
                let elsewhere = rule.next == NextAttempt::Redispatch && self.next_other(request, station, link).is_some();
                self.pause(request, rule.pause.filter(|_| !elsewhere).map_or(0, Seconds::nanos));
                return true;
            }
            NextAttempt::Round => {
                let (before, after) = links.split_at(tried());
                match after[1..].iter().chain(before).find(available) {
                    Some(next) => (*next, attempt.saturating_add(1)),
                    None => return false,
                }
            }
            NextAttempt::Following => match links[tried() + 1..].iter().find(available) {
                Some(next) => (*next, 1),
                None => return false,
            },
        };
        self.note_attempt(station, kind, next);
        self.forward(request, next, attempt, observer);
        true
    }

    /// Delays a balancer's next attempt.
    fn pause(&mut self, request: RequestIx, nanos: u64) {
        self.requests[request].state = State::Pausing;
        self.schedule_for(request, self.clock.now() + nanos, Kind::Retry);
    }

    /// Handles a connection timeout, or the end of the delay before the next attempt.
    pub(super) fn retry_due<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        let state = self.requests[request].state;
        if state == State::Lost(Lost::Syn) {
            if self.resend_syn(request, observer) {
                return;
            }
            if self.requests[request].is_check() && self.requests[request].depth == 1 {
                self.check_not_connected(request, observer);
                return;
            }
        }
        if self.browser_timeout(request, observer) {
            return;
        }
        if matches!(state, State::Collapsed | State::Released) {
            return self.collapsed_due(request, observer);
        }
        let record = &self.requests[request];
        let level = usize::from(record.depth);
        let asks = match state {
            State::Lost(_) => level.checked_sub(1).map(|level| record.path[level]),
            _ => Some(record.path[level]),
        };
        if asks.is_some_and(|link| self.is_hung(self.plan.hops[link].from)) {
            self.postpone_retry(request);
            return;
        }
        match state {
            State::Backlogged => return self.backlog_timeout(request, observer),
            State::Admitted => return self.admission_due(request, observer),
            _ => {}
        }
        let silent = match state {
            State::Lost(Lost::Syn) => Some(FailureReason::Full),
            State::Lost(_) => Some(FailureReason::Timeout),
            _ => None,
        };
        if silent.is_some() {
            self.close_call(request);
        }
        let record = &self.requests[request];
        let (level, tag) = (usize::from(record.depth), record.tag());
        let link = record.path[level];
        let station = self.plan.hops[link].from;
        if self.plan.hops[link].protocol == Protocol::Cache && self.is_session_link(link) {
            return self.session_failed(request, station, AttemptFailure::Silent, observer);
        }
        if self.plan.hops[link].protocol == Protocol::Cache {
            return self.lookup_failed(request, station, link, AttemptFailure::Silent, observer);
        }
        let rule = self.plan.stations[station].policy(record.kind, self.plan.hops[link].protocol).retry;
        if matches!(rule.next, NextAttempt::Round | NextAttempt::Following) {
            return self.connect_timed_out(request, station, link, silent.unwrap_or(FailureReason::Timeout), observer);
        }
        let (attempt, redispatch) = (record.attempts[level].saturating_add(1), rule.next == NextAttempt::Redispatch);
        if usize::from(attempt) > rule.attempts {
            self.fail(request, station, Failure::Unavailable, silent.unwrap_or(FailureReason::Refused), observer);
            return;
        }
        self.requests[request].attempts[level] = attempt;
        self.tell(observer, Some(tag), || EventKind::Retries { component: station, attempt });
        let link = match self.next_other(request, station, link).filter(|_| redispatch) {
            Some(other) => other,
            None if redispatch && !self.links[link].takes_new() => {
                self.assign(request, station, attempt, observer);
                return;
            }
            None => link,
        };
        if self.requests[request].pinned.is_some() {
            // A connection that is passed through is now bound to the new backend.
            self.requests[request].pinned = Some(link);
        }
        if !self.has_room(link) {
            self.wait_for_backend(request, station, Some(link), observer);
            return;
        }
        self.arm_deadline(request, station, self.requests[request].depth, self.plan.stations[station].timeout);
        self.send_on_connection(request, link, observer);
    }

    /// Handles a response at the browser: continues with the next phase, or ends the request.
    fn on_browser_response<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        if self.requests[request].status == Status::Redirect {
            self.follow_redirect(request, observer);
            return;
        }
        if self.is_repeated(request) {
            self.repeat_request(request, observer);
            return;
        }
        if self.plan.has_alternatives && self.on_alternative_response(request, observer) {
            return;
        }
        let (phase, status) = (self.requests[request].phase, self.requests[request].status);
        let next = match (phase, status) {
            (Phase::Lookup, Status::Ok) => {
                self.learn_address(request);
                Some(self.after_opening(request))
            }
            (Phase::Exchange | Phase::PlainExchange, _) => None,
            (_, Status::Ok) => Some(self.after_opening(request)),
            _ => None,
        };
        if let Some(next) = next {
            let record = &mut self.requests[request];
            record.phase = next;
            let (user, entry) = (record.user, record.path[0]);
            if next == Phase::Exchange && user != NO_USER {
                self.returning.uses(user, (self.chosen_address(request), entry), self.clock.now());
            }
            self.browser_sends(request, observer);
            return;
        }
        self.end(request, outcome(phase, status), observer);
        self.discard(request);
    }
}

/// The outcome of a response for the user.
fn outcome(phase: Phase, status: Status) -> Outcome {
    match status {
        Status::Ok => Ok(()),
        _ if phase == Phase::Lookup => Err(Failure::Dns),
        Status::Refused => Err(Failure::Refused),
        Status::Reset => Err(Failure::Reset),
        Status::Certificate => Err(Failure::Certificate),
        Status::ReadOnly | Status::NotReady | Status::TooManyConnections | Status::Miss => Err(Failure::ServerError),
        Status::Redirect => unreachable!("the browser follows redirects"),
        Status::Error(failure) => Err(failure),
    }
}
