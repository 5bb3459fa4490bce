//! Removing an element with all that depends on it.

use super::{ComposeError, Composed, Composer, component, kind, on_server};
use crate::component::ComponentKind;
use crate::database::{DatabaseRole, Failover};
use crate::draft::Edit;
use crate::element::Element;
use crate::firewall::{Peer, Rule};
use crate::id::{ComponentId, ServerId};
use crate::link::LinkSpec;
use crate::monitoring::Scope;
use crate::request::RequestKind;
use crate::scenario::Scenario;

/// Removes an element: a server with everything on it, a component with its links, or a link.
///
/// Settings that name it are changed along: the other balancer of a pair keeps its address alone, the first replica
/// of a removed primary becomes the primary of the others, and firewall rules and alert rules about it go.
///
/// # Errors
/// If the element does not exist or is the browser.
pub fn remove(scenario: &Scenario, element: &Element) -> Result<Composed, ComposeError> {
    let mut composer = Composer::new(scenario);
    match element {
        Element::Hop(from, to) => remove_link(&mut composer, from, to)?,
        Element::Component(id) => remove_component(&mut composer, id)?,
        Element::Server(server) => {
            let all: Vec<ComponentId> = on_server(scenario, server).map(|component| component.id.clone()).collect();
            for id in &all {
                remove_component(&mut composer, id)?;
            }
            forget_server(&mut composer, server)?;
            composer.edit(Edit::RemoveServer(server.clone()))?;
        }
    }
    Ok(composer.done(None))
}

fn remove_component(composer: &mut Composer, id: &ComponentId) -> Result<(), ComposeError> {
    let known = component(&composer.scenario, id).ok_or_else(|| super::unknown(id))?;
    if known.kind.is_browser() {
        return Err(ComposeError::IsBrowser);
    }
    succeed(composer, id)?;
    let is_special = |link: &&LinkSpec| {
        let ends = [&link.from, &link.to].map(|end| kind(&composer.scenario, end));
        let both = |of: fn(&ComponentKind) -> bool| ends.iter().all(|end| end.is_some_and(of));
        both(|kind| kind.as_balancer().is_some()) || both(|kind| kind.as_database().is_some())
    };
    let links = composer.scenario.links.iter().filter(|link| link.from == *id || link.to == *id);
    let special: Vec<LinkSpec> = links.filter(is_special).cloned().collect();
    for link in special {
        remove_link(composer, &link.from, &link.to)?;
    }
    forget_component(composer, id)?;
    composer.edit(Edit::RemoveComponent(id.clone()))
}

/// Lets the other replicas of a database that is removed follow its first one, which becomes the primary.
fn succeed(composer: &mut Composer, id: &ComponentId) -> Result<(), ComposeError> {
    let role = |id: &ComponentId| kind(&composer.scenario, id).and_then(ComponentKind::as_database).map(|spec| spec.role);
    if role(id) != Some(DatabaseRole::Primary) {
        return Ok(());
    }
    let streams = composer.scenario.links.iter().filter(|link| link.from == *id);
    let replicas: Vec<ComponentId> =
        streams.map(|link| link.to.clone()).filter(|to| role(to) == Some(DatabaseRole::Replica)).collect();
    let Some((heir, others)) = replicas.split_first() else { return Ok(()) };
    for other in others {
        let is_linked = composer.scenario.links.iter().any(|link| (&link.from, &link.to) == (heir, other));
        if !is_linked {
            composer.edit(Edit::AddLink(LinkSpec::new(heir.clone(), other.clone())))?;
        }
    }
    Ok(())
}

fn remove_link(composer: &mut Composer, from: &ComponentId, to: &ComponentId) -> Result<(), ComposeError> {
    composer.edit(Edit::RemoveLink(from.clone(), to.clone()))?;
    let paired = |id: &ComponentId, peer: &ComponentId| {
        let vrrp = kind(&composer.scenario, id).and_then(ComponentKind::as_balancer).and_then(|spec| spec.vrrp.as_ref());
        vrrp.is_some_and(|vrrp| vrrp.peer == *peer)
    };
    if paired(from, to) && paired(to, from) {
        for id in [from, to] {
            composer.change(id, |component| {
                if let Some(spec) = component.kind.as_balancer_mut() {
                    spec.vrrp = None;
                }
            })?;
        }
    }
    for id in [from, to] {
        stand_alone(composer, id)?;
    }
    Ok(())
}

