//! Checks that a link's protocol and settings suit its two ends.

use crate::component::ComponentKind;
use crate::id::ComponentId;
use crate::link::{LinkSpec, Protocol};
use crate::problem::{LinkEnds, Problem, ProblemKind, ProblemPath, Ranged};
use crate::request::RequestKind;

/// Maximum weight of a backend, as in HAProxy.
const MAX_WEIGHT: u16 = 256;

/// Checks a link and returns its protocol.
pub(super) fn check_link(number: usize, spec: &LinkSpec, from: &ComponentKind, to: &ComponentKind) -> Result<Protocol, Problem> {
    let ends = || Box::new(LinkEnds { from: (spec.from.clone(), from.clone()), to: (spec.to.clone(), to.clone()) });
    let wrong = |kind| Err(Problem { path: ProblemPath::record("links", number).field("to"), kind });
    let firewall = [(&spec.from, from, &spec.to, false), (&spec.to, to, &spec.from, true)];
    let firewall = firewall.into_iter().find(|(_, kind, ..)| kind.is_filter() && spec.protocol != Some(Protocol::Dns));
    if let Some((firewall, _, other, is_server)) = firewall.filter(|_| Protocol::between(from, to).is_none()) {
        let kind = ProblemKind::LinkToFirewall { firewall: firewall.clone(), other: other.clone(), is_server };
        return wrong(kind);
    }
    let Some(protocol) = spec.protocol.or_else(|| Protocol::between(from, to)) else {
        let is_reversed = Protocol::between(to, from).is_some();
        return wrong(ProblemKind::NoProtocol { ends: ends(), is_reversed });
    };
    // A drawing may show any component as a client of the resolver.
    let fits = (protocol == Protocol::Dns || from.asks(protocol)) && to.answers(protocol);
    let are_peers = protocol != Protocol::Vrrp || names(from, &spec.to) && names(to, &spec.from);
    let is_of_monitoring = from.is_monitoring_service() != to.is_monitoring_service();
    if !fits || !are_peers || protocol == Protocol::Metrics && !is_of_monitoring {
        return wrong(ProblemKind::WrongProtocol { protocol, ends: ends() });
    }
    check_backend(number, spec, protocol, from)?;
    check_users_link(number, spec, protocol, from)?;
    Ok(protocol)
}

/// Checks the settings that only a balancer's backend may have.
fn check_backend(number: usize, spec: &LinkSpec, protocol: Protocol, from: &ComponentKind) -> Result<(), Problem> {
    let wrong = |field, kind| Err(Problem { path: ProblemPath::record("links", number).field(field), kind });
    let (client, server) = (spec.from.clone(), spec.to.clone());
    let is_backend = protocol == Protocol::Http && from.as_balancer().is_some();
    if !is_backend && (spec.weight != 1 || spec.maxconn != 0) {
        let field = if spec.weight == 1 { "maxconn" } else { "weight" };
        return wrong(field, ProblemKind::NotABackend { from: client, to: server });
    }
    if !(1..=MAX_WEIGHT).contains(&spec.weight) {
        let (of, range) = (Ranged::Weight(client, server), (1, u32::from(MAX_WEIGHT)));
        return wrong("weight", ProblemKind::OutOfRange { of, value: u32::from(spec.weight), range });
    }
    Ok(())
}

/// Checks the settings that depend on whether users send requests on the link. A browser has one connection for all
/// requests, so it cannot choose an address by the kind of request.
fn check_users_link(number: usize, spec: &LinkSpec, protocol: Protocol, from: &ComponentKind) -> Result<(), Problem> {
    let wrong = |field, kind| Err(Problem { path: ProblemPath::record("links", number).field(field), kind });
    let (client, server) = (spec.from.clone(), spec.to.clone());
    if spec.standby && !(from.is_browser() && protocol == Protocol::Http) {
        return wrong("standby", ProblemKind::NotAnEntry { from: client, to: server });
    }
    let lists_all = spec.kinds.as_ref().is_none_or(|listed| RequestKind::ALL.iter().all(|kind| listed.contains(kind)));
    if from.is_browser() && !lists_all {
        return wrong("kinds", ProblemKind::KindsOfBrowser { from: client, to: server });
    }
    Ok(())
}

/// Whether `kind` is a balancer whose VRRP peer is `peer`.
fn names(kind: &ComponentKind, peer: &ComponentId) -> bool {
    kind.as_balancer().and_then(|spec| spec.vrrp.as_ref()).is_some_and(|vrrp| vrrp.peer == *peer)
}
