//! The hops that are not encrypted.
//!
//! The model derives whether a hop is encrypted; this module adds what the hop carries.

use super::carriers::Carriers;
use hoplight_model::{ComponentId, Hop, Infrastructure, LinkIx, Medium, RequestKind, TlsMode};

/// One hop that is not encrypted.
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
    /// The kinds of request that cross it; none if a firewall blocks it or no path reaches it.
    pub kinds: Vec<RequestKind>,
}

impl PlaintextHop {
    /// Whether it can be read on the network: a hop inside one server is not exposed.
    pub fn is_exposed(&self) -> bool {
        self.medium == Medium::Wire
    }
}

/// All hops that are not encrypted, DNS lookups included, in authored order.
pub fn plaintext_hops(infra: &Infrastructure) -> Vec<PlaintextHop> {
    let carriers = Carriers::of(infra);
    let id = |ix| infra.component(ix).id.clone();
    let plain = infra.hops().filter(Hop::is_plaintext);
    plain
        .map(|hop| PlaintextHop {
            link: hop.link,
            from: id(hop.from),
            to: id(hop.to),
            medium: hop.medium,
            kinds: carriers.kinds(hop.link),
        })
        .collect()
}

/// Whether a balancer can read what it forwards. With passthrough it cannot.
///
/// A balancer that cannot read cannot route by path, add headers or log a URL, and its compromise discloses no password.
/// Also `false` if there is no balancer.
pub fn balancer_can_read(infra: &Infrastructure) -> bool {
    infra.balancers().next().is_some() && infra.tls().edge != TlsMode::Passthrough
}
