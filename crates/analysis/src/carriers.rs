//! Which request kinds travel over which hop, derived from the possible request paths.
//!
//! A hop carries a kind if a request of that kind can be sent on it, even if the request fails further on: a write that
//! is routed to a replica is rejected there, but was readable on the wire. A hop that a firewall blocks carries
//! nothing. A standby site carries what it will once its address is published. Encryption does not matter here.

use petgraph::Direction;
use petgraph::visit::EdgeRef;

use super::flow::{Reachability, answers, passes};
use super::outage::Outage;
use super::wiring::Wiring;
use hoplight_model::behaviour::{CacheUse, session_use};
use hoplight_model::{ComponentIx, DatabaseRole, Infrastructure, LinkIx, Protocol, RequestKind};

/// Request kinds that each hop carries.
///
/// A kind also travels as the lookup of the site's name (every kind, for a new visitor) and, for writes, as the changed
/// row that a primary sends to its replicas. Metrics carry no kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carriers(Vec<[bool; 3]>);

impl Carriers {
    /// Derives the kinds for every hop of an infrastructure.
    pub fn of(infra: &Infrastructure) -> Self {
        Self::in_wiring(infra, &Wiring::of(infra))
    }

    /// Like [`Self::of`], for hops and behaviours that are already derived.
    pub(super) fn in_wiring(infra: &Infrastructure, wiring: &Wiring) -> Self {
        let nothing = Outage::none();
        let mut carriers = Self(vec![[false; 3]; infra.graph().edge_count()]);
        for kind in RequestKind::ALL {
            let reach = Reachability::explore_if_published(infra, wiring, &nothing, kind);
            carriers.add(&reach.crossed, kind);
            let lookups = wiring.lookups(infra, kind).iter().copied();
            let asked: Vec<_> = lookups.filter(|link| passes(infra, &nothing, wiring.hop(*link)).is_ok()).collect();
            carriers.add(&asked, kind);
            let reached = || reach.reached.iter().map(|(ix, _)| *ix);
            carriers.add(&looked_up(infra, wiring, reached(), kind), kind);
            if kind.is_write() {
                let written = reached().filter(|ix| answers(infra, wiring, &nothing, *ix, kind)).collect();
                carriers.add(&replicated(infra, wiring, written), kind);
            }
        }
        carriers
    }

    /// Whether requests of this kind travel over a hop.
    pub fn carries(&self, link: LinkIx, kind: RequestKind) -> bool {
        self.0.get(link.index()).is_some_and(|kinds| kinds[kind.index()])
    }

    /// Kinds that a hop carries, in the order of [`RequestKind::ALL`].
    pub fn kinds(&self, link: LinkIx) -> Vec<RequestKind> {
        RequestKind::ALL.into_iter().filter(|kind| self.carries(link, *kind)).collect()
    }

    fn add(&mut self, links: &[LinkIx], kind: RequestKind) {
        for link in links {
            self.0[link.index()][kind.index()] = true;
        }
    }
}

/// Links on which components look up requests of a kind in a cache, or ask for their sessions.
fn looked_up(
    infra: &Infrastructure,
    wiring: &Wiring,
    reached: impl Iterator<Item = ComponentIx>,
    kind: RequestKind,
) -> Vec<LinkIx> {
    let links = reached.flat_map(|ix| {
        let caching = wiring.behaviour(ix, kind).forwarding().and_then(|forwarding| forwarding.cache);
        let lookup = caching.filter(|caching| caching.use_of == CacheUse::LookUp).and_then(|caching| caching.link);
        let store = session_use(infra, ix, kind).and_then(|session| session.store).map(|store| store.link);
        lookup.into_iter().chain(store)
    });
    links.filter(|link| passes(infra, &Outage::none(), wiring.hop(*link)).is_ok()).collect()
}

/// Replication links that carry a change written to one of `databases`.
fn replicated(infra: &Infrastructure, wiring: &Wiring, mut databases: Vec<ComponentIx>) -> Vec<LinkIx> {
    let mut seen = vec![false; infra.len()];
    let mut links = Vec::new();
    while let Some(database) = databases.pop() {
        if std::mem::replace(&mut seen[database.index()], true) {
            continue;
        }
        // A member replicates to all others, whatever the direction of the authored link.
        let member = infra
            .component(database)
            .kind
            .as_database()
            .is_some_and(|spec| matches!(spec.role, DatabaseRole::Member | DatabaseRole::MultiPrimary));
        let edges = infra.graph().edges_directed(database, Direction::Incoming).filter(|_| member);
        let mut outgoing: Vec<LinkIx> = edges.map(|edge| edge.id()).collect();
        outgoing.extend(infra.links_from(database));
        for link in outgoing {
            let spec = infra.link(link);
            let follows = spec.protocol == Protocol::Replication && spec.serves(RequestKind::Write);
            let hop = wiring.hop(link);
            if follows && passes(infra, &Outage::none(), hop).is_ok() {
                links.push(link);
                databases.push(if hop.to == database { hop.from } else { hop.to });
            }
        }
    }
    links
}
