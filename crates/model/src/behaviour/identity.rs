//! TLS termination and certificate checks.

use std::collections::BTreeSet;

use crate::hop::{Cipher, Hop};
use crate::infrastructure::{ComponentIx, Infrastructure};
use crate::link::Protocol;
use crate::tls::{Certificate, TlsMode};

/// The certificates that a new TLS connection needs, as positions in [`Infrastructure::certificates`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateCheck {
    /// None: no handshake ends here, or the drawing has no certificate.
    Unchecked,
    /// At least one of these must be valid.
    AnyOf(Vec<usize>),
    /// At least one of each list must be valid. Each list belongs to one component.
    EachHolder(Vec<Vec<usize>>),
}

/// Whether TLS handshakes end at this component and cost it CPU time.
pub fn terminates_tls(infra: &Infrastructure, ix: ComponentIx) -> bool {
    let kind = &infra.component(ix).kind;
    kind.serves_requests() && !(kind.can_pass_tls() && infra.tls().edge == TlsMode::Passthrough)
}

/// The certificates that a full handshake on a hop needs. Resumed sessions do not present any (RFC 8446, 2.2).
///
/// A user's browser checks the certificate of the component that terminates TLS. If that component has none, every
/// holder of a certificate for the site must have a valid one. Inside the site, a client checks the certificate of the
/// component that it connects to.
pub fn certificate_check(infra: &Infrastructure, hop: &Hop) -> CertificateCheck {
    let is_users = match hop.cipher {
        _ if !infra.link(hop.link).protocol.carries_requests() => return CertificateCheck::Unchecked,
        Cipher::Plaintext => return CertificateCheck::Unchecked,
        // The balancer forwards the user's handshake to its backend.
        Cipher::TlsThrough if !terminates_tls(infra, hop.to) => return CertificateCheck::Unchecked,
        Cipher::TlsThrough => true,
        Cipher::Tls => infra.component(hop.from).kind.is_browser(),
    };
    let own = infra.certificates_at(hop.to);
    if !own.is_empty() {
        return CertificateCheck::AnyOf(own);
    }
    let of_site = site_certificates(infra);
    if is_users && !of_site.is_empty() { CertificateCheck::EachHolder(of_site) } else { CertificateCheck::Unchecked }
}

/// The certificates of each component that holds one for the site. If no certificate covers the site's name, all of
/// them count.
pub fn site_certificates(infra: &Infrastructure) -> Vec<Vec<usize>> {
    let certificates = infra.certificates();
    let of_site: Vec<&Certificate> = certificates.iter().filter(|certificate| certificate.covers(infra.domain())).collect();
    let meant = if of_site.is_empty() { certificates.iter().collect() } else { of_site };
    let holders: BTreeSet<ComponentIx> = meant.into_iter().flat_map(|certificate| infra.holders(certificate)).collect();
    holders.into_iter().map(|ix| infra.certificates_at(ix)).collect()
}

/// Whether the client of a hop resumes TLS sessions instead of making a full handshake for each connection. HTTP proxies do,
/// unless told not to (HAProxy: `no-ssl-reuse`); database drivers do not.
pub fn resumes_sessions(infra: &Infrastructure, hop: &Hop) -> bool {
    let is_told_not_to = infra.component(hop.from).kind.as_balancer().is_some_and(|spec| spec.no_ssl_reuse);
    infra.link(hop.link).protocol == Protocol::Http && !is_told_not_to
}

/// Whether a balancer's health checks use TLS: they do if its traffic to backends is encrypted (HAProxy: `check-ssl`,
/// implied by `ssl`).
pub fn checks_speak_tls(infra: &Infrastructure) -> bool {
    infra.tls().edge == TlsMode::Reencrypt
}
