//! Findings about firewalls: flaws that the review reports, and needless exposure to the Internet.

use std::collections::{BTreeMap, BTreeSet};

use super::{DesignFinding, FindingContext, FindingKind};
use crate::firewalls::{ConnectionAttempt, Flaw, SSH, Vantage, reach, review};
use hoplight_model::firewall::{Direction, Peer, Rule, RuleAction};
use hoplight_model::{ComponentId, ComponentIx, Element, Infrastructure};

pub(super) fn find(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let infra = context.infra;
    let has_firewalls = infra.firewalls().next().is_some();
    let attempts = reach(infra, &Vantage::Internet);
    let databases = exposed_databases(infra, &attempts);
    // A design without any firewall is reported once, at its entry, rather than once per server. Exposed databases and
    // SSH are reported by other rules.
    let is_news = |flaw: &Flaw| match flaw {
        Flaw::Unprotected(id) => has_firewalls && !databases.contains_key(id),
        Flaw::Exposed { reach } => reach.port != SSH && database(infra, &reach.target).is_none(),
        _ => true,
    };
    let flaws = review(infra).into_iter().filter(is_news);
    let mut found: Vec<DesignFinding> =
        flaws.map(|flaw| DesignFinding::of_element(flaw.element(), FindingKind::Firewall(flaw))).collect();
    found.extend(ssh(&attempts));
    if has_firewalls {
        found.extend(administrators(infra, &attempts));
    }
    found.extend(egress(context));
    let exposed = databases.into_iter();
    found.extend(exposed.map(|(id, open)| DesignFinding::of_component(id, FindingKind::DatabaseExposed(open.clone()))));
    found
}

/// The name of a database, if the element is one.
fn database<'a>(infra: &Infrastructure, element: &'a Element) -> Option<&'a ComponentId> {
    let Element::Component(id) = element else { return None };
    infra.find(id.as_str()).and_then(|ix| infra.component(ix).kind.as_database()).map(|_| id)
}

/// For each database reachable from the Internet, the first connection attempt that succeeds.
fn exposed_databases<'a>(
    infra: &Infrastructure,
    attempts: &'a [ConnectionAttempt],
) -> BTreeMap<&'a ComponentId, &'a ConnectionAttempt> {
    let mut exposed = BTreeMap::new();
    for attempt in attempts.iter().filter(|attempt| attempt.port != SSH && attempt.is_open()) {
        if let Some(id) = database(infra, &attempt.target) {
            exposed.entry(id).or_insert(attempt);
        }
    }
    exposed
}

/// Machines whose SSH port is reachable from the Internet. Reported as one finding, since a single jump host or VPN
/// fixes all of them.
fn ssh(attempts: &[ConnectionAttempt]) -> Option<DesignFinding> {
    let open: Vec<ConnectionAttempt> =
        attempts.iter().filter(|attempt| attempt.port == SSH && attempt.is_open()).cloned().collect();
    (!open.is_empty()).then(|| DesignFinding::of_design(FindingKind::SshExposed { open }))
}

/// Machines whose firewalls block SSH from every address.
fn administrators(infra: &Infrastructure, attempts: &[ConnectionAttempt]) -> Option<DesignFinding> {
    let closed = |attempt: &&ConnectionAttempt| {
        let denies = attempt.judged.iter().filter(|judged| judged.verdict.action != RuleAction::Allow);
        denies.clone().any(|judged| !admits_ssh(infra, &judged.firewall))
    };
    let machines = attempts.iter().filter(|attempt| attempt.port == SSH);
    let locked: Vec<Element> = machines.clone().filter(closed).map(|attempt| attempt.target.clone()).collect();
    let every = locked.len() == machines.count();
    (!locked.is_empty()).then(|| DesignFinding::of_design(FindingKind::NoAdminPath { locked, every }))
}

/// Whether a rule of the firewall allows SSH from some peer.
fn admits_ssh(infra: &Infrastructure, firewall: &ComponentId) -> bool {
    let spec = infra.find(firewall.as_str()).and_then(|ix| infra.component(ix).kind.as_firewall());
    spec.is_some_and(|spec| {
        spec.rules(Direction::Inbound).iter().any(|rule| {
            rule.action == RuleAction::Allow && rule.peer != Peer::Any && (rule.ports.is_empty() || rule.ports.contains(&SSH))
        })
    })
}

/// Databases whose firewalls allow connections to any address. A database without a firewall is reported as exposed.
fn egress(context: &FindingContext<'_>) -> Option<DesignFinding> {
    let infra = context.infra;
    let (mut databases, mut ports, mut every) = (Vec::new(), BTreeSet::new(), false);
    for (ix, component) in infra.components().filter(|(_, component)| component.kind.as_database().is_some()) {
        let before = infra.firewalls_before(ix);
        let open: Option<Vec<BTreeSet<u16>>> = before.iter().map(|firewall| ports_to_anyone(infra, *firewall)).collect();
        let Some(open) = open.filter(|open| !open.is_empty()) else { continue };
        databases.push(component.id.clone());
        every |= open.iter().all(BTreeSet::is_empty);
        ports.extend(open.into_iter().flatten());
    }
    let ports = if every { Vec::new() } else { ports.into_iter().collect() };
    (!databases.is_empty()).then(|| DesignFinding::of_design(FindingKind::DatabaseEgress { databases, ports }))
}

/// Ports on which a firewall allows the elements it protects to reach any address; `None` for no port, empty for every
/// port.
fn ports_to_anyone(infra: &Infrastructure, firewall: ComponentIx) -> Option<BTreeSet<u16>> {
    let spec = infra.component(firewall).kind.as_firewall()?;
    let allows = |rule: &&Rule| rule.action == RuleAction::Allow && rule.peer == Peer::Any;
    let rules: Vec<&Rule> = spec.rules(Direction::Outbound).iter().filter(allows).collect();
    if spec.default == RuleAction::Allow || rules.iter().any(|rule| rule.ports.is_empty()) {
        return Some(BTreeSet::new());
    }
    let ports: BTreeSet<u16> = rules.iter().flat_map(|rule| rule.ports.iter().copied()).collect();
    (!ports.is_empty()).then_some(ports)
}
