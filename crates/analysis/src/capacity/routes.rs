//! How components split requests during an outage, per kind, after failovers and health checks.
//!
//! This is the steady state: balancers skip backends whose health check fails, web servers use the next application,
//! applications the next database, writes the writable database, and users the balancer that holds the address.
//! Requests that fail during the transition are not counted.

use hoplight_model::behaviour::{
    Address, Behaviour, CacheUse, Caching, ClusterRules, Forwarding, HealthChecking, Origin, SessionNeed, Statement,
    UpstreamChoice, WantedRole, check_depth, session_use,
};
use hoplight_model::http::MAX_REDIRECTS;
use hoplight_model::station::Station;
use hoplight_model::{
    Algorithm, ComponentIx, DatabaseRole, HealthCheck, Hop, Infrastructure, LinkIx, Protocol, RateLimit, RequestKind, ServerId,
    TlsMode,
};

use super::super::database::{hear_each_other, takes_writes};
use super::super::flow::{holders, passes};
use super::super::outage::Outage;
use super::super::wiring::Wiring;
use super::connection_cost::{ConnectionCost, arriving};
use super::resource::shared_limit;

/// What sessions mean for the load of a component's requests of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
struct SessionLoad {
    /// The link to a session store.
    store: Option<LinkIx>,
    /// Share of the requests that open a session.
    opening: f64,
    /// Share of the requests whose session is not found.
    lost: f64,
}

impl SessionLoad {
    fn all(infra: &Infrastructure) -> Vec<[Option<Self>; 3]> {
        let returning = 1.0 - infra.traffic().new_visitors.get();
        let known = super::super::losses::known_sessions(infra);
        let of = |ix: ComponentIx, kind: RequestKind| {
            let session = session_use(infra, ix, kind)?;
            let store = session.store.map(|store| store.link);
            Some(match session.need {
                SessionNeed::Created => Self { store, opening: 1.0, lost: 0.0 },
                SessionNeed::Known => Self { store, opening: returning, lost: returning * (1.0 - known[ix.index()]) },
            })
        };
        infra.components().map(|(ix, _)| RequestKind::ALL.map(|kind| of(ix, kind))).collect()
    }
}

/// Data that does not depend on the outage, derived once.
pub(super) struct StaticRoutes<'a> {
    pub(super) infra: &'a Infrastructure,
    wiring: &'a Wiring,
    /// The browser and all components that requests may reach, in topological order.
    pub(super) order: Vec<ComponentIx>,
    /// Database clusters.
    clusters: Vec<Vec<ComponentIx>>,
    pub(super) stations: Vec<Station>,
    /// For each component on a server with a number of cores, the position of the server.
    pub(super) processors: Vec<Option<usize>>,
    /// Hit ratio of each cache by kind.
    hits: Vec<[f64; 3]>,
    /// How each component uses sessions, by kind.
    sessions: Vec<[Option<SessionLoad>; 3]>,
    /// Cost of opening users' connections, by kind.
    pub(super) by_users: [ConnectionCost; 3],
    /// Requests per visit of each kind that reach the entry and are forwarded or answered there as usual.
    arriving: [f64; 3],
    /// Cost of opening connections on each link inside the site, by position.
    pub(super) openings: Vec<ConnectionCost>,
    /// The rate limit that counts all requests on each link as those of one client, by position.
    pub(super) shared_limits: Vec<Option<&'a RateLimit>>,
}

impl<'a> StaticRoutes<'a> {
    pub(super) fn of(infra: &'a Infrastructure, wiring: &'a Wiring) -> Self {
        let order = clients_first(infra, wiring);
        let hops = &wiring.hops;
        let is_entry = |hop: &&Hop| Some(hop.from) == infra.browser() && infra.link(hop.link).protocol == Protocol::Http;
        Self {
            infra,
            wiring,
            order,
            clusters: infra.database_clusters(),
            hits: super::super::losses::hit_ratios(infra),
            sessions: SessionLoad::all(infra),
            stations: infra.components().map(|(_, component)| component.station()).collect(),
            processors: processors(infra),
            by_users: RequestKind::ALL.map(|kind| ConnectionCost::by_users(infra, hops.iter().find(is_entry), kind)),
            arriving: RequestKind::ALL.map(|kind| arriving(infra, hops.iter().find(is_entry), kind)),
            openings: hops.iter().map(|hop| ConnectionCost::inside(infra, hop)).collect(),
            shared_limits: hops.iter().map(|hop| shared_limit(infra, hop.link)).collect(),
        }
    }

    fn behaviour(&self, ix: ComponentIx, kind: RequestKind) -> &Behaviour {
        self.wiring.behaviour(ix, kind)
    }

