//! Health checks: how a balancer finds out which backends to use.
//!
//! A check asks whether the web server answers at all; it does not reach the application behind it. Must not look at what
//! requests experience: a balancer that only checks learns of a failure late, and that is the lesson.

use crate::model::firewall::RuleAction;

use super::event::Kind;
use super::flow::component_ix;
use super::journal::{Observer, What};
use super::plan::Role;
use super::simulation::{Simulation, index};
use super::view::Health;

/// What the first message of a new connection on a link would meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passage {
    /// It gets through.
    Open,
    /// It is refused at once.
    Refused,
    /// It vanishes.
    Silent,
}

impl Simulation {
    /// Tries a link without sending anything on it.
    pub(super) fn passage(&self, link: u32) -> Passage {
        let hop = &self.plan.hops[link as usize];
        if self.lines[link as usize].cut {
            return Passage::Silent;
        }
        for guard in &hop.guards {
            if !self.health(index(guard.firewall.index())).is_up() {
                return Passage::Silent;
            }
            match guard.verdict.action {
                RuleAction::Allow => {}
                RuleAction::Drop => return Passage::Silent,
                RuleAction::Reject => return Passage::Refused,
            }
        }
        match self.health(hop.to) {
            Health::Up => Passage::Open,
            Health::Crashed => Passage::Refused,
            Health::PoweredOff => Passage::Silent,
        }
    }

    /// Spreads the first checks of each balancer's backends over its interval.
    pub(super) fn schedule_checks(&mut self) {
        let mut first = Vec::new();
        for (station, plan) in (0u32..).zip(&self.plan.stations) {
            let Role::Balancer(balancer) = &plan.role else { continue };
            let links: Vec<u32> =
                (0u32..).zip(&self.plan.hops).filter(|(_, hop)| hop.from == station).map(|(link, _)| link).collect();
            let share = balancer.check_interval / (links.len() as u64 + 1);
            first.extend(links.into_iter().zip(1u64..).map(|(link, place)| (link, share * place)));
        }
        for (link, delay) in first {
            self.schedule(self.now + delay, Kind::Check, link);
        }
    }

    /// Time to check a backend.
    pub(super) fn check<O: Observer>(&mut self, link: u32, observer: &mut O) {
        let from = self.plan.hops[link as usize].from;
        let Role::Balancer(balancer) = &self.plan.stations[from as usize].role else { return };
        let (interval, patience) = (balancer.check_interval, balancer.connect_timeout.min(balancer.check_interval));
        self.schedule(self.now + interval, Kind::Check, link);
        if !self.health(from).is_up() {
            return;
        }
        match self.passage(link) {
            Passage::Open => self.check_result(link, true, observer),
            Passage::Refused => self.check_result(link, false, observer),
            Passage::Silent => {
                self.schedule(self.now + patience, Kind::CheckTimeout, link);
            }
        }
    }

    /// A check has a result: `fall` bad ones in a row take a backend out, `rise` good ones bring it back.
    pub(super) fn check_result<O: Observer>(&mut self, link: u32, passed: bool, observer: &mut O) {
        let hop = &self.plan.hops[link as usize];
        let Role::Balancer(balancer) = &self.plan.stations[hop.from as usize].role else { return };
        if !self.health(hop.from).is_up() {
            return;
        }
        let (needed, backend) = (if passed { balancer.rise } else { balancer.fall }, component_ix(hop.to));
        let line = &mut self.lines[link as usize];
        if line.backend_up == passed {
            line.streak = 0;
            return;
        }
        line.streak += 1;
        if line.streak >= needed {
            line.streak = 0;
            line.backend_up = passed;
            self.note(observer, None, What::Backend { backend, up: passed });
        }
    }
}
