//! The ports that a machine listens on, as far as a drawing shows.
//!
//! Must not know who may reach them.

use std::collections::BTreeSet;

use hoplight_model::{ComponentIx, Hop, Infrastructure, LinkIx, Protocol};

/// SSH, for administrators: every machine has it, though no drawing shows it.
pub const SSH: u16 = 22;
/// Plain HTTP at the entry of a site with TLS: it answers with a redirect to HTTPS.
pub(super) const REDIRECT: u16 = 80;
/// DNS.
pub(super) const NAMES: u16 = 53;
/// NTP, which certificates and logs need.
pub(super) const CLOCK: u16 = 123;
/// HTTPS: where updates come from, and where samples go.
pub(super) const HTTPS: u16 = 443;

/// The ports that each program of the site listens on, by position: those of its links, or its kind's usual one where none
/// is drawn.
///
/// Without SSH, which is the machine's, and VRRP, which is no port. Agents, firewalls and browsers listen nowhere, and
/// providers' services (resolver, monitoring) do not belong to the site.
pub fn listening_ports(infra: &Infrastructure) -> Vec<BTreeSet<u16>> {
    let mut ports = vec![BTreeSet::new(); infra.len()];
    for (link, _) in infra.links().filter(|(_, link)| link.protocol != Protocol::Vrrp) {
        ports[connection(infra, link).1.index()].insert(infra.port(link));
    }
    for (ix, component) in infra.components() {
        let own = &mut ports[ix.index()];
        match component.kind.facts().usual_port {
            Some(port) if own.is_empty() => _ = own.insert(port),
            Some(_) => {}
            None => own.clear(),
        }
    }
    ports
}

/// The client and the server of a link's connection. Changes flow to the replica, but the replica connects to the primary.
pub(super) fn connection(infra: &Infrastructure, link: LinkIx) -> (ComponentIx, ComponentIx) {
    let (from, to) = infra.ends(link);
    if infra.link(link).protocol == Protocol::Replication { (to, from) } else { (from, to) }
}

/// Whether users come over a hop: it leads from the browser into the site.
pub(super) fn is_entry(infra: &Infrastructure, hop: &Hop) -> bool {
    infra.component(hop.from).kind.is_browser() && infra.link(hop.link).protocol == Protocol::Http
}
