//! Findings about machines and programs that are alike, or are not.

use super::{Finding, StaticRoutes};
use crate::cause::Cause;
use crate::homogeneity::{lone_servers, mixed_servers, shared_flaws_in, twin_servers};

pub(super) fn find(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for flaw in shared_flaws_in(ground.infra, &ground.structure) {
        // What one program stops alone is told where that program is.
        if flaw.is_shared() && !flaw.defeats_redundancy.is_empty() {
            let message = flaw.why();
            found.push(Finding::new("shared-flaw", Some(Cause::Software(flaw.software)), message));
        }
    }
    for mixed in mixed_servers(ground.infra) {
        found.push(Finding::new("mixed-tiers", Some(Cause::Server(mixed.server.clone())), mixed.why()));
    }
    found.extend(lone_servers(ground.infra).map(|servers| Finding::new("different-but-single", None, servers.why())));
    for twins in twin_servers(ground.infra) {
        found.push(Finding::new("alike-servers", None, twins.why()));
    }
    found
}
