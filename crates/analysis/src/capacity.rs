//! Capacity: how much load a site takes, what saturates first, and what is left after a loss.
//!
//! ```text
//!  model ─▶ routes ─▶ demand ─▶ curve ─▶ saturation, utilisation, headroom
//!           the split  visits    demand × load
//!                      × time    against the limits
//!                                            └─▶ overload: the same during each outage
//! ```
//!
//! The formulas are operational laws (Denning and Buzen, "The operational analysis of queueing network models", 1978), which
//! hold for any distributions: a component's utilisation is load × visits × service time / slots (the utilisation law), and the
//! mean number held is load × the time for which one is held (Little's law). Three resources run out: slots, which a station
//! may hold until the upstream has answered; connections; and a balancer's `maxconn` at a backend.
//!
//! Times are those of an idle site, which a drawing determines. A slot that is held for an answer is held longer while requests
//! queue further on: there the saturation is an upper bound, close where the upstream has room. Failed attempts, retries,
//! health checks, samples and probes are not counted. Must not know the simulation, nor time.

mod connection_cost;
mod demand;
mod mix;
mod overload;
mod resource;
mod routes;
mod saturation;
mod utilisation_curve;

pub use mix::Mix;
pub use overload::{MOST_CAUSES, Overload, Overloaded, capacity_spofs, overloads};
pub use resource::Resource;
pub use saturation::{Headroom, Saturation, Utilisation};

use hoplight_model::arrivals::{Arrivals, RateChange};
use hoplight_model::component::Traffic;
use hoplight_model::{ComponentId, ComponentIx, Infrastructure, RequestKind};

use super::outage::Outage;
use demand::Demand;
use resource::{Holding, Numbers};
use routes::{Routes, StaticRoutes};
use utilisation_curve::UtilisationCurve;

/// What one request of each kind asks of one component, on average over the requests of that kind. Arrays are in the order
/// of [`RequestKind::ALL`]; balancers split as in the scenario's mix at a small load.
#[derive(Clone, Debug, PartialEq)]
pub struct StationLoad {
    /// The component.
    pub component: ComponentId,
    /// Its position.
    pub ix: ComponentIx,
    /// How many requests it serves at once; `u32::MAX` is no limit.
    pub slots: u32,
    /// How often a slot is needed: for a request, a part of a handshake, an answer.
    pub visits: [f64; 3],
    /// Seconds of its own work: visits × service time, handshakes included.
    pub work_s: [f64; 3],
    /// Seconds for which a slot is held: the work and, where slots are held until answered, the wait for the answer.
    pub held_s: [f64; 3],
    /// Seconds for which a request is present: from its arrival until its answer leaves. Zero for firewalls.
    pub present_s: [f64; 3],
}

/// The capacity of an infrastructure during an outage, which may be empty.
#[derive(Clone, Debug)]
pub struct Capacity {
    stations: Vec<StationLoad>,
    resources: Vec<Resource>,
    limits: Vec<f64>,
    answered: [f64; 3],
    /// The curve of each kind alone, in the order of [`RequestKind::ALL`], and then of the mix.
    curves: [UtilisationCurve; 4],
    /// For each of these, by resource number: the fraction of the holding time that is the component's own work.
    working: [Vec<f64>; 4],
}

impl Capacity {
    /// The capacity for the mix of the scenario's traffic. Requests are split over what still runs.
    pub fn of(infra: &Infrastructure, outage: &Outage) -> Self {
        Self::in_mix(infra, outage, Mix::of(infra.traffic()))
    }

    /// The capacity for another mix.
    pub fn in_mix(infra: &Infrastructure, outage: &Outage, mix: Mix) -> Self {
        let fixed = StaticRoutes::of(infra);
        let routes = Routes::of(&fixed, outage);
        let numbers = Numbers::of(infra);
        let mixes = [RequestKind::Static, RequestKind::Read, RequestKind::Write].map(Mix::only);
        let mixes = [mixes[0], mixes[1], mixes[2], mix];
        let open = vec![false; infra.graph().edge_count()];
        let demands = mixes.map(|mix| Demand::of(&routes, mix, &open));
        let working = std::array::from_fn(|place| working(infra, &demands[place], mixes[place], numbers));
        let usual = &demands[3];
        let stations = infra.components().map(|(ix, component)| {
            let held = |holding| RequestKind::ALL.map(|kind| usual.holds[kind.index()][numbers.number(holding)]);
            let own = |of: &[Vec<f64>; 3]| RequestKind::ALL.map(|kind| of[kind.index()][ix.index()]);
            StationLoad {
                component: component.id.clone(),
                ix,
                slots: fixed.station(ix).slots,
                visits: own(&usual.visits),
                work_s: own(&usual.works),
                held_s: held(Holding::Slots(ix)),
                present_s: held(Holding::Connections(ix)),
            }
        });
        Self {
            stations: stations.collect(),
            resources: (0..numbers.count()).map(|number| numbers.resource(infra, number)).collect(),
            limits: Numbers::limits(infra),
            answered: usual.answered,
            curves: mixes.map(|mix| UtilisationCurve::of(&routes, mix)),
            working,
        }
    }

    /// The demand of a request at each component, in authored order.
    pub fn stations(&self) -> &[StationLoad] {
        &self.stations
    }

