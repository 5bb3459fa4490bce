//! Findings about monitoring: who watches what, and what nobody sees.

use super::{Finding, StaticRoutes, listed};
use crate::cause::Cause;
use hoplight_model::{ComponentId, ComponentKind, ServerId};

pub(super) fn find(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let infra = ground.infra;
    let agents = infra.components().filter(|(_, component)| matches!(component.kind, ComponentKind::Agent(_)));
    let (mut found, mut watched): (Vec<Finding>, Vec<&ServerId>) = (Vec::new(), Vec::new());
    for (_, component) in agents {
        let watches = |server: &&ServerId| infra.on_server(server).any(|(_, component)| component.kind.serves_requests());
        if let Some(server) = component.server.as_ref().filter(watches) {
            watched.push(server);
        } else {
            let message = format!("{} stands on no server of the service: it has nothing to measure.", component.id);
            found.push(Finding::of_component("agent-watches-nothing", &component.id, message));
        }
    }
    found.extend(unwatched(ground, &watched));
    if infra.monitoring().probe.is_none() {
        let message = "No external probe asks for a page as users do.".to_owned();
        found.push(Finding::new("no-outside-view", None, message));
    }
    found
}

/// What no agent watches: by server, and one finding if nothing is watched at all.
fn unwatched(ground: &StaticRoutes<'_>, watched: &[&ServerId]) -> Vec<Finding> {
    let is_watched = |server: Option<&ServerId>| server.is_some_and(|server| watched.contains(&server));
    let blind: Vec<_> = ground.of_service().filter(|(_, component)| !is_watched(component.server.as_ref())).collect();
    if watched.is_empty() && !blind.is_empty() {
        return vec![Finding::new("unwatched", None, "No agent watches any part of the service.".to_owned())];
    }
    let mut found = Vec::new();
    for server in ground.infra.servers() {
        let here = blind.iter().filter(|(_, component)| component.server.as_ref() == Some(&server.id));
        let names: Vec<&ComponentId> = here.map(|(_, component)| &component.id).collect();
        if !names.is_empty() {
            let message = format!("No agent on {} watches {}.", server.id, listed(&names));
            found.push(Finding::new("unwatched", Some(Cause::Server(server.id.clone())), message));
        }
    }
    for (_, component) in blind.iter().filter(|(_, component)| component.server.is_none()) {
        let message = format!("No agent watches {}.", component.id);
        found.push(Finding::of_component("unwatched", &component.id, message));
    }
    found
}
