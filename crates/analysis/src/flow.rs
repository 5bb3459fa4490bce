//! Reachability: the path search that the other modules build on.
//!
//! ```text
//!  browser ─▶ entry ─▶ … ─▶ web (or app): a static request ends here
//!                            └─▶ app ─▶ database: a read ends at any database, a write at the writable one
//! ```
//!
//! [`behaviour`] defines what a component does with a request; [`exceptions`] lists the known deviations of this search
//! from the simulation.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::broken::{Missing, Obstacle};
use super::database::takes_writes;
use super::exceptions;
use super::outage::Outage;
use super::wiring::{PairMember, SharedAddress, Wiring};
use hoplight_model::behaviour::{Address, Behaviour, CertificateCheck, Statement, certificate_check};
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

/// The links on which users reach an address. In a VRRP pair, keepalived moves the address if the other machine fails, or the
/// other balancer's process if it tracks that. If the two do not hear each other, both hold the address, and users' packets go
/// to the last one that announced it: the backup.
pub(super) fn holders(infra: &Infrastructure, wiring: &Wiring, outage: &Outage, address: &Address) -> Vec<LinkIx> {
    let Some(SharedAddress { preferred, other, vrrp }) = wiring.pair(infra, address) else { return address.links.clone() };
    let is_up = |ix: ComponentIx| outage.cause(infra, ix).is_none();
    let alive = |it: PairMember| outage.has_power(infra, it.balancer) && (is_up(it.balancer) || !it.is_tracked);
    // A rule of a packet filter does not stop ARP.
    let announces =
        |it: PairMember| !outage.cuts(infra, it.entry) && wiring.hop(it.entry).guards.iter().all(|guard| is_up(guard.firewall));
    let hear = || {
        let mut guards = wiring.hop(vrrp).guards.iter();
        !outage.cuts(infra, vrrp) && guards.all(|guard| guard.verdict.action == RuleAction::Allow && guard.members().any(is_up))
    };
    match (alive(preferred), alive(other)) {
        (true, true) if !hear() && announces(other) => {
            let alternate = other.has_vmac && announces(preferred);
            if alternate { vec![preferred.entry, other.entry] } else { vec![other.entry] }
        }
        (true, _) => vec![preferred.entry],
        (false, true) => vec![other.entry],
        // Both are obstacles.
        (false, false) => address.links.clone(),
    }
}

fn is_replica(kind: &ComponentKind) -> bool {
    kind.as_database().is_some_and(|spec| spec.role == DatabaseRole::Replica)
}

/// Which hops a search follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Those that requests take.
    Working,
    /// Those that requests may take, with the certificates that are missing.
    IfCertified,
    /// The same, with the addresses of standby sites.
    IfPublished,
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
    ///
    /// Follows the choices of components: an SQL proxy uses databases with the role that it wants, and a driver stays at the
    /// first database that accepts its connection.
    pub(super) fn explore(infra: &Infrastructure, wiring: &Wiring, outage: &Outage, request: RequestKind) -> Self {
        Self::explore_with(infra, wiring, outage, request, Scope::Working)
    }

    /// Every hop that requests may use, as if no certificate were missing. What a TLS mode would cost or disclose does not depend on
    /// whether its certificates exist yet.
    pub(super) fn explore_if_certified(infra: &Infrastructure, wiring: &Wiring, outage: &Outage, request: RequestKind) -> Self {
        Self::explore_with(infra, wiring, outage, request, Scope::IfCertified)
    }

    /// Like [`Self::explore_if_certified`], as if the addresses of standby sites were published too.
    pub(super) fn explore_if_published(infra: &Infrastructure, wiring: &Wiring, outage: &Outage, request: RequestKind) -> Self {
        Self::explore_with(infra, wiring, outage, request, Scope::IfPublished)
    }

    fn explore_with(infra: &Infrastructure, wiring: &Wiring, outage: &Outage, request: RequestKind, scope: Scope) -> Self {
        let chooses = scope == Scope::Working;
        let passes = if chooses { passes } else { passes_if_certified };
        // Whether each database that has been met accepts writes.
        let mut writable: BTreeMap<ComponentIx, bool> = BTreeMap::new();
        let mut reach = Self { reached: Vec::new(), crossed: Vec::new(), obstacles: BTreeSet::new() };
        let mut read_only = BTreeSet::new();
        let mut seen = vec![false; infra.len()];
        let mut stopped = Vec::new();
        let mut waiting: VecDeque<ComponentIx> = infra.browser().into_iter().collect();
        while let Some(at) = waiting.pop_front() {
            let chosen = (Some(at) == infra.browser()).then(|| match scope {
                Scope::Working => {
                    let addresses = wiring.addresses(infra, request);
                    addresses.flat_map(|address| holders(infra, wiring, outage, address)).collect()
                }
                Scope::IfCertified => wiring.onward(at, request).to_vec(),
                Scope::IfPublished => wiring.entries(at, request).to_vec(),
            });
            let links = chosen.as_deref().unwrap_or_else(|| wiring.onward(at, request));
            for link in links.iter().copied() {
                let hop = wiring.hop(link);
                let to = &infra.component(hop.to).kind;
                match passes(infra, outage, hop) {
                    Ok(()) => {
                        let mut is_read_only =
                            |to| !*writable.entry(to).or_insert_with(|| takes_writes(infra, wiring, outage, to));
                        let wants_writable = wiring.wants_writable(at, request);
                        let rejects = chooses
                            && (request.is_write() || wants_writable)
                            && to.as_database().is_some()
                            && is_read_only(hop.to);
                        let stays = chooses && wiring.stays_at(infra, link, request);
                        // A reason only where another database would do, or this one if it were writable.
                        let is_last = links.last() == Some(&link);
                        if rejects && (wants_writable && !request.is_write() || stays && !is_last) {
                            read_only.insert(Obstacle::ReadOnly(infra.component(hop.to).id.clone()));
                        }
                        if rejects && wants_writable {
                            continue;
                        }
                        reach.crossed.push(link);
                        if !std::mem::replace(&mut seen[hop.to.index()], true) {
                            waiting.push_back(hop.to);
                            reach.reached.push((hop.to, link));
                        }
                        if stays {
                            break;
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
        // A replica rejects writes in any case, so it is not the reason where something else is.
        if reach.obstacles.is_empty() {
            reach.obstacles = read_only;
        }
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
        let no_path =
            |obstacle: &Obstacle| matches!(obstacle, Obstacle::RedirectLoop(_) | Obstacle::NoHttps(_) | Obstacle::ReadOnly(_));
        if self.obstacles.iter().any(no_path) {
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
