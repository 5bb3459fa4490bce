//! Connecting two elements.

use super::rules::{allow, fitted};
use super::{ComposeError, Composed, Composer, browser, component, kind, on_server};
use crate::balancer::{TrackSpec, VrrpSpec};
use crate::component::ComponentKind;
use crate::database::{DatabaseRole, Failover};
use crate::draft::Edit;
use crate::element::Element;
use crate::id::ComponentId;
use crate::link::{LinkSpec, Protocol};
use crate::quantity::Seconds;
use crate::request::RequestKind;
use crate::scenario::Scenario;

/// Priorities of the balancer that has the address at first, and of the other one.
const PRIORITIES: (u8, u8) = (150, 100);

/// Connects two elements: with a link in the protocol that they have in common or, if one of them is a firewall, by
/// putting it before the other. A server stands for the one component on it that fits.
///
/// Two balancers of which the first is the site's entry become a pair that shares its address. Two databases become a
/// primary and its replica, to which applications send only reads.
///
/// # Errors
/// If the two cannot be connected, or already are.
pub fn connect(scenario: &Scenario, from: &Element, to: &Element) -> Result<Composed, ComposeError> {
    if from == to {
        return Err(ComposeError::SameEnd);
    }
    let is_firewall = |element: &Element| match element {
        Element::Component(id) => kind(scenario, id).is_some_and(ComponentKind::is_filter),
        Element::Server(_) | Element::Hop(..) => false,
    };
    match (from, to, is_firewall(from), is_firewall(to)) {
        (Element::Hop(..), ..) | (_, Element::Hop(..), ..) => Err(ComposeError::IsHop),
        (_, _, true, true) => Err(ComposeError::TwoFirewalls),
        (Element::Component(firewall), protected, true, false) | (protected, Element::Component(firewall), false, true) => {
            protect(scenario, firewall, protected)
        }
        (from, to, _, _) => {
            let (from, to) = ends(scenario, from, to)?;
            join(scenario, &from, &to)
        }
    }
}

/// Puts a firewall before an element, with rules for the links that then cross it.
fn protect(scenario: &Scenario, firewall: &ComponentId, protected: &Element) -> Result<Composed, ComposeError> {
    let mut composer = Composer::new(scenario);
    let mut is_new = false;
    composer.change(firewall, |component| {
        let Some(spec) = component.kind.as_firewall_mut() else { return };
        match protected {
            Element::Server(server) if !spec.servers.contains(server) => {
                spec.servers.push(server.clone());
                is_new = true;
            }
            Element::Component(id) if !spec.components.contains(id) => {
                spec.components.push(id.clone());
                is_new = true;
            }
            Element::Server(_) | Element::Component(_) | Element::Hop(..) => {}
        }
    })?;
    if !is_new {
        return Err(ComposeError::AlreadyProtected(protected.clone()));
    }
    let (inbound, outbound) = fitted(&composer.scenario, firewall)?;
    composer.change(firewall, |component| {
        if let Some(spec) = component.kind.as_firewall_mut() {
            // Rules that are there already stay.
            for (list, needed) in [(&mut spec.inbound, inbound), (&mut spec.outbound, outbound)] {
                for rule in needed {
                    allow(list, rule.peer, &rule.ports);
                }
            }
        }
    })?;
    Ok(composer.done(Some(Element::Component(firewall.clone()))))
}

/// The components that a link between two elements joins.
fn ends(scenario: &Scenario, from: &Element, to: &Element) -> Result<(ComponentId, ComponentId), ComposeError> {
    let (sources, targets) = (candidates(scenario, from)?, candidates(scenario, to)?);
    let pairs = |from: &[ComponentId], to: &[ComponentId]| -> Vec<(ComponentId, ComponentId)> {
        let all = from.iter().flat_map(|from| to.iter().map(move |to| (from.clone(), to.clone())));
        all.filter(|(from, to)| suits(scenario, from, to)).collect()
    };
    let mut fitting = pairs(&sources, &targets);
    if fitting.is_empty() {
        fitting = pairs(&targets, &sources);
    }
    match &fitting[..] {
        [one] => Ok(one.clone()),
        [] => match (&sources[..], &targets[..]) {
            ([from], [to]) => {
                let kinds = kind(scenario, from).zip(kind(scenario, to));
                let (from, to) = kinds.ok_or_else(|| super::unknown(from))?;
                Err(ComposeError::NothingInCommon(Box::new((from.clone(), to.clone()))))
            }
            _ => Err(ComposeError::NothingFits),
        },
        _ => Err(ComposeError::Ambiguous(fitting)),
    }
}

/// The components that an element stands for.
fn candidates(scenario: &Scenario, element: &Element) -> Result<Vec<ComponentId>, ComposeError> {
    match element {
        Element::Hop(..) => Err(ComposeError::IsHop),
        Element::Component(id) => {
            component(scenario, id).map(|_| vec![id.clone()]).ok_or_else(|| ComposeError::Unknown(element.clone()))
        }
        Element::Server(id) => Ok(on_server(scenario, id).map(|component| component.id.clone()).collect()),
    }
}

