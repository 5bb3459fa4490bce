//! Findings about balancers, and about parts that stand nowhere.

use super::{Finding, StaticRoutes, listed};
use hoplight_model::Tier;
use hoplight_model::{ComponentId, ComponentIx, ComponentKind};

pub(super) fn find(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let infra = ground.infra;
    let mut found = Vec::new();
    for (ix, component) in infra.components().filter(|(_, component)| matches!(component.kind, ComponentKind::LoadBalancer(_))) {
        let links = infra.links_from(ix);
        let backends: Vec<ComponentIx> =
            links.iter().filter(|link| infra.link(**link).protocol.carries_requests()).map(|link| infra.ends(*link).1).collect();
        let id = &component.id;
        if let [only] = backends[..] {
            let message = format!("{id} has one backend, {}: it balances nothing.", ground.id(only));
            found.push(Finding::of_component("balances-nothing", id, message));
        }
        let mut tiers: Vec<Vec<Tier>> = backends.iter().map(|backend| Tier::of(infra, *backend)).collect();
        tiers.sort();
        tiers.dedup();
        if tiers.len() > 1 {
            let names: Vec<&ComponentId> = backends.iter().map(|backend| ground.id(*backend)).collect();
            let message = format!("{id} spreads requests over {}, which do not do the same.", listed(&names));
            found.push(Finding::of_component("unlike-backends", id, message));
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
        let message = format!("No server is drawn: where {} run is not said.", listed(&homeless));
        return vec![Finding::new("on-no-server", None, message)];
    }
    homeless
        .into_iter()
        .map(|id| Finding::of_component("on-no-server", id, format!("{id} stands on none of the servers.")))
        .collect()
}
