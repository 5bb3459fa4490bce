//! Servers that host several tiers, and identical servers.
//!
//! Programs on one server share its CPUs and memory, can only be scaled together, and communicate over loopback, where
//! no firewall filters them. Which of these matters depends on the load and is not decided here.

use std::collections::BTreeMap;

use super::super::machines::Machines;
use hoplight_model::component::Software;
use hoplight_model::{ComponentId, Infrastructure, Medium, ServerId, Tier};

/// The programs of a server, sorted: the tiers and version of each.
type Programs = Vec<(Vec<Tier>, Option<Software>)>;

/// A server that hosts several tiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MixedServer {
    /// The server.
    pub server: ServerId,
    /// Components of each tier on the server, in authored order.
    pub tiers: BTreeMap<Tier, Vec<ComponentId>>,
    /// Hops between tiers that stay inside the server, where no firewall can filter them.
    pub unfenced: Vec<(ComponentId, ComponentId)>,
}

/// Servers that run the same programs, with the same number of instances of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwinServers {
    /// The servers, in authored order; at least two.
    pub servers: Vec<ServerId>,
    /// Tiers that each server hosts.
    pub tiers: Vec<Tier>,
}

/// Returns the servers that host more than one tier, in authored order.
pub fn mixed_servers(infra: &Infrastructure) -> Vec<MixedServer> {
    let machines = Machines::of(infra);
    let mut inside: BTreeMap<&ServerId, Vec<(ComponentId, ComponentId)>> = BTreeMap::new();
    for hop in infra.hops().filter(|hop| hop.medium == Medium::Loopback) {
        let across = Tier::of(infra, hop.from) != Tier::of(infra, hop.to);
        let (from, to) = (infra.component(hop.from), infra.component(hop.to));
        let Some(server) = from.server.as_ref().filter(|_| across) else { continue };
        if infra.link(hop.link).protocol.carries_requests() {
            inside.entry(server).or_default().push((from.id.clone(), to.id.clone()));
        }
    }
    let mut mixed = Vec::new();
    for server in infra.servers() {
        let mut tiers: BTreeMap<Tier, Vec<ComponentId>> = BTreeMap::new();
        for ix in machines.on(&server.id) {
            for tier in Tier::of(infra, *ix) {
                tiers.entry(tier).or_default().push(infra.component(*ix).id.clone());
            }
        }
        if tiers.len() > 1 {
            let unfenced = inside.remove(&server.id).unwrap_or_default();
            mixed.push(MixedServer { server: server.id.clone(), tiers, unfenced });
        }
    }
    mixed
}

/// Groups of servers that run the same versions of the same programs, ordered by the first server of each group.
///
/// Only components that serve requests are compared; firewalls and agents are ignored.
pub fn twin_servers(infra: &Infrastructure) -> Vec<TwinServers> {
    let machines = Machines::of(infra);
    let mut groups: BTreeMap<Programs, Vec<(usize, ServerId)>> = BTreeMap::new();
    for (place, server) in infra.servers().enumerate() {
        let serving = machines.on(&server.id).iter().filter(|ix| infra.component(**ix).kind.serves_requests());
        let mut programs: Vec<_> = serving.map(|ix| (Tier::of(infra, *ix), infra.component(*ix).software.clone())).collect();
        programs.sort();
        groups.entry(programs).or_default().push((place, server.id.clone()));
    }
    let mut alike: Vec<_> = groups.into_iter().filter(|(programs, servers)| !programs.is_empty() && servers.len() > 1).collect();
    alike.sort_by_key(|(_, servers)| servers.first().map(|(place, _)| *place));
    let twins = alike.into_iter().map(|(programs, servers)| {
        let mut tiers: Vec<Tier> = programs.into_iter().flat_map(|(tiers, _)| tiers).collect();
        tiers.sort_unstable();
        tiers.dedup();
        TwinServers { servers: servers.into_iter().map(|(_, id)| id).collect(), tiers }
    });
    twins.collect()
}
