//! Findings about capacity at a given load.

use super::{DesignFinding, FindingContext, FindingKind};
use crate::capacity::{MOST_CAUSES, capacity_spofs, usual_utilisation};
use crate::cause::Cause;

/// Utilisation above which headroom counts as insufficient.
const NEARLY_FULL: f64 = 0.8;

pub(super) fn find(context: &FindingContext<'_>, load: f64) -> Vec<DesignFinding> {
    let mut found: Vec<DesignFinding> = usual_utilisation(context.infra, context.wiring(), load)
        .into_iter()
        .filter(|utilisation| utilisation.part() > NEARLY_FULL)
        .map(|utilisation| {
            let element = utilisation.resource.element();
            DesignFinding::of_element(element, FindingKind::Full { load, utilisation })
        })
        .collect();
    if context.structure.causes().len() > MOST_CAUSES {
        return found;
    }
    // The loss of a cache has a separate finding.
    let is_cache = |cause: &Cause| match cause {
        Cause::Component(id) => {
            context.infra.find(id.as_str()).is_some_and(|ix| context.infra.component(ix).kind.as_cache().is_some())
        }
        Cause::Server(_)
        | Cause::Hop(..)
        | Cause::Domain(_)
        | Cause::Software(_)
        | Cause::Certificate { .. }
        | Cause::Zone(_) => false,
    };
    for overload in capacity_spofs(context.infra, load).into_iter().filter(|overload| !is_cache(&overload.cause)) {
        found.push(DesignFinding::new(overload.cause.clone(), FindingKind::CapacitySinglePoint(overload)));
    }
    found
}
