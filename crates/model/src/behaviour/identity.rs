//! TLS termination and certificate checks.

use crate::hop::{Cipher, Hop, terminates_tls, users_tls_ends};
use crate::infrastructure::Infrastructure;
use crate::link::Protocol;
use crate::tls::TlsMode;

/// The certificates that a new TLS connection needs, as positions in [`Infrastructure::certificates`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateCheck {
    /// None: no handshake ends here, or the client does not check the server.
    Unchecked,
    /// At least one of these must be valid.
    AnyOf(Vec<usize>),
    /// The server has no certificate, so a user's handshake fails: without one, it shares no cipher suite with the
    /// browser (RFC 8446, 4.4.2; OpenSSL: "no shared cipher").
    Missing,
}

/// The certificates that a full handshake on a hop needs. Resumed sessions do not present any (RFC 8446, 2.2).
///
/// A user's browser checks the certificate of the component that terminates TLS, and refuses one without any. Inside the
/// site, a client checks the certificate of the component that it connects to, if it has one.
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
    if is_users { CertificateCheck::Missing } else { CertificateCheck::Unchecked }
}

/// Whether users' TLS connections end only at components without a certificate, so that every handshake fails.
pub fn lacks_certificate(infra: &Infrastructure) -> bool {
    let ends = users_tls_ends(infra);
    !ends.is_empty() && ends.into_iter().all(|ix| infra.certificates_at(ix).is_empty())
}

/// Whether the client of a hop resumes TLS sessions instead of making a full handshake for each connection. HTTP proxies do,
/// unless told not to (HAProxy: `no-ssl-reuse`); database drivers do not.
pub fn resumes_sessions(infra: &Infrastructure, hop: &Hop) -> bool {
    let is_told_not_to = infra.component(hop.from).kind.as_balancer().is_some_and(|spec| spec.no_ssl_reuse);
    infra.link(hop.link).protocol == Protocol::Http && !is_told_not_to
}

/// Whether health checks on a link of this protocol use TLS: they do if the traffic on it is encrypted (HAProxy:
/// `check-ssl`, implied by `ssl`).
pub fn checks_speak_tls(infra: &Infrastructure, protocol: Protocol) -> bool {
    let tls = infra.tls();
    if protocol == Protocol::Sql { tls.app_to_db } else { tls.edge == TlsMode::Reencrypt }
}
