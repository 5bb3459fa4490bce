//! Health checks: how a balancer detects which backends are available.
//!
//! A check goes as deep as its [`HealthCheck`] says. The default only opens a connection, so it passes even if the
//! application behind the backend is dead. Checks ignore the outcomes of requests: a balancer that relies on checks
//! alone detects a failure late, which is what the lesson teaches.

use hoplight_model::behaviour::NextAttempt;
use hoplight_model::firewall::RuleAction;
use hoplight_model::{HealthCheck, LinkIx, RequestKind, TlsMode};

use crate::event::Kind;
use crate::index::{Ix, StationIx, count64, length};
use crate::journal::{EventKind, Observer};
use crate::plan::{BalancerPlan, Role};
use crate::simulation::Simulation;
use crate::station::{Passage, Routing};
use crate::time::SimTime;
use crate::view::{CheckCode, Health};

impl Simulation {
    /// Result of a connection attempt on a link, without sending anything.
    pub(super) fn passage(&self, link: LinkIx) -> Passage {
        match (self.way(link), self.health(self.plan.hops[link].to)) {
            (Passage::Open, Health::Up | Health::Hung) => Passage::Open,
            (Passage::Open, Health::Crashed) => Passage::Refused,
            (Passage::Open, Health::PoweredOff) => Passage::Silent,
            (stopped, _) => stopped,
        }
    }

    /// Result of a connection attempt on a link, regardless of the component at its end.
    pub(super) fn way(&self, link: LinkIx) -> Passage {
        let hop = &self.plan.hops[link];
        if self.links[link].is_cut() {
            return Passage::Silent;
        }
        for guard in &hop.guards {
            if !self.health(guard.firewall).is_up() {
                return Passage::Silent;
            }
            match guard.verdict.action {
                RuleAction::Allow => {}
                RuleAction::Reset => return Passage::Refused,
                RuleAction::Reject if self.firewalls.can_send_error(guard.firewall, hop.from, self.clock.now()) => {
                    return Passage::Refused;
                }
                RuleAction::Drop | RuleAction::Reject => return Passage::Silent,
            }
        }
        Passage::Open
    }

    /// Spreads the first checks of each balancer's backends evenly over its check interval.
    pub(super) fn schedule_checks(&mut self) {
        let mut first = Vec::new();
        for (station, plan) in self.plan.stations.enumerate() {
            let Role::Balancer(balancer) = &plan.role else { continue };
            let links: Vec<LinkIx> = self
                .plan
                .hops
                .enumerate()
                .filter(|(_, hop)| hop.from == station && hop.backend.is_some())
                .map(|(link, _)| link)
                .collect();
            let share = balancer.check_interval / (count64(links.len()) + 1);
            first.extend(links.into_iter().zip(1u64..).map(|(link, place)| (link, share * place)));
        }
        for (link, delay) in first {
            self.clock.schedule(self.clock.now() + delay, Kind::Check, link.raw());
        }
    }

    /// Checks the health of a backend.
    pub(super) fn check_due<O: Observer>(&mut self, link: LinkIx, observer: &mut O) {
        let from = self.plan.hops[link].from;
        let balancer = self.balancer(from);
        let sent = self.health(from).is_up();
        let failed = self.check_failure(link, balancer).filter(|_| sent);
        let link_state = &mut self.links[link];
        link_state.set_check(failed.map(|(code, _)| code));
        if sent {
            // A check that times out gets no response, and a check that fails later gets a late one.
            link_state.count_check(failed.is_none_or(|(_, after)| after == 0));
            observer.checked(self.clock.now(), link, failed.is_none());
        }
        let Some((_, after)) = failed else {
            self.check_ended(link, observer);
            return;
        };
        if after == 0 {
            self.check_ended(link, observer);
        } else {
            self.clock.schedule(self.clock.now() + after, Kind::CheckTimeout, link.raw());
        }
    }

