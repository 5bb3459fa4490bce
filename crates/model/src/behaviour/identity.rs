//! Who ends TLS, and who checks whose certificate.

use std::collections::BTreeSet;

use crate::hop::{Cipher, Hop};
use crate::infrastructure::{ComponentIx, Infrastructure};
use crate::tls::{Certificate, TlsMode};

/// What a new TLS connection needs of certificates. Places are those in [`Infrastructure::certificates`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateCheck {
    /// Nothing: no handshake ends here, or no certificate is drawn.
    Unchecked,
    /// One of these that is valid.
    AnyOf(Vec<usize>),
    /// One that is valid of each of these lists, of which each is a component's.
    EachHolder(Vec<Vec<usize>>),
}

/// Whether the handshakes that reach a component end there, so that they cost it work.
pub fn terminates_tls(infra: &Infrastructure, ix: ComponentIx) -> bool {
    let kind = &infra.component(ix).kind;
    kind.serves_requests() && !(kind.can_pass_tls() && infra.tls().edge == TlsMode::Passthrough)
}

/// The certificates that a full handshake on a hop needs to succeed. Resumed sessions show none (RFC 8446, 2.2).
///
/// Users are shown the certificate of the component that terminates their TLS; where that one holds none, every holder of a
/// certificate for the site must have a valid one. Inside the site, the server shows its own, and the client checks it.
pub fn certificate_check(infra: &Infrastructure, hop: &Hop) -> CertificateCheck {
    let is_users = match hop.cipher {
        _ if !infra.link(hop.link).protocol.carries_requests() => return CertificateCheck::Unchecked,
        Cipher::Plaintext => return CertificateCheck::Unchecked,
        // The handshake goes on to the other side of the balancer, and is still the user's there.
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

/// What each component that holds a certificate for the site proves its identity by. Where none covers the site's name, all
/// certificates are taken to be meant for it.
pub fn site_certificates(infra: &Infrastructure) -> Vec<Vec<usize>> {
    let certificates = infra.certificates();
    let of_site: Vec<&Certificate> = certificates.iter().filter(|certificate| certificate.covers(infra.domain())).collect();
    let meant = if of_site.is_empty() { certificates.iter().collect() } else { of_site };
    let holders: BTreeSet<ComponentIx> = meant.into_iter().flat_map(|certificate| infra.holders(certificate)).collect();
    holders.into_iter().map(|ix| infra.certificates_at(ix)).collect()
}

/// Whether a balancer's health checks speak TLS: where its traffic to backends is encrypted, its checks are (HAProxy:
/// `check-ssl`, implied by `ssl`).
pub fn checks_speak_tls(infra: &Infrastructure) -> bool {
    infra.tls().edge == TlsMode::Reencrypt
}
