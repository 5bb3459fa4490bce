//! Reachability: the path search that the other modules build on.
//!
//! ```text
//!  browser ─▶ entry ─▶ … ─▶ web (or app): a static request ends here
//!                            └─▶ app ─▶ database: a read ends at any database, a write at the writable one
//! ```
//!
//! [`behaviour`] defines what a component does with a request; [`exceptions`] lists the known deviations of this search
//! from the simulation.

use std::collections::{BTreeSet, VecDeque};

use super::broken::{Missing, Obstacle};
use super::database::takes_writes;
use super::exceptions;
use super::outage::Outage;
use super::wiring::Wiring;
use hoplight_model::behaviour::{Behaviour, CertificateCheck, Statement, certificate_check};
use hoplight_model::firewall::RuleAction;
use hoplight_model::{
    Cipher, ComponentIx, ComponentKind, DatabaseRole, Hop, Infrastructure, LinkIx, Protocol, RequestKind, Tier, TlsMode,
};

/// Whether a component answers a request of this kind without an upstream, once the request reaches it.
pub(super) fn answers(infra: &Infrastructure, wiring: &Wiring, outage: &Outage, ix: ComponentIx, request: RequestKind) -> bool {
    match wiring.behaviour(ix, request) {
        Behaviour::Respond | Behaviour::Query(Statement::Read) => true,
        Behaviour::Query(Statement::Write | Statement::InMajority) => takes_writes(infra, wiring, outage, ix),
        Behaviour::Originate(_)
        | Behaviour::LookUp
        | Behaviour::Forward(_)
        | Behaviour::Resolve(_)
        | Behaviour::Redirect
        | Behaviour::Filter
        | Behaviour::Fail(_)
        | Behaviour::Ignore => false,
    }
}

/// Whether a new connection gets through a hop and reaches a running component that has a certificate if it needs one.
pub(super) fn passes(infra: &Infrastructure, outage: &Outage, hop: &Hop) -> Result<(), Obstacle> {
    if lacks_certificate(infra, hop) {
        return Err(Obstacle::NoCertificate(infra.component(hop.to).id.clone()));
    }
    passes_if_certified(infra, outage, hop)
}

/// Like [`passes`], as if no certificate were missing.
fn passes_if_certified(infra: &Infrastructure, outage: &Outage, hop: &Hop) -> Result<(), Obstacle> {
    let element = || infra.hop_element(hop.link);
    if outage.cuts(infra, hop.link) {
        return Err(Obstacle::Out(element()));
    }
    if let Some(cause) = outage.cause(infra, hop.to) {
        return Err(Obstacle::Out(cause));
    }
    for guard in &hop.guards {
        let firewall = || infra.component(guard.firewall).id.clone();
        if guard.members().all(|firewall| outage.cause(infra, firewall).is_some()) {
            return Err(Obstacle::FirewallOut { firewall: firewall(), hop: element() });
        }
        if guard.verdict.action != RuleAction::Allow {
            return Err(Obstacle::Denied { firewall: firewall(), hop: element() });
        }
    }
    if outage.has_expired() {
        let needed = exceptions::certificates_needed(infra, hop);
        if needed.iter().all(|place| outage.is_expired(*place))
            && let Some(place) = needed.first()
        {
            let name = infra.certificates()[*place].names.first().cloned().unwrap_or_default();
            return Err(Obstacle::Expired { name, hop: element() });
        }
    }
    Ok(())
}

/// Whether a user's TLS connection ends at this hop's server, which has no certificate.
pub(super) fn lacks_certificate(infra: &Infrastructure, hop: &Hop) -> bool {
    let is_users = hop.cipher == Cipher::TlsThrough || hop.cipher == Cipher::Tls && infra.component(hop.from).kind.is_browser();
    is_users && certificate_check(infra, hop) == CertificateCheck::Missing
}

fn is_replica(kind: &ComponentKind) -> bool {
    kind.as_database().is_some_and(|spec| spec.role == DatabaseRole::Replica)
}

/// All components that requests of one kind can reach from the browser.
pub(super) struct Reachability {
    /// Reached components, nearest first, each with the link by which it was first reached. Excludes the browser.
    pub(super) reached: Vec<(ComponentIx, LinkIx)>,
    /// Links that a request may cross.
    pub(super) crossed: Vec<LinkIx>,
    /// Obstacles on hops to components that were not reached on any other path.
    pub(super) obstacles: BTreeSet<Obstacle>,
}

