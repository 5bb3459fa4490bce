//! Capacity: sustainable load, the bottleneck, and overload after a failure.
//!
//! ```text
//!  model ─▶ routes ─▶ demand ─▶ utilisation_curve ─▶ saturation, utilisation, headroom
//!           the split  visits    demand × load
//!                      × time    against the limits
//!                                            └─▶ overload: the same for each single failure
//! ```
//!
//! The formulas are operational laws (Denning and Buzen, "The operational analysis of queueing network models", 1978),
//! which hold for any distribution. Utilisation law: a component's utilisation is load × visits × service time / slots.
//! Little's law: the mean number of units held is load × holding time. Four resources are limited: slots, which some
//! components hold until the upstream has responded; connections; a balancer's `maxconn` per backend; and the processor cores
//! of a server, which work of all its components holds for its processor time.
//!
//! Times are for an idle site and follow from the model. A slot held until the upstream responds is held longer while
//! requests queue at the upstream, and all slots are held longer while threads wait for a core. In these cases the saturation load is an upper bound, tight as long as the upstream
//! has spare capacity. Failed attempts, retries, health checks, samples and probes are not counted.
//! Caches are warm, with the hit ratios of the scenario's rate ([`hit_ratios`](super::losses::hit_ratios)).

mod connection_cost;
mod demand;
mod mix;
mod overload;
mod resource;
mod routes;
mod saturation;
mod utilisation_curve;

pub(crate) use connection_cost::user_handshakes_s;
pub use mix::Mix;
pub use overload::{MOST_CAUSES, Overload, Overloaded, capacity_spofs, overloads};
pub use resource::Resource;
pub use saturation::{Headroom, Saturation, Utilisation};

use hoplight_model::arrivals::{Arrivals, RateChange};
use hoplight_model::component::Traffic;
use hoplight_model::{ComponentId, ComponentIx, Infrastructure, RequestKind};

use super::outage::Outage;
use super::wiring::Wiring;
use demand::Demand;
use resource::{Holding, Numbers};
use routes::{Routes, StaticRoutes};
use utilisation_curve::UtilisationCurve;

/// Demand of one request of each kind at one component, averaged over the requests of that kind. Arrays are in the
/// order of [`RequestKind::ALL`]. Balancers split requests as for the scenario's mix at low load.
#[derive(Clone, Debug, PartialEq)]
pub struct StationLoad {
    /// The component.
    pub component: ComponentId,
    /// Position of the component.
    pub ix: ComponentIx,
    /// Number of requests served concurrently; `u32::MAX` means unlimited.
    pub slots: u32,
    /// Number of slots acquired: for the request, for each part of a handshake, for a response.
    pub visits: [f64; 3],
    /// Seconds of the component's own work: visits × service time, including handshakes.
    pub work_s: [f64; 3],
    /// Seconds of processor time: the part of the work that needs a core.
    pub cpu_s: [f64; 3],
    /// Seconds during which a slot is held: the component's own work and, if slots are held until the upstream
    /// responds, the wait.
    pub held_s: [f64; 3],
    /// Seconds that a request spends at the component, from arrival until its response leaves. Zero for firewalls.
    pub present_s: [f64; 3],
}

/// Capacity of an infrastructure during an outage, which may be empty.
#[derive(Clone, Debug)]
pub struct Capacity {
    stations: Vec<StationLoad>,
    resources: Vec<Resource>,
    limits: Vec<f64>,
    answered: [f64; 3],
    /// Curve of each kind alone, in the order of [`RequestKind::ALL`], followed by the curve of the mix.
    curves: [UtilisationCurve; 4],
    /// For each curve, by resource number: fraction of the holding time spent on the component's own work.
    working: [Vec<f64>; 4],
}

impl Capacity {
    /// Computes the capacity for the mix of the scenario's traffic. Requests are split over the surviving components.
    pub fn of(infra: &Infrastructure, outage: &Outage) -> Self {
        Self::in_mix(infra, outage, Mix::of(infra.traffic()))
    }

