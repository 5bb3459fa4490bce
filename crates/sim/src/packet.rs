//! Messages in flight, for drawing.
//!
//! A packet's position is a pure function of the simulation's state and time.

use hoplight_model::hop::Guard;
use hoplight_model::{ComponentIx, LinkIx, RequestKind};

use super::outcome::Failure;
use super::time::SimTime;

/// The phase of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// DNS lookup of the site's address.
    Lookup,
    /// TCP connection setup: one round trip.
    Connect,
    /// Full TLS 1.3 handshake: one round trip, and CPU time for the holder of the private key.
    Handshake,
    /// The request and its response.
    Exchange,
    /// Full TLS 1.2 handshake, first of two round trips: certificate and signature.
    Hello,
    /// Full TLS 1.2 handshake, second round trip: both sides confirm the session keys.
    Finish,
    /// Resumption of a TLS session, in either version: one round trip, and little CPU time.
    Resume,
    /// An HTTP health check and its response.
    Check,
    /// TCP connection setup with port 80 of a site that uses TLS: one round trip.
    PlainConnect,
    /// A request to port 80 of a site that uses TLS, in plaintext, and its response.
    PlainExchange,
}

impl Phase {
    /// Whether the phase belongs to a TLS handshake.
    pub const fn is_handshake(self) -> bool {
        matches!(self, Self::Handshake | Self::Hello | Self::Finish | Self::Resume)
    }

    /// Whether a message of this phase counts as a request of the components that it reaches.
    pub const fn is_counted(self) -> bool {
        matches!(self, Self::Lookup | Self::Connect | Self::Exchange | Self::PlainConnect | Self::PlainExchange)
    }

    /// Whether a component that has worked on a message of this phase then does what it does with every request.
    pub(crate) const fn is_usual(self) -> bool {
        matches!(self, Self::Lookup | Self::Connect | Self::Exchange)
    }

    /// Whether the phase opens a TCP connection.
    pub const fn is_connect(self) -> bool {
        matches!(self, Self::Connect | Self::PlainConnect)
    }

    /// Whether the phase is that of a request to port 80 of a site that uses TLS.
    pub const fn is_plaintext(self) -> bool {
        matches!(self, Self::PlainConnect | Self::PlainExchange)
    }

    /// Whether a message of this phase carries a user's request or the response to it.
    pub const fn is_exchange(self) -> bool {
        matches!(self, Self::Exchange | Self::PlainExchange)
    }

    /// Whether the phase opens a connection: the request itself has not been sent yet.
    pub const fn opens(self) -> bool {
        self.is_connect() || self.is_handshake()
    }
}

/// The direction of a message on its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heading {
    /// From client to server.
    Request,
    /// From server to client.
    Response,
}

/// The status in a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Success.
    Ok,
    /// Connection refused: no process listens on the port.
    Refused,
    /// Connection reset.
    Reset,
    /// The certificate has expired.
    Certificate,
    /// The database is read-only.
    ReadOnly,
    /// The database does not belong to the majority of its cluster (error 1047).
    NotReady,
    /// The database has no free connection.
    TooManyConnections,
    /// The cache does not have the object.
    Miss,
    /// HTTP 301: the same address with https.
    Redirect,
    /// HTTP 429, 500, 502, 503 or 504, or a failed DNS lookup.
    Error(Failure),
}

impl Status {
    /// Whether the sender of a response to a user keeps the connection open.
    pub(crate) const fn keeps_connection(self) -> bool {
        match self {
            Self::Ok | Self::Redirect => true,
            Self::Error(failure) => failure.status().is_some(),
            Self::Refused
            | Self::Reset
            | Self::Certificate
            | Self::ReadOnly
            | Self::NotReady
            | Self::TooManyConnections
            | Self::Miss => false,
        }
    }

    /// Whether a program that counts server errors counts it. A client that has sent too many requests has only itself to blame,
    /// and a redirect to the login page is no error.
    pub const fn is_server_error(self) -> bool {
        self.is_failure() && !matches!(self, Self::Error(Failure::TooManyRequests | Failure::LoginRequired))
    }

    /// Whether the sender cannot use the response. A cache's miss and a redirect are ordinary responses.
    pub const fn is_failure(self) -> bool {
        match self {
            Self::Ok | Self::Miss | Self::Redirect => false,
            Self::Refused
            | Self::Reset
            | Self::Certificate
            | Self::ReadOnly
            | Self::NotReady
            | Self::TooManyConnections
            | Self::Error(_) => true,
        }
    }
}

/// The content of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketContent {
    /// Part of a user's request.
    Request {
        /// Number of the request, from 1 in order of arrival.
        number: u64,
        /// Kind of the request.
        kind: RequestKind,
        /// Phase of the request.
        phase: Phase,
        /// For a response: whether it reports success.
        ok: bool,
        /// Whether the sender has stopped waiting, so the work is wasted.
        orphan: bool,
    },
    /// A sample of a monitoring agent.
    Metrics,
    /// A change sent to a replica.
    Replication,
    /// A balancer's health check.
    Check {
        /// Whether it passed.
        passed: bool,
    },
}

/// The current activity of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present {
    /// The request's kind.
    pub kind: RequestKind,
    /// The request's phase.
    pub phase: Phase,
    /// The activity.
    pub doing: Activity,
    /// Start of the activity.
    pub since: SimTime,
    /// End of the activity; `None` if it is not known, as for a queue or a lost message.
    pub until: Option<SimTime>,
}

/// The activities of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// The request's message travels on a link.
    Travels(LinkIx, Heading),
    /// A component processes the request.
    Served(ComponentIx),
    /// The request waits for a slot of a component.
    Waits(ComponentIx),
    /// The request's message was lost on a link; the sender waits.
    Lost(LinkIx),
    /// A balancer waits before the next attempt.
    Pauses(ComponentIx),
}

/// Whether a packet moves, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// The packet moves along its link.
    Moving,
    /// A firewall processes the packet, or has it queued.
    AtFirewall(Guard),
    /// A firewall dropped the packet; the sender gets no reply and waits.
    Blocked(Guard),
    /// The packet was sent to a component that is off, or on a cut link; the sender waits.
    Lost,
}

/// A message in flight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Packet {
    /// Content of the packet.
    pub cargo: PacketContent,
    /// The link that the packet is on.
    pub link: LinkIx,
    /// Direction of the packet.
    pub heading: Heading,
    /// Position on the link in either direction, from 0 at the client to 1 at the server.
    pub position: f64,
    /// Whether the packet moves, and if not, why.
    pub motion: Motion,
}
