//! What each kind of component does with a request, and with an answer from downstream.

#![expect(clippy::inline_always, reason = "on the engine's critical path, as `flow` is")]

use hoplight_model::Protocol;
use hoplight_model::behaviour::{AttemptFailure, NextAttempt, Reaction, RetryRule, WhenFull};
use hoplight_model::quantity::Seconds;

use crate::event::Kind;
use crate::index::{LinkIx, RequestIx, StationIx, length};
use crate::journal::{EventKind, FailureReason, Observer};
use crate::outcome::{Failure, Outcome};
use crate::packet::{Heading, Phase};
use crate::plan::Role;
use crate::request::{CROSSED, Lost, State, Status};
use crate::simulation::Simulation;
use crate::simulation::service::Next;
use crate::station::Routing;

impl Simulation {
    /// Decides what follows a station's own work on a request.
    #[inline(always)]
    pub(super) fn decide<O: Observer>(&mut self, request: RequestIx, station: StationIx, act: Routing, observer: &mut O) -> Next {
        match act {
            Routing::Ask(link) => Next::Forward(link),
            Routing::Balance => self.balance(request, station, observer).map_or(Next::Moved(None), Next::Forward),
            Routing::TakeTurns => {
                let links = &self.plan.stations[station].out[self.requests[request].kind];
                let turn = &mut self.stations[station].turn;
                // There is at least one link, or the station would fail the request.
                let link = links[length(*turn) % links.len()];
                *turn = turn.wrapping_add(1);
                Next::Forward(link)
            }
            Routing::Query(node) if !self.requests[request].kind.is_write() => {
                self.count_if_stale(request, node);
                self.serve_inline(request, station, observer)
            }
            Routing::Serve => self.serve_inline(request, station, observer),
            Routing::Respond => Next::Respond,
            Routing::Judge => Next::Moved(self.judge(request, observer)),
            Routing::Query(_) | Routing::AskWriter | Routing::Resolve | Routing::Fail(_) => {
                self.decide_slow(request, station, act, observer)
            }
        }
    }

    /// Decides what takes more than finding a link or responding.
    #[inline(never)]
    fn decide_slow<O: Observer>(&mut self, request: RequestIx, station: StationIx, act: Routing, observer: &mut O) -> Next {
        match (act, &self.plan.stations[station].role) {
            (Routing::AskWriter, _) => match self.database_link(station, self.requests[request].kind) {
                Some(link) => return Next::Forward(link),
                None => self.fail(request, station, Failure::ServerError, FailureReason::NoRoute, observer),
            },
            (Routing::Query(node), _) => self.write(request, station, node, observer),
            (Routing::Resolve, Role::Resolver(resolver)) => self.end_lookup(request, station, *resolver, observer),
            (Routing::Fail(failure), _) => self.fail(request, station, failure, FailureReason::NoRoute, observer),
            _ => {}
        }
        Next::Moved(None)
    }

    /// A station has what was asked for.
    #[inline(always)]
    fn serve_inline<O: Observer>(&self, request: RequestIx, station: StationIx, observer: &mut O) -> Next {
        self.tell(observer, Some(self.requests[request].tag()), || EventKind::Answers { component: station });
        Next::Respond
    }

    /// A station has worked on a handshake: it ends TLS, or passes it on.
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

