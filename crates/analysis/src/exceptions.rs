//! Where the analysis reads the definition of a component's behaviour otherwise than the simulation runs it.
//!
//! Each function is one known disagreement, kept because results depend on it; `ARCHITECTURE.md` lists them all under "Where
//! the readings disagree". To make the two agree is to delete a function here and use the definition in its place.
//!
//! Two more have no function, since they are what "a way exists" means: the search takes *any* upstream for enough, where a
//! balancer also gives requests to the others that its health checks pass; and it takes every upstream that does not answer
//! for left out, where [`Reaction::Wait`] keeps asking one that is silent.
//!
//! [`Reaction::Wait`]: hoplight_model::behaviour::Reaction::Wait

use hoplight_model::behaviour::{CertificateCheck, HttpTls, Origin, certificate_check};
use hoplight_model::{Cipher, Hop, Infrastructure, LinkIx, Protocol, RequestKind};

/// The links from the browser to the site that requests of a kind can use, in authored order.
///
/// A browser sends every kind to one entry, the preferred one of a pair. The analysis heeds the `kinds` of these links, and
/// takes the first authored entry first.
pub(super) fn entries(infra: &Infrastructure, origin: &Origin, request: RequestKind) -> Vec<LinkIx> {
    let mut links = origin.entries.clone();
    links.retain(|link| infra.link(*link).serves(request));
    links.sort_unstable();
    links
}

/// The links from the browser to resolvers that can be asked before a request of a kind.
///
/// A browser asks the first resolver, whatever the kind. The analysis heeds the `kinds` of these links, and takes several
/// resolvers for redundant.
pub(super) fn lookups(infra: &Infrastructure, origin: &Origin, request: RequestKind) -> Vec<LinkIx> {
    origin.lookups.iter().copied().filter(|link| infra.link(*link).serves(request)).collect()
}

/// The certificates of which one must be valid for a new connection on a hop, by their places; none if nothing is checked.
///
/// The simulation checks every TLS connection that carries requests. The analysis checks those of browsers and balancers.
pub(super) fn certificates_needed(infra: &Infrastructure, hop: &Hop) -> Vec<usize> {
    let http_tls = infra.component(hop.from).kind.facts().http_tls;
    let is_inside = infra.link(hop.link).protocol != Protocol::Http || http_tls == HttpTls::Inside;
    match certificate_check(infra, hop) {
        CertificateCheck::AnyOf(places) if !is_inside => places,
        // A balancer that passes TLS on to another is taken to check that one.
        CertificateCheck::Unchecked if hop.cipher == Cipher::TlsThrough && http_tls == HttpTls::ToBackends => {
            infra.certificates_at(hop.to)
        }
        CertificateCheck::AnyOf(_) | CertificateCheck::EachHolder(_) | CertificateCheck::Unchecked => Vec::new(),
    }
}