    /// Like [`Self::of`], for a given mix.
    pub fn in_mix(infra: &Infrastructure, outage: &Outage, mix: Mix) -> Self {
        let wiring = Wiring::of(infra);
        let fixed = StaticRoutes::of(infra, &wiring);
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
                cpu_s: own(&usual.cpus),
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

    /// Demand of a request at each component, in authored order.
    pub fn stations(&self) -> &[StationLoad] {
        &self.stations
    }

    /// Demand of a request at one component.
    pub fn station(&self, component: &str) -> Option<&StationLoad> {
        self.stations.iter().find(|station| station.component.as_str() == component)
    }

    /// Fraction of a kind's requests that are answered. The others reach a dead end, such as a web server whose
    /// application is down while the balancer checks only the web server.
    pub const fn answered(&self, kind: RequestKind) -> f64 {
        self.answered[kind.index()]
    }

    /// Load at which a kind alone saturates the site, and the bottleneck. `None` if nothing limits the load or no
    /// request of this kind is answered.
    pub fn saturation(&self, kind: RequestKind) -> Option<Saturation> {
        self.saturation_of(Some(kind))
    }

    /// Like [`Self::saturation`], for all kinds in their mix.
    pub fn mix_saturation(&self) -> Option<Saturation> {
        self.saturation_of(None)
    }

    fn saturation_of(&self, kind: Option<RequestKind>) -> Option<Saturation> {
        // Requests that all fail have no saturation load.
        if kind.is_some_and(|kind| self.answered(kind) <= 0.0) {
            return None;
        }
        let (rps, number) = self.curve(kind).saturation?;
        Some(self.full(kind, number, rps))
    }

    /// Load at which each resource would saturate if it were the only limited one, lowest first; for one kind alone or
    /// for the mix. Resources that never saturate are left out.
    pub fn saturations(&self, kind: Option<RequestKind>) -> Vec<Saturation> {
        let curve = self.curve(kind);
        let full = |number: usize| Some(self.full(kind, number, curve.full_from(number)?));
        let mut all: Vec<Saturation> = (0..self.resources.len()).filter_map(full).collect();
        all.sort_by(|a, b| a.rps.total_cmp(&b.rps));
        all
    }

    /// Utilisation of each resource at `load` requests per second of all kinds in their mix, highest first. Unused and
    /// unlimited resources are left out.
    pub fn utilisation(&self, load: f64) -> Vec<Utilisation> {
        self.utilisation_by(None, load)
    }

    /// Like [`Self::utilisation`], for one kind alone or for the mix.
    pub fn utilisation_by(&self, kind: Option<RequestKind>, load: f64) -> Vec<Utilisation> {
        utilisation(self.curve(kind), &self.limits, load, |number| self.resources[number].clone())
    }

    /// Utilisation of a component's slots at `load` requests per second of all kinds in their mix; 0 if slots are
    /// unlimited. `None` if the component does not exist.
    pub fn utilisation_of(&self, component: &str, load: f64) -> Option<f64> {
        // Slots are numbered like their components.
        let place = self.stations.iter().position(|station| station.component.as_str() == component)?;
        Some(self.curve(None).utilisation(place, load))
    }

    /// Headroom above `load` requests per second of all kinds in their mix. `None` if nothing limits the load.
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

/// Utilisation of each resource without an outage at `load` requests per second of all kinds in the mix of the scenario's
/// traffic, like [`Capacity::utilisation`]. Computes nothing else, and is therefore much faster.
pub(crate) fn usual_utilisation(infra: &Infrastructure, wiring: &Wiring, load: f64) -> Vec<Utilisation> {
    let (fixed, outage, numbers) = (StaticRoutes::of(infra, wiring), Outage::none(), Numbers::of(infra));
    let curve = UtilisationCurve::of(&Routes::of(&fixed, &outage), Mix::of(infra.traffic()));
    utilisation(&curve, &Numbers::limits(infra), load, |number| numbers.resource(infra, number))
}

fn utilisation(curve: &UtilisationCurve, limits: &[f64], load: f64, resource: impl Fn(usize) -> Resource) -> Vec<Utilisation> {
    let of = |number: usize| {
        let limit = whole(limits[number])?;
        let held = curve.held(number, load);
        (held > 0.0).then(|| Utilisation { resource: resource(number), limit, held })
    };
    let mut all: Vec<Utilisation> = (0..limits.len()).filter_map(of).collect();
    all.sort_by(|a, b| b.part().total_cmp(&a.part()));
    all
}

/// Index of the curve of a kind, or of the mix.
fn place(kind: Option<RequestKind>) -> usize {
    kind.map_or(RequestKind::ALL.len(), RequestKind::index)
}

/// A limit as an integer; `None` if it is infinite.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limits are made of u32")]
fn whole(limit: f64) -> Option<u32> {
    limit.is_finite().then_some(limit as u32)
}

/// Fraction of the holding time spent on the component's own work, by resource number.
fn working(infra: &Infrastructure, demand: &Demand, mix: Mix, numbers: Numbers) -> Vec<f64> {
    let part = |number: usize| {
        let ix = match numbers.holding(number) {
            Holding::Slots(ix) | Holding::Connections(ix) => ix,
            Holding::Places(link) | Holding::RateLimit(link) => infra.ends(link).1,
            // Work that waits has no core.
            Holding::Cores(_) => return 1.0,
        };
        let works = mix.mean(|kind| demand.works[kind.index()][ix.index()]);
        let held = mix.mean(|kind| demand.holds[kind.index()][number]);
        if held > 0.0 { (works / held).min(1.0) } else { 1.0 }
    };
    (0..numbers.count()).map(part).collect()
}

/// Highest rate in a scenario's traffic and its schedule, in requests per second. `None` for a closed population, whose
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
