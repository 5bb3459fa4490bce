//! Known deviations of the path search from the simulation.
//!
//! Each function is one known deviation; `ARCHITECTURE.md` lists them under "Where simulation and analysis differ". They
//! affect explanations, and states with several failures: what a single loss does is decided by `losses`. To remove a
//! deviation, delete its function and use the definition in `behaviour` instead.

use hoplight_model::behaviour::{CertificateCheck, HttpTls, Origin, certificate_check};
use hoplight_model::{Hop, Infrastructure, LinkIx, Protocol, RequestKind};

/// Links from the browser to the site that requests of a kind can use, in authored order.
///
/// A browser sends every kind to one entry: the preferred one of a VRRP pair. The analysis respects the `kinds` of
/// these links and prefers the entry that is authored first.
pub(super) fn entries(infra: &Infrastructure, origin: &Origin, request: RequestKind) -> Vec<LinkIx> {
    let mut links = origin.entries.clone();
    links.retain(|link| infra.link(*link).serves(request));
    links.sort_unstable();
    links
}

/// Links from the browser to resolvers that can be queried before a request of a kind.
///
/// A browser queries the first resolver, whatever the kind. The analysis respects the `kinds` of these links and treats
/// several resolvers as redundant.
pub(super) fn lookups(infra: &Infrastructure, origin: &Origin, request: RequestKind) -> Vec<LinkIx> {
    origin.lookups.iter().copied().filter(|link| infra.link(*link).serves(request)).collect()
}

/// Indices of the certificates, one of which must be valid for a new connection on a hop; empty if nothing is checked.
///
/// The simulation checks every TLS connection that carries requests. The analysis checks those of browsers and
/// balancers.
pub(super) fn certificates_needed(infra: &Infrastructure, hop: &Hop) -> Vec<usize> {
    let http_tls = infra.component(hop.from).kind.facts().http_tls;
    let is_inside = infra.link(hop.link).protocol != Protocol::Http || http_tls == HttpTls::Inside;
    match certificate_check(infra, hop) {
        CertificateCheck::AnyOf(places) if !is_inside => places,
        CertificateCheck::AnyOf(_) | CertificateCheck::EachHolder(_) | CertificateCheck::Unchecked => Vec::new(),
    }
}