    /// The queue is full.
    #[cold]
    pub(super) fn turn_away<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        let record = &self.requests[request];
        if record.heading == Heading::Response {
            // Only firewalls turn answers away, by dropping them.
            self.lose(request, Lost::Dropped((record.leg & !CROSSED) - 1), observer);
            return;
        }
        let status = match self.plan.stations[station].when_full {
            WhenFull::TooManyConnections => Status::TooManyConnections,
            // A full queue before anything speaks HTTP looks like a closed port.
            _ if record.phase != Phase::Exchange => Status::Refused,
            WhenFull::Refuse => Status::Refused,
            WhenFull::Respond(error) => Status::Error(error.into()),
        };
        self.respond(request, status, observer);
    }

    /// An answer is back at the component that asked.
    pub(super) fn on_response<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        let plan = &self.plan.stations[station];
        if matches!(plan.role, Role::Browser) {
            return self.on_browser_response(request, observer);
        }
        let record = &self.requests[request];
        let (kind, status) = (record.kind, record.status);
        let link = record.path[usize::from(record.depth)];
        let protocol = self.plan.hops[link].protocol;
        let forwarding = plan.forwarding(kind).expect("who has asked forwards requests");
        let policy = *forwarding.policy(protocol);
        // A driver has one policy, whatever its links speak; a proxy asks by HTTP with another one, and learns nothing.
        if protocol == Protocol::Sql || forwarding.http == forwarding.sql {
            self.driver_learns(station, kind, link, status == Status::Ok);
        }
        let (failure, why) = match status {
            Status::Ok | Status::Error(_) => return self.respond(request, status, observer),
            Status::Refused => (AttemptFailure::Refused, FailureReason::Refused),
            Status::Reset => (AttemptFailure::Reset, FailureReason::Reset),
            Status::Certificate => (AttemptFailure::Certificate, FailureReason::Certificate),
            Status::ReadOnly => (AttemptFailure::ReadOnly, FailureReason::ReadOnly),
            Status::TooManyConnections => (AttemptFailure::TooManyConnections, FailureReason::TooManyConnections),
        };
        match policy.after(failure) {
            Reaction::Relay => self.respond(request, status, observer),
            Reaction::Report(error) => self.fail(request, station, error.into(), why, observer),
            Reaction::Retry(error) => {
                if !self.try_again(request, station, link, &policy.retry, observer) {
                    self.fail(request, station, error.into(), why, observer);
                }
            }
            Reaction::Wait => unreachable!("what has answered is not silent"),
        }
    }

    /// Makes another attempt after one that was refused. Returns false if none is left.
    fn try_again<O: Observer>(
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
        let links = &self.plan.stations[station].out[record.kind];
        let tried = || links.iter().position(|known| *known == link).expect("it was asked on one of these links");
        let (next, attempt) = match rule.next {
            NextAttempt::Same | NextAttempt::Redispatch => {
                // Only an attempt on the same backend is repeated after a pause.
                let elsewhere = rule.next == NextAttempt::Redispatch && self.another(request, station, link).is_some();
                self.pause(request, rule.pause.filter(|_| !elsewhere).map_or(0, Seconds::nanos));
                return true;
            }
            NextAttempt::Round => (links[(tried() + 1) % links.len()], attempt.saturating_add(1)),
            NextAttempt::Following => match links.get(tried() + 1) {
                Some(next) => (*next, 1),
                None => return false,
            },
        };
        self.forward(request, next, attempt, observer);
        true
    }

    /// The balancer pauses before its next attempt.
    fn pause(&mut self, request: RequestIx, nanos: u64) {
        self.requests[request].state = State::Pausing;
        self.schedule_for(request, self.clock.now() + nanos, Kind::Retry);
    }

    /// A connection attempt was silent for too long, or the pause before the next attempt is over.
    pub(super) fn retry_due<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        let record = &self.requests[request];
        if record.phase == Phase::Lookup {
            self.close_call(request);
            self.end(request, Err(Failure::Dns), observer);
            self.discard(request);
            return;
        }
        let level = usize::from(record.depth);
        let asks = match record.state {
            State::Lost(_) => level.checked_sub(1).map(|level| record.path[level]),
            _ => Some(record.path[level]),
        };
        if asks.is_some_and(|link| self.is_hung(self.plan.hops[link].from)) {
            self.postpone_retry(request);
            return;
        }
        match record.state {
            State::Backlogged => return self.backlog_timeout(request, observer),
            State::Admitted => return self.admission_due(request, observer),
            _ => {}
        }
        let silent = matches!(record.state, State::Lost(_));
        if silent {
            self.close_call(request);
        }
        let record = &self.requests[request];
        let (level, tag) = (usize::from(record.depth), record.tag());
        let link = record.path[level];
        let station = self.plan.hops[link].from;
        let rule = self.plan.stations[station].policy(record.kind, self.plan.hops[link].protocol).retry;
        let (attempt, redispatch) = (record.attempts[level].saturating_add(1), rule.next == NextAttempt::Redispatch);
        if usize::from(attempt) > rule.attempts {
            let why = if silent { FailureReason::Timeout } else { FailureReason::Refused };
            self.fail(request, station, Failure::Unavailable, why, observer);
            return;
        }
        self.requests[request].attempts[level] = attempt;
        self.tell(observer, Some(tag), || EventKind::Retries { component: station, attempt });
        let link = match self.another(request, station, link).filter(|_| redispatch) {
            Some(other) => other,
            None if redispatch && !self.links[link].takes_new() => {
                self.assign(request, station, attempt, observer);
                return;
            }
            None => link,
        };
        if self.requests[request].pinned.is_some() {
            // A connection that passes through is bound to the backend that is tried now.
            self.requests[request].pinned = Some(link);
        }
        if !self.has_room(link) {
            self.wait_for_backend(request, station, Some(link), observer);
            return;
        }
        self.arm_deadline(request, station, self.requests[request].depth, self.plan.stations[station].timeout);
        self.send_on_connection(request, link, observer);
    }

    /// The browser has an answer: on to the next phase, or to the end.
    fn on_browser_response<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        let (phase, status) = (self.requests[request].phase, self.requests[request].status);
        let next = match (phase, status) {
            // The probe keeps no address: it fills no cache.
            (Phase::Lookup, Status::Ok) if self.requests[request].is_probe() => Some(Phase::Connect),
            (Phase::Lookup, Status::Ok) => {
                self.names.learn();
                Some(Phase::Connect)
            }
            (Phase::Exchange, _) => None,
            (_, Status::Ok) => Some(self.after_opening(request)),
            _ => None,
        };
        if let Some(next) = next {
            self.requests[request].phase = next;
            self.browser_sends(request, observer);
            return;
        }
        self.end(request, outcome(phase, status), observer);
        self.discard(request);
    }
}

/// What the user makes of an answer.
fn outcome(phase: Phase, status: Status) -> Outcome {
    match status {
        Status::Ok => Ok(()),
        _ if phase == Phase::Lookup => Err(Failure::Dns),
        Status::Refused => Err(Failure::Refused),
        Status::Reset => Err(Failure::Reset),
        Status::Certificate => Err(Failure::Certificate),
        Status::ReadOnly | Status::TooManyConnections => Err(Failure::ServerError),
        Status::Error(failure) => Err(failure),
    }
}
