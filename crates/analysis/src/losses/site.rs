//! Data that does not depend on a loss, derived once per infrastructure.

use hoplight_model::arrivals::Arrivals;
use hoplight_model::behaviour::{
    AtLimit, Behaviour, SessionUse, UpstreamChoice, WhenFull, check_depth, limited_idle_s, session_use, users_tls_ends,
};
use hoplight_model::http::REDIRECT_MS;
use hoplight_model::station::Station;
use hoplight_model::{ComponentIx, HealthCheck, Hop, Infrastructure, LinkIx, Protocol, RequestKind};

use super::cores::{Processor, processors};
use super::limits::Limits;
use crate::capacity::user_handshakes_s;
use crate::hit_ratio::CacheModel;
use crate::wiring::Wiring;

/// The infrastructure with the behaviour of each component.
pub(super) struct Site<'a> {
    pub(super) infra: &'a Infrastructure,
    wiring: &'a Wiring,
    pub(super) stations: Vec<Station>,
    /// Whether each component drops SYNs while it is full.
    pub(super) drops_syn: Vec<bool>,
    /// Whether each component closes idle connections, and then further ones, at its limit.
    pub(super) closes_idle: Vec<bool>,
    /// How long a connection is idle after a request at each component, in seconds, as far as it takes up the limit.
    pub(super) idle_s: Vec<f64>,
    pub(super) check_depths: Vec<Option<HealthCheck>>,
    /// Whether each component's choice among its upstreams depends on the rate of requests.
    pub(super) chooses_by_rate: Vec<bool>,
    /// Components that requests may reach, each before its upstreams; the browser is first.
    pub(super) order: Vec<ComponentIx>,
    /// The position of each component in `order`.
    pub(super) places: Vec<Option<usize>>,
    /// The links that lead to each component.
    pub(super) into: Vec<Vec<LinkIx>>,
    /// The links that cross each firewall.
    pub(super) guarded: Vec<Vec<LinkIx>>,
    pub(super) clusters: Vec<Vec<ComponentIx>>,
    /// The servers with a number of cores.
    pub(super) processors: Vec<Processor>,
    /// For each component on such a server, the number of the server.
    pub(super) processor_of: Vec<Option<usize>>,
    /// Processor time of users' handshakes per request of each kind at each component, in seconds.
    handshakes_s: Vec<[f64; 3]>,
    /// The hit ratios of each component that is a cache.
    pub(super) caches: Vec<Option<CacheModel>>,
    /// The rate limits of each component that has some.
    pub(super) limits: Vec<Option<Limits>>,
    /// How each component uses sessions.
    sessions: Vec<[Option<SessionUse>; 3]>,
    /// Requests per second of all kinds, if it is not that of the scenario's traffic.
    rate: Option<f64>,
}

impl<'a> Site<'a> {
    pub(super) fn of(infra: &'a Infrastructure, wiring: &'a Wiring) -> Self {
        Self::at(infra, wiring, None)
    }

    /// The infrastructure at a rate of requests per second; `None` for that of its traffic.
    pub(super) fn at(infra: &'a Infrastructure, wiring: &'a Wiring, rate: Option<f64>) -> Self {
        let count = infra.len();
        let hops = &wiring.hops;
        let (mut into, mut guarded) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for hop in hops {
            into[hop.to.index()].push(hop.link);
            for firewall in hop.guards.iter().flat_map(|guard| guard.members()) {
                guarded[firewall.index()].push(hop.link);
            }
        }
        let sessions: Vec<[Option<SessionUse>; 3]> =
            infra.components().map(|(ix, _)| RequestKind::ALL.map(|kind| session_use(infra, ix, kind))).collect();
        let order = clients_first(infra, wiring, &sessions);
        let mut places = vec![None; count];
        for (place, ix) in order.iter().enumerate() {
            places[ix.index()] = Some(place);
        }
        let (processors, processor_of) = processors(infra);
        let handshakes_s = if processors.is_empty() { vec![[0.0; 3]; count] } else { handshakes_s(infra, hops) };
        Self {
            infra,
            processors,
            processor_of,
            handshakes_s,
            stations: infra.components().map(|(_, component)| component.station()).collect(),
            drops_syn: infra.components().map(|(_, component)| component.kind.when_full() == WhenFull::DropSyn).collect(),
            closes_idle: infra.components().map(|(_, component)| component.kind.at_limit() == AtLimit::CloseIdle).collect(),
            idle_s: idle_s(infra, hops),
            chooses_by_rate: infra.components().map(|(ix, _)| wiring.behaviours(ix).iter().any(chooses_by_rate)).collect(),
            check_depths: infra.components().map(|(ix, _)| check_depth(infra, ix)).collect(),
            clusters: infra.database_clusters(),
            caches: infra.components().map(|(_, component)| component.kind.as_cache().map(CacheModel::of)).collect(),
            limits: infra.components().map(|(ix, _)| Limits::of(infra, ix, &into[ix.index()])).collect(),
            wiring,
            order,
            places,
            into,
            guarded,
            sessions,
            rate,
        }
    }

