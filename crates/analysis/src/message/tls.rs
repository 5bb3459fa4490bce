//! TLS: the readable part of a handshake (RFC 8446, RFC 5246), and encrypted records.

use hoplight_model::{Cipher, Protocol, TlsVersion};

use super::{HandshakeRoundTrip, MessageDirection, MessagePart, PartRole, Payload, Remark, ResponseStatus, Writing};

/// Size of a record header: type, version and length.
const HEADER: usize = 5;
/// Maximum content of a record.
const MOST: usize = 16_384;
/// Approximate sizes of handshake messages.
const HELLO: usize = 512;
const CERTIFICATE: usize = 2_900;
/// An `EncryptedExtensions` message without extensions: a four-byte header and the length of the list.
const ENCRYPTED_EXTENSIONS: usize = 4 + 2;
/// A public key for the key exchange, in its own record: both headers, the key's length, 32 bytes.
const KEY_EXCHANGE: usize = HEADER + 4 + 1 + 32;
/// A record with one byte.
const CHANGE_CIPHER_SPEC: usize = HEADER + 1;

/// Type of a record, given by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record {
    Handshake,
    Data,
}

impl Record {
    /// The byte on the wire. TLS 1.3 encrypts the type: every encrypted record claims to be application data.
    const fn byte(self, version: TlsVersion) -> u8 {
        match (self, version) {
            (Self::Handshake, TlsVersion::Tls12) => 22,
            _ => 23,
        }
    }
}

/// Overhead of AES-GCM per record: the tag, and the inner content type (RFC 8446) or the explicit part of the nonce
/// (RFC 5288).
const fn sealing(version: TlsVersion) -> usize {
    match version {
        TlsVersion::Tls13 => 1 + 16,
        TlsVersion::Tls12 => 8 + 16,
    }
}

/// Size of a Finished message: a four-byte header and a full hash (RFC 8446) or twelve bytes (RFC 5246).
const fn finished(version: TlsVersion) -> usize {
    match version {
        TlsVersion::Tls13 => 4 + 32,
        TlsVersion::Tls12 => 4 + 12,
    }
}