    /// Whether a component redirects every request of a kind.
    pub(super) fn redirects(&self, ix: ComponentIx, kind: RequestKind) -> bool {
        *self.behaviour(ix, kind) == Behaviour::Redirect
    }

    /// Returns how a component forwards a kind, or `None` if it does not forward it.
    pub(super) fn forwarding(&self, ix: ComponentIx, kind: RequestKind) -> Option<&Forwarding> {
        if let Behaviour::Forward(forwarding) = self.behaviour(ix, kind) { Some(forwarding) } else { None }
    }

    pub(super) fn hop(&self, link: LinkIx) -> &Hop {
        self.wiring.hop(link)
    }

    pub(super) fn station(&self, ix: ComponentIx) -> &Station {
        &self.stations[ix.index()]
    }

    /// How a component looks up a kind in a cache, if it does.
    pub(super) fn lookup(&self, ix: ComponentIx, kind: RequestKind) -> Option<&Caching> {
        self.forwarding(ix, kind)?.cache.as_ref().filter(|caching| caching.use_of == CacheUse::LookUp)
    }

    /// Share of the requests of a kind that a cache answers.
    pub(super) fn hits(&self, cache: ComponentIx, kind: RequestKind) -> f64 {
        self.hits[cache.index()][kind.index()]
    }

    /// Whether a balancer sends fewer requests to a backend as the backend fills up: if the algorithm considers
    /// requests in progress, or if `maxconn` limits them and the balancer can choose another backend.
    pub(super) fn is_adaptive(&self, algorithm: Algorithm, link: LinkIx) -> bool {
        match algorithm {
            Algorithm::LeastConnections | Algorithm::RandomTwo => true,
            Algorithm::SourceHash => false,
            Algorithm::RoundRobin | Algorithm::WeightedRoundRobin | Algorithm::First => self.infra.link(link).maxconn.is_some(),
        }
    }

    fn cluster(&self, ix: ComponentIx) -> &[ComponentIx] {
        self.clusters.iter().find(|cluster| cluster.contains(&ix)).map_or(&[], Vec::as_slice)
    }
}

/// For each component on a server with a number of cores, the position of the server.
pub(in crate::capacity) fn processors(infra: &Infrastructure) -> Vec<Option<usize>> {
    if infra.servers().all(|server| server.cores.is_none()) {
        return vec![None; infra.len()];
    }
    let on = |id: &ServerId| infra.servers().position(|server| server.id == *id && server.cores.is_some());
    infra.components().map(|(_, component)| component.server.as_ref().and_then(on)).collect()
}

/// The browser and all components reachable from it, in topological order. Request paths have no cycles.
fn clients_first(infra: &Infrastructure, wiring: &Wiring) -> Vec<ComponentIx> {
    let mut seen = vec![false; infra.len()];
    let mut done = Vec::new();
    // Stack of the depth-first search: a component, and whether its upstreams have been visited.
    let mut open: Vec<(ComponentIx, bool)> = infra.browser().map(|ix| (ix, false)).into_iter().collect();
    while let Some((ix, listed)) = open.pop() {
        if listed {
            done.push(ix);
        } else if !std::mem::replace(&mut seen[ix.index()], true) {
            open.push((ix, true));
            let beside = infra.links_from(ix).into_iter().filter(|link| infra.link(*link).protocol == Protocol::Cache);
            let out = RequestKind::ALL.into_iter().flat_map(|kind| wiring.onward(ix, kind)).copied();
            let links: Vec<LinkIx> = beside.chain(out).collect();
            open.extend(links.into_iter().map(|link| (infra.ends(link).1, false)));
        }
    }
    done.reverse();
    done
}

/// What happens to requests of a kind at a component.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outflow {
    /// They are answered here.
    Ends,
    /// They fail: there is no upstream, or the database accepts no writes.
    Fails,
    /// They are forwarded on these links, each with its fraction.
    Split(Vec<(LinkIx, f64)>),
    /// A balancer forwards each on one of these links.
    Balanced(Algorithm, Vec<LinkIx>),
}

impl Outflow {
    /// Links on which requests may be forwarded.
    pub(super) fn links(&self) -> impl Iterator<Item = LinkIx> + '_ {
        let (split, balanced): (&[_], &[_]) = match self {
            Self::Ends | Self::Fails => (&[], &[]),
            Self::Split(links) => (links, &[]),
            Self::Balanced(_, links) => (&[], links),
        };
        split.iter().map(|(link, _)| *link).chain(balanced.iter().copied())
    }
}

