//! Capacity: how much load a site takes, what is full first, and what is left when something is lost.
//!
//! ```text
//!  model ─▶ routes ─▶ demand ─▶ course ─▶ saturation, utilisation, headroom
//!           who asks   visits    demand × load
//!           whom       × time    against what there is
//!                                            └─▶ overload: the same with each cause out
//! ```
//!
//! The formulas are operational laws (Denning and Buzen, "The operational analysis of queueing network models", 1978), which
//! hold whatever the distributions are: a component's utilisation is load × visits × service time / slots (the utilisation
//! law), and what is held is load × the time for which it is held (Little's law). So three things run out: slots, which a
//! station may hold until others have answered; connections; and a balancer's places at a backend.
//!
//! Times in which nobody else is in the way are what can be known from a drawing. Where a slot is held for an answer, it is
//! held longer while others wait in line below: then the saturation is an upper bound, close where what is below has room.
//! Failing attempts, retries, health checks, samples and probes are not counted. Must not know a simulation, nor time.

mod demand;
mod load_curve;
mod mix;
mod opening;
mod overload;
mod resource;
mod routes;
mod saturation;

pub use mix::Mix;
pub use overload::{MOST_CAUSES, Overload, Overloaded, capacity_spofs, overloads};
pub use resource::Resource;
pub use saturation::{Headroom, Saturation, Utilisation};

use hoplight_model::arrivals::{Arrivals, RateChange};
use hoplight_model::component::Traffic;
use hoplight_model::{ComponentId, ComponentIx, Infrastructure, RequestKind};

use super::outage::Outage;
use demand::Demand;
use load_curve::LoadCurve;
use resource::{Holding, Numbers};
use routes::{Routes, StaticRoutes};

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
    /// How often a slot is wanted: as a request, as part of a handshake, as an answer.
    pub visits: [f64; 3],
    /// Seconds of its own work: visits × service time, handshakes included.
    pub work_s: [f64; 3],
    /// Seconds for which a slot is held: the work, and where slots are held until answered, the time until the answer is back.
    pub held_s: [f64; 3],
    /// Seconds for which a request is present: from when it comes until its answer leaves. Zero for firewalls.
    pub present_s: [f64; 3],
}

/// The capacity of an infrastructure while something is out, or nothing.
#[derive(Clone, Debug)]
pub struct Capacity {
    stations: Vec<StationLoad>,
    resources: Vec<Resource>,
    limits: Vec<f64>,
    answered: [f64; 3],
    /// What each kind alone does, in the order of [`RequestKind::ALL`], and then the mix.
    courses: [LoadCurve; 4],
    /// For each of these, which part of the time for which a resource is held its component works; by number.
    working: [Vec<f64>; 4],
}

impl Capacity {
    /// The capacity for the mix of the scenario's traffic. Requests are split over what is not out.
    pub fn of(infra: &Infrastructure, outage: &Outage) -> Self {
        Self::in_mix(infra, outage, Mix::of(infra.traffic()))
    }