    /// All hops, by position.
    pub(super) fn hops(&self) -> &[Hop] {
        &self.wiring.hops
    }

    pub(super) fn hop(&self, link: LinkIx) -> &Hop {
        self.wiring.hop(link)
    }

    /// What a component does with each kind of request.
    pub(super) fn behaviours(&self, ix: ComponentIx) -> &[Behaviour; 3] {
        self.wiring.behaviours(ix)
    }

    pub(super) fn station(&self, ix: ComponentIx) -> &Station {
        &self.stations[ix.index()]
    }

    /// Whether a component checks the health of its upstreams.
    pub(super) fn balances(&self, ix: ComponentIx) -> bool {
        self.infra.component(ix).kind.as_balancer().is_some()
    }

    pub(super) fn behaviour(&self, ix: ComponentIx, kind: RequestKind) -> &Behaviour {
        self.wiring.behaviour(ix, kind)
    }

    /// How a component uses sessions for requests of a kind.
    pub(super) fn session(&self, ix: ComponentIx, kind: RequestKind) -> Option<&SessionUse> {
        self.sessions[ix.index()][kind.index()].as_ref()
    }

    /// Whether any component uses sessions.
    pub(super) fn has_sessions(&self) -> bool {
        self.sessions.iter().flatten().any(Option::is_some)
    }

    /// Mean service time while nothing else needs a core, in seconds.
    pub(super) fn service_s(&self, ix: ComponentIx, kind: RequestKind) -> f64 {
        match self.behaviour(ix, kind) {
            Behaviour::Redirect => REDIRECT_MS.get() / 1e3,
            Behaviour::Originate(_)
            | Behaviour::Respond
            | Behaviour::LookUp
            | Behaviour::Query(_)
            | Behaviour::Forward(_)
            | Behaviour::Resolve(_)
            | Behaviour::Filter
            | Behaviour::Fail(_)
            | Behaviour::Ignore => self.station(ix).mean_ms(kind) / 1e3,
        }
    }

    /// Mean service time of a response from downstream while nothing else needs a core, in seconds.
    pub(super) fn answer_s(&self, ix: ComponentIx) -> f64 {
        self.station(ix).answer.map_or(0.0, |answer| answer.mean_ms() / 1e3)
    }

    /// Processor time of a request at a component, in seconds: without handshakes, and of handshakes.
    pub(super) fn cpu_s(&self, ix: ComponentIx, kind: RequestKind) -> (f64, f64) {
        let share = self.station(ix).cpu.get();
        (share * (self.service_s(ix, kind) + self.answer_s(ix)), self.handshakes_s[ix.index()][kind.index()])
    }

    /// Time for a message and its response on a link, in seconds.
    pub(super) fn round_trip_s(&self, link: LinkIx) -> f64 {
        2.0 * self.infra.link(link).latency.get() / 1e3
    }

    /// Requests per second of each kind, given the mean time of a request.
    pub(super) fn rates(&self, mean_s: f64) -> [f64; 3] {
        let traffic = self.infra.traffic();
        let rate = match (self.rate, traffic.arrivals) {
            (Some(rate), _) => rate,
            (None, Arrivals::Poisson | Arrivals::Constant) => traffic.rate.get(),
            (None, Arrivals::Closed { users, think }) => f64::from(users.get()) / (think.mean_ms() / 1e3 + mean_s).max(1e-3),
        };
        RequestKind::ALL.map(|kind| rate * self.share(kind))
    }

