//! Known deviations of the path search from the simulation.
//!
//! Each function is one known deviation; `ARCHITECTURE.md` lists all of them under "Where simulation and analysis differ". They
//! affect explanations, and states with several failures: what a single loss does is decided by `losses`. To remove a
//! deviation, delete its function and use the definition in `behaviour` instead.

use hoplight_model::behaviour::{CertificateCheck, HttpTls, certificate_check};
use hoplight_model::{Hop, Infrastructure, Protocol};

/// Indices of the certificates, one of which must be valid for a new connection on a hop; empty if nothing is checked.
///
/// The simulation checks every TLS connection that carries requests. The analysis checks those of browsers and
/// balancers.
pub(super) fn certificates_needed(infra: &Infrastructure, hop: &Hop) -> Vec<usize> {
    let http_tls = infra.component(hop.from).kind.facts().http_tls;
    let is_inside = infra.link(hop.link).protocol != Protocol::Http || http_tls == HttpTls::Inside;
    match certificate_check(infra, hop) {
        CertificateCheck::AnyOf(places) if !is_inside => places,
        CertificateCheck::AnyOf(_) | CertificateCheck::Missing | CertificateCheck::Unchecked => Vec::new(),
    }
}
