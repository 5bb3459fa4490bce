//! Findings about balancers, and about components without a server.

use super::{Finding, FindingKind, StaticRoutes};
use hoplight_model::{ComponentId, ComponentIx, Tier};

pub(super) fn find(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let infra = ground.infra;
    let mut found = Vec::new();
    for (ix, component) in infra.components().filter(|(_, component)| component.kind.as_balancer().is_some()) {
        let links = infra.links_from(ix);
        let backends: Vec<ComponentIx> =
            links.iter().filter(|link| infra.link(**link).protocol.carries_requests()).map(|link| infra.ends(*link).1).collect();
        let id = &component.id;
        if let [only] = backends[..] {
            let backend = ground.id(only).clone();
            found.push(Finding::of_component(id, FindingKind::BalancesNothing { backend }));
        }
        let mut tiers: Vec<Vec<Tier>> = backends.iter().map(|backend| Tier::of(infra, *backend)).collect();
        tiers.sort();
        tiers.dedup();
        if tiers.len() > 1 {
            let backends = backends.iter().map(|backend| ground.id(*backend).clone()).collect();
            found.push(Finding::of_component(id, FindingKind::UnlikeBackends { backends }));
        }
    }
    found.extend(nowhere(ground));
    found
}

/// Parts of the service without a server: one finding if none has one.
fn nowhere(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let homeless: Vec<&ComponentId> =
        ground.of_service().filter(|(_, component)| component.server.is_none()).map(|(_, component)| &component.id).collect();
    if ground.infra.servers().len() == 0 && !homeless.is_empty() {
        let components = homeless.into_iter().cloned().collect();
        return vec![Finding::of_design(FindingKind::NoServers { components })];
    }
    homeless.into_iter().map(|id| Finding::of_component(id, FindingKind::OnNoServer)).collect()
}
