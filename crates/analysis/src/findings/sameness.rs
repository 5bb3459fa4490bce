//! Findings about identical and mixed servers.

use super::{Finding, FindingKind, StaticRoutes};
use crate::cause::Cause;
use crate::homogeneity::{lone_servers, mixed_servers, shared_flaws_in, twin_servers};

pub(super) fn find(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for flaw in shared_flaws_in(ground.infra, &ground.structure) {
        // A program that is a single point alone has a finding of its own.
        if flaw.is_shared() && !flaw.defeats_redundancy.is_empty() {
            found.push(Finding::new(Cause::Software(flaw.software.clone()), FindingKind::SharedFlaw(flaw)));
        }
    }
    for mixed in mixed_servers(ground.infra) {
        found.push(Finding::new(Cause::Server(mixed.server.clone()), FindingKind::MixedTiers(mixed)));
    }
    found.extend(lone_servers(ground.infra).map(|servers| Finding::of_design(FindingKind::DifferentButSingle(servers))));
    found.extend(twin_servers(ground.infra).into_iter().map(|twins| Finding::of_design(FindingKind::AlikeServers(twins))));
    found
}