impl Writing<'_> {
    /// Writes one round trip of a handshake. Returns its size.
    pub(super) fn handshake(
        &self,
        handshake: HandshakeRoundTrip,
        parts: &mut Vec<MessagePart>,
        inside: &mut Vec<MessagePart>,
    ) -> usize {
        let version = self.infra.tls().version;
        match (self.spec.direction, handshake) {
            (MessageDirection::Response(ResponseStatus::Refused | ResponseStatus::Reset), _) => self.connect(parts),
            (MessageDirection::Request, HandshakeRoundTrip::Second) => {
                parts.push(MessagePart::new(PartRole::Header, "ClientKeyExchange: public key x25519"));
                KEY_EXCHANGE + self.confirmed(parts, inside)
            }
            (MessageDirection::Request, _) => self.client_hello(version, handshake == HandshakeRoundTrip::Resumed, parts),
            (MessageDirection::Response(reply), HandshakeRoundTrip::Whole) => {
                server_hello("TLS 1.3, TLS_AES_128_GCM_SHA256, key_share x25519", parts);
                inside.push(MessagePart::new(PartRole::Header, "EncryptedExtensions"));
                inside.push(self.certificate(reply));
                inside.push(MessagePart::new(PartRole::Header, "CertificateVerify: signed with the certificate's key"));
                inside.push(MessagePart::new(PartRole::Header, "Finished"));
                let bytes = 90 + self.sealed(Record::Handshake, CERTIFICATE, parts);
                ends(reply, parts);
                bytes
            }
            (MessageDirection::Response(reply), HandshakeRoundTrip::First) => {
                server_hello("TLS 1.2, ECDHE-ECDSA-AES128-GCM-SHA256", parts);
                // TLS 1.2 sends the certificate in plaintext.
                parts.push(self.certificate(reply));
                parts.push(MessagePart::new(
                    PartRole::Header,
                    "ServerKeyExchange: public key x25519, signed with the certificate's key",
                ));
                parts.push(MessagePart::new(PartRole::Header, "ServerHelloDone"));
                rejects(reply, parts);
                CERTIFICATE
            }
            (MessageDirection::Response(_), HandshakeRoundTrip::Second) => self.confirmed(parts, inside),
            (MessageDirection::Response(reply), HandshakeRoundTrip::Resumed) => {
                server_hello(&format!("{}, session resumed, no certificate", version.word()), parts);
                if version == TlsVersion::Tls12 {
                    let bytes = 90 + self.confirmed(parts, inside);
                    ends(reply, parts);
                    return bytes;
                }
                inside.push(MessagePart::new(PartRole::Header, "EncryptedExtensions"));
                inside.push(MessagePart::new(PartRole::Header, "Finished"));
                let bytes = 90 + self.sealed(Record::Handshake, ENCRYPTED_EXTENSIONS + finished(version), parts);
                ends(reply, parts);
                bytes
            }
        }
    }

    /// Writes the end of a TLS 1.2 handshake, the first encrypted record. Returns its size.
    fn confirmed(&self, parts: &mut Vec<MessagePart>, inside: &mut Vec<MessagePart>) -> usize {
        parts.push(MessagePart::new(PartRole::Header, "ChangeCipherSpec: encrypted from here on"));
        inside.push(MessagePart::new(PartRole::Header, "Finished"));
        CHANGE_CIPHER_SPEC + self.sealed(Record::Handshake, finished(TlsVersion::Tls12), parts)
    }

    fn client_hello(&self, version: TlsVersion, resumed: bool, parts: &mut Vec<MessagePart>) -> usize {
        let head = |text: String| MessagePart::new(PartRole::Header, text);
        parts.push(head(format!("ClientHello: {}, random {}…", version.word(), self.noise.hex(4, ""))));
        if self.names_site() {
            parts.push(MessagePart::new(PartRole::Body, format!("server_name (SNI): {}", self.infra.domain())));
        }
        parts.push(head(match version {
            TlsVersion::Tls13 => "cipher suites: TLS_AES_128_GCM_SHA256, …; key_share x25519".into(),
            TlsVersion::Tls12 => "cipher suites: ECDHE-ECDSA-AES128-GCM-SHA256, …".into(),
        }));
        if resumed {
            let what = if version == TlsVersion::Tls13 { "pre_shared_key" } else { "session_ticket" };
            parts.push(head(format!("{what}: resumes an earlier session")));
        }
        HELLO
    }

    /// Whether the handshake names the site: the browser's does, even behind a balancer in TLS passthrough.
    fn names_site(&self) -> bool {
        let (from, _) = self.infra.ends(self.link);
        let from_browser = self.infra.component(from).kind.is_browser();
        from_browser || self.infra.hop(self.link).cipher == Cipher::TlsThrough
    }

    /// The certificate of the hop's server, with the names that clients compare: subject alternative names (RFC 9525).
    fn certificate(&self, reply: ResponseStatus) -> MessagePart {
        let state = if reply == ResponseStatus::Expired { ", expired" } else { "" };
        let names: Vec<String> = self.certified_names().iter().map(|name| format!("DNS:{name}")).collect();
        MessagePart::new(PartRole::Header, format!("Certificate: SAN {}{state}", names.join(", ")))
    }

    /// The names in the certificate that the hop's server presents. A browser gets a certificate for the site, as does
    /// the other end of TLS that is passed through; another server without a drawn certificate presents one for its own
    /// name.
    fn certified_names(&self) -> Vec<String> {
        let (from, to) = self.infra.ends(self.link);
        // Changes flow to the replica, but the replica connects to the primary.
        let server = if self.protocol() == Protocol::Replication { from } else { to };
        let own = self.infra.certificates_at(server);
        if let Some(certificate) = own.first().and_then(|place| self.infra.certificates().get(*place)) {
            return certificate.names.iter().map(ToString::to_string).collect();
        }
        if self.names_site() {
            return vec![self.infra.domain().to_owned()];
        }
        vec![self.infra.component(server).id.to_string()]
    }

    /// Writes encrypted records for `content` bytes. Returns their size.
    pub(super) fn sealed(&self, record: Record, content: usize, parts: &mut Vec<MessagePart>) -> usize {
        // Only TLS 1.2 has a second round trip, whatever version is configured.
        let is_older = self.spec.payload == Payload::Handshake(HandshakeRoundTrip::Second);
        let version = if is_older { TlsVersion::Tls12 } else { self.infra.tls().version };
        let records = content.div_ceil(MOST).max(1);
        let length = content.min(MOST) + sealing(version);
        let header = format!("{:02x} 03 03 {:02x} {:02x}", record.byte(version), length >> 8, length & 0xff);
        // A byte takes three columns; the last column is reserved for the ellipsis.
        let shown = (self.columns.saturating_sub(header.len() + 2) / 3).min(length);
        let more = if shown < length { " …" } else { "" };
        let text = if shown == 0 { format!("{header}{more}") } else { format!("{header} {}{more}", self.noise.hex(shown, " ")) };
        parts.push(MessagePart::new(PartRole::Ciphertext, text));
        content + records * (HEADER + sealing(version))
    }
}

fn server_hello(says: &str, parts: &mut Vec<MessagePart>) {
    parts.push(MessagePart::new(PartRole::Header, format!("ServerHello: {says}")));
}

/// Adds a remark on how the client ends the handshake.
fn ends(reply: ResponseStatus, parts: &mut Vec<MessagePart>) {
    if reply == ResponseStatus::Expired {
        rejects(reply, parts);
    } else {
        parts.push(MessagePart::remark(Remark::FinishedWithData));
    }
}

/// Adds a remark on the client's reaction to an expired certificate.
fn rejects(reply: ResponseStatus, parts: &mut Vec<MessagePart>) {
    if reply == ResponseStatus::Expired {
        parts.push(MessagePart::remark(Remark::ClientRejectsCertificate));
    }
}
