//! The ports that a server listens on, according to the model.

use std::collections::BTreeSet;

use hoplight_model::behaviour::{Operator, has_port_80};
use hoplight_model::{ComponentIx, Hop, Infrastructure, LinkIx, Protocol};

/// SSH, for administrators: every server listens on it, although no diagram shows it.
pub const SSH: u16 = 22;
/// Plain HTTP at the entry of a site with TLS: redirects to HTTPS.
pub(super) const REDIRECT: u16 = 80;
/// DNS.
pub(super) const NAMES: u16 = 53;
/// NTP, which certificates and logs depend on.
pub(super) const CLOCK: u16 = 123;
/// HTTPS: used for updates and by agents.
pub(super) const HTTPS: u16 = 443;

/// Ports that each program of the site listens on, by position: the ports of its links or, if it has none, the default
/// port of its kind.
///
/// Excludes SSH, which belongs to the server, and VRRP, which has no port. Agents that push, firewalls and browsers do not
/// listen, and providers' services (resolver, monitoring) are not part of the site.
pub fn listening_ports(infra: &Infrastructure) -> Vec<BTreeSet<u16>> {
    let mut ports = vec![BTreeSet::new(); infra.len()];
    for (link, _) in infra.links().filter(|(_, link)| link.protocol != Protocol::Vrrp) {
        let own = &mut ports[connection(infra, link).1.index()];
        own.insert(infra.port(link));
        own.extend(has_port_80(infra, link).then_some(REDIRECT));
    }
    for (ix, component) in infra.components() {
        let own = &mut ports[ix.index()];
        match component.kind.facts().usual_port {
            Some(port) if own.is_empty() => _ = own.insert(port),
            Some(_) => {}
            // An agent listens if it is scraped.
            None if component.kind.facts().operator == Operator::Site => {}
            None => own.clear(),
        }
    }
    ports
}

/// Client and server of a link's connection. Changes flow to the replica, but the replica connects to the primary.
pub(super) fn connection(infra: &Infrastructure, link: LinkIx) -> (ComponentIx, ComponentIx) {
    let (from, to) = infra.ends(link);
    if infra.link(link).protocol == Protocol::Replication { (to, from) } else { (from, to) }
}

/// Whether a hop is used by users: it leads from the browser into the site.
pub(super) fn is_entry(infra: &Infrastructure, hop: &Hop) -> bool {
    infra.component(hop.from).kind.is_browser() && infra.link(hop.link).protocol == Protocol::Http
}