/// Routes of all components during an outage.
pub(super) struct Routes<'a> {
    pub(super) fixed: &'a StaticRoutes<'a>,
    outage: &'a Outage,
    /// By component and kind.
    pub(super) outflows: Vec<[Outflow; 3]>,
    /// Whether requests of each kind reach each component.
    pub(super) reached: Vec<[bool; 3]>,
    /// The link on which each kind's new visitors resolve the name; `Ok(None)` if they need no lookup, `Err` if the
    /// lookup fails.
    pub(super) lookups: [Result<Option<LinkIx>, ()>; 3],
    /// Time for which writes wait for acknowledgements at each database, in seconds.
    pub(super) commit_s: Vec<f64>,
}

impl<'a> Routes<'a> {
    pub(super) fn of(fixed: &'a StaticRoutes<'a>, outage: &'a Outage) -> Self {
        let infra = fixed.infra;
        let empty = || [Outflow::Fails, Outflow::Fails, Outflow::Fails];
        let mut routes = Self {
            fixed,
            outage,
            outflows: (0..infra.len()).map(|_| empty()).collect(),
            reached: vec![[false; 3]; infra.len()],
            lookups: [Ok(None); 3],
            commit_s: vec![0.0; infra.len()],
        };
        routes.lookups = RequestKind::ALL.map(|kind| routes.lookup(kind));
        if let Some(browser) = fixed.order.first() {
            // Without the address, no request reaches the site.
            routes.reached[browser.index()] = routes.lookups.map(|lookup| lookup.is_ok());
        }
        for ix in fixed.order.iter().copied() {
            routes.outflows[ix.index()] = RequestKind::ALL.map(|kind| routes.route(ix, kind));
            if routes.outflows[ix.index()][RequestKind::Write.index()] == Outflow::Ends {
                routes.commit_s[ix.index()] = routes.commit_wait(ix);
            }
            let reached = routes.reached[ix.index()];
            for kind in RequestKind::ALL.into_iter().filter(|kind| reached[kind.index()]) {
                let lookup = routes.lookup_link(ix, kind);
                let store = routes.store_link(ix, kind).map(|(link, _)| link);
                for link in routes.outflows[ix.index()][kind.index()].links().chain(lookup).chain(store) {
                    routes.reached[fixed.hop(link).to.index()][kind.index()] = true;
                }
            }
        }
        routes
    }

    /// The link on which a component looks up a kind in a cache beside it.
    pub(super) fn lookup_link(&self, ix: ComponentIx, kind: RequestKind) -> Option<LinkIx> {
        let link = self.fixed.lookup(ix, kind)?.link?;
        let answers = self.outflows[ix.index()][kind.index()] != Outflow::Fails;
        (answers && self.passes(link)).then_some(link)
    }

    /// The link on which a component asks its session store, and the share of the requests for which it does.
    pub(super) fn store_link(&self, ix: ComponentIx, kind: RequestKind) -> Option<(LinkIx, f64)> {
        let session = self.fixed.sessions[ix.index()][kind.index()].as_ref()?;
        session.store.filter(|link| self.passes(*link)).map(|link| (link, session.opening))
    }

    /// Share of the requests of a kind that do not fail for want of a session.
    pub(super) fn with_session(&self, ix: ComponentIx, kind: RequestKind) -> f64 {
        match &self.fixed.sessions[ix.index()][kind.index()] {
            Some(session) if session.store.is_some_and(|link| !self.passes(link)) => 1.0 - session.opening,
            Some(session) => 1.0 - session.lost,
            None => 1.0,
        }
    }

    /// Share of the requests of a kind that a component answers from a cache.
    pub(super) fn answered_by_cache(&self, ix: ComponentIx, kind: RequestKind) -> f64 {
        let Some(caching) = self.fixed.lookup(ix, kind) else { return 0.0 };
        let reached = caching.link.is_none() || self.lookup_link(ix, kind).is_some();
        let answers = self.outflows[ix.index()][kind.index()] != Outflow::Fails;
        if reached && answers { self.fixed.hits(caching.cache, kind) } else { 0.0 }
    }

    fn lookup(&self, kind: RequestKind) -> Result<Option<LinkIx>, ()> {
        let asked = self.fixed.wiring.lookups(self.fixed.infra, kind);
        if asked.is_empty() {
            return Ok(None);
        }
        if self.outage.is_nameless() {
            return Err(());
        }
        asked.iter().copied().find(|link| self.passes(*link)).map(Some).ok_or(())
    }

    pub(super) fn passes(&self, link: LinkIx) -> bool {
        passes(self.fixed.infra, self.outage, self.fixed.hop(link)).is_ok()
    }

