//! Requirements on firewalls, TLS and monitoring.

use std::collections::BTreeSet;

use hoplight_model::firewall::{FirewallSpec, RuleAction};
use hoplight_model::link::Protocol;
use hoplight_model::{Certificate, ComponentId, Infrastructure, ServerId, TlsMode};

use super::Check;
use super::site::SITE;
use crate::drawing::Drawing;

/// Number of firewalls, and of monitoring clients, in the task.
const THREE: usize = 3;

pub(super) fn firewalls(drawing: &Drawing<'_>) -> Check {
    let machines = drawing.machines();
    let serves = |id: &ComponentId| drawing.component(id).is_some_and(|component| component.kind.serves_requests());
    let protects = drawing.components().filter(|component| {
        // The standby of a pair stands in for a firewall that counts already.
        let spec = component.kind.as_firewall().filter(|spec| spec.standby.is_none());
        spec.is_some_and(|spec| spec.servers.iter().any(|id| machines.contains_key(id)) || spec.components.iter().any(serves))
    });
    let found: Vec<&ComponentId> = protects.map(|component| &component.id).collect();
    Check::of(found.len() >= THREE, found)
}

pub(super) fn rules(drawing: &Drawing<'_>, built: Option<&Infrastructure>) -> Check {
    // A firewall that protects nothing lets everything through.
    let protects = |spec: &FirewallSpec| !spec.servers.is_empty() || !spec.components.is_empty();
    let firewalls = drawing.components().filter(|component| component.kind.as_firewall().is_some_and(protects));
    let found: Vec<&ComponentId> = firewalls.map(|component| &component.id).collect();
    let passes = built.is_some_and(|infra| {
        let of_site = infra.hops().filter(|hop| infra.link(hop.link).protocol != Protocol::Metrics);
        of_site.into_iter().all(|hop| hop.guards.iter().all(|guard| guard.verdict.action == RuleAction::Allow))
    });
    Check::of(passes && !found.is_empty(), found)
}

pub(super) fn https(drawing: &Drawing<'_>) -> Check {
    let entries = drawing.entries();
    Check::of(drawing.scenario.tls.edge != TlsMode::None && !entries.is_empty(), entries)
}

pub(super) fn certificate(drawing: &Drawing<'_>) -> Check {
    let scenario = drawing.scenario;
    let passes = scenario.tls.edge == TlsMode::Passthrough;
    let mut ends: BTreeSet<&ComponentId> = BTreeSet::new();
    let mut seen: BTreeSet<&ComponentId> = BTreeSet::new();
    let mut open = drawing.entries();
    while let Some(id) = open.pop() {
        let can_pass = drawing.component(id).is_some_and(|component| component.kind.can_pass_tls());
        if !(passes && can_pass) {
            ends.insert(id);
        } else if seen.insert(id) {
            open.extend(drawing.links_from(id, Protocol::Http).map(|link| link.to));
        }
    }
    // A certificate without names is for the name of the scenario.
    let is_of_site = |of: &&Certificate| of.covers(SITE) || (of.names.is_empty() && scenario.domain.as_str() == SITE);
    let of_site = scenario.certificates.iter().filter(is_of_site);
    let mut holders: BTreeSet<&ComponentId> = of_site.flat_map(|certificate| &certificate.on).collect();
    if passes {
        // A certificate drawn on a balancer that passes TLS through is at the web servers behind it.
        let behind = holders.clone().into_iter().flat_map(|id| drawing.links_from(id, Protocol::Http).map(|link| link.to));
        holders.extend(behind.collect::<Vec<_>>());
    }
    Check::of(!ends.is_empty() && ends.iter().all(|end| holders.contains(end)), ends)
}

pub(super) fn agents(drawing: &Drawing<'_>) -> Check {
    let machines = drawing.machines();
    let mut watched: BTreeSet<&ServerId> = BTreeSet::new();
    let mut found = Vec::new();
    for component in drawing.components().filter(|component| component.kind.as_agent().is_some()) {
        if let Some(server) = drawing.server(&component.id).filter(|server| machines.contains_key(server)) {
            watched.insert(server);
            found.push(&component.id);
        }
    }
    Check::of(watched.len() >= THREE, found)
}

pub(super) fn collection(drawing: &Drawing<'_>, built: Option<&Infrastructure>) -> Check {
    let is_service = |id: &ComponentId| drawing.component(id).is_some_and(|component| component.kind.is_monitoring_service());
    let is_blocked = |from: &ComponentId, to: &ComponentId| {
        built.is_some_and(|infra| {
            let link = infra.link_between(from.as_str(), to.as_str());
            link.is_some_and(|link| infra.hop(link).guards.iter().any(|guard| guard.verdict.action != RuleAction::Allow))
        })
    };
    let is_collected = |agent: &ComponentId| {
        let mut links = drawing.links().filter(|link| link.protocol == Protocol::Metrics);
        links.any(|link| {
            let pushes = link.from == agent && is_service(link.to);
            let is_scraped = link.to == agent && is_service(link.from);
            (pushes || is_scraped) && !is_blocked(link.from, link.to)
        })
    };
    let agents: Vec<&ComponentId> =
        drawing.components().filter(|component| component.kind.as_agent().is_some()).map(|component| &component.id).collect();
    let (collected, silent): (Vec<&ComponentId>, Vec<&ComponentId>) = agents.into_iter().partition(|id| is_collected(id));
    Check::of(!collected.is_empty() && silent.is_empty(), collected)
}
