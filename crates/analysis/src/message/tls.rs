//! TLS: the readable part of a handshake (RFC 8446, RFC 5246), and records of ciphertext. Must not know what they hide.

use hoplight_model::{Cipher, TlsVersion};

use super::{Handshake, Mark, MessageDirection, Part, Payload, Reply, Writing};

/// Bytes of a record's header: its type, the version, the length.
const HEADER: usize = 5;
/// Most content of one record.
const MOST: usize = 16_384;
/// Approximate sizes of handshake messages.
const HELLO: usize = 512;
const CERTIFICATE: usize = 2_900;
/// A public key for the exchange, in a record of its own: both headers, its length, 32 bytes.
const KEY_EXCHANGE: usize = HEADER + 4 + 1 + 32;
/// A record with one byte.
const CHANGE_CIPHER_SPEC: usize = HEADER + 1;

/// The type of a record, as its first byte says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record {
    Handshake,
    Data,
}

impl Record {
    /// The byte on the wire. TLS 1.3 hides the type inside: every encrypted record says that it is data.
    const fn byte(self, version: TlsVersion) -> u8 {
        match (self, version) {
            (Self::Handshake, TlsVersion::Tls12) => 22,
            _ => 23,
        }
    }
}

/// What encryption with AES-GCM adds to a record's content: the tag, and the inner type (RFC 8446) or the part of the nonce
/// that is sent (RFC 5288).
const fn sealing(version: TlsVersion) -> usize {
    match version {
        TlsVersion::Tls13 => 1 + 16,
        TlsVersion::Tls12 => 8 + 16,
    }
}

/// Bytes of a Finished message: a header of four, and a hash (RFC 8446) or twelve bytes of one (RFC 5246).
const fn finished(version: TlsVersion) -> usize {
    match version {
        TlsVersion::Tls13 => 4 + 32,
        TlsVersion::Tls12 => 4 + 12,
    }
}

impl Writing<'_> {
    /// A round trip of a handshake. Returns its size.
    pub(super) fn handshake(&self, handshake: Handshake, parts: &mut Vec<Part>, inside: &mut Vec<Part>) -> usize {
        let version = self.infra.tls().version;
        match (self.letter.turn, handshake) {
            (MessageDirection::Answer(Reply::Refused | Reply::Reset), _) => self.connect(parts),
            (MessageDirection::Ask, Handshake::Second) => {
                parts.push(Part::new(Mark::Head, "ClientKeyExchange: public key x25519"));
                KEY_EXCHANGE + self.confirmed(parts, inside)
            }
            (MessageDirection::Ask, _) => self.client_hello(version, handshake == Handshake::Resumed, parts),
            (MessageDirection::Answer(reply), Handshake::Whole) => {
                server_hello("TLS 1.3, TLS_AES_128_GCM_SHA256, key_share x25519", parts);
                inside.push(self.certificate(reply));
                inside.push(Part::new(Mark::Head, "CertificateVerify: signed with the certificate's key"));
                inside.push(Part::new(Mark::Head, "Finished"));
                let bytes = 90 + self.sealed(Record::Handshake, CERTIFICATE, parts);
                expired(reply, parts);
                bytes
            }
            (MessageDirection::Answer(reply), Handshake::First) => {
                server_hello("TLS 1.2, ECDHE-ECDSA-AES128-GCM-SHA256", parts);
                // In this version, the certificate crosses the wire in the clear.
                parts.push(self.certificate(reply));
                parts.push(Part::new(Mark::Head, "ServerKeyExchange: public key x25519, signed with the certificate's key"));
                parts.push(Part::new(Mark::Head, "ServerHelloDone"));
                expired(reply, parts);
                CERTIFICATE
            }
            (MessageDirection::Answer(_), Handshake::Second) => self.confirmed(parts, inside),
            (MessageDirection::Answer(_), Handshake::Resumed) => {
                server_hello(&format!("{}, the session goes on: no certificate", version.word()), parts);
                if version == TlsVersion::Tls12 {
                    return 90 + self.confirmed(parts, inside);
                }
                inside.push(Part::new(Mark::Head, "Finished"));
                90 + self.sealed(Record::Handshake, finished(version), parts)
            }
        }
    }

    /// The end of a handshake of TLS 1.2: the first encrypted record. Returns its size.
    fn confirmed(&self, parts: &mut Vec<Part>, inside: &mut Vec<Part>) -> usize {
        parts.push(Part::new(Mark::Head, "ChangeCipherSpec: from here on encrypted"));
        inside.push(Part::new(Mark::Head, "Finished"));
        CHANGE_CIPHER_SPEC + self.sealed(Record::Handshake, finished(TlsVersion::Tls12), parts)
    }

    fn client_hello(&self, version: TlsVersion, resumed: bool, parts: &mut Vec<Part>) -> usize {
        let head = |text: String| Part::new(Mark::Head, text);
        parts.push(head(format!("ClientHello: {}, random {}…", version.word(), self.noise.hex(4, ""))));
        if self.names_site() {
            parts.push(Part::new(Mark::Body, format!("server_name (SNI): {}", self.infra.domain())));
        }
        parts.push(head(match version {
            TlsVersion::Tls13 => "cipher suites: TLS_AES_128_GCM_SHA256, …; key_share x25519".into(),
            TlsVersion::Tls12 => "cipher suites: ECDHE-ECDSA-AES128-GCM-SHA256, …".into(),
        }));
        if resumed {
            let what = if version == TlsVersion::Tls13 { "pre_shared_key" } else { "session_ticket" };
            parts.push(head(format!("{what}: a session from before")));
        }
        HELLO
    }

    /// Whether the handshake names the site: the browser's does, also behind a balancer that passes TLS through.
    fn names_site(&self) -> bool {
        let (from, _) = self.infra.ends(self.link);
        let from_browser = self.infra.component(from).kind.is_browser();
        from_browser || self.infra.hop(self.link).cipher == Cipher::TlsThrough
    }

    fn certificate(&self, reply: Reply) -> Part {
        let state = if reply == Reply::Expired { ", expired" } else { "" };
        Part::new(Mark::Head, format!("Certificate: CN={}{state}", self.infra.domain()))
    }

    /// Records of ciphertext for `content` bytes. Returns their size.
    pub(super) fn sealed(&self, record: Record, content: usize, parts: &mut Vec<Part>) -> usize {
        // The second round trip of a handshake is of the older version, whatever is in use.
        let is_older = self.letter.talk == Payload::Handshake(Handshake::Second);
        let version = if is_older { TlsVersion::Tls12 } else { self.infra.tls().version };
        let records = content.div_ceil(MOST).max(1);
        let length = content.min(MOST) + sealing(version);
        let header = format!("{:02x} 03 03 {:02x} {:02x}", record.byte(version), length >> 8, length & 0xff);
        // A byte takes three columns; the last one is for what is left out.
        let shown = (self.columns.saturating_sub(header.len() + 2) / 3).min(length);
        let more = if shown < length { " …" } else { "" };
        let text = if shown == 0 { format!("{header}{more}") } else { format!("{header} {}{more}", self.noise.hex(shown, " ")) };
        parts.push(Part::new(Mark::Ciphertext, text));
        content + records * (HEADER + sealing(version))
    }
}

fn server_hello(says: &str, parts: &mut Vec<Part>) {
    parts.push(Part::new(Mark::Head, format!("ServerHello: {says}")));
}

/// The client's reaction to an expired certificate.
fn expired(reply: Reply, parts: &mut Vec<Part>) {
    if reply == Reply::Expired {
        parts.push(Part::new(Mark::Remark, "The asker ends it here: alert certificate_expired (45)."));
    }
}
