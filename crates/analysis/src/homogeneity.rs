//! Servers with identical or mixed components. Three aspects are judged separately:
//!
//! ```text
//!  shared flaws     one version runs in several places: what stops if it has a flaw?
//!  mixed servers    several tiers share a server: what cannot be scaled or isolated separately?
//!  redundancy       a tier has several members: does the service survive the loss of one, identical or not?
//! ```
//!
//! Identical members provide redundancy against a crash, but not against a shared flaw. Different members are not
//! redundant if each does work that no other does. Both are determined by simulating failures. The probability of a
//! flaw is not considered.

mod mixed;
mod redundancy;

pub use mixed::{MixedServer, SharedProcessor, TwinServers, mixed_servers, twin_servers};
pub use redundancy::{LoneServers, RedundancyVerdict, TierRedundancy, lone_servers, lone_servers_in, redundancy, redundancy_in};

use std::collections::BTreeSet;

use super::cause::Cause;
use super::losses::Verdict;
use super::structure::Structure;
use hoplight_model::component::Software;
use hoplight_model::{ComponentId, Infrastructure, RequestKind, ServerId};

/// A software version, and the kinds of request that depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedFlaw {
    /// Name and version.
    pub software: Software,
    /// Components that run it, in authored order.
    pub components: Vec<ComponentId>,
    /// Servers that these components run on, without duplicates.
    pub servers: Vec<ServerId>,
    /// Request kinds that stop when all of these components fail.
    pub stops: Vec<RequestKind>,
    /// Kinds in `stops` that survive the crash of any one of these components, but not a shared flaw.
    pub defeats_redundancy: Vec<RequestKind>,
    /// Other versions of the same program in the design, which may have the same flaw.
    pub relatives: Vec<Software>,
}

impl SharedFlaw {
    /// Whether more than one component runs the version.
    pub fn is_shared(&self) -> bool {
        self.components.len() > 1
    }
}

/// The effect of a flaw in each version, by name and version. Includes versions that only one component runs.
///
/// Components without an authored software version are left out.
pub fn shared_flaws(infra: &Infrastructure) -> Vec<SharedFlaw> {
    shared_flaws_in(infra, &Structure::of(infra))
}

/// Like [`shared_flaws`], for a structure that is already built.
pub fn shared_flaws_in(infra: &Infrastructure, structure: &Structure) -> Vec<SharedFlaw> {
    let versions: Vec<Software> = structure
        .causes()
        .iter()
        .filter_map(|cause| match cause {
            Cause::Software(software) => Some(software.clone()),
            _ => None,
        })
        .collect();
    let singles = Singles::of(structure);
    versions.iter().map(|software| shared_flaw(infra, &singles, software, &versions)).collect()
}

fn shared_flaw(infra: &Infrastructure, singles: &Singles<'_>, software: &Software, versions: &[Software]) -> SharedFlaw {
    let running = || infra.components().filter(|(_, component)| component.software.as_ref() == Some(software));
    let components: Vec<ComponentId> = running().map(|(_, component)| component.id.clone()).collect();
    let mut known = BTreeSet::new();
    let servers = running().filter_map(|(_, component)| component.server.as_ref()).filter(|server| known.insert(*server));
    let servers = servers.cloned().collect();
    let stops = singles.stopped_by(&Cause::Software(software.clone()));
    let alone: BTreeSet<RequestKind> =
        components.iter().flat_map(|id| singles.stopped_by(&Cause::Component(id.clone()))).collect();
    let defeats_redundancy = stops.iter().copied().filter(|kind| !alone.contains(kind)).collect();
    let relatives = versions.iter().filter(|other| other.name == software.name && *other != software).cloned().collect();
    SharedFlaw { software: software.clone(), components, servers, stops, defeats_redundancy, relatives }
}

/// Kinds that work without an outage, but not when these causes have occurred.
fn stopped(structure: &Structure, out: &[Cause]) -> Vec<RequestKind> {
    RequestKind::ALL.into_iter().filter(|kind| structure.works([], *kind) && !structure.works(out, *kind)).collect()
}

/// Single points of failure of each kind.
struct Singles<'a> {
    structure: &'a Structure,
    /// Causes, by kind.
    causes: [BTreeSet<Cause>; 3],
}

impl<'a> Singles<'a> {
    fn of(structure: &'a Structure) -> Self {
        let causes = RequestKind::ALL.map(|kind| structure.stopping(kind).map(|(cause, _)| cause.clone()).collect());
        Self { structure, causes }
    }

    /// Kinds that work without an outage, but not when this cause alone has occurred.
    fn stopped_by(&self, cause: &Cause) -> Vec<RequestKind> {
        RequestKind::ALL.into_iter().filter(|kind| self.causes[kind.index()].contains(cause)).collect()
    }

    /// Kinds of which a lasting share fails when this cause alone has occurred.
    fn degraded_by(&self, cause: &Cause) -> Vec<RequestKind> {
        RequestKind::ALL.into_iter().filter(|kind| self.structure.effect(cause, *kind) == Verdict::Degraded).collect()
    }
}