    /// Number of returning users.
    pub(super) fn returning_users(&self) -> u32 {
        let traffic = self.infra.traffic();
        self.rate.map_or_else(|| traffic.returning_users(), |rate| traffic.users_at(rate))
    }

    /// Share of a kind among all requests.
    pub(super) fn share(&self, kind: RequestKind) -> f64 {
        let traffic = self.infra.traffic();
        let (fixed, writes) = (traffic.static_share.get(), traffic.write_share.get());
        match kind {
            RequestKind::Static => fixed,
            RequestKind::Read => (1.0 - fixed - writes).max(0.0),
            RequestKind::Write => writes,
        }
    }
}

/// Whether the choice among upstreams depends on the rate of requests: how many a driver sends before it learns that a
/// database is read-only, and how many are open at a backend.
fn chooses_by_rate(behaviour: &Behaviour) -> bool {
    let Some(forwarding) = behaviour.forwarding().filter(|it| it.links.len() > 1) else { return false };
    match forwarding.choice {
        UpstreamChoice::Writer => true,
        UpstreamChoice::Balanced(algorithm) => algorithm.avoids_busy(),
        UpstreamChoice::RoundRobin | UpstreamChoice::First | UpstreamChoice::Role(_) => false,
    }
}

/// How long a connection is idle after a request at each component, in seconds, as far as it takes up the limit.
fn idle_s(infra: &Infrastructure, hops: &[Hop]) -> Vec<f64> {
    let mut all = vec![0.0; infra.len()];
    for hop in hops {
        all[hop.to.index()] += limited_idle_s(infra, hop);
    }
    all
}

/// Processor time of users' handshakes per request of each kind at each component, in seconds.
fn handshakes_s(infra: &Infrastructure, hops: &[Hop]) -> Vec<[f64; 3]> {
    let mut all = vec![[0.0; 3]; infra.len()];
    let is_entry = |hop: &&Hop| Some(hop.from) == infra.browser() && infra.link(hop.link).protocol == Protocol::Http;
    let entry = hops.iter().find(is_entry);
    let per_request = RequestKind::ALL.map(|kind| user_handshakes_s(infra, entry, kind));
    for ix in users_tls_ends(infra) {
        all[ix.index()] = per_request;
    }
    all
}

/// The links on which requests and lookups in caches may leave a component.
fn links_of(behaviour: &Behaviour) -> Vec<LinkIx> {
    match behaviour {
        Behaviour::Originate(origin) => origin.entries.clone(),
        Behaviour::Forward(forwarding) => {
            forwarding.cache.and_then(|caching| caching.link).into_iter().chain(forwarding.links.iter().copied()).collect()
        }
        Behaviour::Respond
        | Behaviour::LookUp
        | Behaviour::Query(_)
        | Behaviour::Resolve(_)
        | Behaviour::Redirect
        | Behaviour::Filter
        | Behaviour::Fail(_)
        | Behaviour::Ignore => Vec::new(),
    }
}

/// The browser and all components reachable from it, in topological order. Request paths have no cycles.
fn clients_first(infra: &Infrastructure, wiring: &Wiring, sessions: &[[Option<SessionUse>; 3]]) -> Vec<ComponentIx> {
    let mut seen = vec![false; infra.len()];
    let mut done = Vec::new();
    // Stack of the depth-first search: a component, and whether its upstreams have been visited.
    let mut open: Vec<(ComponentIx, bool)> = infra.browser().map(|ix| (ix, false)).into_iter().collect();
    while let Some((ix, visited)) = open.pop() {
        if visited {
            done.push(ix);
        } else if !std::mem::replace(&mut seen[ix.index()], true) {
            open.push((ix, true));
            let stores = sessions[ix.index()].iter().flatten().filter_map(|session| session.store).map(|store| store.link);
            let links = wiring.behaviours(ix).iter().flat_map(links_of).chain(stores);
            open.extend(links.map(|link| (wiring.hop(link).to, false)));
        }
    }
    done.reverse();
    done
}
