//! Unencrypted hops.
//!
//! The model derives the encryption of a hop; this module adds the request kinds that the hop carries.

use super::carriers::Carriers;
use super::port_80::carries_plaintext;
use hoplight_model::{ComponentId, Infrastructure, LinkIx, Medium, RequestKind, TlsMode};

/// A hop that is not encrypted, or not for all visits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaintextHop {
    /// The link.
    pub link: LinkIx,
    /// The client.
    pub from: ComponentId,
    /// The server.
    pub to: ComponentId,
    /// Wire or loopback.
    pub medium: Medium,
    /// Whether the hop itself is encrypted, and only visits to port 80 are not.
    pub on_port_80: bool,
    /// Request kinds that cross the hop; empty if a firewall blocks it or no path reaches it.
    pub kinds: Vec<RequestKind>,
}

impl PlaintextHop {
    /// Whether the hop can be read on the network. A hop inside one server cannot.
    pub fn is_exposed(&self) -> bool {
        self.medium == Medium::Wire
    }
}

/// All hops that are not encrypted, DNS lookups and visits to port 80 included, in authored order.
pub fn plaintext_hops(infra: &Infrastructure) -> Vec<PlaintextHop> {
    plaintext_hops_in(infra, &Carriers::of(infra))
}

/// Like [`plaintext_hops`], for the kinds that each hop carries.
pub(super) fn plaintext_hops_in(infra: &Infrastructure, carriers: &Carriers) -> Vec<PlaintextHop> {
    let id = |ix| infra.component(ix).id.clone();
    let plain = infra.hops().filter(|hop| hop.is_plaintext() || carries_plaintext(infra, hop));
    plain
        .map(|hop| PlaintextHop {
            link: hop.link,
            from: id(hop.from),
            to: id(hop.to),
            medium: hop.medium,
            on_port_80: !hop.is_plaintext(),
            kinds: carriers.kinds(hop.link),
        })
        .collect()
}

/// Whether the balancers can read what they forward. They cannot with TLS passthrough.
///
/// A balancer that cannot read cannot route by path, add headers or log URLs, and its compromise discloses no password.
/// Returns `false` if there is no balancer.
pub fn balancer_can_read(infra: &Infrastructure) -> bool {
    infra.balancers().next().is_some() && infra.tls().edge != TlsMode::Passthrough
}
