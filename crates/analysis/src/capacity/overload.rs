//! Capacity single points of failure: single losses that overload what is left.
//!
//! For each cause of failure, the requests are split over what is left, and everything that is then overloaded at the given load
//! is listed (the N−1 test of capacity planning). Each cause costs one [`super::Capacity`]. What stops a kind altogether is no
//! concern of this module: it is a single point of failure, and overloads nothing.

use hoplight_model::{Infrastructure, RequestKind};

use super::super::cause::Cause;
use super::super::outage::Outage;
use super::demand::Demand;
use super::mix::Mix;
use super::resource::{Numbers, Resource};
use super::routes::{Routes, StaticRoutes};
use super::utilisation_curve::UtilisationCurve;

/// Up to this many causes of failure, testing all of them takes about a second. The cost grows with the square of their number,
/// so interactive callers ask only below it.
pub const MOST_CAUSES: usize = 1_000;

/// A cause of failure whose loss overloads something.
#[derive(Clone, Debug, PartialEq)]
pub struct Overload {
    /// What is lost.
    pub cause: Cause,
    /// The load, in requests per second of all kinds.
    pub load: f64,
    /// The overloaded resources, the worst first; at least one.
    pub overloaded: Vec<Overloaded>,
    /// The fraction of the requests that is still answered.
    pub answered: f64,
    /// The load at which the rest saturates, in requests per second of all kinds.
    pub saturation: Option<f64>,
}

/// A resource that a loss overloads.
#[derive(Clone, Debug, PartialEq)]
pub struct Overloaded {
    /// What.
    pub resource: Resource,
    /// Its utilisation when nothing is lost.
    pub before: f64,
    /// Its utilisation after the loss, above 1.
    pub after: f64,
}

/// The causes whose loss overloads something that is not overloaded already, in the order of [`Cause::all`]. `load` is in
/// requests per second of all kinds, in the mix of the scenario's traffic.
pub fn capacity_spofs(infra: &Infrastructure, load: f64) -> Vec<Overload> {
    overloads(infra, load, 1.0)
}

/// Like [`capacity_spofs`], for another bound on utilisation than 1. Plans for short response times use 0.7 or less, since
/// response time grows as 1/(1 − utilisation).
pub fn overloads(infra: &Infrastructure, load: f64, most: f64) -> Vec<Overload> {
    let (fixed, mix) = (StaticRoutes::of(infra), Mix::of(infra.traffic()));
    let numbers = Numbers::of(infra);
    let nothing = Outage::none();
    let whole = UtilisationCurve::of(&Routes::of(&fixed, &nothing), mix);
    // Rounding must not exceed a bound that is met exactly.
    let exceeds = |part: f64| part > most + 1e-9;
    let lost = |cause: Cause| {
        let outage = Outage::of_causes(infra, [&cause]);
        let routes = Routes::of(&fixed, &outage);
        let curve = UtilisationCurve::of(&routes, mix);
        let mut overloaded: Vec<Overloaded> = (0..numbers.count())
            .map(|number| (number, whole.utilisation(number, load), curve.utilisation(number, load)))
            .filter(|(_, before, after)| !exceeds(*before) && exceeds(*after))
            .map(|(number, before, after)| Overloaded { resource: numbers.resource(infra, number), before, after })
            .collect();
        overloaded.sort_by(|a, b| b.after.total_cmp(&a.after));
        if overloaded.is_empty() {
            return None;
        }
        let answered = Demand::of(&routes, mix, &vec![false; infra.graph().edge_count()]).answered;
        Some(Overload {
            cause,
            load,
            overloaded,
            answered: mix.mean(|kind: RequestKind| answered[kind.index()]),
            saturation: curve.saturation.map(|(load, _)| load),
        })
    };
    Cause::all(infra).into_iter().filter_map(lost).collect()
}