impl Reachability {
    /// Searches breadth first, so that paths are shortest, and exhaustively, so that every hop is visited.
    pub(super) fn explore(infra: &Infrastructure, wiring: &Wiring, outage: &Outage, request: RequestKind) -> Self {
        Self::explore_with(infra, wiring, outage, request, passes)
    }

    /// Like [`Self::explore`], as if no certificate were missing. What a TLS mode would cost or disclose does not depend on
    /// whether its certificates exist yet.
    pub(super) fn explore_if_certified(infra: &Infrastructure, wiring: &Wiring, outage: &Outage, request: RequestKind) -> Self {
        Self::explore_with(infra, wiring, outage, request, passes_if_certified)
    }

    fn explore_with(
        infra: &Infrastructure,
        wiring: &Wiring,
        outage: &Outage,
        request: RequestKind,
        passes: fn(&Infrastructure, &Outage, &Hop) -> Result<(), Obstacle>,
    ) -> Self {
        let mut reach = Self { reached: Vec::new(), crossed: Vec::new(), obstacles: BTreeSet::new() };
        let mut seen = vec![false; infra.len()];
        let mut stopped = Vec::new();
        let mut waiting: VecDeque<ComponentIx> = infra.browser().into_iter().collect();
        while let Some(at) = waiting.pop_front() {
            for link in wiring.onward(at, request).iter().copied() {
                let hop = wiring.hop(link);
                let to = &infra.component(hop.to).kind;
                match passes(infra, outage, hop) {
                    Ok(()) => {
                        reach.crossed.push(link);
                        if !std::mem::replace(&mut seen[hop.to.index()], true) {
                            waiting.push_back(hop.to);
                            reach.reached.push((hop.to, link));
                        }
                    }
                    // A replica would reject the write anyway, so its loss is not an obstacle.
                    Err(_) if request.is_write() && is_replica(to) => {}
                    Err(obstacle) => stopped.push((hop.to, obstacle)),
                }
            }
        }
        reach.obstacles = stopped.into_iter().filter(|(to, _)| !seen[to.index()]).map(|(_, obstacle)| obstacle).collect();
        let redirects = |ix: ComponentIx| matches!(wiring.behaviour(ix, request), Behaviour::Redirect);
        let loops = reach.reached.iter().filter(|(ix, _)| redirects(*ix));
        let obstacle = if infra.tls().edge == TlsMode::None { Obstacle::NoHttps } else { Obstacle::RedirectLoop };
        reach.obstacles.extend(loops.map(|(ix, _)| obstacle(infra.component(*ix).id.clone())));
        reach
    }

    /// Hops from the browser to the nearest component that answers the request, last hop first.
    pub(super) fn path(
        &self,
        infra: &Infrastructure,
        wiring: &Wiring,
        outage: &Outage,
        request: RequestKind,
    ) -> Option<Vec<Hop>> {
        let (_, last) = self.reached.iter().find(|(ix, _)| answers(infra, wiring, outage, *ix, request))?;
        let mut path = vec![wiring.hop(*last).clone()];
        let mut from = wiring.hop(*last).from;
        // No hop leads to the browser, which ends the loop.
        while let Some((_, link)) = self.reached.iter().find(|(ix, _)| *ix == from) {
            path.push(wiring.hop(*link).clone());
            from = wiring.hop(*link).from;
        }
        Some(path)
    }

    /// First tier that was not reached, given that no component answers the request.
    pub(super) fn missing(&self, infra: &Infrastructure, wiring: &Wiring, request: RequestKind) -> Missing {
        let tier = |ix: ComponentIx| infra.component(ix).kind.tier();
        let reached = |wanted: Tier| self.reached.iter().any(|(ix, _)| tier(*ix) == Some(wanted));
        let asks_database = |(ix, _): &(ComponentIx, LinkIx)| {
            wiring.onward(*ix, request).iter().any(|link| infra.link(*link).protocol == Protocol::Sql)
        };
        let has_web = infra.components().any(|(ix, _)| tier(ix) == Some(Tier::Web));
        if self.obstacles.iter().any(|obstacle| matches!(obstacle, Obstacle::RedirectLoop(_) | Obstacle::NoHttps(_))) {
            Missing::Response
        } else if self.reached.is_empty() {
            Missing::Entry
        } else if reached(Tier::Application) || self.reached.iter().any(asks_database) {
            if request.is_write() { Missing::Primary } else { Missing::Database }
        } else if has_web && !reached(Tier::Web) {
            Missing::WebServer
        } else {
            Missing::Application
        }
    }
}
