//! Capacity single points of failure: single failures that overload the remaining components.
//!
//! Two things overload a component after a failure: more requests (the N−1 criterion of capacity planning), and
//! requests that hold its slots while they wait for an element that does not respond. The first is the utilisation of
//! the routes that remain; the second is the load for which [`super::super::losses`] is solved. A cause that stops all
//! kinds that use a component does not overload it; it is a single point of failure, which `spof` reports.

use std::collections::BTreeMap;

use hoplight_model::{Infrastructure, RequestKind};

use super::super::cause::Cause;
use super::super::losses::{Consequence, Strain, Verdict, strains};
use super::super::outage::Outage;
use super::super::wiring::Wiring;
use super::demand::Demand;
use super::mix::Mix;
use super::resource::{Holding, Numbers, Resource};
use super::routes::{Routes, StaticRoutes};
use super::utilisation_curve::UtilisationCurve;

/// Number of causes up to which testing all of them takes about a second. The cost grows with the square of the number,
/// so interactive callers should not exceed it.
pub const MOST_CAUSES: usize = 1_000;

/// Utilisation of a server's cores above which its components' slots are busy because their work waits for a core.
const BUSY_CORES: f64 = 0.9;

/// A cause of failure that overloads at least one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Overload {
    /// What fails.
    pub cause: Cause,
    /// Load in requests per second of all kinds.
    pub load: f64,
    /// Overloaded resources, worst first; at least one.
    pub overloaded: Vec<Overloaded>,
    /// Fraction of the requests that are still answered.
    pub answered: f64,
    /// Load at which the remaining components saturate, in requests per second of all kinds.
    pub saturation: Option<f64>,
}

/// A resource that a failure overloads.
#[derive(Clone, Debug, PartialEq)]
pub struct Overloaded {
    /// The resource.
    pub resource: Resource,
    /// Utilisation without a failure.
    pub before: f64,
    /// Utilisation after the failure, above 1.
    pub after: f64,
    /// Whether requests hold it while they wait for an element that does not respond.
    pub waits: bool,
}

/// Returns the causes that overload a resource which is not overloaded already, in the order of [`Cause::all`]. `load`
/// is in requests per second of all kinds, in the mix of the scenario's traffic.
pub fn capacity_spofs(infra: &Infrastructure, load: f64) -> Vec<Overload> {
    overloads(infra, load, 1.0)
}

/// Like [`capacity_spofs`], with a utilisation limit other than 1. Plans for short response times use 0.7 or less,
/// since response time grows with 1/(1 − utilisation).
pub fn overloads(infra: &Infrastructure, load: f64, most: f64) -> Vec<Overload> {
    let wiring = Wiring::of(infra);
    let (fixed, mix) = (StaticRoutes::of(infra, &wiring), Mix::of(infra.traffic()));
    let numbers = Numbers::of(infra);
    let nothing = Outage::none();
    let whole = UtilisationCurve::of(&Routes::of(&fixed, &nothing), mix);
    // A limit that is met exactly must not count as exceeded because of rounding.
    let exceeds = |part: f64| part > most + 1e-9;
    let waiting = waiting(infra, load, &exceeds);
    let lost = |cause: Cause| {
        let outage = Outage::of_causes(infra, [&cause]);
        let routes = Routes::of(&fixed, &outage);
        let curve = UtilisationCurve::of(&routes, mix);
        let mut overloaded: Vec<Overloaded> = (0..numbers.count())
            .map(|number| (number, whole.utilisation(number, load), curve.utilisation(number, load)))
            .filter(|(_, before, after)| !exceeds(*before) && exceeds(*after))
            .map(|(number, before, after)| Overloaded { resource: numbers.resource(infra, number), before, after, waits: false })
            .collect();
        let mut saturation = curve.saturation.map(|(load, _)| load);
        // A resource that is full without waiting is at its limit, which retried connections may exceed by a little.
        let is_full = |resource: &Resource| {
            (0..numbers.count())
                .any(|number| curve.utilisation(number, load) > most - 1e-9 && numbers.resource(infra, number) == *resource)
        };
        // Where the cores are the limit, slots are held for longer because work waits for a core.
        let lacks_cores = |resource: &Resource| {
            let ix = resource.component().and_then(|id| infra.find(id.as_str()));
            ix.and_then(|ix| fixed.processors[ix.index()])
                .is_some_and(|server| curve.utilisation(numbers.number(Holding::Cores(server)), load) > BUSY_CORES)
        };
        for wait in waiting.get(&cause).into_iter().flatten() {
            if !is_full(&wait.resource)
                && !lacks_cores(&wait.resource)
                && overloaded.iter().all(|known| known.resource != wait.resource)
            {
                // The time for which a slot is held while waiting does not depend on the load.
                saturation = Some(saturation.map_or(load / wait.after, |known| known.min(load / wait.after)));
                overloaded.push(wait.clone());
            }
        }
        overloaded.sort_by(|a, b| b.after.total_cmp(&a.after));
        if overloaded.is_empty() {
            return None;
        }
        let answered = Demand::of(&routes, mix, &vec![false; infra.graph().edge_count()]).answered;
        Some(Overload { cause, load, overloaded, answered: mix.mean(|kind: RequestKind| answered[kind.index()]), saturation })
    };
    Cause::all(infra).into_iter().filter_map(lost).collect()
}

/// By cause, the components whose slots requests hold while they wait, among those that requests of a kind use which
/// the cause does not stop.
fn waiting(infra: &Infrastructure, load: f64, exceeds: &impl Fn(f64) -> bool) -> BTreeMap<Cause, Vec<Overloaded>> {
    let of = |(cause, consequence, strained): (Cause, Consequence, Vec<Strain>)| {
        let works = |kind: RequestKind| Verdict::of(consequence.eventual[kind.index()]) != Verdict::Stops;
        let is_used = |strain: &Strain| RequestKind::ALL.into_iter().any(|kind| strain.kinds[kind.index()] && works(kind));
        let overloaded = strained
            .into_iter()
            .filter(|strain| !exceeds(strain.before) && exceeds(strain.after) && is_used(strain))
            .map(|strain| {
                let resource = Resource::Slots(infra.component(strain.ix).id.clone());
                Overloaded { resource, before: strain.before, after: strain.after, waits: true }
            })
            .collect();
        (cause, overloaded)
    };
    strains(infra, load).into_iter().map(of).collect()
}
