//! Whether a tier survives the loss of one member, and of one version.
//!
//! Must not know load: whether the rest has room is for a run to show.

use super::super::cause::Cause;
use super::super::machines::Machines;
use super::super::structure::Structure;
use super::{Singles, listed, requests, stopped};
use hoplight_model::component::Software;
use hoplight_model::{ComponentId, Infrastructure, RequestKind, ServerId, Tier};

/// How redundant the members of a tier are, for one kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RedundancyVerdict {
    /// There is only one.
    Lone,
    /// There are several of one version, and yet one of them alone stops the kind.
    FalseRedundancy,
    /// There are several of different versions, and yet one of them alone stops the kind.
    FalseDiversity,
    /// Any member may be lost; a flaw in one version stops the kind.
    Twins,
    /// Any member may be lost; whether they share a flaw is unknown, because not every version is drawn.
    Untold,
    /// Any member may be lost, and any version.
    Diverse,
}

/// One tier, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierRedundancy {
    /// The tier.
    pub tier: Tier,
    /// Its components, in authored order.
    pub members: Vec<ComponentId>,
    /// The versions that they run, each once.
    pub versions: Vec<Software>,
    /// Whether every member's version is drawn.
    pub is_told: bool,
    /// The kinds that stop when the whole tier is out: those that need it.
    pub needed: Vec<RequestKind>,
    /// The members that alone stop a kind, with the kinds.
    pub single: Vec<(ComponentId, Vec<RequestKind>)>,
    /// The versions that alone stop a kind, with the kinds.
    pub flaws: Vec<(Software, Vec<RequestKind>)>,
}

impl TierRedundancy {
    /// The verdict for one kind; `None` if the kind does not need the tier, or does not work.
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
        } else if self.is_told {
            RedundancyVerdict::Diverse
        } else {
            RedundancyVerdict::Untold
        };
        Some(reading)
    }

    /// What that means for one kind, in a sentence; none where [`Self::reading`] has none.
    pub fn why(&self, kind: RequestKind) -> Option<String> {
        let names: Vec<&str> = self.members.iter().map(ComponentId::as_str).collect();
        let (names, word) = (listed(&names), kind.word());
        let stopping = self.single.iter().filter(|(_, kinds)| kinds.contains(&kind)).map(|(id, _)| id.as_str());
        let stopping = listed(&stopping.collect::<Vec<_>>());
        let flaws = self.flaws.iter().filter(|(_, kinds)| kinds.contains(&kind)).map(|(software, _)| software.to_string());
        let flaws: Vec<String> = flaws.collect();
        let flaws = listed(&flaws.iter().map(String::as_str).collect::<Vec<_>>());
        Some(match self.reading(kind)? {
            RedundancyVerdict::Lone => format!("{names} is alone in its tier: without it no {word} request works."),
            RedundancyVerdict::FalseRedundancy => {
                format!(
                    "{names} are alike, and yet without {stopping} no {word} request works: the others cannot take its place."
                )
            }
            RedundancyVerdict::FalseDiversity => {
                format!("{names} differ, and that is no redundancy: without {stopping} no {word} request works.")
            }
            RedundancyVerdict::Twins => {
                format!("{names}: {word} requests outlive the loss of any one, and no flaw in {flaws}, which would stop them.")
            }
            RedundancyVerdict::Untold => format!(
                "{names}: {word} requests outlive the loss of any one. What all of them run is not drawn, so nobody can tell \
                 whether they share a flaw."
            ),
            RedundancyVerdict::Diverse => {
                format!("{names}: {word} requests outlive the loss of any one, and a flaw in any one version.")
            }
        })
    }
}

/// Every tier that has members, from the user inwards.
pub fn redundancy(infra: &Infrastructure) -> Vec<TierRedundancy> {
    redundancy_in(infra, &Structure::of(infra))
}

/// The same, for a structure that is there already.
pub fn redundancy_in(infra: &Infrastructure, structure: &Structure) -> Vec<TierRedundancy> {
    let singles = Singles::of(infra, structure);
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
    let flaws = versions.iter().map(|software| (software.clone(), singles.stopped_by(&Cause::Software(software.clone()))));
    let flaws = flaws.filter(|(_, kinds)| !kinds.is_empty()).collect();
    Some(TierRedundancy { tier, members, versions, is_told, needed, single, flaws })
}

/// Servers that all do different work, which may be mistaken for redundancy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoneServers {
    /// Each server with the kinds that stop without it, in authored order; for some none does.
    pub servers: Vec<(ServerId, Vec<RequestKind>)>,
}

impl LoneServers {
    /// What that means, in a sentence.
    pub fn why(&self) -> String {
        let names: Vec<&str> = self.servers.iter().map(|(id, _)| id.as_str()).collect();
        let single = self.servers.iter().filter(|(_, kinds)| !kinds.is_empty());
        let stops = single.map(|(id, kinds)| format!("without {id}, {} stop", requests(kinds)));
        format!(
            "No two of {} do the same, and that is no redundancy: {}. More of the same, not more that differs, lets one take the \
             place of another.",
            listed(&names),
            stops.collect::<Vec<_>>().join("; ")
        )
    }
}

/// All servers that serve requests, if there are several, no two of them share a tier, and some alone stops something.
pub fn lone_servers(infra: &Infrastructure) -> Option<LoneServers> {
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
    let structure = Structure::of(infra);
    let singles = Singles::of(infra, &structure);
    let stops: Vec<_> = serving.iter().map(|id| singles.stopped_by(&Cause::Server(id.clone()))).collect();
    let any_stops = stops.iter().any(|kinds| !kinds.is_empty());
    (serving.len() > 1 && any_stops).then(|| LoneServers { servers: serving.into_iter().zip(stops).collect() })
}
