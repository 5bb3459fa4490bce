//! Service demand of one request of each kind at every resource: visits × time.
//!
//! ```text
//!  upstreams first:  residence time at a component and its upstreams, without queueing
//!  browser first:    visits and holding times
//! ```
//!
//! Times are means without queueing, so the actual holding time of a slot that waits for a response is at least this
//! long.

use hoplight_model::behaviour::limited_idle_s;
use hoplight_model::http::REDIRECT_MS;
use hoplight_model::station::{Hold, ServiceTime, Station};
use hoplight_model::{Algorithm, ComponentIx, LinkIx, RequestKind};

use super::connection_cost::ConnectionCost;
use super::mix::Mix;
use super::resource::{Holding, Numbers};
use super::routes::{Outflow, Routes};

/// Demand of one request of each kind. The outer arrays are in the order of [`RequestKind::ALL`].
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Demand {
    /// Seconds during which a request holds each resource, by resource number.
    pub(super) holds: [Vec<f64>; 3],
    /// Seconds of each component's own work, by position.
    pub(super) works: [Vec<f64>; 3],
    /// Seconds of processor time at each component, by position.
    pub(super) cpus: [Vec<f64>; 3],
    /// Number of slots acquired at each component, by position: for the request, for each part of a handshake, for a
    /// response.
    pub(super) visits: [Vec<f64>; 3],
    /// Requests sent on each link, by position. Handshakes are not included.
    pub(super) flows: [Vec<f64>; 3],
    /// Fraction of requests that are answered.
    pub(super) answered: [f64; 3],
}

/// Residence times at a component and its upstreams, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Residence {
    /// Of a request.
    request: f64,
    /// Of one round trip of a handshake that is passed through.
    trip: f64,
    /// Time to open the upstream connections for a connection that is passed through.
    connect: f64,
}

/// Arrivals at a component per user request.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Inflow {
    requests: f64,
    opening: ConnectionCost,
}

/// Links on which a kind is forwarded, each with its fraction.
type Shares = Vec<(LinkIx, f64)>;

struct Solver<'a> {
    routes: &'a Routes<'a>,
    numbers: Numbers,
    mix: Mix,
    /// Whether each link is saturated, by position.
    full: &'a [bool],
    shares: Vec<[Shares; 3]>,
    stays: Vec<[Residence; 3]>,
    inflows: Vec<[Inflow; 3]>,
    demand: Demand,
}

impl Demand {
    /// Computes the demand of requests in this mix. Balancers send no additional requests on `full` links.
    pub(super) fn of(routes: &Routes<'_>, mix: Mix, full: &[bool]) -> Self {
        let infra = routes.fixed.infra;
        let (numbers, count) = (Numbers::of(infra), infra.len());
        let zeros = |count: usize| [(); 3].map(|()| vec![0.0; count]);
        let mut solver = Solver {
            routes,
            numbers,
            mix,
            full,
            shares: vec![Default::default(); count],
            stays: vec![Default::default(); count],
            inflows: vec![Default::default(); count],
            demand: Self {
                holds: zeros(numbers.count()),
                works: zeros(count),
                cpus: zeros(count),
                visits: zeros(count),
                flows: zeros(infra.graph().edge_count()),
                answered: [0.0; 3],
            },
        };
        for ix in routes.fixed.order.iter().rev().copied() {
            solver.shares[ix.index()] = RequestKind::ALL.map(|kind| solver.share(ix, kind));
            solver.stays[ix.index()] = RequestKind::ALL.map(|kind| solver.stay(ix, kind));
        }
        for ix in routes.fixed.order.iter().copied() {
            for kind in RequestKind::ALL {
                solver.flow(ix, kind);
            }
        }
        solver.demand
    }
}

fn seconds(service: ServiceTime) -> f64 {
    service.mean_ms() / 1e3
}

fn answer_s(station: &Station) -> f64 {
    station.answer.map_or(0.0, seconds)
}

