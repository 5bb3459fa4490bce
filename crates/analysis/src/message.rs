//! One message in full, as it looks on one hop: what every protocol really writes there, or ciphertext.
//!
//! ```text
//!  Letter (what, which way, whose) + link ──▶ Message ┬ parts   what is on the wire: all that a listener has
//!                                                     └ inside  what the two ends read, where that is encrypted
//! ```
//!
//! The parts agree with [`super::reading`]: every fact that a listener reads stands in them, and none that TLS hides. Bytes
//! that look random (ciphertext, sequence numbers, the numbers of DNS questions) are derived from the request's number and
//! the link, so a message looks the same whenever it is looked at. Must not know the simulation, nor how anything is shown.

mod database;
mod http;
mod name;
mod noise;
mod rest;
mod tls;

use hoplight_model::{Cipher, Infrastructure, LinkIx, Protocol, RequestKind};

use noise::Noise;
use tls::Record;

/// The address from which the user comes: of a range that is kept for documents (RFC 5737).
const USER_ADDRESS: &str = "198.51.100.7";
/// The address of the site, of another such range.
const SITE_ADDRESS: &str = "203.0.113.10";

/// What is said.
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
    /// A balancer's question whether its backend is well.
    Check,
    /// A change on its way to a replica.
    Change,
    /// What an agent pushes: the JSON text that it made of its sample.
    Samples(String),
    /// What one balancer of a pair tells the other; with its priority.
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

/// Which way it goes, and what an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageDirection {
    /// From the one who asks.
    Ask,
    /// Back to the one who asked.
    Answer(Reply),
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reply {
    /// What was wanted.
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
    /// Nobody could say whether there is such a name.
    NameUnknown,
    /// An HTTP status that is no success; from a database, an error.
    Failed(u16),
}

/// A message, before it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageSpec {
    /// What is said.
    pub talk: Payload,
    /// Which way.
    pub turn: MessageDirection,
    /// The number of the request that it belongs to, or of the push among its agent's.
    pub number: u64,
}

/// What a part of a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Addresses and ports: no encryption hides them.
    Envelope,
    /// A head: what the protocol says about the message.
    Head,
    /// Content.
    Body,
    /// Content that a thief wants: a password or a session.
    Secret,
    /// Bytes that nobody between the two ends can read.
    Ciphertext,
    /// No part of the message: a word about it.
    Remark,
}

/// A line of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub mark: Mark,
    /// The line; an empty one stands between head and body.
    pub text: String,
}

/// A message, written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Whether the hop is encrypted.
    pub cipher: Cipher,
    /// What is on the wire.
    pub parts: Vec<Part>,
    /// What the two ends read of it, where the wire has ciphertext.
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

/// Writes a letter down as it looks on a link. `columns` is how wide a row of ciphertext may be; there is one such row.
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
    /// How many bytes the line takes, about: a line of text and its end.
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

    /// What the ends say to each other once they are connected.
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

    /// How many bytes the content takes, about.
    fn bytes(&self, content: &[Part]) -> usize {
        let bytes: usize = content.iter().map(Part::bytes).sum();
        let has_body = content.iter().any(|part| part.mark == Mark::Head && part.text.is_empty());
        match self.protocol() {
            // An empty line ends the head, and nothing the body: that is counted before it.
            Protocol::Http | Protocol::Metrics if has_body => bytes.saturating_sub(2),
            Protocol::Http | Protocol::Metrics => bytes + 2,
            _ => bytes,
        }
    }

    fn protocol(&self) -> Protocol {
        self.infra.link(self.link).protocol
    }
}
