//! Renaming: every field of a scenario that names a component or server.

use super::{EditError, component_mut, known_server};
use crate::firewall::{FirewallSpec, Peer};
use crate::id::{ComponentId, ServerId};
use crate::monitoring::Scope;
use crate::scenario::Scenario;

/// Renames a component and every reference to it.
pub(super) fn component(scenario: &mut Scenario, from: &ComponentId, to: ComponentId) -> Result<(), EditError> {
    component_mut(scenario, from)?;
    if from != &to && component_mut(scenario, &to).is_ok() {
        return Err(EditError::DuplicateComponent(to));
    }
    let rename = |id: &mut ComponentId| {
        if id == from {
            *id = to.clone();
        }
    };
    for component in &mut scenario.components {
        rename(&mut component.id);
        if let Some(firewall) = component.kind.as_firewall_mut() {
            firewall.components.iter_mut().for_each(rename);
            firewall.standby.iter_mut().for_each(|standby| rename(&mut standby.of));
            for peer in peers(firewall) {
                if let Peer::Component(id) = peer {
                    rename(id);
                }
            }
        }
        if let Some(vrrp) = component.kind.as_balancer_mut().and_then(|balancer| balancer.vrrp.as_mut()) {
            rename(&mut vrrp.peer);
        }
    }
    for link in &mut scenario.links {
        rename(&mut link.from);
        rename(&mut link.to);
    }
    scenario.certificates.iter_mut().flat_map(|certificate| &mut certificate.on).for_each(rename);
    for domain in &mut scenario.domains {
        domain.components.iter_mut().for_each(rename);
        for (from, to) in &mut domain.links {
            rename(from);
            rename(to);
        }
    }
    for rule in &mut scenario.monitoring.alerts {
        match &mut rule.on {
            Scope::Component(id) => rename(id),
            Scope::Any | Scope::Entry => {}
        }
    }
    Ok(())
}

/// Renames a server and every reference to it.
pub(super) fn server(scenario: &mut Scenario, from: &ServerId, to: ServerId) -> Result<(), EditError> {
    known_server(scenario, Some(from))?;
    if from != &to && known_server(scenario, Some(&to)).is_ok() {
        return Err(EditError::DuplicateServer(to));
    }
    let rename = |id: &mut ServerId| {
        if id == from {
            *id = to.clone();
        }
    };
    scenario.servers.iter_mut().for_each(|server| rename(&mut server.id));
    for component in &mut scenario.components {
        component.server.iter_mut().for_each(rename);
        if let Some(firewall) = component.kind.as_firewall_mut() {
            firewall.servers.iter_mut().for_each(rename);
            for peer in peers(firewall) {
                if let Peer::Server(id) = peer {
                    rename(id);
                }
            }
        }
    }
    scenario.domains.iter_mut().flat_map(|domain| &mut domain.servers).for_each(rename);
    Ok(())
}

/// The peers that a firewall's rules name.
fn peers(firewall: &mut FirewallSpec) -> impl Iterator<Item = &mut Peer> {
    firewall.inbound.iter_mut().chain(&mut firewall.outbound).map(|rule| &mut rule.peer)
}
