//! Firewall rules that match the drawing.

use super::{ComposeError, Composed, Composer, kind};
use crate::element::Element;
use crate::firewall::{Direction, Peer, Rule, RuleAction};
use crate::id::ComponentId;
use crate::infrastructure::{Infrastructure, LinkIx};
use crate::link::Protocol;
use crate::scenario::Scenario;

/// What every server needs to reach outside: name resolution, time, and HTTPS, over which agents push their samples.
const USUAL_OUTBOUND: [u16; 3] = [53, 123, 443];
/// The ports of a web site.
const WEB_PORTS: [u16; 2] = [443, 80];

/// Replaces the rules of a firewall by those that the links across it need, and no more.
///
/// # Errors
/// If there is no such firewall, or its rules are already these.
pub fn fit_rules(scenario: &Scenario, firewall: &ComponentId) -> Result<Composed, ComposeError> {
    let is_firewall = kind(scenario, firewall).is_some_and(|kind| kind.as_firewall().is_some());
    if !is_firewall {
        return Err(ComposeError::NotAFirewall);
    }
    let protects = kind(scenario, firewall).and_then(|kind| kind.as_firewall());
    if protects.is_some_and(|spec| spec.servers.is_empty() && spec.components.is_empty()) {
        return Err(ComposeError::ProtectsNothing);
    }
    let (inbound, outbound) = fitted(scenario, firewall)?;
    let mut composer = Composer::new(scenario);
    composer.change(firewall, |component| {
        if let Some(spec) = component.kind.as_firewall_mut() {
            (spec.inbound, spec.outbound, spec.default) = (inbound, outbound, RuleAction::Drop);
        }
    })?;
    if composer.edits.is_empty() {
        return Err(ComposeError::RulesFit);
    }
    Ok(composer.done(Some(Element::Component(firewall.clone()))))
}

/// Replaces the rules of all firewalls that protect something, as [`fit_rules`] does for one.
///
/// # Errors
/// If there is no such firewall, or all rules are already these.
pub fn fit_all_rules(scenario: &Scenario) -> Result<Composed, ComposeError> {
    let firewalls = scenario.components.iter().filter(|component| component.kind.as_firewall().is_some());
    let mut composer = Composer::new(scenario);
    let mut refused = ComposeError::NotAFirewall;
    for firewall in firewalls {
        match fit_rules(&composer.scenario, &firewall.id) {
            Ok(fitted) => fitted.edits.into_iter().try_for_each(|edit| composer.edit(edit))?,
            // A firewall that protects nothing yet does not keep the others from being fitted.
            Err(why @ (ComposeError::RulesFit | ComposeError::ProtectsNothing)) => refused = why,
            Err(why) => return Err(why),
        }
    }
    if composer.edits.is_empty() { Err(refused) } else { Ok(composer.done(None)) }
}

/// Allows links that have just been drawn where a firewall blocks them.
pub(super) fn admit_links(composer: &mut Composer, links: &[(ComponentId, ComponentId)]) -> Result<(), ComposeError> {
    let infra = composer.scenario.build_board().map_err(|_| ComposeError::Unbuildable)?;
    for (from, to) in links {
        let Some(link) = infra.link_between(from.as_str(), to.as_str()) else { continue };
        let blocked = infra.hop(link).guards.into_iter().filter(|guard| guard.verdict.action != RuleAction::Allow);
        for guard in blocked {
            let (peer, ports) = needed(&infra, link, guard.verdict.direction);
            composer.change(&infra.component(guard.firewall).id, |component| {
                let Some(spec) = component.kind.as_firewall_mut() else { return };
                let rules = match guard.verdict.direction {
                    Direction::Inbound => &mut spec.inbound,
                    Direction::Outbound => &mut spec.outbound,
                };
                allow(rules, peer, &ports);
            })?;
        }
    }
    Ok(())
}

/// The inbound and outbound rules that the links across a firewall need.
pub(super) fn fitted(scenario: &Scenario, firewall: &ComponentId) -> Result<(Vec<Rule>, Vec<Rule>), ComposeError> {
    let infra = scenario.build_board().map_err(|_| ComposeError::Unbuildable)?;
    let ix = infra.find(firewall.as_str()).ok_or_else(|| super::unknown(firewall))?;
    let (mut inbound, mut outbound) = (Vec::new(), Vec::new());
    for hop in infra.hops() {
        for guard in hop.guards.iter().filter(|guard| guard.firewall == ix) {
            let list = match guard.verdict.direction {
                Direction::Inbound => &mut inbound,
                Direction::Outbound => &mut outbound,
            };
            let (peer, ports) = needed(&infra, hop.link, guard.verdict.direction);
            allow(list, peer, &ports);
            // The balancers of a pair advertise in both directions.
            if infra.link(hop.link).protocol == Protocol::Vrrp {
                let (other, list) = match guard.verdict.direction {
                    Direction::Inbound => (Direction::Outbound, &mut outbound),
                    Direction::Outbound => (Direction::Inbound, &mut inbound),
                };
                let (from, to) = infra.ends(hop.link);
                let peer = if guard.verdict.direction == Direction::Inbound { from } else { to };
                let (_, ports) = needed(&infra, hop.link, other);
                allow(list, Peer::Component(infra.component(peer).id.clone()), &ports);
            }
        }
    }
    allow(&mut outbound, Peer::Any, &USUAL_OUTBOUND);
    Ok((inbound, outbound))
}

/// The peer and the ports that a rule for a link must allow. A replica opens the connection to its primary.
fn needed(infra: &Infrastructure, link: LinkIx, direction: Direction) -> (Peer, Vec<u16>) {
    let (from, to) = infra.ends(link);
    let is_replication = infra.link(link).protocol == Protocol::Replication;
    let (client, server) = if is_replication { (to, from) } else { (from, to) };
    let peer = match direction {
        Direction::Inbound => infra.component(client),
        Direction::Outbound => infra.component(server),
    };
    if peer.kind.is_browser() {
        let is_web = infra.link(link).protocol == Protocol::Http;
        return (Peer::Any, if is_web { WEB_PORTS.to_vec() } else { vec![infra.port(link)] });
    }
    if peer.kind.is_monitoring_service() && direction == Direction::Outbound {
        return (Peer::Any, vec![infra.port(link)]);
    }
    (Peer::Component(peer.id.clone()), vec![infra.port(link)])
}

/// Adds ports of a peer to the rules that allow them.
pub(super) fn allow(rules: &mut Vec<Rule>, peer: Peer, ports: &[u16]) {
    let is_open = |rule: &Rule| rule.peer == peer && rule.action == RuleAction::Allow;
    let known = rules.iter().position(is_open).unwrap_or_else(|| {
        rules.push(Rule { peer, ports: Vec::new(), action: RuleAction::Allow });
        rules.len() - 1
    });
    let listed = &mut rules[known].ports;
    for port in ports {
        if !listed.contains(port) {
            listed.push(*port);
        }
    }
}
