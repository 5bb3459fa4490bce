//! A message in full, as it appears on one hop: the protocol's text on the wire, or ciphertext.
//!
//! ```text
//!  MessageSpec + link ──▶ RenderedMessage ┬ parts   what is on the wire, readable by a listener
//!                                         └ inside  what the two ends read, if the wire has ciphertext
//! ```
//!
//! The parts are consistent with [`super::reading`]: they contain every fact that a listener can read, and none that
//! TLS hides. Random-looking bytes (ciphertext, sequence numbers, DNS query IDs) are derived from the request's number
//! and the link, so a message always looks the same.

mod cache;
mod database;
mod http;
mod name;
mod noise;
mod rest;
mod tls;

use hoplight_model::behaviour::is_entry_link;
use hoplight_model::{Cipher, HealthCheck, Infrastructure, LinkIx, Protocol, RequestKind};

use noise::Noise;
use tls::Record;

/// IP address of the user, from a range reserved for documentation (RFC 5737).
const USER_ADDRESS: &str = "198.51.100.7";
/// IP address of the site, from another such range.
const SITE_ADDRESS: &str = "203.0.113.10";

/// Content of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A DNS lookup of the site's name.
    Lookup,
    /// The opening of a TCP connection.
    Connect,
    /// The opening of a TCP connection to port 80 of a site with TLS.
    PlainConnect,
    /// One round trip of a TLS handshake.
    Handshake(HandshakeRoundTrip),
    /// A user's request, in the protocol of the link.
    Request(RequestKind),
    /// A user's request that came to port 80 of a site with TLS, in plaintext.
    PlainRequest(RequestKind),
    /// A balancer's health check.
    Check,
    /// A change that is replicated.
    Change,
    /// An agent's sample, as the text of its body: pushed, or the response to a scrape.
    Samples(String),
    /// A VRRP advertisement, with its priority.
    Advertisement(u8),
}

/// A round trip of a TLS handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HandshakeRoundTrip {
    /// The only round trip of TLS 1.3.
    Whole,
    /// The first round trip of TLS 1.2.
    First,
    /// The second round trip of TLS 1.2.
    Second,
    /// The round trip that resumes a session, in either version.
    Resumed,
}

/// Whether a message is a request or a response, with the response's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageDirection {
    /// From client to server.
    Request,
    /// From server to client.
    Response(ResponseStatus),
}

/// Result that a response reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResponseStatus {
    /// Success.
    Success,
    /// Connection refused: nothing listens on the port.
    Refused,
    /// Connection reset.
    Reset,
    /// The certificate has expired.
    Expired,
    /// The database is read-only.
    ReadOnly,
    /// Error 1047: the database is not part of its cluster's majority.
    NotReady,
    /// Error 1213: another member has changed the same row.
    Conflict,
    /// The database has reached its connection limit.
    TooManyConnections,
    /// The database's disk is full.
    DiskFull,
    /// The cache does not have the object.
    Miss,
    /// A redirect to https.
    Redirect,
    /// The name does not exist.
    NoSuchName,
    /// The resolver could not determine whether the name exists.
    NameUnknown,
    /// An HTTP error status or, from a database, an error.
    Failed(u16),
}

/// A message to write out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageSpec {
    /// Content of the message.
    pub payload: Payload,
    /// Direction of the message.
    pub direction: MessageDirection,
    /// Number of the request or of the agent's push.
    pub number: u64,
}

/// Role of a part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartRole {
    /// Addresses and ports, which no encryption hides.
    Envelope,
    /// Header of the protocol.
    Header,
    /// Content.
    Body,
    /// Credentials: a password, its hash, or a session.
    Secret,
    /// Bytes that only the two ends can read.
    Ciphertext,
    /// A remark about the message, which is not on the wire.
    Remark(Remark),
}

/// A remark about a message. `hoplight_text` renders it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// With TLS passthrough, the web server does not receive the user's address.
    ForwardedForMissing,
    /// A proxy on the way does not pass on the user's address.
    ForwardedForOff,
    /// The last segment of the TCP handshake is sent together with the first data.
    AckWithData,
    /// The client ends the TLS handshake with its own Finished, which it sends together with the first data.
    FinishedWithData,
    /// A health check that opens a connection and closes it.
    CheckConnects {
        /// Whether the check includes a TLS handshake.
        tls: bool,
    },
    /// A health check that sends a request.
    CheckRequests(HealthCheck),
    /// The balancer aborts a health check because the certificate has expired.
    CheckRejectsCertificate,
    /// The client aborts the handshake because the certificate has expired.
    ClientRejectsCertificate,
    /// The protocol has neither encryption nor authentication.
    Unauthenticated,
}

/// A line of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessagePart {
    /// Role of the line.
    pub role: PartRole,
    /// Text of the line; empty for a remark. In a header, an empty line separates header and body.
    pub text: String,
}

/// A message, written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedMessage {
    /// Encryption of the hop.
    pub cipher: Cipher,
    /// What is on the wire.
    pub parts: Vec<MessagePart>,
    /// What the two ends read, if the wire has ciphertext.
    pub inside: Vec<MessagePart>,
    /// Bytes of transport payload, excluding the IP, TCP and UDP headers.
    pub bytes: usize,
}

impl MessagePart {
    fn new(role: PartRole, text: impl Into<String>) -> Self {
        Self { role, text: text.into() }
    }

    fn remark(remark: Remark) -> Self {
        Self::new(PartRole::Remark(remark), "")
    }
}

impl RenderedMessage {
    /// Whether a password, its hash or a session is on the wire in plaintext.
    pub fn shows_secret(&self) -> bool {
        self.parts.iter().any(|part| part.role == PartRole::Secret)
    }