    /// The capacity for another mix.
    pub fn in_mix(infra: &Infrastructure, outage: &Outage, mix: Mix) -> Self {
        let ground = StaticRoutes::of(infra);
        let routes = Routes::of(&ground, outage);
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
                slots: ground.station(ix).slots,
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
            courses: mixes.map(|mix| LoadCurve::of(&routes, mix)),
            working,
        }
    }

    /// What a request asks of each component, in authored order.
    pub fn stations(&self) -> &[StationLoad] {
        &self.stations
    }

    /// What a request asks of one component.
    pub fn station(&self, component: &str) -> Option<&StationLoad> {
        self.stations.iter().find(|station| station.component.as_str() == component)
    }

    /// The part of the requests of a kind that somebody answers, from 0 to 1. The others were sent where no way leads on,
    /// such as to a web server whose application is out, and whose balancer does not look so far.
    pub const fn answered(&self, kind: RequestKind) -> f64 {
        self.answered[kind.index()]
    }

    /// The load of a kind alone from which the site takes no more, and what is full then: the bottleneck. `None` if nothing
    /// limits it, or none of its requests is answered.
    pub fn saturation(&self, kind: RequestKind) -> Option<Saturation> {
        self.saturation_of(Some(kind))
    }

    /// The same for all kinds in their mix.
    pub fn mix_saturation(&self) -> Option<Saturation> {
        self.saturation_of(None)
    }

    fn saturation_of(&self, kind: Option<RequestKind>) -> Option<Saturation> {
        // Of requests that all fail, a site takes as many as it likes.
        if kind.is_some_and(|kind| self.answered(kind) <= 0.0) {
            return None;
        }
        let (rps, number) = self.course(kind).saturation?;
        Some(self.full(kind, number, rps))
    }

    /// The load from which each thing is full by itself, as if nothing before it were, the lowest first; of one kind alone, or
    /// of all in their mix. What never is, is left out.
    pub fn saturations(&self, kind: Option<RequestKind>) -> Vec<Saturation> {
        let course = self.course(kind);
        let full = |number: usize| Some(self.full(kind, number, course.full_from(number)?));
        let mut all: Vec<Saturation> = (0..self.resources.len()).filter_map(full).collect();
        all.sort_by(|a, b| a.rps.total_cmp(&b.rps));
        all
    }

    /// How full everything is at a load of all kinds in their mix, in requests per second; the fullest first. What is not
    /// used, or not limited, is left out.
    pub fn utilisation(&self, load: f64) -> Vec<Utilisation> {
        self.utilisation_by(None, load)
    }

    /// The same for one kind alone, or for all in their mix.
    pub fn utilisation_by(&self, kind: Option<RequestKind>, load: f64) -> Vec<Utilisation> {
        let course = self.course(kind);
        let of = |number: usize| {
            let limit = whole(self.limits[number])?;
            let held = course.held(number, load);
            (held > 0.0).then(|| Utilisation { resource: self.resources[number].clone(), limit, held })
        };
        let mut all: Vec<Utilisation> = (0..self.resources.len()).filter_map(of).collect();
        all.sort_by(|a, b| b.part().total_cmp(&a.part()));
        all
    }

    /// The part of a component's slots that is held at a load of all kinds in their mix. `None` if there is no such component;
    /// 0 where nothing limits it.
    pub fn utilisation_of(&self, component: &str, load: f64) -> Option<f64> {
        // Slots are numbered as their components are.
        let place = self.stations.iter().position(|station| station.component.as_str() == component)?;
        Some(self.course(None).utilisation(place, load))
    }

    /// How much more the site could take than a load of all kinds in their mix. `None` if nothing limits it.
    pub fn headroom(&self, load: f64) -> Option<Headroom> {
        let Saturation { rps, .. } = self.mix_saturation()?;
        Some(Headroom { rps: rps - load, factor: rps / load })
    }

    fn course(&self, kind: Option<RequestKind>) -> &LoadCurve {
        &self.courses[place(kind)]
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

/// Where a kind, or the mix, stands among the courses.
fn place(kind: Option<RequestKind>) -> usize {
    kind.map_or(RequestKind::ALL.len(), RequestKind::index)
}

/// A limit as the whole number that it is; `None` if there is none.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limits are made of u32")]
fn whole(limit: f64) -> Option<u32> {
    limit.is_finite().then_some(limit as u32)
}

/// Which part of the time for which each resource is held its component works, by number.
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

/// The highest rate that a scenario's traffic is written to have, in requests per second. `None` where users wait for
/// outcomes before they ask again: then the site's slowness sets the rate.
pub fn peak_rate(traffic: &Traffic) -> Option<f64> {
    if matches!(traffic.arrivals, Arrivals::Closed { .. }) {
        return None;
    }
    let changed = traffic.schedule.iter().map(|change| match change {
        RateChange::Step { rate, .. } | RateChange::Ramp { rate, .. } | RateChange::Spike { rate, .. } => rate.get(),
    });
    Some(changed.fold(traffic.rate.get(), f64::max))
}
