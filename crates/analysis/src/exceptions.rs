//! Known deviations of the path search from the simulation.
//!
//! Each function is one known deviation; `ARCHITECTURE.md` lists all of them under "Where simulation and analysis differ". They
//! affect explanations, and states with several failures: what a single loss does is decided by `losses`. To remove a
//! deviation, delete its function and use the definition in `behaviour` instead.

use hoplight_model::behaviour::{CertificateCheck, HttpTls, certificate_check};
use hoplight_model::{Connections, Hop, Infrastructure, Protocol};

/// Indices of the certificates, one of which must be valid for requests to get through a hop; empty if nothing is checked.
///
/// Each new connection needs one, unless it resumes a TLS session. The connections that are checked are those of browsers and
/// balancers, and those of drivers that open one for each request. All others are open already, and stay open.
pub(super) fn certificates_needed(infra: &Infrastructure, hop: &Hop) -> Vec<usize> {
    let http_tls = infra.component(hop.from).kind.facts().http_tls;
    let protocol = infra.link(hop.link).protocol;
    let is_inside = protocol != Protocol::Http || http_tls == HttpTls::Inside;
    // Web servers resume sessions, which present no certificate.
    let opens_each = protocol == Protocol::Sql && infra.component(hop.from).kind.upstream().0 == Connections::PerRequest;
    match certificate_check(infra, hop) {
        CertificateCheck::AnyOf(places) if !is_inside || opens_each => places,
        CertificateCheck::AnyOf(_) | CertificateCheck::Missing | CertificateCheck::Unchecked => Vec::new(),
    }
}
