//! Servers that host several tiers, and servers that are alike.
//!
//! What shares a machine shares its processors and its memory, is scaled only together, and talks over loopback, where no
//! firewall stands. Must not know which of it matters under a given load.

use std::collections::BTreeMap;

use super::super::tier::Tier;
use super::listed;
use crate::model::{ComponentId, Infrastructure, Medium, ServerId};

/// A server that hosts several tiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MixedServer {
    /// The machine.
    pub server: ServerId,
    /// The components of each tier on it, in authored order.
    pub tiers: BTreeMap<Tier, Vec<ComponentId>>,
    /// The hops between them that stay inside the machine: no firewall can stand there.
    pub unfenced: Vec<(ComponentId, ComponentId)>,
}

/// Servers that run the same programs in the same numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwinServers {
    /// The machines, in authored order; at least two.
    pub servers: Vec<ServerId>,
    /// What each of them runs.
    pub tiers: Vec<Tier>,
}

impl MixedServer {
    /// What the mixture means, in sentences.
    pub fn why(&self) -> String {
        let tiers: Vec<&str> = self.tiers.keys().map(|tier| tier.word()).collect();
        let mut text = format!(
            "{} hosts {}: they share its processors, and none can be given a server more without the others.",
            self.server,
            listed(&tiers)
        );
        if let Some((from, to)) = self.unfenced.first() {
            text.extend([" No firewall can stand between ", from.as_str(), " and ", to.as_str(), "."]);
        }
        if let Some(database) = self.tiers.get(&Tier::Database).and_then(|found| found.first()) {
            text.extend([" Who gets into another program here is already on the machine of ", database.as_str(), "."]);
        }
        text
    }
}

impl TwinServers {
    /// What being alike means, in sentences.
    pub fn why(&self) -> String {
        let names: Vec<&str> = self.servers.iter().map(ServerId::as_str).collect();
        format!(
            "{} run the same programs. That is redundancy against a crash, as far as each can take the other's place, and none \
             against a flaw or a wrong change that reaches all at once.",
            listed(&names)
        )
    }
}

/// The servers that host more than one tier, in authored order.
pub fn mixed_servers(infra: &Infrastructure) -> Vec<MixedServer> {
    infra.servers().filter_map(|server| mixed(infra, &server.id)).collect()
}

fn mixed(infra: &Infrastructure, server: &ServerId) -> Option<MixedServer> {
    let mut tiers: BTreeMap<Tier, Vec<ComponentId>> = BTreeMap::new();
    for (ix, component) in infra.on_server(server) {
        for tier in Tier::of(infra, ix) {
            tiers.entry(tier).or_default().push(component.id.clone());
        }
    }
    if tiers.len() < 2 {
        return None;
    }
    let inside = infra.hops().filter(|hop| {
        let here = infra.component(hop.from).server.as_ref() == Some(server);
        let across = Tier::of(infra, hop.from) != Tier::of(infra, hop.to);
        hop.medium == Medium::Loopback && here && across && infra.link(hop.link).protocol.carries_requests()
    });
    let id = |ix| infra.component(ix).id.clone();
    let unfenced = inside.map(|hop| (id(hop.from), id(hop.to))).collect();
    Some(MixedServer { server: server.clone(), tiers, unfenced })
}

/// Groups of servers that run the same programs of the same versions, in authored order of their first.
///
/// Only what serves requests counts: a firewall or an agent more makes no difference.
pub fn twin_servers(infra: &Infrastructure) -> Vec<TwinServers> {
    let mut groups: Vec<(Vec<_>, TwinServers)> = Vec::new();
    for server in infra.servers() {
        let serving = || infra.on_server(&server.id).filter(|(_, component)| component.kind.serves_requests());
        let mut tiers: Vec<Tier> = serving().flat_map(|(ix, _)| Tier::of(infra, ix)).collect();
        let mut programs: Vec<_> = serving().map(|(ix, component)| (Tier::of(infra, ix), component.software.clone())).collect();
        programs.sort();
        tiers.sort_unstable();
        tiers.dedup();
        match groups.iter_mut().find(|(known, _)| *known == programs) {
            _ if programs.is_empty() => {}
            Some((_, twins)) => twins.servers.push(server.id.clone()),
            None => groups.push((programs, TwinServers { servers: vec![server.id.clone()], tiers })),
        }
    }
    groups.into_iter().map(|(_, twins)| twins).filter(|twins| twins.servers.len() > 1).collect()
}
