//! Findings about the site's addresses and its standby site.

use std::collections::BTreeSet;

use super::{DesignFinding, FindingContext, FindingKind};
use crate::cause::Cause;
use crate::outage::Outage;
use hoplight_model::behaviour::{Address, Origin, behaviour};
use hoplight_model::{ComponentIx, Element, Infrastructure, RequestKind, ServerId};

/// A record's TTL above this is too long for a planned switch, in seconds.
const LONG_TTL_S: f64 = 60.0;

pub(super) fn find(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let infra = context.infra;
    let Some(origin) = origin(infra) else { return Vec::new() };
    let mut found = Vec::new();
    let published: Vec<&Address> = origin.published().collect();
    if published.len() > 1 {
        let entries = published.iter().flat_map(|address| &address.links).map(|link| infra.ends(*link).1);
        // Both addresses of a crossed VRRP pair lead to the same two balancers.
        let mut known = BTreeSet::new();
        let entries = entries.filter(|ix| known.insert(*ix)).map(|ix| context.id(ix).clone()).collect();
        let wait_s = origin.attempt_timeout.get();
        found.push(DesignFinding::of_design(FindingKind::UncheckedAddresses { entries, wait_s }));
    }
    let standby: Vec<&Address> = origin.addresses.iter().filter(|address| address.standby).collect();
    if standby.is_empty() {
        return found;
    }
    for link in &origin.lookups {
        let resolver = infra.component(infra.ends(*link).1);
        let ttl_s = resolver.kind.as_resolver().map_or(0.0, |spec| spec.ttl_s.get());
        if ttl_s > LONG_TTL_S {
            found.push(DesignFinding::of_component(&resolver.id, FindingKind::LongTtl { ttl_s }));
        }
    }
    let shared = shared(infra, &behind(infra, &published), &behind(infra, &standby));
    if !shared.is_empty() {
        found.push(DesignFinding::of_design(FindingKind::StandbyShares { shared }));
    }
    found
}

fn origin(infra: &Infrastructure) -> Option<Origin> {
    behaviour(infra, infra.browser()?, RequestKind::Static).origin().cloned()
}

/// The components that requests to these addresses may reach.
fn behind(infra: &Infrastructure, addresses: &[&Address]) -> BTreeSet<ComponentIx> {
    let mut open: Vec<ComponentIx> =
        addresses.iter().flat_map(|address| &address.links).map(|link| infra.ends(*link).1).collect();
    let mut reached = BTreeSet::new();
    while let Some(ix) = open.pop() {
        if reached.insert(ix) {
            let carries = |link: &hoplight_model::LinkIx| infra.link(*link).protocol.carries_requests();
            open.extend(infra.links_from(ix).into_iter().filter(carries).map(|link| infra.ends(link).1));
        }
    }
    reached
}

/// The servers, components and failure domains on which both sites depend.
fn shared(infra: &Infrastructure, first: &BTreeSet<ComponentIx>, second: &BTreeSet<ComponentIx>) -> Vec<Cause> {
    let hosts = |server: &ServerId, site: &BTreeSet<ComponentIx>| infra.on_server(server).any(|(ix, _)| site.contains(&ix));
    let hosts_both = |server: &ServerId| hosts(server, first) && hosts(server, second);
    let servers = infra.servers().map(|server| &server.id).filter(|server| hosts_both(server));
    let mut shared: Vec<Cause> = servers.cloned().map(Cause::Server).collect();
    let components = first.intersection(second).map(|ix| infra.component(*ix));
    let alone = components.filter(|component| !component.server.as_ref().is_some_and(hosts_both));
    shared.extend(alone.map(|component| Cause::Component(component.id.clone())));
    for domain in infra.domains() {
        let cause = Cause::Domain(domain.id.clone());
        let lost = Outage::of_causes(infra, [&cause]);
        let hits = |site: &BTreeSet<ComponentIx>| {
            lost.elements().any(|element| match element {
                Element::Component(id) => infra.find(id.as_str()).is_some_and(|ix| site.contains(&ix)),
                Element::Server(id) => hosts(id, site),
                Element::Hop(..) => false,
            })
        };
        if hits(first) && hits(second) {
            shared.push(cause);
        }
    }
    shared
}