    /// Number of requests that a visit of a kind becomes: one, unless all of them are redirected for ever.
    pub(super) fn requests_of(&self, kind: RequestKind) -> f64 {
        let reached = || (self.fixed.order.iter().copied()).filter(|ix| self.reached[ix.index()][kind.index()]);
        let redirects = |ix: ComponentIx| self.fixed.redirects(ix, kind);
        let ends = |ix: ComponentIx| matches!(self.outflows[ix.index()][kind.index()], Outflow::Ends);
        let loops = self.fixed.infra.tls().edge != TlsMode::None && reached().any(redirects) && !reached().any(ends);
        self.fixed.arriving[kind.index()] * if loops { 1.0 + f64::from(MAX_REDIRECTS) } else { 1.0 }
    }

    fn route(&self, ix: ComponentIx, kind: RequestKind) -> Outflow {
        let links = self.fixed.wiring.onward(ix, kind);
        match self.fixed.behaviour(ix, kind) {
            Behaviour::Originate(origin) => self.entry(origin),
            Behaviour::Respond | Behaviour::LookUp | Behaviour::Query(Statement::Read) => Outflow::Ends,
            Behaviour::Query(Statement::Write | Statement::InMajority) => {
                if self.is_writer(ix) {
                    Outflow::Ends
                } else {
                    Outflow::Fails
                }
            }
            Behaviour::Forward(forwarding) => match forwarding.choice {
                UpstreamChoice::Balanced(algorithm) => {
                    let takes_new = |link: &LinkIx| self.takes_new(*link, forwarding.health.as_ref());
                    let backends: Vec<LinkIx> = links.iter().copied().filter(takes_new).collect();
                    if backends.is_empty() { Outflow::Fails } else { Outflow::Balanced(algorithm, backends) }
                }
                UpstreamChoice::Role(wanted) => self.by_role(links, wanted),
                UpstreamChoice::RoundRobin => self.in_turn(links, forwarding.ejection.is_some()),
                UpstreamChoice::Writer => self.first(links, |to| !self.is_database(to) || self.is_writer(to)),
                UpstreamChoice::First => self.first(links, |_| true),
            },
            Behaviour::Resolve(_) | Behaviour::Redirect | Behaviour::Filter | Behaviour::Fail(_) | Behaviour::Ignore => {
                Outflow::Fails
            }
        }
    }

    /// The split of users over the site's addresses. Those whose address does not respond use the next one.
    fn entry(&self, origin: &Origin) -> Outflow {
        let holder = |address: &Address| {
            let links = holders(self.fixed.infra, self.fixed.wiring, self.outage, address);
            links.into_iter().find(|link| self.passes(*link))
        };
        let holders: Vec<Option<LinkIx>> = origin.published().map(holder).collect();
        let mut split: Vec<(LinkIx, f64)> = Vec::new();
        for first in 0..holders.len() {
            let mut round = holders[first..].iter().chain(&holders[..first]);
            let Some(link) = round.find_map(|holder| *holder) else { return Outflow::Fails };
            let share = 1.0 / holders.len() as f64;
            match split.iter_mut().find(|(known, _)| *known == link) {
                Some((_, known)) => *known += share,
                None => split.push((link, share)),
            }
        }
        Outflow::Split(split)
    }

    /// Whether a balancer sends new requests to a backend, according to its health checks.
    fn takes_new(&self, link: LinkIx, health: Option<&HealthChecking>) -> bool {
        let depth = health.map_or(HealthCheck::Tcp, |health| health.depth);
        self.passes(link) && (depth == HealthCheck::Tcp || self.answers_check(self.fixed.hop(link).to, depth))
    }

    /// Whether a component passes a health check of this depth. A deep check queries upstreams like a read.
    fn answers_check(&self, ix: ComponentIx, check: HealthCheck) -> bool {
        if check_depth(self.fixed.infra, ix).is_none_or(|depth| check < depth) {
            return true;
        }
        let health = self.fixed.forwarding(ix, RequestKind::Read).and_then(|forwarding| forwarding.health.as_ref());
        let links = self.fixed.wiring.onward(ix, RequestKind::Read);
        links.iter().any(|link| self.takes_new(*link, health) && self.answers_check(self.fixed.hop(*link).to, check))
    }

    fn is_database(&self, ix: ComponentIx) -> bool {
        self.fixed.infra.component(ix).kind.as_database().is_some()
    }