    /// Whether the user's password is on the wire in plaintext.
    pub fn shows_password(&self) -> bool {
        super::reading::password().is_some_and(|password| self.parts.iter().any(|part| part.text.contains(password)))
    }
}

/// Writes a message out as it appears on a link. `columns` limits the width of the ciphertext line.
///
/// # Panics
/// If `link` comes from another infrastructure.
pub fn message(infra: &Infrastructure, link: LinkIx, spec: &MessageSpec, columns: usize) -> RenderedMessage {
    let noise = Noise::new(spec, link);
    let page = Writing { infra, link, spec, noise, columns };
    let mut parts = vec![page.envelope()];
    let mut inside = Vec::new();
    let bytes = match &spec.payload {
        Payload::Connect | Payload::PlainConnect => page.connect(&mut parts),
        Payload::Check if page.check_is_short() => page.short_check(&mut parts),
        Payload::Handshake(handshake) => page.handshake(*handshake, &mut parts, &mut inside),
        _ if matches!(spec.direction, MessageDirection::Response(ResponseStatus::Refused | ResponseStatus::Reset)) => {
            page.connect(&mut parts)
        }
        _ => {
            let content = page.content();
            let bytes = page.bytes(&content);
            if page.cipher() == Cipher::Plaintext {
                parts.extend(content);
                bytes
            } else {
                inside = content;
                page.sealed(Record::Data, bytes, &mut parts)
            }
        }
    };
    RenderedMessage { cipher: page.cipher(), parts, inside, bytes }
}

impl MessagePart {
    /// Approximate size in bytes: the text and its line ending.
    fn bytes(&self) -> usize {
        if matches!(self.role, PartRole::Remark(_) | PartRole::Envelope) { 0 } else { self.text.len() + 2 }
    }
}

/// The state for writing a message.
struct Writing<'a> {
    infra: &'a Infrastructure,
    link: LinkIx,
    spec: &'a MessageSpec,
    noise: Noise,
    columns: usize,
}

impl Writing<'_> {
    /// Addresses, ports and transport protocol.
    fn envelope(&self) -> MessagePart {
        let (from, to) = self.infra.ends(self.link);
        let id = |ix| &self.infra.component(ix).id;
        let theirs = if self.is_on_port_80() { 80 } else { self.infra.port(self.link) };
        let own = self.noise.port();
        let over = match self.protocol() {
            Protocol::Dns => "UDP",
            Protocol::Vrrp => {
                return MessagePart::new(
                    PartRole::Envelope,
                    format!("{} → {}, IP protocol 112, to 224.0.0.18", id(from), id(to)),
                );
            }
            _ => "TCP",
        };
        MessagePart::new(
            PartRole::Envelope,
            match self.spec.direction {
                MessageDirection::Request => format!("{} → {}:{theirs}, {over} from port {own}", id(from), id(to)),
                MessageDirection::Response(_) => format!("{} → {}:{own}, {over} from port {theirs}", id(to), id(from)),
            },
        )
    }

    /// Content of the message, unencrypted.
    fn content(&self) -> Vec<MessagePart> {
        match (&self.spec.payload, self.spec.direction) {
            (Payload::Lookup, direction) => self.name(direction),
            (Payload::Check, direction) => self.check(direction),
            (Payload::Change, _) => database::change(),
            (Payload::Samples(json), direction) => self.samples(json, direction),
            (Payload::Advertisement(priority), _) => self.advertisement(*priority),
            (Payload::Request(kind) | Payload::PlainRequest(kind), direction) => match (self.protocol(), direction) {
                (Protocol::Cache, MessageDirection::Request) if self.asks_session() => cache::session(*kind),
                (Protocol::Cache, MessageDirection::Response(reply)) if self.asks_session() => {
                    cache::session_result(*kind, reply)
                }
                (Protocol::Cache, MessageDirection::Request) => cache::lookup(*kind),
                (Protocol::Cache, MessageDirection::Response(reply)) => cache::result(reply),
                (Protocol::Sql, MessageDirection::Request) => database::query(*kind),
                (Protocol::Sql, MessageDirection::Response(reply)) => database::result(*kind, reply),
                (_, MessageDirection::Request) => self.request(*kind),
                (_, MessageDirection::Response(reply)) => self.response(*kind, reply),
            },
            (Payload::Connect | Payload::PlainConnect | Payload::Handshake(_), _) => Vec::new(),
        }
    }

    /// Approximate size of the content in bytes.
    fn bytes(&self, content: &[MessagePart]) -> usize {
        let bytes: usize = content.iter().map(MessagePart::bytes).sum();
        let has_body = content.iter().any(|part| part.role == PartRole::Header && part.text.is_empty());
        match self.protocol() {
            // The empty line that ends the header is counted with it. The body has no line ending.
            Protocol::Http | Protocol::Metrics if has_body => bytes.saturating_sub(2),
            Protocol::Http | Protocol::Metrics => bytes + 2,
            _ => bytes,
        }
    }

    /// Whether the server end is a session store.
    fn asks_session(&self) -> bool {
        self.infra.component(self.infra.ends(self.link).1).kind.as_session_store().is_some()
    }

    /// Whether the message goes to port 80 of a site with TLS, or comes from there.
    fn is_on_port_80(&self) -> bool {
        let is_plain = matches!(self.spec.payload, Payload::PlainConnect | Payload::PlainRequest(_));
        is_plain && is_entry_link(self.infra, self.link)
    }

    /// Encryption of the message.
    fn cipher(&self) -> Cipher {
        if self.is_on_port_80() { Cipher::Plaintext } else { self.infra.hop(self.link).cipher }
    }

    fn protocol(&self) -> Protocol {
        self.infra.link(self.link).protocol
    }
}
