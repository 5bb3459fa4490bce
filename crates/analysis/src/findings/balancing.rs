//! Findings about balancers, and about components without a server.

use std::collections::BTreeSet;

use super::{DesignFinding, FindingContext, FindingKind};
use crate::cause::Cause;
use crate::losses::Verdict;
use hoplight_model::balancer::BalancerSpec;
use hoplight_model::behaviour::{check_depth, keep_alive_race, upstreams};
use hoplight_model::{ComponentId, ComponentIx, HealthCheck, Hop, Infrastructure, RequestKind, Tier};

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
        found.extend(unlike(context, ix));
    }
    for (ix, spec) in infra.balancers() {
        found.extend(failing_over(context, ix, spec));
    }
    found.extend(races(context));
    found.extend(on_no_server(context));
    found
}

/// Backends of different tiers that share the requests of one kind. A balancer may send each kind to a different tier.
fn unlike(context: &FindingContext<'_>, ix: ComponentIx) -> Option<DesignFinding> {
    let infra = context.infra;
    RequestKind::ALL.into_iter().find_map(|kind| {
        let backends: Vec<ComponentIx> = upstreams(infra, ix, kind).into_iter().map(|link| infra.ends(link).1).collect();
        let tiers: BTreeSet<Vec<Tier>> = backends.iter().map(|backend| Tier::of(infra, *backend)).collect();
        let backends = backends.iter().map(|backend| context.id(*backend).clone()).collect();
        (tiers.len() > 1).then(|| DesignFinding::of_component(context.id(ix), FindingKind::UnlikeBackends { backends }))
    })
}

/// Hops whose server closes idle connections before the client does.
fn races(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let race = |hop: &Hop| {
        let race = keep_alive_race(context.infra, hop)?;
        let kind = FindingKind::KeepAliveRace { server_s: race.server.get(), client_s: race.client.get() };
        Some(DesignFinding::of_element(context.infra.hop_element(hop.link), kind))
    };
    context.wiring().hops.iter().filter_map(race).collect()
}

/// Settings that keep a balancer from using its other backends when one fails.
fn failing_over(context: &FindingContext<'_>, ix: ComponentIx, spec: &BalancerSpec) -> Vec<DesignFinding> {
    let infra = context.infra;
    let links = upstreams(infra, ix, RequestKind::Read);
    let backends: Vec<ComponentIx> = links.into_iter().map(|link| infra.ends(link).1).collect();
    let mut found = Vec::new();
    if let Some(vrrp) = spec.vrrp.as_ref().filter(|vrrp| vrrp.track.is_none()) {
        let kind = FindingKind::UntrackedBalancer { peer: vrrp.peer.clone() };
        found.push(DesignFinding::of_component(context.id(ix), kind));
    }
    if backends.len() < 2 {
        return found;
    }
    let behind: Vec<Vec<ComponentIx>> = backends.iter().map(|backend| applications(infra, *backend)).collect();
    // If all backends need the same application, no check can help.
    if spec.check < HealthCheck::HttpApp && behind.windows(2).any(|pair| pair[0] != pair[1]) {
        let is_blind = |(backend, code): &(&ComponentIx, &Vec<ComponentIx>)| code.len() == 1 && code[0] != **backend;
        let blind = backends.iter().zip(&behind).filter(is_blind);
        let backends: Vec<ComponentId> = blind.map(|(backend, _)| context.id(*backend).clone()).collect();
        if !backends.is_empty() {
            let kind = FindingKind::ShallowCheck { check: spec.check, backends };
            found.push(DesignFinding::of_component(context.id(ix), kind));
        }
    }
    found.extend(through_to_database(context, ix, spec));
    if !spec.redispatch {
        found.push(DesignFinding::of_component(context.id(ix), FindingKind::NoRedispatch { fall: spec.fall }));
    }
    found
}

/// Databases that the health checks of a balancer reach, and whose loss therefore stops static pages.
fn through_to_database(context: &FindingContext<'_>, ix: ComponentIx, spec: &BalancerSpec) -> Option<DesignFinding> {
    let is_stopped = |cause: &Cause| context.structure.effect(cause, RequestKind::Static) == Verdict::Stops;
    let databases = context.infra.components().filter(|(_, component)| component.kind.as_database().is_some());
    let needed = databases.map(|(_, component)| component.id.clone()).filter(|id| is_stopped(&Cause::Component(id.clone())));
    let databases: Vec<ComponentId> = needed.filter(|_| spec.check == HealthCheck::HttpDatabase).collect();
    let kind = FindingKind::CheckNeedsDatabase { databases: databases.clone() };
    (!databases.is_empty()).then(|| DesignFinding::of_component(context.id(ix), kind))
}

/// The applications that a web server forwards reads to, or the backend itself if it runs the code.
fn applications(infra: &Infrastructure, backend: ComponentIx) -> Vec<ComponentIx> {
    if check_depth(infra, backend) != Some(HealthCheck::HttpApp) {
        return vec![backend];
    }
    upstreams(infra, backend, RequestKind::Read).into_iter().map(|link| infra.ends(link).1).collect()
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
