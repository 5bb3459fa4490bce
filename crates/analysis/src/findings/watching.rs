//! Findings about monitoring.

use super::{Finding, FindingKind, StaticRoutes};
use crate::cause::Cause;
use hoplight_model::{ComponentId, ServerId};

pub(super) fn find(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let infra = ground.infra;
    let agents = infra.components().filter(|(_, component)| component.kind.as_agent().is_some());
    let (mut found, mut watched): (Vec<Finding>, Vec<&ServerId>) = (Vec::new(), Vec::new());
    for (_, component) in agents {
        let watches = |server: &&ServerId| infra.on_server(server).any(|(_, component)| component.kind.serves_requests());
        if let Some(server) = component.server.as_ref().filter(watches) {
            watched.push(server);
        } else {
            found.push(Finding::of_component(&component.id, FindingKind::AgentWatchesNothing));
        }
    }
    found.extend(unwatched(ground, &watched));
    if infra.monitoring().probe.is_none() {
        found.push(Finding::of_design(FindingKind::NoOutsideView));
    }
    found
}

/// Unwatched components, by server; one finding if nothing is watched.
fn unwatched(ground: &StaticRoutes<'_>, watched: &[&ServerId]) -> Vec<Finding> {
    let is_watched = |server: Option<&ServerId>| server.is_some_and(|server| watched.contains(&server));
    let blind: Vec<_> = ground.of_service().filter(|(_, component)| !is_watched(component.server.as_ref())).collect();
    if watched.is_empty() && !blind.is_empty() {
        return vec![Finding::of_design(FindingKind::NothingWatched)];
    }
    let mut found = Vec::new();
    for server in ground.infra.servers() {
        let here = blind.iter().filter(|(_, component)| component.server.as_ref() == Some(&server.id));
        let components: Vec<ComponentId> = here.map(|(_, component)| component.id.clone()).collect();
        if !components.is_empty() {
            found.push(Finding::new(Cause::Server(server.id.clone()), FindingKind::UnwatchedServer { components }));
        }
    }
    for (_, component) in blind.iter().filter(|(_, component)| component.server.is_none()) {
        found.push(Finding::of_component(&component.id, FindingKind::Unwatched));
    }
    found
}
