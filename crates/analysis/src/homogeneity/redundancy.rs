//! Whether a tier survives the loss of one member or of one software version.

use super::super::cause::Cause;
use super::super::machines::Machines;
use super::super::structure::Structure;
use super::{Singles, stopped};
use hoplight_model::component::Software;
use hoplight_model::{ComponentId, Infrastructure, RequestKind, ServerId, Tier};

/// Redundancy of a tier for one kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RedundancyVerdict {
    /// The tier has only one member.
    Lone,
    /// Several members run the same version, yet the loss of one stops the kind.
    FalseRedundancy,
    /// Several members run different versions, yet the loss of one stops the kind.
    FalseDiversity,
    /// The kind survives the loss of any one member, but not a flaw in one version.
    Twins,
    /// The kind survives the loss of any one member. Whether the members share a flaw is unknown, because some versions
    /// are not authored.
    Untold,
    /// The kind survives the loss of any one member or version, but not a flaw in one release: versions that are patch
    /// levels of it share most of their flaws.
    PatchLevels,
    /// The kind survives the loss of any one member or release.
    Diverse,
}

/// Redundancy of a tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierRedundancy {
    /// The tier.
    pub tier: Tier,
    /// Members of the tier, in authored order.
    pub members: Vec<ComponentId>,
    /// Software versions of the members, without duplicates.
    pub versions: Vec<Software>,
    /// Whether the version of every member is authored.
    pub is_told: bool,
    /// Kinds that need the tier, that is, stop when all of its members fail.
    pub needed: Vec<RequestKind>,
    /// Members whose loss alone stops a kind, with the kinds.
    pub single: Vec<(ComponentId, Vec<RequestKind>)>,
    /// Members whose loss alone makes a lasting share of a kind fail, without stopping it, with the kinds.
    pub degrading: Vec<(ComponentId, Vec<RequestKind>)>,
    /// Versions whose loss alone stops a kind, with the kinds.
    pub flaws: Vec<(Software, Vec<RequestKind>)>,
    /// Releases of which members run several patch levels and which together stop a kind, with the kinds.
    pub releases: Vec<(Vec<Software>, Vec<RequestKind>)>,
}

impl TierRedundancy {
    /// The verdict for one kind; `None` if the kind does not need the tier or does not work.
    pub fn reading(&self, kind: RequestKind) -> Option<RedundancyVerdict> {
        if !self.needed.contains(&kind) {
            return None;
        }
        let stops = |kinds: &[RequestKind]| kinds.contains(&kind);
        let reading = if self.members.len() == 1 {
            RedundancyVerdict::Lone
        } else if self.single.iter().any(|(_, kinds)| stops(kinds)) {
            if self.versions.len() > 1 { RedundancyVerdict::FalseDiversity } else { RedundancyVerdict::FalseRedundancy }
        } else if self.flaws.iter().any(|(_, kinds)| stops(kinds)) {
            RedundancyVerdict::Twins
        } else if self.releases.iter().any(|(_, kinds)| stops(kinds)) {
            RedundancyVerdict::PatchLevels
        } else if self.is_told {
            RedundancyVerdict::Diverse
        } else {
            RedundancyVerdict::Untold
        };
        Some(reading)
    }
}

/// Redundancy of every tier that has members, from the user inwards.
pub fn redundancy(infra: &Infrastructure) -> Vec<TierRedundancy> {
    redundancy_in(infra, &Structure::of(infra))
}

/// Like [`redundancy`], for a structure that is already built.
pub fn redundancy_in(infra: &Infrastructure, structure: &Structure) -> Vec<TierRedundancy> {
    let singles = Singles::of(structure);
    Tier::ALL.into_iter().filter_map(|tier| judged(infra, &singles, tier)).collect()
}

fn judged(infra: &Infrastructure, singles: &Singles<'_>, tier: Tier) -> Option<TierRedundancy> {
    let found = tier.members(infra);
    if found.is_empty() {
        return None;
    }
    let members: Vec<ComponentId> = found.iter().map(|ix| infra.component(*ix).id.clone()).collect();
    let mut versions: Vec<Software> = found.iter().filter_map(|ix| infra.component(*ix).software.clone()).collect();
    let is_told = versions.len() == members.len();
    versions.sort();
    versions.dedup();
    let all: Vec<Cause> = members.iter().cloned().map(Cause::Component).collect();
    let needed = stopped(singles.structure, &all);
    let single = members.iter().map(|id| (id.clone(), singles.stopped_by(&Cause::Component(id.clone()))));
    let single = single.filter(|(_, kinds)| !kinds.is_empty()).collect();
    let degrading = members.iter().map(|id| (id.clone(), singles.degraded_by(&Cause::Component(id.clone()))));
    let degrading = degrading.filter(|(_, kinds)| !kinds.is_empty()).collect();
    let flaws = versions.iter().map(|software| (software.clone(), singles.stopped_by(&Cause::Software(software.clone()))));
    let flaws = flaws.filter(|(_, kinds)| !kinds.is_empty()).collect();
    let levels = versions.chunk_by(|a, b| release(a) == release(b)).filter(|levels| levels.len() > 1);
    let releases = levels.map(|levels| {
        let flaws: Vec<Cause> = levels.iter().cloned().map(Cause::Software).collect();
        (levels.to_vec(), stopped(singles.structure, &flaws))
    });
    let releases = releases.filter(|(_, kinds)| !kinds.is_empty()).collect();
    Some(TierRedundancy { tier, members, versions, is_told, needed, single, degrading, flaws, releases })
}

/// Name and release of a version: `8.0` for patch level `8.0.36`.
fn release(software: &Software) -> (&str, &str) {
    let version = software.version.as_str();
    let end = version.match_indices('.').nth(1).map(|(place, _)| place);
    (software.name.as_str(), end.and_then(|end| version.get(..end)).unwrap_or(version))
}

/// Servers that each do different work, but may be mistaken for redundant servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoneServers {
    /// Each server with the kinds that stop without it, in authored order. The list of kinds may be empty.
    pub servers: Vec<(ServerId, Vec<RequestKind>)>,
}

/// All servers that serve requests, if there are several, no two share a tier, and at least one is a single point of
/// failure.
pub fn lone_servers(infra: &Infrastructure) -> Option<LoneServers> {
    lone_servers_in(infra, &Structure::of(infra))
}

/// Like [`lone_servers`], for a structure that is already built.
pub fn lone_servers_in(infra: &Infrastructure, structure: &Structure) -> Option<LoneServers> {
    let machines = Machines::of(infra);
    let mut taken: Vec<Tier> = Vec::new();
    let mut serving: Vec<ServerId> = Vec::new();
    for server in infra.servers() {
        let mut tiers: Vec<Tier> = machines.on(&server.id).iter().flat_map(|ix| Tier::of(infra, *ix)).collect();
        tiers.sort_unstable();
        tiers.dedup();
        if tiers.iter().any(|tier| taken.contains(tier)) {
            return None;
        }
        serving.extend((!tiers.is_empty()).then(|| server.id.clone()));
        taken.append(&mut tiers);
    }
    let singles = Singles::of(structure);
    let stops: Vec<_> = serving.iter().map(|id| singles.stopped_by(&Cause::Server(id.clone()))).collect();
    let any_stops = stops.iter().any(|kinds| !kinds.is_empty());
    (serving.len() > 1 && any_stops).then(|| LoneServers { servers: serving.into_iter().zip(stops).collect() })
}
