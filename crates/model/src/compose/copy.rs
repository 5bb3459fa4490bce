//! Copying a branch: a server with everything on it, connected as the original is.

use std::collections::BTreeMap;

use super::connect::replicate;
use super::rules::admit_links;
use super::{ComposeError, Composed, Composer, component, kind, names, on_server};
use crate::component::{Component, ComponentKind};
use crate::database::{DatabaseRole, Failover};
use crate::draft::Edit;
use crate::element::Element;
use crate::firewall::{Peer, Rule};
use crate::id::{ComponentId, ServerId};
use crate::link::{LinkSpec, Protocol};
use crate::scenario::Scenario;

/// The names of the originals and their copies.
#[derive(Debug, Default)]
struct Names {
    components: BTreeMap<ComponentId, ComponentId>,
    servers: BTreeMap<ServerId, ServerId>,
}

impl Names {
    fn component(&self, id: &ComponentId) -> ComponentId {
        self.components.get(id).unwrap_or(id).clone()
    }

    fn peer(&self, peer: &Peer) -> Peer {
        match peer {
            Peer::Any => Peer::Any,
            Peer::Component(id) => Peer::Component(self.component(id)),
            Peer::Server(id) => Peer::Server(self.servers.get(id).unwrap_or(id).clone()),
        }
    }
}

/// Copies a server with all components on it and the firewalls that protect nothing else; a component stands for its
/// server. A firewall that protects other servers too protects the copy as well.
///
/// The copy is connected as the original is: the same clients connect to it, and it connects to the same servers. Data
/// exists once: the copy of a primary becomes its replica, to which its own application sends reads only, a copied replica
/// follows the same primary, and the copy of a cluster's member joins the cluster.
///
/// # Errors
/// If the element is no server and on none.
pub fn copy(scenario: &Scenario, element: &Element) -> Result<Composed, ComposeError> {
    let server = match element {
        Element::Hop(..) => return Err(ComposeError::IsHop),
        Element::Server(id) => id.clone(),
        Element::Component(id) => {
            let known = component(scenario, id).ok_or_else(|| super::unknown(id))?;
            if known.kind.is_browser() {
                return Err(ComposeError::IsBrowser);
            }
            known.server.clone().ok_or_else(|| ComposeError::NotOnServer(id.clone()))?
        }
    };
    let mut composer = Composer::new(scenario);
    let mut names = Names::default();
    copy_server(&mut composer, &server, &mut names)?;
    let mut originals: Vec<Component> = on_server(scenario, &server).cloned().collect();
    // Firewalls that protect only this server may stand outside it.
    let guards = scenario.components.iter().filter(|component| {
        let only = component.kind.as_firewall().is_some_and(|spec| spec.servers == [server.clone()]);
        only && component.server.is_none()
    });
    originals.extend(guards.cloned());
    for original in &originals {
        let id = ComponentId::new(&names::copy_name(&composer.scenario, original.id.as_str()));
        names.components.insert(original.id.clone(), id.clone());
        let server = original.server.as_ref().and_then(|server| names.servers.get(server)).cloned();
        let mut copied = Component { id, server, at: None, ..original.clone() };
        renumber(&mut copied, &original.id);
        if let Some(spec) = copied.kind.as_balancer_mut() {
            spec.vrrp = None;
        }
        // Failover is set on the primary, and the copy is none.
        if let Some(spec) = copied.kind.as_database_mut() {
            (spec.failover, spec.semi_sync, spec.fence) = (Failover::Manual, false, false);
        }
        composer.edit(Edit::AddComponent(copied))?;
    }
    for original in &originals {
        adapt_firewall(&mut composer, &names.component(&original.id), &names)?;
    }
    copy_links(&mut composer, scenario, &names)?;
    stand_behind(&mut composer, &names)?;
    admit(&mut composer, &names)?;
    let drawn = share_data(&mut composer, scenario, &names)?;
    admit_links(&mut composer, &drawn)?;
    let mut certificates = composer.scenario.certificates.clone();
    for certificate in certificates.iter_mut().filter(|certificate| certificate.covers(&scenario.domain)) {
        let copies: Vec<ComponentId> = certificate.on.iter().filter_map(|id| names.components.get(id)).cloned().collect();
        certificate.on.extend(copies);
    }
    if certificates != composer.scenario.certificates {
        composer.edit(Edit::SetCertificates(certificates))?;
    }
    let subject = names.servers.get(&server).cloned().map(Element::Server);
    Ok(composer.done(subject))
}

fn copy_server(composer: &mut Composer, server: &ServerId, names: &mut Names) -> Result<(), ComposeError> {
    let unknown = || ComposeError::Unknown(Element::Server(server.clone()));
    let original = composer.scenario.servers.iter().find(|known| known.id == *server).ok_or_else(unknown)?;
    let id = ServerId::new(&names::copy_name(&composer.scenario, server.as_str()));
    names.servers.insert(server.clone(), id.clone());
    let mut copied = original.clone();
    (copied.id, copied.at) = (id, None);
    composer.edit(Edit::AddServer(copied))
}

/// Puts the copy's number into a label that has the original's, such as "firewall 2".
fn renumber(copied: &mut Component, original: &ComponentId) {
    let number = |id: &ComponentId| id.as_str().rsplit_once('-').map(|(_, number)| number.to_owned());
    let (Some(label), Some(old), Some(new)) = (&copied.label, number(original), number(&copied.id)) else { return };
    if let Some(text) = label.strip_suffix(old.as_str()).filter(|text| text.ends_with(' ')) {
        copied.label = super::label(&format!("{text}{new}"));
    }
}