    /// The demand of a request at one component.
    pub fn station(&self, component: &str) -> Option<&StationLoad> {
        self.stations.iter().find(|station| station.component.as_str() == component)
    }

    /// The fraction of a kind's requests that are answered. The others reach a dead end, such as a web server whose application
    /// is down and whose balancer checks only the web server.
    pub const fn answered(&self, kind: RequestKind) -> f64 {
        self.answered[kind.index()]
    }

    /// The load at which a kind alone saturates the site, and the bottleneck. `None` if nothing limits it, or none of its
    /// requests is answered.
    pub fn saturation(&self, kind: RequestKind) -> Option<Saturation> {
        self.saturation_of(Some(kind))
    }

    /// The same for all kinds in their mix.
    pub fn mix_saturation(&self) -> Option<Saturation> {
        self.saturation_of(None)
    }

    fn saturation_of(&self, kind: Option<RequestKind>) -> Option<Saturation> {
        // Requests that all fail are not limited.
        if kind.is_some_and(|kind| self.answered(kind) <= 0.0) {
            return None;
        }
        let (rps, number) = self.curve(kind).saturation?;
        Some(self.full(kind, number, rps))
    }

    /// The load at which each resource saturates, as if nothing else were limited, the lowest first; of one kind alone, or of
    /// all kinds in their mix. Resources that never saturate are left out.
    pub fn saturations(&self, kind: Option<RequestKind>) -> Vec<Saturation> {
        let curve = self.curve(kind);
        let full = |number: usize| Some(self.full(kind, number, curve.full_from(number)?));
        let mut all: Vec<Saturation> = (0..self.resources.len()).filter_map(full).collect();
        all.sort_by(|a, b| a.rps.total_cmp(&b.rps));
        all
    }

    /// The utilisation of each resource at a load of all kinds in their mix, in requests per second; the highest first.
    /// Resources that are unused or unlimited are left out.
    pub fn utilisation(&self, load: f64) -> Vec<Utilisation> {
        self.utilisation_by(None, load)
    }

    /// The same for one kind alone, or for all in their mix.
    pub fn utilisation_by(&self, kind: Option<RequestKind>, load: f64) -> Vec<Utilisation> {
        let curve = self.curve(kind);
        let of = |number: usize| {
            let limit = whole(self.limits[number])?;
            let held = curve.held(number, load);
            (held > 0.0).then(|| Utilisation { resource: self.resources[number].clone(), limit, held })
        };
        let mut all: Vec<Utilisation> = (0..self.resources.len()).filter_map(of).collect();
        all.sort_by(|a, b| b.part().total_cmp(&a.part()));
        all
    }

    /// The fraction of a component's slots that is held at a load of all kinds in their mix; 0 where slots are unlimited.
    /// `None` if there is no such component.
    pub fn utilisation_of(&self, component: &str, load: f64) -> Option<f64> {
        // Slots are numbered as their components are.
        let place = self.stations.iter().position(|station| station.component.as_str() == component)?;
        Some(self.curve(None).utilisation(place, load))
    }

    /// How much more the site could take than a load of all kinds in their mix. `None` if nothing limits it.
    pub fn headroom(&self, load: f64) -> Option<Headroom> {
        let Saturation { rps, .. } = self.mix_saturation()?;
        Some(Headroom { rps: rps - load, factor: rps / load })
    }

    fn curve(&self, kind: Option<RequestKind>) -> &UtilisationCurve {
        &self.curves[place(kind)]
    }

    fn full(&self, kind: Option<RequestKind>, number: usize, rps: f64) -> Saturation {
        Saturation {
            rps,
            resource: self.resources[number].clone(),
            limit: whole(self.limits[number]).unwrap_or(u32::MAX),
            kind,
            working: self.working[place(kind)][number],
        }
    }
}

/// The position of a kind, or of the mix, among the curves.
fn place(kind: Option<RequestKind>) -> usize {
    kind.map_or(RequestKind::ALL.len(), RequestKind::index)
}

/// A limit as a whole number; `None` if it is infinite.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limits are made of u32")]
fn whole(limit: f64) -> Option<u32> {
    limit.is_finite().then_some(limit as u32)
}

/// Fraction of the holding time spent on the component's own work, by resource number.
fn working(infra: &Infrastructure, demand: &Demand, mix: Mix, numbers: Numbers) -> Vec<f64> {
    let part = |number: usize| {
        let ix = match numbers.holding(number) {
            Holding::Slots(ix) | Holding::Connections(ix) => ix,
            Holding::Places(link) => infra.ends(link).1,
        };
        let works = mix.mean(|kind| demand.works[kind.index()][ix.index()]);
        let held = mix.mean(|kind| demand.holds[kind.index()][number]);
        if held > 0.0 { (works / held).min(1.0) } else { 1.0 }
    };
    (0..numbers.count()).map(part).collect()
}

/// The highest rate in a scenario's traffic and its schedule, in requests per second. `None` for a closed population, whose
/// rate depends on the site's response time.
pub fn peak_rate(traffic: &Traffic) -> Option<f64> {
    if matches!(traffic.arrivals, Arrivals::Closed { .. }) {
        return None;
    }
    let changed = traffic.schedule.iter().map(|change| match change {
        RateChange::Step { rate, .. } | RateChange::Ramp { rate, .. } | RateChange::Spike { rate, .. } => rate.get(),
    });
    Some(changed.fold(traffic.rate.get(), f64::max))
}
