//! Remarks about captured messages.

use hoplight_analysis::Remark;

use crate::Phrase;
use crate::phrase;

/// Explains what the lines of a message do not show.
pub fn remark(remark: Remark) -> Phrase {
    match remark {
        Remark::ForwardedForMissing => {
            "no X-Forwarded-For: with TLS passthrough, the balancer cannot add the user's address".into()
        }
        Remark::ForwardedForOff => "no X-Forwarded-For: a proxy on the way does not pass on the user's address".into(),
        Remark::AckWithData => "the third segment (ACK) is sent together with the first data".into(),
        Remark::FinishedWithData => "the client's Finished is sent, encrypted, together with the first data".into(),
        Remark::CheckConnects { tls: false } => "health check: opens the connection, then closes it".into(),
        Remark::CheckConnects { tls: true } => "health check: opens the connection and a TLS session, then closes both".into(),
        Remark::CheckRequests(depth) => phrase!["health check: ", depth.words()],
        Remark::CheckRejectsCertificate => "the certificate has expired, so the balancer aborts the handshake".into(),
        Remark::ClientRejectsCertificate => "the client aborts the handshake: alert certificate_expired (45)".into(),
        Remark::Unauthenticated => "neither encrypted nor authenticated: any host on this network can send the same".into(),
    }
}