/// Lets a copied firewall protect the copies, with rules about them.
fn adapt_firewall(composer: &mut Composer, firewall: &ComponentId, names: &Names) -> Result<(), ComposeError> {
    composer.change(firewall, |component| {
        let Some(spec) = component.kind.as_firewall_mut() else { return };
        // Others that the original protects have it already.
        spec.servers = spec.servers.iter().filter_map(|id| names.servers.get(id)).cloned().collect();
        spec.components = spec.components.iter().filter_map(|id| names.components.get(id)).cloned().collect();
        for rule in spec.inbound.iter_mut().chain(&mut spec.outbound) {
            rule.peer = names.peer(&rule.peer);
        }
        if let Some(standby) = &mut spec.standby {
            standby.of = names.component(&standby.of);
        }
    })
}

fn copy_links(composer: &mut Composer, scenario: &Scenario, names: &Names) -> Result<(), ComposeError> {
    for link in &scenario.links {
        let is_copied = [&link.from, &link.to].map(|end| names.components.contains_key(end));
        let both = |of: fn(&ComponentKind) -> bool| [&link.from, &link.to].iter().all(|end| kind(scenario, end).is_some_and(of));
        let is_pair = link.protocol == Some(Protocol::Vrrp) || both(|kind| kind.as_balancer().is_some_and(|b| b.vrrp.is_some()));
        let is_cluster = both(|kind| kind.as_database().is_some());
        let of_target = kind(scenario, &link.to).and_then(ComponentKind::as_database).map(|spec| spec.role);
        // A copied replica follows the same primary. What else the copies of databases have to do with others is decided later.
        let is_followed = is_copied == [true, true] || is_copied == [false, true] && of_target == Some(DatabaseRole::Replica);
        if is_copied == [false, false] || is_pair || is_cluster && !is_followed {
            continue;
        }
        let (from, to) = (names.component(&link.from), names.component(&link.to));
        composer.edit(Edit::AddLink(LinkSpec { from, to, ..link.clone() }))?;
    }
    Ok(())
}

/// Lets a firewall that protects an original among others protect its copy too.
fn stand_behind(composer: &mut Composer, names: &Names) -> Result<(), ComposeError> {
    let is_known = |id: &ComponentId| names.components.iter().any(|(original, copied)| [original, copied].contains(&id));
    let firewalls = composer.scenario.components.iter().filter(|component| component.kind.as_firewall().is_some());
    let shared: Vec<ComponentId> = firewalls.map(|firewall| firewall.id.clone()).filter(|id| !is_known(id)).collect();
    for firewall in shared {
        composer.change(&firewall, |component| {
            let Some(spec) = component.kind.as_firewall_mut() else { return };
            let servers: Vec<ServerId> = spec.servers.iter().filter_map(|id| names.servers.get(id)).cloned().collect();
            let components: Vec<ComponentId> =
                spec.components.iter().filter_map(|id| names.components.get(id)).cloned().collect();
            spec.servers.extend(servers);
            spec.components.extend(components);
        })?;
    }
    Ok(())
}

/// Joins the copies of databases to the originals' clusters. Returns the links that the originals have no counterpart of.
fn share_data(
    composer: &mut Composer,
    scenario: &Scenario,
    names: &Names,
) -> Result<Vec<(ComponentId, ComponentId)>, ComposeError> {
    let role = |id: &ComponentId| kind(scenario, id).and_then(ComponentKind::as_database).map(|spec| spec.role);
    let mut drawn = Vec::new();
    for (original, copied) in &names.components {
        let Some(of_original) = role(original) else { continue };
        let others = scenario.links.iter().filter_map(|link| match (&link.from == original, &link.to == original) {
            (true, _) => Some(&link.to),
            (_, true) => Some(&link.from),
            _ => None,
        });
        let cluster: Vec<&ComponentId> = others.filter(|id| role(id).is_some()).collect();
        match of_original {
            // A replica that is copied along follows the copy.
            DatabaseRole::Primary if cluster.iter().any(|id| names.components.contains_key(*id)) => {}
            DatabaseRole::Primary => {
                replicate(composer, original, copied)?;
                drawn.push((original.clone(), copied.clone()));
                for client in names.components.keys() {
                    let writes = scenario.links.iter().find(|link| link.from == *client && link.to == *original).cloned();
                    if let Some(link) = writes.filter(|link| role(&link.from).is_none()) {
                        let from = names.component(client);
                        drawn.push((from.clone(), original.clone()));
                        composer.edit(Edit::AddLink(LinkSpec { from, ..link }))?;
                    }
                }
            }
            DatabaseRole::Member | DatabaseRole::MultiPrimary => {
                for member in std::iter::once(original).chain(cluster) {
                    composer.edit(Edit::AddLink(LinkSpec::new(member.clone(), copied.clone())))?;
                    drawn.push((member.clone(), copied.clone()));
                }
            }
            DatabaseRole::Replica => {}
        }
    }
    Ok(drawn)
}

/// Lets the firewalls before other elements treat the copies as the originals.
fn admit(composer: &mut Composer, names: &Names) -> Result<(), ComposeError> {
    let copies: Vec<&ComponentId> = names.components.values().collect();
    let firewalls: Vec<ComponentId> = composer
        .scenario
        .components
        .iter()
        .filter(|component| component.kind.is_filter() && !copies.contains(&&component.id))
        .map(|component| component.id.clone())
        .collect();
    for firewall in firewalls {
        composer.change(&firewall, |component| {
            let Some(spec) = component.kind.as_firewall_mut() else { return };
            for rules in [&mut spec.inbound, &mut spec.outbound] {
                let added: Vec<Rule> = rules.iter().map(|rule| Rule { peer: names.peer(&rule.peer), ..rule.clone() }).collect();
                for rule in added {
                    if !rules.contains(&rule) {
                        rules.push(rule);
                    }
                }
            }
        })?;
    }
    Ok(())
}
