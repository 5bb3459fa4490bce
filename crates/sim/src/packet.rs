//! Messages on their way, as a screen may draw them.
//!
//! A packet's place is a pure function of the simulation's state and time. Must not know cells or colours.

use hoplight_model::hop::Guard;
use hoplight_model::{ComponentIx, LinkIx, Protocol, RequestKind};

use super::outcome::Failure;
use super::time::SimTime;

/// What a request's connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Asking for the address of the name.
    Lookup,
    /// TCP: one round trip before anything else.
    Connect,
    /// TLS 1.3, full: one more round trip, and work for the holder of the key.
    Handshake,
    /// The request and its answer.
    Exchange,
    /// TLS 1.2, full, the first of two round trips: the certificate and the signature.
    Hello,
    /// TLS 1.2, full, the second: both confirm the session's keys.
    Finish,
    /// TLS of either version where a session goes on: one round trip, and little work.
    Resume,
}

impl Phase {
    /// The word for it on a link that speaks `protocol`.
    pub const fn on(self, protocol: Protocol) -> &'static str {
        match self {
            Self::Exchange => protocol.word(),
            _ => self.word(),
        }
    }

    /// Whether it is a part of a TLS handshake.
    pub const fn is_handshake(self) -> bool {
        matches!(self, Self::Handshake | Self::Hello | Self::Finish | Self::Resume)
    }

    /// Whether it opens a connection, so that no request is told yet.
    pub const fn opens(self) -> bool {
        matches!(self, Self::Connect) || self.is_handshake()
    }

    /// The word that the screen uses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lookup => "DNS lookup",
            Self::Connect => "TCP connect",
            Self::Handshake => "TLS handshake",
            Self::Hello => "TLS handshake 1 of 2",
            Self::Finish => "TLS handshake 2 of 2",
            Self::Resume => "TLS resumption",
            Self::Exchange => "HTTP",
        }
    }
}

/// Which way a message goes on its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heading {
    /// From the one who asks to the one who answers.
    Request,
    /// Back.
    Response,
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All is well.
    Ok,
    /// Nothing listens.
    Refused,
    /// The connection is cut.
    Reset,
    /// The certificate has expired.
    Certificate,
    /// The database is read-only.
    ReadOnly,
    /// The database has no connection left.
    TooManyConnections,
    /// 500, 502, 503 or 504; or there is no address.
    Error(Failure),
}

/// What a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketContent {
    /// Part of a user's request.
    Request {
        /// Its number, from 1, in order of arrival.
        number: u64,
        /// Its kind.
        kind: RequestKind,
        /// What its connection is doing.
        phase: Phase,
        /// For an answer: whether it is a good one.
        ok: bool,
        /// Whether the sender has given up: the work is wasted.
        orphan: bool,
    },
    /// A sample of a monitoring agent.
    Metrics,
    /// A change on its way to a replica.
    Replication,
}

/// What a request does at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present {
    /// The request's kind.
    pub kind: RequestKind,
    /// What its connection is doing.
    pub phase: Phase,
    /// Where.
    pub doing: Activity,
    /// Since when.
    pub since: SimTime,
    /// Until when, if that is known: a waiting line and a lost message have no such time.
    pub until: Option<SimTime>,
}

/// The things that a request may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// It travels.
    Travels(LinkIx, Heading),
    /// It is worked on.
    Served(ComponentIx),
    /// It waits for a slot.
    Waits(ComponentIx),
    /// It was lost; the one who sent it waits.
    Lost(LinkIx),
    /// A balancer pauses before the next attempt.
    Pauses(ComponentIx),
}

/// Whether a packet moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// It moves along its link.
    Moving,
    /// A firewall looks at it, or has it waiting.
    AtFirewall(Guard),
    /// A firewall stopped it; the sender does not know and waits.
    Blocked(Guard),
    /// It was sent to something that is switched off, or on a link that is cut; the sender waits.
    Lost,
}

/// One message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Packet {
    /// What it carries.
    pub cargo: PacketContent,
    /// The link that it travels.
    pub link: LinkIx,
    /// Which way.
    pub heading: Heading,
    /// Place on the link: 0 at the one who asks, 1 at the one who answers, whichever way it goes.
    pub position: f64,
    /// Whether it moves.
    pub motion: Motion,
}
