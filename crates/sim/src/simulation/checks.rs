//! Health checks: how a balancer finds out which backends to use.
//!
//! A check goes as far as [`HealthCheck`] says: by default it only opens a connection, and so it passes while the
//! application behind the backend is dead. It never looks at what requests experience: a balancer that only checks learns of
//! a failure late, and that is the lesson.

use hoplight_model::firewall::RuleAction;
use hoplight_model::{HealthCheck, LinkIx, RequestKind, TlsMode};

use crate::event::Kind;
use crate::index::{Ix, StationIx, count, length};
use crate::journal::{EventKind, Observer};
use crate::plan::{BalancerPlan, Role};
use crate::simulation::Simulation;
use crate::station::{Passage, Routing};
use crate::time::SimTime;
use crate::view::{CheckCode, Health};

impl Simulation {
    /// Tries a link without sending anything on it.
    pub(super) fn passage(&self, link: LinkIx) -> Passage {
        match (self.way(link), self.health(self.plan.hops[link].to)) {
            (Passage::Open, Health::Up | Health::Hung) => Passage::Open,
            (Passage::Open, Health::Crashed) => Passage::Refused,
            (Passage::Open, Health::PoweredOff) => Passage::Silent,
            (stopped, _) => stopped,
        }
    }

    /// What a new connection on a link meets on the way, before its end.
    pub(super) fn way(&self, link: LinkIx) -> Passage {
        let hop = &self.plan.hops[link];
        if self.links[link].cut {
            return Passage::Silent;
        }
        for guard in &hop.guards {
            if !self.health(guard.firewall).is_up() {
                return Passage::Silent;
            }
            match guard.verdict.action {
                RuleAction::Allow => {}
                RuleAction::Drop => return Passage::Silent,
                RuleAction::Reject => return Passage::Refused,
            }
        }
        Passage::Open
    }

    /// Spreads the first checks of each balancer's backends over its interval.
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
            let share = balancer.check_interval / (links.len() as u64 + 1);
            first.extend(links.into_iter().zip(1u64..).map(|(link, place)| (link, share * place)));
        }
        for (link, delay) in first {
            self.clock.schedule(self.clock.now() + delay, Kind::Check, link.raw());
        }
    }

    /// Time to check a backend.
    pub(super) fn check_due<O: Observer>(&mut self, link: LinkIx, observer: &mut O) {
        let from = self.plan.hops[link].from;
        let balancer = self.balancer(from);
        let sent = self.health(from).is_up();
        let failed = self.examine(link, balancer).filter(|_| sent);
        let line = &mut self.links[link];
        line.check = failed.map(|(code, _)| code);
        if sent {
            line.checks = line.checks.wrapping_add(1);
            // A check that runs into a timeout has no answer, and one that fails later has it later.
            line.answered = failed.is_none_or(|(_, after)| after == 0);
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

    /// How a check of a backend would fail, and after how long; `None` if it would pass.
    ///
    /// As in `HAProxy` where `timeout check` is set, an attempt to connect lasts as long as the balancer's own attempts do,
    /// but not longer than the interval, and the answer may take the check's timeout after that. Apart from such waits a check takes no time: its round trips are short beside the interval.
    fn examine(&self, link: LinkIx, balancer: &BalancerPlan) -> Option<(CheckCode, u64)> {
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
            // Where traffic is encrypted, checks are.
            return Some((CheckCode::L6Rsp, 0));
        }
        if balancer.check == HealthCheck::Tcp {
            return None;
        }
        let after = self.page(to, balancer.check)?;
        Some(if after < balancer.check_timeout { (CheckCode::L7Sts, after) } else { (CheckCode::L7Tout, balancer.check_timeout) })
    }

    /// After how long a station that accepts connections would fail a check that goes as far as `check`; `None` if it would
    /// answer. It asks those behind it as it does for a read, and reads its turn without taking it.
    fn page(&self, station: StationIx, check: HealthCheck) -> Option<u64> {
        let (plan, state) = (&self.plan.stations[station], &self.stations[station]);
        if self.is_hung(station) {
            return Some(u64::MAX);
        }
        if state.busy >= plan.slots && !plan.limit.admits(count(state.queue.len())) {
            return Some(0);
        }
        let links = &plan.out[RequestKind::Read];
        let asks = plan.check_depth.is_some_and(|depth| check >= depth);
        let takes_turns = state.params.routing[RequestKind::Read] == Routing::TakeTurns;
        let first = if takes_turns { length(state.turn) } else { 0 };
        if !asks {
            return None;
        }
        for place in 0..links.len() {
            let link = links[(first + place) % links.len()];
            let line = &self.links[link];
            if matches!(plan.role, Role::Balancer(_)) && !line.takes_new() {
                continue;
            }
            return match self.passage(link) {
                Passage::Refused => continue,
                Passage::Silent => Some(plan.timeout),
                Passage::Open => self.page(self.plan.hops[link].to, check).map(|after| after.min(plan.timeout)),
            };
        }
        Some(0)
    }

    /// A check has ended: `fall` bad ones in a row take a backend out, `rise` good ones bring it back. The next one begins
    /// an interval later.
    pub(super) fn check_ended<O: Observer>(&mut self, link: LinkIx, observer: &mut O) {
        let hop = &self.plan.hops[link];
        let balancer = self.balancer(hop.from);
        let (fall, rise, interval, backend) = (balancer.fall, balancer.rise, balancer.check_interval, hop.to);
        let runs = self.health(hop.from).is_up();
        self.clock.schedule(self.clock.now() + interval, Kind::Check, link.raw());
        if !runs {
            return;
        }
        let line = &mut self.links[link];
        let code = line.check;
        let passed = code.is_none();
        if line.backend_up == passed {
            line.streak = 0;
            return;
        }
        line.streak += 1;
        if line.streak >= if passed { rise } else { fall } {
            line.streak = 0;
            line.backend_up = passed;
            self.note(observer, None, EventKind::Backend { backend, up: passed, code });
            self.backend_changed(link, observer);
        }
    }

    /// What the backend at the end of `link` answered to the last health check: that it is well, or how it is not. `None` if it
    /// said nothing, or not at once.
    pub(crate) fn check_response(&self, link: LinkIx) -> Option<Result<(), CheckCode>> {
        let line = &self.links[link];
        line.answered.then(|| line.check.map_or(Ok(()), Err))
    }

    /// How the last health check of the backend at the end of `link` failed; `None` if it passed or there is none.
    pub fn check_code(&self, link: LinkIx) -> Option<CheckCode> {
        self.links.get(link)?.check
    }
}
