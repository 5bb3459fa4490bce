//! Findings about capacity at a load.

use super::{Finding, StaticRoutes};
use crate::capacity::{Capacity, MOST_CAUSES, Utilisation, capacity_spofs};
use crate::outage::Outage;

/// From here on there is little room left.
const NEARLY_FULL: f64 = 0.8;

pub(super) fn find(ground: &StaticRoutes<'_>, load: f64) -> Vec<Finding> {
    let capacity = Capacity::of(ground.infra, &Outage::none());
    let mut full: Vec<Utilisation> = capacity.utilisation(load).into_iter().filter(|of| of.part() > NEARLY_FULL).collect();
    full.sort_by(|a, b| b.part().total_cmp(&a.part()));
    let mut found: Vec<Finding> = full
        .iter()
        .map(|of| {
            let rule = if of.part() > 1.0 { "overloaded" } else { "no-headroom" };
            let message = format!("At {load} requests a second, {of} of what it has.");
            Finding::of_component(rule, of.resource.component(), message)
        })
        .collect();
    if ground.structure.causes().len() > MOST_CAUSES {
        return found;
    }
    for overload in capacity_spofs(ground.infra, load) {
        found.push(Finding::new("capacity-single-point", Some(overload.cause.clone()), overload.to_string()));
    }
    found
}
