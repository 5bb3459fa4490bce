//! Defaults for the settings that a scenario omits.
//!
//! No default is a guess: an ambiguous scenario is rejected.

use std::collections::BTreeMap;

use super::Builder;
use crate::component::{Component, ComponentKind, DatabaseRole};
use crate::id::ComponentId;
use crate::link::{Link, LinkSpec, Protocol};
use crate::problem::{Problem, ProblemKind, ProblemPath};
use crate::quantity::Millis;
use crate::request::RequestKind;
use crate::scenario::Scenario;
use crate::station::StationPatch;
use crate::text::Text;

/// The id of the implied browser.
pub(crate) const BROWSER: &str = "browser";

impl Builder {
    /// Adds a browser with its links to a scenario without one. It is appended, so that the records of a file keep
    /// their positions.
    pub(super) fn add_browser(&mut self, scenario: &mut Scenario) {
        if scenario.components.iter().any(|component| component.kind.is_browser()) {
            return;
        }
        let id = ComponentId::new(BROWSER);
        let kinds: BTreeMap<&ComponentId, &ComponentKind> = scenario.components.iter().map(|c| (&c.id, &c.kind)).collect();
        let browser = ComponentKind::Browser;
        let spoken = |link: &LinkSpec| {
            let from = if link.from == id { Some(&browser) } else { kinds.get(&link.from).copied() };
            link.protocol.or_else(|| Protocol::between(from?, kinds.get(&link.to)?))
        };
        let says = |wanted| scenario.links.iter().any(|link| link.from == id && spoken(link) == Some(wanted));
        let mut asked: Vec<&ComponentId> = Vec::new();
        if !says(Protocol::Dns) {
            let resolvers = kinds.iter().filter(|(_, kind)| kind.as_resolver().is_some());
            asked.extend(resolvers.map(|(id, _)| *id));
        }
        if !says(Protocol::Http) {
            let led_to = |id: &ComponentId| scenario.links.iter().any(|l| l.to == *id && spoken(l) == Some(Protocol::Http));
            let takes = |kind: &ComponentKind| Protocol::between(&browser, kind) == Some(Protocol::Http);
            let free = scenario.components.iter().filter(|c| takes(&c.kind) && !led_to(&c.id));
            let entries: Vec<&Component> = free.collect();
            match entries[..] {
                [one] => asked.push(&one.id),
                [one, other] if is_pair(one, other) => asked.extend([&one.id, &other.id]),
                _ => self.undecided = Some(no_entry(&entries)),
            }
        }
        let links: Vec<LinkSpec> = asked.into_iter().map(|to| LinkSpec::new(id.clone(), to.clone())).collect();
        scenario.links.extend(links);
        scenario.components.push(Component {
            id,
            kind: ComponentKind::Browser,
            server: None,
            label: Text::new("You").ok(),
            software: None,
            reliability: None,
            station: StationPatch::default(),
            at: None,
        });
    }
}

/// Maximum number of candidates listed in a problem.
const MAX_LISTED: usize = 5;

/// The problem to report if there is no candidate for the entry, or more than one.
fn no_entry(entries: &[&Component]) -> Problem {
    let listed: Vec<ComponentId> = entries.iter().take(MAX_LISTED).map(|entry| entry.id.clone()).collect();
    let kind = if listed.is_empty() {
        ProblemKind::NoEntry
    } else {
        ProblemKind::SeveralEntries { more: entries.len() > listed.len(), entries: listed }
    };
    Problem { path: ProblemPath::root().field("components"), kind }
}

/// Whether two balancers are a VRRP pair.
fn is_pair(one: &Component, other: &Component) -> bool {
    let names = |a: &Component, b: &Component| {
        a.kind.as_balancer().and_then(|spec| spec.vrrp.as_ref()).is_some_and(|vrrp| vrrp.peer == b.id)
    };
    names(one, other) && names(other, one)
}

/// The one-way latency between two components of the site.
fn inside_ms(from: &Component, to: &Component) -> f64 {
    if from.server.is_some() && from.server == to.server { 0.02 } else { 0.25 }
}

/// Port of an exporter: Prometheus' `node_exporter`.
const EXPORTER_PORT: u16 = 9_100;

/// Port on which the members of a multi-primary cluster talk to each other (Galera's default).
const GROUP_PORT: u16 = 4_567;

/// The default port of a link's server end, unless another program on its server has it.
fn usual_port(protocol: Protocol, outside: bool, to: &ComponentKind) -> u16 {
    let is_group = to.as_database().is_some_and(|spec| spec.role == DatabaseRole::MultiPrimary);
    match protocol {
        Protocol::Replication if is_group => GROUP_PORT,
        Protocol::Metrics if !to.is_monitoring_service() => EXPORTER_PORT,
        Protocol::Sql => to.facts().usual_port.unwrap_or_else(|| protocol.usual_port(!outside)),
        Protocol::Dns | Protocol::Http | Protocol::Cache | Protocol::Replication | Protocol::Metrics | Protocol::Vrrp => {
            protocol.usual_port(!outside)
        }
    }
}

/// Completes a link with defaults.
pub(super) fn complete(spec: &LinkSpec, protocol: Protocol, from: &Component, to: &Component) -> Link {
    let outside = from.kind.is_browser();
    let usual_ms = match protocol {
        Protocol::Metrics if from.kind.is_monitoring_service() && from.server.is_some() => inside_ms(from, to),
        Protocol::Dns | Protocol::Metrics => 5.0,
        _ if outside => 25.0,
        _ => inside_ms(from, to),
    };
    let kinds = spec.kinds.as_ref().map_or([true; 3], |listed| RequestKind::ALL.map(|kind| listed.contains(&kind)));
    Link {
        protocol,
        port: spec.port.unwrap_or_else(|| usual_port(protocol, outside, &to.kind)),
        reliability: spec.reliability,
        latency: spec.latency_ms.unwrap_or(Millis::literal(usual_ms)),
        kinds,
        weight: spec.weight,
        maxconn: (spec.maxconn > 0).then_some(spec.maxconn),
        standby: spec.standby,
    }
}
