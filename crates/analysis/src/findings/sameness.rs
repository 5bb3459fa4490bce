//! Findings about identical and mixed servers.

use super::{DesignFinding, FindingContext, FindingKind};
use crate::cause::Cause;
use crate::homogeneity::{lone_servers, mixed_servers, shared_flaws_in, twin_servers};

pub(super) fn find(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let mut found = Vec::new();
    for flaw in shared_flaws_in(context.infra, &context.structure) {
        // A program that is a single point of failure is reported by a finding of its own.
        if flaw.is_shared() && !flaw.defeats_redundancy.is_empty() {
            found.push(DesignFinding::new(Cause::Software(flaw.software.clone()), FindingKind::SharedFlaw(flaw)));
        }
    }
    for mixed in mixed_servers(context.infra) {
        found.push(DesignFinding::new(Cause::Server(mixed.server.clone()), FindingKind::MixedTiers(mixed)));
    }
    found.extend(lone_servers(context.infra).map(|servers| DesignFinding::of_design(FindingKind::DifferentButSingle(servers))));
    found.extend(twin_servers(context.infra).into_iter().map(|twins| DesignFinding::of_design(FindingKind::AlikeServers(twins))));
    found
}
