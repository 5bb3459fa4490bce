//! Findings about capacity at a given load.

use super::{DesignFinding, FindingContext, FindingKind};
use crate::capacity::{Capacity, MOST_CAUSES, Utilisation, capacity_spofs};
use crate::outage::Outage;

/// Utilisation above which headroom counts as insufficient.
const NEARLY_FULL: f64 = 0.8;

pub(super) fn find(context: &FindingContext<'_>, load: f64) -> Vec<DesignFinding> {
    let capacity = Capacity::of(context.infra, &Outage::none());
    let mut full: Vec<Utilisation> = capacity.utilisation(load).into_iter().filter(|of| of.part() > NEARLY_FULL).collect();
    full.sort_by(|a, b| b.part().total_cmp(&a.part()));
    let mut found: Vec<DesignFinding> = full
        .into_iter()
        .map(|utilisation| {
            let component = utilisation.resource.component().clone();
            DesignFinding::of_component(&component, FindingKind::Full { load, utilisation })
        })
        .collect();
    if context.structure.causes().len() > MOST_CAUSES {
        return found;
    }
    for overload in capacity_spofs(context.infra, load) {
        found.push(DesignFinding::new(overload.cause.clone(), FindingKind::CapacitySinglePoint(overload)));
    }
    found
}
