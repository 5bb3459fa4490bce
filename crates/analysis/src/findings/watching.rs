//! Findings about monitoring.

use super::{DesignFinding, FindingContext, FindingKind};
use crate::cause::Cause;
use hoplight_model::{ComponentId, ComponentIx, Infrastructure, LinkIx, Protocol, ServerId};

pub(super) fn find(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let infra = context.infra;
    let agents = infra.components().filter(|(_, component)| component.kind.as_agent().is_some());
    let (mut found, mut watched): (Vec<DesignFinding>, Vec<&ServerId>) = (Vec::new(), Vec::new());
    for (_, component) in agents {
        let watches = |server: &&ServerId| infra.on_server(server).any(|(_, component)| component.kind.serves_requests());
        if let Some(server) = component.server.as_ref().filter(watches) {
            watched.push(server);
        } else {
            found.push(DesignFinding::of_component(&component.id, FindingKind::AgentWatchesNothing));
        }
    }
    found.extend(unwatched(context, &watched));
    found.extend(watchers(context, &watched));
    if infra.monitoring().probe.is_none() {
        found.push(DesignFinding::of_design(FindingKind::NoOutsideView));
    }
    found
}

/// Components without an agent, by server. Reports a single finding if no component of the service has one.
fn unwatched(context: &FindingContext<'_>, watched: &[&ServerId]) -> Vec<DesignFinding> {
    let is_watched = |server: Option<&ServerId>| server.is_some_and(|server| watched.contains(&server));
    let blind: Vec<_> = context.of_service().filter(|(_, component)| !is_watched(component.server.as_ref())).collect();
    if watched.is_empty() && !blind.is_empty() {
        return vec![DesignFinding::of_design(FindingKind::NothingWatched)];
    }
    let mut found = Vec::new();
    for server in context.infra.servers() {
        let here = blind.iter().filter(|(_, component)| component.server.as_ref() == Some(&server.id));
        let components: Vec<ComponentId> = here.map(|(_, component)| component.id.clone()).collect();
        if !components.is_empty() {
            found.push(DesignFinding::new(Cause::Server(server.id.clone()), FindingKind::UnwatchedServer { components }));
        }
    }
    for (_, component) in blind.iter().filter(|(_, component)| component.server.is_none()) {
        found.push(DesignFinding::of_component(&component.id, FindingKind::Unwatched));
    }
    found
}

/// Monitoring services on the site's servers that fail with what they watch, or that nothing watches. A provider's
/// service runs on none of them and is watched by the provider.
fn watchers(context: &FindingContext<'_>, watched: &[&ServerId]) -> Vec<DesignFinding> {
    let infra = context.infra;
    let mut found = Vec::new();
    let has_switch = infra.monitoring().dead_mans_switch.is_some();
    for (ix, component) in infra.components().filter(|(_, component)| component.kind.is_monitoring_service()) {
        let Some(server) = &component.server else { continue };
        if watched.contains(&server) {
            let kind = FindingKind::MonitoringOnWatchedServer { server: server.clone(), has_switch };
            found.push(DesignFinding::of_component(&component.id, kind));
            continue;
        }
        if has_switch {
            continue;
        }
        let agents = infra.on_server(server).filter(|(_, component)| component.kind.as_agent().is_some());
        let mut receivers = agents.flat_map(|(agent, _)| receivers(infra, agent));
        if !receivers.any(|receiver| receiver != ix) {
            found.push(DesignFinding::of_component(&component.id, FindingKind::MonitoringUnwatched));
        }
    }
    found
}

/// The services that an agent's samples reach, by push or scrape.
fn receivers(infra: &Infrastructure, agent: ComponentIx) -> Vec<ComponentIx> {
    let other = |link: LinkIx| match infra.ends(link) {
        (from, to) if from == agent => Some(to),
        (from, to) if to == agent => Some(from),
        _ => None,
    };
    let links = infra.links().filter(|(_, link)| link.protocol == Protocol::Metrics);
    links.filter_map(|(link, _)| other(link)).collect()
}
