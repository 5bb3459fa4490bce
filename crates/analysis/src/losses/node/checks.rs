//! How health checks of a component end.

use hoplight_model::behaviour::{
    Behaviour, Forwarding, HealthChecking, NextAttempt, Statement, UpstreamChoice, checks_speak_tls, resumes_sessions,
};
use hoplight_model::{ComponentIx, HealthCheck, LinkIx, RequestKind};

use super::super::checks::{Checks, Passes};
use super::super::state::Passage;
use super::super::{health, syn};
use super::Evaluation;

impl Evaluation<'_> {
    /// Fraction of the time that a balancer considers a backend UP.
    pub(in crate::losses) fn up(&self, link: LinkIx, forwarding: &Forwarding) -> f64 {
        let Some(checking) = &forwarding.health else { return 1.0 };
        let Checks { loaded, idle, in_a_row } = self.backend_checks(link, checking);
        let idle = if in_a_row < checking.rise { 1.0 } else { idle.failing() };
        health::up(loaded.failing(), idle, checking.fall, checking.rise)
    }

    /// How a balancer's checks of a backend end.
    pub(in crate::losses) fn backend_checks(&self, link: LinkIx, checking: &HealthChecking) -> Checks {
        let to = self.site.hop(link).to;
        if self.state.passage(self.site, link) != Passage::Open {
            return Checks::FAIL;
        }
        // Checks that resume TLS sessions see no certificate.
        let speaks_tls = checks_speak_tls(self.site.infra, self.site.infra.link(link).protocol);
        let verifies = speaks_tls && !resumes_sessions(self.site.infra, self.site.hop(link));
        if verifies && self.state.all_expired(&self.site.infra.certificates_at(to)) {
            return Checks::FAIL;
        }
        let lost = |block| match checking.depth {
            _ if self.site.drops_syn[to.index()] => syn::lost(block, checking.connect_timeout.get()),
            // A full database accepts the connection, and then refuses the session.
            HealthCheck::Tcp => 0.0,
            HealthCheck::Http | HealthCheck::HttpApp | HealthCheck::HttpDatabase => block,
        };
        let load = self.loads[to.index()];
        let answer = match checking.depth {
            HealthCheck::Tcp => Checks::pass(0.0, 0.0),
            depth @ (HealthCheck::Http | HealthCheck::HttpApp | HealthCheck::HttpDatabase) => {
                self.nodes[to.index()].checks[depth as usize].within(checking.timeout.get())
            }
        };
        let (mut loaded, mut idle) = (Passes::default(), Passes::default());
        loaded.add_later(1.0 - lost(load.block), &answer.loaded, 0.0);
        // A backend that is DOWN still gets the requests of its other clients.
        idle.add_later(1.0 - lost(load.idle_block), &answer.idle, 0.0);
        // Requests of other clients change whose turn it is.
        let in_a_row = if self.site.into[to.index()].len() > 1 { u8::MAX } else { answer.in_a_row };
        Checks { loaded, idle, in_a_row }
    }

    /// How checks of this depth end at a component that has accepted their connection. They wait like requests.
    pub(super) fn checks(&self, ix: ComponentIx, depth: HealthCheck) -> Checks {
        let load = self.loads[ix.index()];
        let kind = if depth == HealthCheck::Http { RequestKind::Static } else { RequestKind::Read };
        let own_s = self.service_s(ix, kind);
        let loaded_s = own_s + load.wait_s + load.line_s;
        let needs_majority = matches!(self.site.behaviour(ix, RequestKind::Read), Behaviour::Query(Statement::InMajority));
        if needs_majority && depth == HealthCheck::HttpDatabase && !self.state.writable[ix.index()] {
            return Checks::FAIL;
        }
        // A redirect passes a check, like any 3xx.
        let redirects = matches!(self.site.behaviour(ix, RequestKind::Read), Behaviour::Redirect);
        if redirects || self.site.check_depths[ix.index()].is_none_or(|shallowest| depth < shallowest) {
            return Checks::pass(loaded_s, own_s);
        }
        let Behaviour::Forward(forwarding) = self.site.behaviour(ix, RequestKind::Read) else { return Checks::FAIL };
        let turns = self.turns(ix, forwarding);
        let (mut loaded, mut idle) = (Passes::default(), Passes::default());
        let mut passing = Vec::new();
        let firsts = if forwarding.choice == UpstreamChoice::RoundRobin { turns.len() } else { turns.len().min(1) };
        for first in 0..firsts {
            let turn = || turns[first..].iter().chain(&turns[..first]).copied();
            let share = 1.0 / firsts as f64;
            let behind =
                self.passes(turn(), forwarding, |link| self.upstream_checks(link, depth, forwarding, |checks| checks.loaded));
            loaded.add_later(share, &behind, loaded_s);
            let behind =
                self.passes(turn(), forwarding, |link| self.upstream_checks(link, depth, forwarding, |checks| checks.idle));
            idle.add_later(share, &behind, own_s);
            passing.push(behind.failing() < 0.5);
        }
        Checks { loaded, idle, in_a_row: longest_run(&passing) }
    }

    /// The upstreams that a component tries, in order.
    fn turns(&self, ix: ComponentIx, forwarding: &Forwarding) -> Vec<LinkIx> {
        let suitable = match forwarding.choice {
            UpstreamChoice::Role(wanted) => Some(self.with_role(wanted, forwarding)),
            UpstreamChoice::Balanced(_) | UpstreamChoice::RoundRobin | UpstreamChoice::Writer | UpstreamChoice::First => None,
        };
        let ejected = self.ejected(ix, RequestKind::Read, forwarding);
        let all_ejected = ejected.iter().all(|ejected| *ejected);
        let is_tried = |place: &usize| {
            (all_ejected || !ejected[*place]) && suitable.as_ref().is_none_or(|suitable| suitable.contains(place))
        };
        (0..forwarding.links.len()).filter(is_tried).map(|place| forwarding.links[place]).collect()
    }

    /// The checks that pass if a component tries its upstreams in this order. `upstream` gives, for a link, the checks
    /// that pass there, and the probability that the upstream is too full to accept a connection.
    fn passes(
        &self,
        turn: impl Iterator<Item = LinkIx>,
        forwarding: &Forwarding,
        upstream: impl Fn(LinkIx) -> (Passes, f64),
    ) -> Passes {
        // The share of the checks that reach each link in turn, and when they do.
        let (mut left, mut elapsed_s) = (1.0, 0.0);
        let mut passes = Passes::default();
        for link in turn {
            // A balancer does not try backends that are DOWN.
            let takes = if forwarding.health.is_some() { self.up(link, forwarding) } else { 1.0 };
            let policy = forwarding.policy(self.site.infra.link(link).protocol);
            let silent = match self.state.passage(self.site, link) {
                Passage::Refused => continue,
                Passage::Silent => 1.0,
                Passage::Open => {
                    let (behind, full) = upstream(link);
                    passes.add_later(left * takes * (1.0 - full), &behind, elapsed_s);
                    full
                }
            };
            let moves_on = match policy.retry.next {
                NextAttempt::Round | NextAttempt::Following => silent * takes,
                NextAttempt::Same | NextAttempt::Redispatch => 0.0,
            };
            let stays = 1.0 - takes + moves_on;
            if left * stays <= 1e-9 {
                break;
            }
            elapsed_s += policy.connect_timeout.get() * moves_on / stays;
            left *= stays;
        }
        passes
    }

    /// The checks that pass at an upstream of the component that forwards them, and the probability that it is too full to
    /// accept a connection.
    fn upstream_checks(
        &self,
        link: LinkIx,
        depth: HealthCheck,
        forwarding: &Forwarding,
        of: impl Fn(&Checks) -> Passes,
    ) -> (Passes, f64) {
        let to = self.site.hop(link).to;
        let timeout = forwarding.policy(self.site.infra.link(link).protocol).connect_timeout;
        let block = self.loads[to.index()].block;
        let full = if self.site.drops_syn[to.index()] { syn::lost(block, timeout.get()) } else { block };
        (of(&self.nodes[to.index()].checks[depth as usize]).within(forwarding.timeout.get()), full)
    }
}

/// The longest run of upstreams in turn whose checks pass.
fn longest_run(passing: &[bool]) -> u8 {
    if passing.iter().all(|passes| *passes) {
        return if passing.is_empty() { 0 } else { u8::MAX };
    }
    let (mut longest, mut run) = (0, 0);
    // Turns are cyclic.
    for passes in passing.iter().chain(passing) {
        run = if *passes { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::longest_run;

    #[test]
    fn turns_are_cyclic() {
        assert_eq!(longest_run(&[true, false, true]), 2);
        assert_eq!(longest_run(&[true, false]), 1);
        assert_eq!(longest_run(&[false]), 0);
        assert_eq!(longest_run(&[true, true]), u8::MAX);
    }
}
