//! Findings about identical and mixed servers.

use std::collections::{BTreeMap, BTreeSet};

use super::{DesignFinding, FindingContext, FindingKind};
use crate::cause::Cause;
use crate::homogeneity::{lone_servers_in, mixed_servers, shared_flaws_in, twin_servers};
use hoplight_model::{ComponentIx, Text, Tier};

pub(super) fn find(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let mut found = Vec::new();
    for flaw in shared_flaws_in(context.infra, context.structure) {
        // A program that is a single point of failure has a separate finding.
        if flaw.is_shared() && !flaw.defeats_redundancy.is_empty() {
            found.push(DesignFinding::new(Cause::Software(flaw.software.clone()), FindingKind::SharedFlaw(flaw)));
        }
    }
    found.extend(mixed_versions(context));
    for mixed in mixed_servers(context.infra) {
        found.push(DesignFinding::new(Cause::Server(mixed.server.clone()), FindingKind::MixedTiers(mixed)));
    }
    found.extend(
        lone_servers_in(context.infra, context.structure)
            .map(|servers| DesignFinding::of_design(FindingKind::DifferentButSingle(servers))),
    );
    found.extend(twin_servers(context.infra).into_iter().map(|twins| DesignFinding::of_design(FindingKind::AlikeServers(twins))));
    found
}

/// Groups whose members run several versions of one program: database clusters, and the members of other tiers.
fn mixed_versions(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let infra = context.infra;
    let clusters = infra.database_clusters().into_iter().map(|members| (members, true));
    let tiers = [Tier::Balancer, Tier::Web, Tier::Application].map(|tier| (tier.members(infra), false));
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for (members, is_cluster) in clusters.chain(tiers) {
        let mut programs: BTreeMap<&Text, Vec<(ComponentIx, &Text)>> = BTreeMap::new();
        for ix in members {
            if let Some(software) = &infra.component(ix).software {
                programs.entry(&software.name).or_default().push((ix, &software.version));
            }
        }
        for (program, runs) in programs {
            let versions: BTreeSet<&Text> = runs.iter().map(|(_, version)| *version).collect();
            let components: Vec<ComponentIx> = runs.iter().map(|(ix, _)| *ix).collect();
            // A web server that runs the code belongs to two tiers.
            if versions.len() < 2 || !known.insert(components.clone()) {
                continue;
            }
            found.push(DesignFinding::of_design(FindingKind::MixedVersions {
                components: components.into_iter().map(|ix| context.id(ix).clone()).collect(),
                program: program.clone(),
                versions: versions.into_iter().cloned().collect(),
                is_cluster,
            }));
        }
    }
    found
}
