//! Servers with all the same components: three readings of that issue, each judged separately.
//!
//! ```text
//!  shared flaws     one version runs in many places: what stops if it has a flaw?          a risk
//!  mixed servers    several tiers share a machine: what can be scaled or separated?        a limit
//!  redundancy       several members in a tier: does the service survive one of them?       identical or not
//! ```
//!
//! Identical members are redundancy against a crash and none against a flaw that they share. Different members are no redundancy
//! if each does something that no other does. Both are decided by simulated losses. Must not know how likely a flaw is.

mod mixed;
mod redundancy;

pub use mixed::{MixedServer, TwinServers, mixed_servers, twin_servers};
pub use redundancy::{LoneServers, RedundancyVerdict, TierRedundancy, lone_servers, redundancy, redundancy_in};

use std::collections::BTreeSet;

use super::cause::Cause;
use super::spof::single_points_in;
use super::structure::Structure;
use hoplight_model::component::Software;
use hoplight_model::{ComponentId, Infrastructure, RequestKind, ServerId};

/// One version of a program, and what depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedFlaw {
    /// The program and its version.
    pub software: Software,
    /// The components that run it, in authored order.
    pub components: Vec<ComponentId>,
    /// The servers that they run on, each once.
    pub servers: Vec<ServerId>,
    /// The kinds of request that stop when all of them are out.
    pub stops: Vec<RequestKind>,
    /// The kinds among those that no single one of them stops: there is redundancy against a crash, and none against the flaw.
    pub defeats_redundancy: Vec<RequestKind>,
    /// Other versions of the same program in the drawing, which may share the flaw.
    pub relatives: Vec<Software>,
}

impl SharedFlaw {
    /// Whether the version runs in more than one place.
    pub fn is_shared(&self) -> bool {
        self.components.len() > 1
    }
}

/// What a flaw in each version would stop, by name and version; versions that run in one place only are among them.
///
/// A component whose software is not drawn belongs to no version.
pub fn shared_flaws(infra: &Infrastructure) -> Vec<SharedFlaw> {
    shared_flaws_in(infra, &Structure::of(infra))
}

/// The same, for a structure that is there already.
pub fn shared_flaws_in(infra: &Infrastructure, structure: &Structure) -> Vec<SharedFlaw> {
    let versions: Vec<Software> = structure
        .causes()
        .iter()
        .filter_map(|cause| match cause {
            Cause::Software(software) => Some(software.clone()),
            _ => None,
        })
        .collect();
    let singles = Singles::of(infra, structure);
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

/// The kinds that work, and do not when these causes have failed.
fn stopped(structure: &Structure, out: &[Cause]) -> Vec<RequestKind> {
    RequestKind::ALL.into_iter().filter(|kind| structure.works([], *kind) && !structure.works(out, *kind)).collect()
}

/// What stops each kind alone.
struct Singles<'a> {
    structure: &'a Structure,
    /// The causes, by kind.
    causes: [BTreeSet<Cause>; 3],
}

impl<'a> Singles<'a> {
    fn of(infra: &Infrastructure, structure: &'a Structure) -> Self {
        let causes = RequestKind::ALL.map(|kind| {
            let points = single_points_in(infra, structure, kind).unwrap_or_default();
            points.into_iter().map(|point| point.cause).collect()
        });
        Self { structure, causes }
    }

    /// The kinds that work, and do not when this cause alone has failed.
    fn stopped_by(&self, cause: &Cause) -> Vec<RequestKind> {
        RequestKind::ALL.into_iter().filter(|kind| self.causes[kind.index()].contains(cause)).collect()
    }
}
