//! Servers that host several tiers, and identical servers.
//!
//! Programs on one server share its CPUs and memory, can only be scaled together, and communicate over loopback, where
//! no firewall filters them. Which of these matters depends on the load and is not decided here.

use std::collections::BTreeMap;

use super::super::capacity::{Capacity, Mix};
use super::super::machines::Machines;
use super::super::outage::Outage;
use hoplight_model::component::Software;
use hoplight_model::{ComponentId, Infrastructure, Medium, Server, ServerId, Tier};

/// The programs of a server, sorted: the tiers and version of each.
type Programs = Vec<(Vec<Tier>, Option<Software>)>;

/// A server that hosts several tiers.
#[derive(Clone, Debug, PartialEq)]
pub struct MixedServer {
    /// The server.
    pub server: ServerId,
    /// Components of each tier on the server, in authored order.
    pub tiers: BTreeMap<Tier, Vec<ComponentId>>,
    /// Hops between tiers that stay inside the server, where no firewall can filter them.
    pub unfenced: Vec<(ComponentId, ComponentId)>,
    /// The processor that they share, if the server has a number of cores and requests need it.
    pub processor: Option<SharedProcessor>,
}

/// A processor and the components that share it.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedProcessor {
    /// Number of cores.
    pub cores: u32,
    /// Milliseconds of processor time that the mean request of the scenario's traffic needs at each component, most first;
    /// components without any are left out.
    pub needs_ms: Vec<(ComponentId, f64)>,
}

impl SharedProcessor {
    /// Milliseconds of processor time that the mean request needs at all of them.
    pub fn all_ms(&self) -> f64 {
        self.needs_ms.iter().map(|(_, ms)| ms).sum()
    }

    /// Requests per second at which all cores are busy.
    pub fn most_rps(&self) -> f64 {
        f64::from(self.cores) * 1e3 / self.all_ms()
    }
}

/// The processor of a server whose components share a number of cores.
fn shared_processor(infra: &Infrastructure, server: &Server, capacity: &Capacity) -> Option<SharedProcessor> {
    let cores = server.cores?.get();
    let mix = Mix::of(infra.traffic());
    let own = capacity.stations().iter().filter(|station| infra.component(station.ix).server.as_ref() == Some(&server.id));
    let needs = own.map(|station| (station.component.clone(), 1e3 * mix.mean(|kind| station.cpu_s[kind.index()])));
    let mut needs_ms: Vec<(ComponentId, f64)> = needs.filter(|(_, ms)| *ms > 0.0).collect();
    needs_ms.sort_by(|a, b| b.1.total_cmp(&a.1));
    (!needs_ms.is_empty()).then_some(SharedProcessor { cores, needs_ms })
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
    let capacity = infra.servers().any(|server| server.cores.is_some()).then(|| Capacity::of(infra, &Outage::none()));
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
            let processor = capacity.as_ref().and_then(|capacity| shared_processor(infra, server, capacity));
            mixed.push(MixedServer { server: server.id.clone(), tiers, unfenced, processor });
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
