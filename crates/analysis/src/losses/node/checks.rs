//! How health checks of a component end.

use hoplight_model::behaviour::{
    Behaviour, Forwarding, HealthChecking, Statement, UpstreamChoice, checks_speak_tls, resumes_sessions,
};
use hoplight_model::{ComponentIx, HealthCheck, LinkIx, RequestKind};

use super::super::state::Passage;
use super::super::{health, syn};
use super::{Evaluation, Failures};

impl Evaluation<'_> {
    /// Fraction of the time that a balancer considers a backend UP.
    pub(super) fn up(&self, link: LinkIx, forwarding: &Forwarding) -> f64 {
        let Some(checking) = &forwarding.health else { return 1.0 };
        let Failures { loaded, idle, .. } = self.backend_check(link, checking);
        health::up(loaded, idle, checking.fall, checking.rise)
    }

    /// Fraction of a balancer's checks of a backend that fail.
    pub(super) fn backend_check(&self, link: LinkIx, checking: &HealthChecking) -> Failures {
        let to = self.site.hop(link).to;
        if self.state.passage(self.site, link) != Passage::Open {
            return Failures::ALWAYS;
        }
        // Checks that resume TLS sessions see no certificate.
        let speaks_tls = checks_speak_tls(self.site.infra, self.site.infra.link(link).protocol);
        let verifies = speaks_tls && !resumes_sessions(self.site.infra, self.site.hop(link));
        if verifies && self.state.all_expired(&self.site.infra.certificates_at(to)) {
            return Failures::ALWAYS;
        }
        let lost = |block| match checking.depth {
            _ if self.site.drops_syn[to.index()] => syn::lost(block, checking.connect_timeout.get()),
            // A full database accepts the connection, and then refuses the session.
            HealthCheck::Tcp => 0.0,
            HealthCheck::Http | HealthCheck::HttpApp | HealthCheck::HttpDatabase => block,
        };
        // A backend that is DOWN still gets the requests of its other clients.
        let (full, idle_full) = (lost(self.loads[to.index()].block), lost(self.loads[to.index()].idle_block));
        if checking.depth == HealthCheck::Tcp {
            return Failures { loaded: full, idle: idle_full, ..Failures::default() };
        }
        let answer = self.nodes[to.index()].checks[checking.depth as usize].within(checking.timeout.get());
        Failures { loaded: full + (1.0 - full) * answer.loaded, idle: idle_full + (1.0 - idle_full) * answer.idle, ..answer }
    }

    /// Fraction of the checks of this depth that fail at a component that has accepted their connection, and how long they
    /// take. They wait like requests.
    pub(super) fn check_failures(&self, ix: ComponentIx, depth: HealthCheck) -> Failures {
        let load = self.loads[ix.index()];
        let kind = if depth == HealthCheck::Http { RequestKind::Static } else { RequestKind::Read };
        let own_s = self.site.service_s(ix, kind);
        let needs_majority = matches!(self.site.behaviour(ix, RequestKind::Read), Behaviour::Query(Statement::InMajority));
        if needs_majority && depth == HealthCheck::HttpDatabase && !self.state.writable[ix.index()] {
            return Failures::ALWAYS;
        }
        if self.site.check_depths[ix.index()].is_none_or(|shallowest| depth < shallowest) {
            return Failures { loaded_s: own_s + load.wait_s + load.line_s, idle_s: own_s, ..Failures::default() };
        }
        let Behaviour::Forward(forwarding) = self.site.behaviour(ix, RequestKind::Read) else { return Failures::ALWAYS };
        let suitable = match forwarding.choice {
            UpstreamChoice::Role(wanted) => Some(self.with_role(wanted, forwarding)),
            UpstreamChoice::Balanced(_) | UpstreamChoice::RoundRobin | UpstreamChoice::Writer | UpstreamChoice::First => None,
        };
        let links = &forwarding.links;
        let ejected = self.ejected(ix, RequestKind::Read, forwarding);
        let all_ejected = ejected.iter().all(|ejected| *ejected);
        let is_skipped =
            |place: usize| ejected[place] && !all_ejected || suitable.as_ref().is_some_and(|suitable| !suitable.contains(&place));
        let firsts = if forwarding.choice == UpstreamChoice::RoundRobin { links.len() } else { 1 };
        let fails = |first: usize, of: fn(&Failures) -> (f64, f64)| {
            // Probability that the check reaches each link in turn.
            let (mut left, mut failed, mut time_s) = (1.0, 0.0, 0.0);
            let turn = (first..links.len()).chain(0..first).filter(|place| !is_skipped(*place));
            for link in turn.map(|place| &links[place]) {
                let takes = if forwarding.health.is_some() { self.up(*link, forwarding) } else { 1.0 };
                match self.state.passage(self.site, *link) {
                    Passage::Refused => continue,
                    Passage::Silent => failed += left * takes,
                    Passage::Open => {
                        let (fails, takes_s) = of(&self.upstream_check(*link, depth, forwarding));
                        failed += left * takes * fails;
                        time_s += left * takes * takes_s;
                    }
                }
                left *= 1.0 - takes;
                if left <= 0.0 {
                    break;
                }
            }
            (failed + left, time_s)
        };
        let behind = |of| {
            let each = (0..firsts).map(|first| fails(first, of));
            let (failed, time_s) = each.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            (failed / firsts as f64, time_s / firsts as f64)
        };
        let (loaded, loaded_s) = behind(|it| (it.loaded, it.loaded_s));
        let (idle, idle_s) = behind(|it| (it.idle, it.idle_s));
        Failures { loaded, idle, loaded_s: loaded_s + own_s + load.wait_s + load.line_s, idle_s: idle_s + own_s }
    }

    /// Fraction of the checks that fail at an upstream of the component that forwards them.
    pub(super) fn upstream_check(&self, link: LinkIx, depth: HealthCheck, forwarding: &Forwarding) -> Failures {
        let to = self.site.hop(link).to;
        let timeout = forwarding.policy(self.site.infra.link(link).protocol).connect_timeout;
        let block = self.loads[to.index()].block;
        let full = if self.site.drops_syn[to.index()] { syn::lost(block, timeout.get()) } else { block };
        let answer = self.nodes[to.index()].checks[depth as usize].within(forwarding.timeout.get());
        let loaded_s = full * timeout.get() + (1.0 - full) * answer.loaded_s;
        Failures { loaded: full + (1.0 - full) * answer.loaded, loaded_s, ..answer }
    }
}
