//! One message in full, as it looks on one hop: what the protocol writes on the wire, or ciphertext.
//!
//! ```text
//!  Letter (what, which way, whose) + link ──▶ Message ┬ parts   what is on the wire: all that a listener has
//!                                                     └ inside  what the two ends read, where that is encrypted
//! ```
//!
//! The parts agree with [`super::reading`]: they contain every fact that a listener reads, and none that TLS hides. Bytes that
//! look random (ciphertext, sequence numbers, DNS query IDs) are derived from the request's number and the link, so a message
//! always looks the same. Must not know the simulation, nor how anything is shown.

mod database;
mod http;
mod name;
mod noise;
mod rest;
mod tls;

use hoplight_model::{Cipher, Infrastructure, LinkIx, Protocol, RequestKind};

use noise::Noise;
use tls::Record;

/// The user's address, from a range reserved for documentation (RFC 5737).
const USER_ADDRESS: &str = "198.51.100.7";
/// The address of the site, of another such range.
const SITE_ADDRESS: &str = "203.0.113.10";

/// What a message is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// The address of the site's name.
    Lookup,
    /// The opening of a TCP connection.
    Connect,
    /// A part of a TLS handshake.
    Handshake(Handshake),
    /// A request of a user, as the link's protocol says it.
    Request(RequestKind),
    /// A balancer's health check.
    Check,
    /// A change on its way to a replica.
    Change,
    /// What an agent pushes: its sample as JSON.
    Samples(String),
    /// A VRRP advertisement with its priority.
    Advertisement(u8),
}

/// A round trip of a TLS handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Handshake {
    /// The one of TLS 1.3.
    Whole,
    /// The first of TLS 1.2.
    First,
    /// The second of TLS 1.2.
    Second,
    /// The one that resumes a session, in either version.
    Resumed,
}

/// Request or response, with the response's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageDirection {
    /// From the client.
    Ask,
    /// Back to the client.
    Answer(Reply),
}

/// The result in a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reply {
    /// Success.
    Good,
    /// Nothing listens.
    Refused,
    /// The connection is cut.
    Reset,
    /// A certificate that has expired.
    Expired,
    /// The database is read-only.
    ReadOnly,
    /// The database has no connection left.
    TooManyConnections,
    /// The database has no space left on its disk.
    DiskFull,
    /// There is no such name.
    NoSuchName,
    /// The resolver could not find out whether there is such a name.
    NameUnknown,
    /// An HTTP error status; from a database, an error.
    Failed(u16),
}

/// A message to be written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageSpec {
    /// What is said.
    pub talk: Payload,
    /// Which way.
    pub turn: MessageDirection,
    /// The number of its request, or of the agent's push.
    pub number: u64,
}

/// What a part of a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Addresses and ports: no encryption hides them.
    Envelope,
    /// A header: what the protocol says about the message.
    Head,
    /// Content.
    Body,
    /// Credentials: a password or a session.
    Secret,
    /// Bytes that only the two ends can read.
    Ciphertext,
    /// A remark about the message, which is no part of it.
    Remark,
}

/// A line of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub mark: Mark,
    /// The line; an empty one separates header and body.
    pub text: String,
}

/// A message, written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Whether the hop is encrypted.
    pub cipher: Cipher,
    /// What is on the wire.
    pub parts: Vec<Part>,
    /// What the two ends read, where the wire has ciphertext.
    pub inside: Vec<Part>,
    /// Bytes that the transport carries: without the headers of IP, TCP and UDP.
    pub bytes: usize,
}

impl Part {
    fn new(mark: Mark, text: impl Into<String>) -> Self {
        Self { mark, text: text.into() }
    }
}

impl Message {
    /// Whether a password or a session is on the wire in the clear.
    pub fn shows_secret(&self) -> bool {
        self.parts.iter().any(|part| part.mark == Mark::Secret)
    }

    /// Whether the password is.
    pub fn shows_password(&self) -> bool {
        super::reading::password().is_some_and(|password| self.parts.iter().any(|part| part.text.contains(password)))
    }
}