    /// The split of a web server's round robin, over the applications that respond: it ejects the others. Without
    /// ejection, an application that does not respond passes its turn to the next.
    fn in_turn(&self, links: &[LinkIx], ejects: bool) -> Outflow {
        let passing: Vec<bool> = links.iter().map(|link| self.passes(*link)).collect();
        let mut parts = vec![0.0; links.len()];
        let turns = || (0..links.len()).filter(|place| !ejects || passing[*place]);
        for first in turns() {
            let mut round = (first..links.len()).chain(0..first);
            let Some(place) = round.find(|place| passing[*place]) else { return Outflow::Fails };
            parts[place] += 1.0 / turns().count() as f64;
        }
        let split: Vec<(LinkIx, f64)> = links.iter().copied().zip(parts).filter(|(_, part)| *part > 0.0).collect();
        if split.is_empty() { Outflow::Fails } else { Outflow::Split(split) }
    }

    /// An SQL proxy's split over the databases that respond: the read-only ones in turn, or the first writer.
    fn by_role(&self, links: &[LinkIx], wanted: WantedRole) -> Outflow {
        let open = links.iter().copied().filter(|link| self.passes(*link));
        let (writers, readers): (Vec<LinkIx>, Vec<LinkIx>) = open.partition(|link| self.is_writer(self.fixed.hop(*link).to));
        let chosen = match wanted {
            WantedRole::ReadOnly if !readers.is_empty() => readers,
            WantedRole::Writable | WantedRole::ReadOnly => writers.into_iter().take(1).collect(),
        };
        let share = 1.0 / chosen.len() as f64;
        let split: Vec<(LinkIx, f64)> = chosen.into_iter().map(|link| (link, share)).collect();
        if split.is_empty() { Outflow::Fails } else { Outflow::Split(split) }
    }

    /// The first link that is open and whose target satisfies `fits`.
    fn first(&self, links: &[LinkIx], fits: impl Fn(ComponentIx) -> bool) -> Outflow {
        let chosen = links.iter().copied().find(|link| self.passes(*link) && fits(self.fixed.hop(*link).to));
        chosen.map_or(Outflow::Fails, |link| Outflow::Split(vec![(link, 1.0)]))
    }

    /// Whether a running database is the writer of its cluster.
    fn is_writer(&self, ix: ComponentIx) -> bool {
        let infra = self.fixed.infra;
        let takes =
            |ix: ComponentIx| self.outage.cause(infra, ix).is_none() && takes_writes(infra, self.fixed.wiring, self.outage, ix);
        match infra.component(ix).kind.as_database().map(|spec| spec.role) {
            // The first electable member is elected.
            Some(DatabaseRole::Member) => self.fixed.cluster(ix).iter().copied().find(|member| takes(*member)) == Some(ix),
            Some(DatabaseRole::Primary | DatabaseRole::Replica | DatabaseRole::MultiPrimary) => takes(ix),
            None => false,
        }
    }

    /// Round trip to the slowest member that responds, in seconds: all members certify a write.
    fn slowest_member(&self, ix: ComponentIx, cluster: &[ComponentIx]) -> f64 {
        let infra = self.fixed.infra;
        let heard = cluster
            .iter()
            .copied()
            .filter(|other| *other != ix && hear_each_other(infra, self.fixed.wiring, self.outage, ix, *other));
        let links = heard.filter_map(|other| infra.link_from_to(ix, other).or_else(|| infra.link_from_to(other, ix)));
        links.map(|link| 2.0 * infra.link(link).latency.get() / 1e3).fold(0.0, f64::max)
    }

    /// Time for which a write waits for acknowledgements, in seconds: from the fastest replica in a semi-synchronous
    /// cluster, from a majority in a quorum cluster.
    fn commit_wait(&self, ix: ComponentIx) -> f64 {
        let infra = self.fixed.infra;
        let cluster = self.fixed.cluster(ix);
        let rules = ClusterRules::of(infra, cluster);
        if rules.multi_primary {
            return self.slowest_member(ix, cluster);
        }
        let needed = if rules.quorum { rules.majority - 1 } else { usize::from(rules.semi_sync) };
        let round_trip = |other: ComponentIx| {
            let link = infra.link_from_to(ix, other).or_else(|| infra.link_from_to(other, ix))?;
            Some(2.0 * infra.link(link).latency.get() / 1e3)
        };
        let heard = cluster
            .iter()
            .copied()
            .filter(|other| *other != ix && hear_each_other(infra, self.fixed.wiring, self.outage, ix, *other));
        let mut waits: Vec<f64> = heard.filter_map(round_trip).collect();
        waits.sort_by(f64::total_cmp);
        needed.checked_sub(1).and_then(|place| waits.get(place)).copied().unwrap_or(0.0)
    }
}