impl Solver<'_> {
    fn service_s(&self, ix: ComponentIx, kind: RequestKind) -> f64 {
        if self.routes.fixed.redirects(ix, kind) {
            REDIRECT_MS.get() / 1e3
        } else {
            self.routes.fixed.station(ix).mean_ms(kind) / 1e3
        }
    }

    /// Whether a component passes handshakes through.
    fn passes_through(&self, ix: ComponentIx) -> bool {
        self.routes.fixed.forwarding(ix, RequestKind::Read).is_some_and(|forwarding| forwarding.passes_tls)
    }

    /// Round-trip time of a hop: the link in both directions, plus the firewalls.
    fn round_trip(&self, link: LinkIx, kind: RequestKind) -> f64 {
        let fixed = self.routes.fixed;
        let wire = 2.0 * fixed.infra.link(link).latency.get() / 1e3;
        let guards = fixed.hop(link).guards.iter().map(|guard| guard.firewall);
        wire + guards.map(|ix| self.service_s(ix, kind) + answer_s(fixed.station(ix))).sum::<f64>()
    }

    /// Time for which a request is in progress on a link, including the connections opened for it.
    fn in_progress(&self, link: LinkIx, kind: RequestKind) -> f64 {
        let fixed = self.routes.fixed;
        let (opening, to) = (fixed.openings[link.index()], fixed.hop(link).to);
        (opening.messages() + 1.0) * self.round_trip(link, kind) + opening.work_s + self.stays[to.index()][kind.index()].request
    }

    /// Links on which a component forwards a kind, looks it up in a cache or asks for its session, each with its fraction.
    fn share(&self, ix: ComponentIx, kind: RequestKind) -> Shares {
        let mut shares = self.upstream_share(ix, kind);
        let misses = 1.0 - self.routes.answered_by_cache(ix, kind);
        for (_, share) in &mut shares {
            *share *= misses;
        }
        shares.extend(self.routes.lookup_link(ix, kind).map(|link| (link, 1.0)));
        let served = self.routes.with_session(ix, kind);
        for (_, share) in &mut shares {
            *share *= served;
        }
        shares.extend(self.routes.store_link(ix, kind));
        shares
    }

    fn upstream_share(&self, ix: ComponentIx, kind: RequestKind) -> Shares {
        match &self.routes.outflows[ix.index()][kind.index()] {
            Outflow::Ends | Outflow::Fails => Vec::new(),
            Outflow::Split(split) => split.clone(),
            Outflow::Balanced(algorithm, links) => {
                let takes_more = |link: &LinkIx| !self.full[link.index()];
                let mut open: Vec<LinkIx> = links.iter().copied().filter(takes_more).collect();
                if open.is_empty() {
                    open.clone_from(links);
                }
                if *algorithm == Algorithm::First {
                    open.truncate(1);
                }
                let weights: Vec<f64> = open.iter().map(|link| self.weight(ix, *algorithm, *link)).collect();
                let whole: f64 = weights.iter().sum();
                open.into_iter().zip(weights).map(|(link, weight)| (link, weight / whole)).collect()
            }
        }
    }

    /// A balancer's relative weight for a backend.
    fn weight(&self, ix: ComponentIx, algorithm: Algorithm, link: LinkIx) -> f64 {
        let weight = f64::from(self.routes.fixed.infra.link(link).weight);
        match algorithm {
            Algorithm::RoundRobin | Algorithm::First => 1.0,
            Algorithm::WeightedRoundRobin | Algorithm::SourceHash | Algorithm::RandomTwo => weight,
            Algorithm::LeastConnections => {
                // The numbers of requests in progress are proportional to the weights. By Little's law, the rate is
                // that number divided by the time in progress.
                let comes = |kind: RequestKind| {
                    let reached = self.routes.reached[ix.index()][kind.index()];
                    if reached { self.mix.share(kind) } else { 0.0 }
                };
                let time: f64 = RequestKind::ALL.into_iter().map(|kind| comes(kind) * self.in_progress(link, kind)).sum();
                weight / time.max(1e-9)
            }
        }
    }

    fn stay(&self, ix: ComponentIx, kind: RequestKind) -> Residence {
        let own = self.service_s(ix, kind);
        let answer = answer_s(self.routes.fixed.station(ix));
        let passes_through = self.passes_through(ix);
        let commit = if kind.is_write() { self.routes.commit_s[ix.index()] } else { 0.0 };
        let mut stay = Residence { request: own + commit, trip: if passes_through { own } else { 0.0 }, connect: 0.0 };
        for (link, share) in &self.shares[ix.index()][kind.index()] {
            stay.request += share * (self.in_progress(*link, kind) + answer);
            if passes_through {
                let below = self.stays[self.routes.fixed.hop(*link).to.index()][kind.index()];
                let round_trip = self.round_trip(*link, kind);
                stay.trip += share * (round_trip + answer + below.trip);
                stay.connect += share * (round_trip + below.connect);
            }
        }
        stay
    }

    fn hold(&mut self, kind: RequestKind, holding: Holding, time: f64) {
        self.demand.holds[kind.index()][self.numbers.number(holding)] += time;
    }

    /// Adds work done in a slot of a component. `handshakes` is the part of its time that goes into TLS handshakes.
    fn work(&mut self, kind: RequestKind, ix: ComponentIx, visits: f64, time: f64, handshakes: f64) {
        self.demand.visits[kind.index()][ix.index()] += visits;
        self.demand.works[kind.index()][ix.index()] += time;
        // A handshake is all computation.
        let cpu = handshakes + (time - handshakes) * self.routes.fixed.station(ix).cpu.get();
        self.demand.cpus[kind.index()][ix.index()] += cpu;
        if let Some(server) = self.routes.fixed.processors[ix.index()] {
            self.hold(kind, Holding::Cores(server), cpu);
        }
    }

    /// Adds messages on a link and the responses to them.
    fn cross(&mut self, link: LinkIx, kind: RequestKind, messages: f64) {
        let fixed = self.routes.fixed;
        for guard in &fixed.hop(link).guards {
            let station = fixed.station(guard.firewall);
            let looks = if station.answer.is_some() { 2.0 } else { 1.0 };
            let time = messages * (self.service_s(guard.firewall, kind) + answer_s(station));
            self.work(kind, guard.firewall, messages * looks, time, 0.0);
            self.hold(kind, Holding::Slots(guard.firewall), time);
        }
    }

    /// Serves the arrivals at a component and forwards them.
    fn flow(&mut self, ix: ComponentIx, kind: RequestKind) {
        let fixed = self.routes.fixed;
        if !self.routes.reached[ix.index()][kind.index()] {
            return;
        }
        let is_browser = fixed.infra.component(ix).kind.is_browser();
        if is_browser {
            self.look_up(kind);
            self.inflows[ix.index()][kind.index()] =
                Inflow { requests: self.routes.requests_of(kind), opening: fixed.by_users[kind.index()] };
        }
        let Inflow { requests, opening } = self.inflows[ix.index()][kind.index()];
        let hands_on = is_browser || self.passes_through(ix);
        if !is_browser {
            self.serve(ix, kind, Inflow { requests, opening });
        }
        let answered = match self.routes.outflows[ix.index()][kind.index()] {
            // What a cache or session store beside an application has is counted at the application.
            Outflow::Ends if fixed.infra.component(ix).kind.as_store().is_some() => 0.0,
            Outflow::Ends => self.routes.with_session(ix, kind),
            Outflow::Fails | Outflow::Split(_) | Outflow::Balanced(..) => {
                self.routes.answered_by_cache(ix, kind) * self.routes.with_session(ix, kind)
            }
        };
        self.demand.answered[kind.index()] += answered * requests;
        let shares = std::mem::take(&mut self.shares[ix.index()][kind.index()]);
        for (link, share) in shares {
            let requests = requests * share;
            let opening = if is_browser {
                opening.times(share)
            } else if hands_on {
                opening.handed_on().times(share)
            } else {
                fixed.openings[link.index()].times(requests)
            };
            self.demand.flows[kind.index()][link.index()] += requests;
            self.cross(link, kind, requests + opening.messages());
            let to = fixed.hop(link).to;
            let inflow = &mut self.inflows[to.index()][kind.index()];
            inflow.requests += requests;
            inflow.opening.add(opening);
            if let Some(limit) = fixed.shared_limits[link.index()].filter(|limit| limit.applies_to(kind)) {
                self.hold(kind, Holding::RateLimit(link), requests / limit.rate.get());
            }
            let (round_trip, below) = (self.round_trip(link, kind), self.stays[to.index()][kind.index()]);
            if is_browser && fixed.station(to).connections.is_some() {
                // Between a handshake and what follows, and while it is idle, the connection takes a place at the entry.
                let idle_s = limited_idle_s(fixed.infra, fixed.hop(link));
                self.hold(kind, Holding::Connections(to), opening.trips * round_trip + requests * idle_s);
            }
            let opens =
                opening.messages() * round_trip + opening.work_s + opening.trips * below.trip + opening.connects * below.connect;
            self.hold(kind, Holding::Places(link), requests * (round_trip + below.request) + opens);
        }
    }

    /// Adds the DNS lookups of new visitors. The resolver's own queries, one per TTL of the record, are not counted.
    fn look_up(&mut self, kind: RequestKind) {
        let fixed = self.routes.fixed;
        let Ok(Some(link)) = self.routes.lookups[kind.index()] else { return };
        let (lookups, resolver) = (fixed.infra.traffic().new_visitors.get(), fixed.hop(link).to);
        self.cross(link, kind, lookups);
        let time = lookups * self.service_s(resolver, kind);
        self.work(kind, resolver, lookups, time, 0.0);
        self.hold(kind, Holding::Slots(resolver), time);
        self.hold(kind, Holding::Connections(resolver), time);
    }

    /// Adds a component's work on its arrivals.
    fn serve(&mut self, ix: ComponentIx, kind: RequestKind, Inflow { requests, opening }: Inflow) {
        let station = self.routes.fixed.station(ix);
        let (stay, own) = (self.stays[ix.index()][kind.index()], self.service_s(ix, kind));
        let goes_on = !self.shares[ix.index()][kind.index()].is_empty();
        let (answer, passes_through) = (if goes_on { answer_s(station) } else { 0.0 }, self.passes_through(ix));
        let waits = station.hold == Hold::UntilAnswered;
        // A worker that held its slot while waiting processes the response without acquiring a slot again.
        let looks = if goes_on && station.answer.is_some() && !waits { 2.0 } else { 1.0 };
        let handshakes = if passes_through { opening.trips * (own + answer) } else { opening.work_s };
        let stays_for_handshakes = if passes_through {
            opening.trips * stay.trip + opening.connects * stay.connect + opening.work_s
        } else {
            opening.work_s
        };
        let redirects = opening.redirects;
        let work = requests * (own + answer) + handshakes + redirects * own;
        let present = requests * stay.request + stays_for_handshakes + redirects * own;
        let computed = if passes_through { 0.0 } else { handshakes };
        let passages = requests * looks + opening.trips * if passes_through { looks } else { 1.0 } + redirects;
        self.work(kind, ix, passages, work, computed);
        self.hold(kind, Holding::Slots(ix), if waits { present } else { work });
        self.hold(kind, Holding::Connections(ix), present);
    }
}
