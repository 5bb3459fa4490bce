//! Findings about capacity at a load.

use super::{Finding, FindingKind, StaticRoutes};
use crate::capacity::{Capacity, MOST_CAUSES, Utilisation, capacity_spofs};
use crate::outage::Outage;

/// Above this utilisation, little headroom is left.
const NEARLY_FULL: f64 = 0.8;

pub(super) fn find(ground: &StaticRoutes<'_>, load: f64) -> Vec<Finding> {
    let capacity = Capacity::of(ground.infra, &Outage::none());
    let mut full: Vec<Utilisation> = capacity.utilisation(load).into_iter().filter(|of| of.part() > NEARLY_FULL).collect();
    full.sort_by(|a, b| b.part().total_cmp(&a.part()));
    let mut found: Vec<Finding> = full
        .into_iter()
        .map(|utilisation| {
            let component = utilisation.resource.component().clone();
            Finding::of_component(&component, FindingKind::Full { load, utilisation })
        })
        .collect();
    if ground.structure.causes().len() > MOST_CAUSES {
        return found;
    }
    for overload in capacity_spofs(ground.infra, load) {
        found.push(Finding::new(overload.cause.clone(), FindingKind::CapacitySinglePoint(overload)));
    }
    found
}
