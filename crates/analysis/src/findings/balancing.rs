//! Findings about balancers, and about components without a server.

use super::{DesignFinding, FindingContext, FindingKind};
use hoplight_model::{ComponentId, ComponentIx, Tier};

pub(super) fn find(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let infra = context.infra;
    let mut found = Vec::new();
    for (ix, component) in infra.components().filter(|(_, component)| component.kind.as_balancer().is_some()) {
        let links = infra.links_from(ix);
        let backends: Vec<ComponentIx> =
            links.iter().filter(|link| infra.link(**link).protocol.carries_requests()).map(|link| infra.ends(*link).1).collect();
        let id = &component.id;
        if let [only] = backends[..] {
            let backend = context.id(only).clone();
            found.push(DesignFinding::of_component(id, FindingKind::BalancesNothing { backend }));
        }
        let mut tiers: Vec<Vec<Tier>> = backends.iter().map(|backend| Tier::of(infra, *backend)).collect();
        tiers.sort();
        tiers.dedup();
        if tiers.len() > 1 {
            let backends = backends.iter().map(|backend| context.id(*backend).clone()).collect();
            found.push(DesignFinding::of_component(id, FindingKind::UnlikeBackends { backends }));
        }
    }
    found.extend(on_no_server(context));
    found
}

/// Components of the service that are on no server. Reports a single finding if the design has no servers at all.
fn on_no_server(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let unplaced: Vec<&ComponentId> =
        context.of_service().filter(|(_, component)| component.server.is_none()).map(|(_, component)| &component.id).collect();
    if context.infra.servers().len() == 0 && !unplaced.is_empty() {
        let components = unplaced.into_iter().cloned().collect();
        return vec![DesignFinding::of_design(FindingKind::NoServers { components })];
    }
    unplaced.into_iter().map(|id| DesignFinding::of_component(id, FindingKind::OnNoServer)).collect()
}