    /// How and after how many nanoseconds a check of a backend would fail; `None` if it would pass.
    ///
    /// As in `HAProxy` with `timeout check` set, a connection attempt may take the balancer's connect timeout, but at
    /// most the check interval; the response may then take the check timeout. Except for timeouts, a check takes no
    /// time: its round trips are short compared with the interval.
    fn check_failure(&self, link: LinkIx, balancer: &BalancerPlan) -> Option<(CheckCode, u64)> {
        let to = self.plan.hops[link].to;
        match self.passage(link) {
            Passage::Refused => return Some((CheckCode::L4Con, 0)),
            Passage::Silent => return Some((CheckCode::L4Tout, balancer.connect_timeout.min(balancer.check_interval))),
            Passage::Open => {}
        }
        let encrypted = self.plan.tls == TlsMode::Reencrypt;
        if encrypted && self.is_hung(to) {
            return Some((CheckCode::L6Tout, balancer.check_timeout));
        }
        let expires = self.plan.stations[to].certificate_until;
        if encrypted && expires.is_some_and(|until| self.clock.now() >= SimTime::from_nanos(until)) {
            // Where traffic is encrypted, so are health checks.
            return Some((CheckCode::L6Rsp, 0));
        }
        if balancer.check == HealthCheck::Tcp {
            return None;
        }
        match self.check_answer(to, balancer.check) {
            Ok(after) if after < balancer.check_timeout => None,
            Err(after) if after < balancer.check_timeout => Some((CheckCode::L7Sts, after)),
            Ok(_) | Err(_) => Some((CheckCode::L7Tout, balancer.check_timeout)),
        }
    }

    /// How a station that accepts connections would answer a check of depth `check`, and after how many nanoseconds: with
    /// success, or with an error. Follows the links for reads, and reads the station's round-robin position without
    /// advancing it.
    fn check_answer(&self, station: StationIx, check: HealthCheck) -> Result<u64, u64> {
        let (plan, state) = (&self.plan.stations[station], &self.stations[station]);
        if self.is_hung(station) {
            return Err(u64::MAX);
        }
        if !state.has_free_slot() && !state.has_queue_space() {
            return Err(0);
        }
        if plan.check_depth.is_none_or(|depth| check < depth) {
            return Ok(0);
        }
        let links = &plan.out[RequestKind::Read];
        let takes_turns = state.params().routing[RequestKind::Read] == Routing::TakeTurns;
        let first = if takes_turns { length(state.turn()) } else { 0 };
        let available = |link: LinkIx| self.is_available(station, RequestKind::Read, link);
        let some_available = links.iter().any(|link| available(*link));
        let mut elapsed = 0;
        for place in 0..links.len() {
            let link = links[(first + place) % links.len()];
            if matches!(plan.role, Role::Balancer(_)) && !self.links[link].takes_new() {
                continue;
            }
            if some_available && !available(link) {
                continue;
            }
            match self.passage(link) {
                Passage::Refused => {}
                Passage::Silent => {
                    let policy = plan.policy(RequestKind::Read, self.plan.hops[link].protocol);
                    let connect_timeout = policy.connect_timeout.nanos();
                    if policy.retry.next == NextAttempt::Same {
                        return Err(elapsed + connect_timeout * policy.retry.attempts as u64);
                    }
                    elapsed += connect_timeout;
                }
                Passage::Open => {
                    return match self.check_answer(self.plan.hops[link].to, check) {
                        Ok(after) if after < plan.timeout => Ok(elapsed + after),
                        Ok(after) | Err(after) => Err(elapsed + after.min(plan.timeout)),
                    };
                }
            }
        }
        Err(elapsed)
    }

    /// Counts the result of a check: `fall` consecutive failures take a backend out of rotation, and `rise` consecutive
    /// successes bring it back. Schedules the next check an interval later.
    pub(super) fn check_ended<O: Observer>(&mut self, link: LinkIx, observer: &mut O) {
        let hop = &self.plan.hops[link];
        let balancer = self.balancer(hop.from);
        let (fall, rise, interval, backend) = (balancer.fall, balancer.rise, balancer.check_interval, hop.to);
        let runs = self.health(hop.from).is_up();
        self.clock.schedule(self.clock.now() + interval, Kind::Check, link.raw());
        if !runs {
            return;
        }
        let link_state = &mut self.links[link];
        let code = link_state.check_code();
        if let Some(up) = link_state.end_check(fall, rise) {
            observer.backend_changed(self.clock.now(), link, up);
            self.note(observer, None, EventKind::Backend { backend, up, code });
            self.backend_changed(link, observer);
        }
    }

    /// The response of the backend at the end of `link` to the last health check: success, or how it failed. `None` if
    /// there was no immediate response.
    pub(crate) fn check_response(&self, link: LinkIx) -> Option<Result<(), CheckCode>> {
        self.links[link].check_response()
    }

    /// How the last health check of the backend at the end of `link` failed; `None` if it passed or there was none.
    pub fn check_code(&self, link: LinkIx) -> Option<CheckCode> {
        self.links.get(link)?.check_code()
    }
}