/// Adapts a database that may have lost its cluster.
fn stand_alone(composer: &mut Composer, id: &ComponentId) -> Result<(), ComposeError> {
    let Some(spec) = kind(&composer.scenario, id).and_then(ComponentKind::as_database) else { return Ok(()) };
    let is_database = |id: &ComponentId| kind(&composer.scenario, id).is_some_and(|kind| kind.as_database().is_some());
    let joined = composer.scenario.links.iter().filter(|link| is_database(&link.from) && is_database(&link.to));
    let (mut sources, mut replicas) = (0, 0);
    for link in joined {
        sources += usize::from(link.to == *id);
        replicas += usize::from(link.from == *id);
    }
    match spec.role {
        DatabaseRole::Replica if sources == 0 => {
            composer.change(id, |component| {
                if let Some(spec) = component.kind.as_database_mut() {
                    spec.role = DatabaseRole::Primary;
                }
            })?;
            let read_only: Vec<LinkSpec> = composer
                .scenario
                .links
                .iter()
                .filter(|link| link.to == *id && link.kinds.as_deref() == Some(&[RequestKind::Read]))
                .cloned()
                .collect();
            for link in read_only {
                composer.edit(Edit::SetLink(LinkSpec { kinds: None, ..link }))?;
            }
            Ok(())
        }
        DatabaseRole::Primary if replicas == 0 => composer.change(id, |component| {
            if let Some(spec) = component.kind.as_database_mut() {
                (spec.failover, spec.semi_sync, spec.fence) = (Failover::Manual, false, false);
            }
        }),
        DatabaseRole::Primary | DatabaseRole::Replica | DatabaseRole::Member | DatabaseRole::MultiPrimary => Ok(()),
    }
}

/// Removes the settings that name a component.
fn forget_component(composer: &mut Composer, id: &ComponentId) -> Result<(), ComposeError> {
    forget_peer(composer, |peer| matches!(peer, Peer::Component(named) if named == id))?;
    let standbys: Vec<ComponentId> = composer
        .scenario
        .components
        .iter()
        .filter(|component| {
            let standby = component.kind.as_firewall().and_then(|spec| spec.standby.as_ref());
            standby.is_some_and(|standby| standby.of == *id)
        })
        .map(|component| component.id.clone())
        .collect();
    let rules = kind(&composer.scenario, id).and_then(ComponentKind::as_firewall).cloned();
    for standby in standbys {
        composer.change(&standby, |component| {
            if let (Some(spec), Some(rules)) = (component.kind.as_firewall_mut(), &rules) {
                // The standby takes its place.
                *spec = rules.clone();
            }
        })?;
    }
    let mut monitoring = composer.scenario.monitoring.clone();
    monitoring.alerts.retain(|alert| alert.on != Scope::Component(id.clone()));
    if monitoring != composer.scenario.monitoring {
        composer.edit(Edit::SetMonitoring(monitoring))?;
    }
    let mut certificates = composer.scenario.certificates.clone();
    for certificate in &mut certificates {
        certificate.on.retain(|holder| holder != id);
    }
    certificates.retain(|certificate| !certificate.on.is_empty());
    if certificates != composer.scenario.certificates {
        composer.edit(Edit::SetCertificates(certificates))?;
    }
    Ok(())
}

fn forget_server(composer: &mut Composer, server: &ServerId) -> Result<(), ComposeError> {
    forget_peer(composer, |peer| matches!(peer, Peer::Server(named) if named == server))
}

/// Removes the firewall rules about a peer.
fn forget_peer(composer: &mut Composer, is_gone: impl Fn(&Peer) -> bool) -> Result<(), ComposeError> {
    let firewalls: Vec<ComponentId> = composer
        .scenario
        .components
        .iter()
        .filter(|component| component.kind.is_filter())
        .map(|component| component.id.clone())
        .collect();
    for firewall in firewalls {
        composer.change(&firewall, |component| {
            if let Some(spec) = component.kind.as_firewall_mut() {
                let is_kept = |rule: &Rule| !is_gone(&rule.peer);
                spec.inbound.retain(is_kept);
                spec.outbound.retain(is_kept);
            }
        })?;
    }
    Ok(())
}