/// Whether a link may lead from one component to another.
fn suits(scenario: &Scenario, from: &ComponentId, to: &ComponentId) -> bool {
    let (Some(client), Some(server)) = (kind(scenario, from), kind(scenario, to)) else { return false };
    from != to && Protocol::between(client, server).is_some()
}

fn join(scenario: &Scenario, from: &ComponentId, to: &ComponentId) -> Result<Composed, ComposeError> {
    let mut composer = Composer::new(scenario);
    let (Some(client), Some(server)) = (kind(scenario, from), kind(scenario, to)) else { return Err(super::unknown(from)) };
    let leads = |from: &ComponentId, to: &ComponentId| scenario.links.iter().any(|link| (&link.from, &link.to) == (from, to));
    let is_balancer = |kind: &ComponentKind| kind.as_balancer().is_some_and(|spec| spec.vrrp.is_none());
    if is_balancer(client) && is_balancer(server) && leads(&browser(scenario), from) {
        pair(&mut composer, from, to)?;
    } else if client.as_database().is_some() && server.as_database().is_some() {
        // The one that applications write to stays the primary, whichever end the link was started at.
        let takes_writes = |id: &ComponentId| {
            let writes = |link: &&LinkSpec| link.kinds.as_ref().is_none_or(|kinds| kinds.contains(&RequestKind::Write));
            scenario
                .links
                .iter()
                .filter(writes)
                .any(|link| link.to == *id && kind(scenario, &link.from).is_some_and(|kind| kind.as_database().is_none()))
        };
        let is_backwards = takes_writes(to) && !takes_writes(from);
        let (primary, replica) = if is_backwards { (to, from) } else { (from, to) };
        replicate(&mut composer, primary, replica)?;
        return Ok(composer.done(Some(Element::Hop(primary.clone(), replica.clone()))));
    } else {
        let mut link = LinkSpec::new(from.clone(), to.clone());
        let is_replica = server.as_database().is_some_and(|spec| spec.role == DatabaseRole::Replica);
        link.kinds = is_replica.then(|| vec![RequestKind::Read]);
        composer.edit(Edit::AddLink(link))?;
    }
    Ok(composer.done(Some(Element::Hop(from.clone(), to.clone()))))
}

/// Makes two balancers a pair: they share the site's address, and the second stands by.
pub(super) fn pair(composer: &mut Composer, first: &ComponentId, second: &ComponentId) -> Result<(), ComposeError> {
    for (id, peer, priority) in [(first, second, PRIORITIES.0), (second, first, PRIORITIES.1)] {
        composer.change(id, |component| {
            if let Some(spec) = component.kind.as_balancer_mut() {
                let (peer, advert_s) = (peer.clone(), Seconds::literal(1.0));
                let track = Some(TrackSpec::default());
                spec.vrrp = Some(VrrpSpec { peer, priority, backup_priority: None, advert_s, track, vmac: false });
            }
        })?;
    }
    composer.edit(Edit::AddLink(LinkSpec { protocol: Some(Protocol::Vrrp), ..LinkSpec::new(first.clone(), second.clone()) }))?;
    let user = browser(&composer.scenario);
    if !composer.scenario.links.iter().any(|link| link.from == user && link.to == *second) {
        composer.edit(Edit::AddLink(LinkSpec::new(user, second.clone())))?;
    }
    // Both must be able to answer for the address, so they need the same key.
    let mut certificates = composer.scenario.certificates.clone();
    for certificate in certificates.iter_mut().filter(|certificate| certificate.on.contains(first)) {
        if !certificate.on.contains(second) {
            certificate.on.push(second.clone());
        }
    }
    if certificates != composer.scenario.certificates {
        composer.edit(Edit::SetCertificates(certificates))?;
    }
    Ok(())
}

/// Makes the second database a replica of the first, unless both belong to a cluster in which every member takes writes.
pub(super) fn replicate(composer: &mut Composer, primary: &ComponentId, replica: &ComponentId) -> Result<(), ComposeError> {
    let role = |id: &ComponentId| kind(&composer.scenario, id).and_then(ComponentKind::as_database).map(|spec| spec.role);
    let is_plain = role(primary) == Some(DatabaseRole::Primary) && role(replica) == Some(DatabaseRole::Primary);
    composer.edit(Edit::AddLink(LinkSpec::new(primary.clone(), replica.clone())))?;
    if !is_plain {
        return Ok(());
    }
    composer.change(replica, |component| {
        if let Some(spec) = component.kind.as_database_mut() {
            (spec.role, spec.failover) = (DatabaseRole::Replica, Failover::Manual);
            (spec.semi_sync, spec.fence) = (false, false);
        }
    })?;
    let queries: Vec<LinkSpec> = composer.scenario.links.iter().filter(|link| link.to == *replica).cloned().collect();
    for link in queries {
        let asks_sql = kind(&composer.scenario, &link.from).is_some_and(|kind| kind.asks(Protocol::Sql));
        let is_proxy = kind(&composer.scenario, &link.from).is_some_and(|kind| kind.as_sql_proxy().is_some());
        if asks_sql && !is_proxy && link.kinds.is_none() {
            composer.edit(Edit::SetLink(LinkSpec { kinds: Some(vec![RequestKind::Read]), ..link }))?;
        }
    }
    Ok(())
}