/// Writes a message out as it looks on a link. `columns` limits the width of its one row of ciphertext.
///
/// # Panics
/// If `link` comes from another infrastructure.
pub fn message(infra: &Infrastructure, link: LinkIx, letter: &MessageSpec, columns: usize) -> Message {
    let hop = infra.hop(link);
    let noise = Noise::new(letter, link);
    let page = Writing { infra, link, letter, noise, columns };
    let mut parts = vec![page.envelope()];
    let mut inside = Vec::new();
    let bytes = match &letter.talk {
        Payload::Connect => page.connect(&mut parts),
        Payload::Check if page.check_is_short() => page.short_check(&mut parts),
        Payload::Handshake(handshake) => page.handshake(*handshake, &mut parts, &mut inside),
        _ if matches!(letter.turn, MessageDirection::Answer(Reply::Refused | Reply::Reset)) => page.connect(&mut parts),
        _ => {
            let content = page.content();
            let bytes = page.bytes(&content);
            if hop.cipher == Cipher::Plaintext {
                parts.extend(content);
                bytes
            } else {
                inside = content;
                page.sealed(Record::Data, bytes, &mut parts)
            }
        }
    };
    Message { cipher: hop.cipher, parts, inside, bytes }
}

impl Part {
    /// Approximate size in bytes: the text and its line end.
    fn bytes(&self) -> usize {
        if matches!(self.mark, Mark::Remark | Mark::Envelope) { 0 } else { self.text.len() + 2 }
    }
}

/// A message that is being written.
struct Writing<'a> {
    infra: &'a Infrastructure,
    link: LinkIx,
    letter: &'a MessageSpec,
    noise: Noise,
    columns: usize,
}

impl Writing<'_> {
    /// Who talks to whom, over what.
    fn envelope(&self) -> Part {
        let (from, to) = self.infra.ends(self.link);
        let id = |ix| &self.infra.component(ix).id;
        let (theirs, own) = (self.infra.port(self.link), self.noise.port());
        let over = match self.protocol() {
            Protocol::Dns => "UDP",
            Protocol::Vrrp => {
                return Part::new(Mark::Envelope, format!("{} → {}, IP protocol 112, to 224.0.0.18", id(from), id(to)));
            }
            _ => "TCP",
        };
        Part::new(
            Mark::Envelope,
            match self.letter.turn {
                MessageDirection::Ask => format!("{} → {}:{theirs}, {over} from port {own}", id(from), id(to)),
                MessageDirection::Answer(_) => format!("{} → {}:{own}, {over} from port {theirs}", id(to), id(from)),
            },
        )
    }

    /// The message between the connected ends.
    fn content(&self) -> Vec<Part> {
        match (&self.letter.talk, self.letter.turn) {
            (Payload::Lookup, turn) => self.name(turn),
            (Payload::Check, turn) => self.check(turn),
            (Payload::Change, _) => database::change(),
            (Payload::Samples(json), turn) => self.samples(json, turn),
            (Payload::Advertisement(priority), _) => self.advertisement(*priority),
            (Payload::Request(kind), turn) => match (self.protocol(), turn) {
                (Protocol::Sql, MessageDirection::Ask) => database::query(*kind),
                (Protocol::Sql, MessageDirection::Answer(reply)) => database::result(*kind, reply),
                (_, MessageDirection::Ask) => self.request(*kind),
                (_, MessageDirection::Answer(reply)) => self.response(*kind, reply),
            },
            (Payload::Connect | Payload::Handshake(_), _) => Vec::new(),
        }
    }

    /// Approximate size of the content in bytes.
    fn bytes(&self, content: &[Part]) -> usize {
        let bytes: usize = content.iter().map(Part::bytes).sum();
        let has_body = content.iter().any(|part| part.mark == Mark::Head && part.text.is_empty());
        match self.protocol() {
            // An empty line ends the header, and nothing ends the body, so the empty line is counted with the header.
            Protocol::Http | Protocol::Metrics if has_body => bytes.saturating_sub(2),
            Protocol::Http | Protocol::Metrics => bytes + 2,
            _ => bytes,
        }
    }

    fn protocol(&self) -> Protocol {
        self.infra.link(self.link).protocol
    }
}
