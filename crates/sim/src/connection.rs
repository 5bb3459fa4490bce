//! Connections: who opens one, in which round trips, and who keeps it.
//!
//! A user's new connection is told by the phases of the browser: TCP, one round trip; a TLS handshake, one or two; then the
//! request. Where TLS passes through a balancer, the handshake goes on to the web server and pays that way, too.
//!
//! Between components, a message may need a connection first. Then the record *carries* the phase that waits, and goes the
//! same way as TCP connect and handshake before, by the same firewalls, to the same station, where a handshake takes a slot
//! and work. An asker
//!
//! - keeps plaintext connections: they are there, and nothing is paid;
//! - keeps TLS connections in a pool per link: a request takes an idle one or opens one, and gives it back with the answer.
//!   Connections die with either end, with a change of TLS, and with a request whose asker stopped waiting;
//! - keeps none: each request opens its own;
//! - lets TLS pass through: each user's connection has one of its own.
//!
//! HTTP proxies resume their TLS sessions, as `HAProxy` and nginx do; database drivers do not. Firewalls judge every message
//! of an asker, those of an open connection as well: that way each request tells which rules let it pass.

use hoplight_model::hop::{Cipher, Hop};
use hoplight_model::{Connections, Infrastructure, Protocol, TlsVersion};

use crate::packet::Phase;

/// What the draw is mixed with that says whether a browser resumes a session.
pub(crate) const RESUMES: u64 = 0x7265_7375_6d65_7300;

/// When a message needs a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Never: there is one.
    Never,
    /// If none is idle.
    NoneIdle,
    /// Always.
    Always,
    /// If it begins a TLS connection that passes through.
    Begins,
}

/// How the asker at one link opens and keeps connections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Connects {
    pub(super) when: When,
    /// Most idle connections that are kept.
    pub(crate) most: u32,
    /// Whether the two ends speak TLS with each other.
    pub(crate) secure: bool,
    /// Whether the asker resumes sessions.
    pub(crate) resumes: bool,
}

impl Connects {
    /// How the asker at `hop` does it. A browser's connections are told by its phases.
    pub(super) fn on(infra: &Infrastructure, hop: &Hop) -> Self {
        let (asker, protocol) = (&infra.component(hop.from).kind, infra.link(hop.link).protocol);
        let (kept, most) = asker.upstream();
        let when = match (hop.cipher, kept) {
            _ if asker.is_browser() || !protocol.carries_requests() => When::Never,
            (Cipher::Plaintext, Connections::KeepAlive) => When::Never,
            (Cipher::TlsThrough, _) => When::Begins,
            (_, Connections::PerRequest) => When::Always,
            (Cipher::Tls, Connections::KeepAlive) => When::NoneIdle,
        };
        Self { when, most, secure: hop.cipher == Cipher::Tls, resumes: protocol == Protocol::Http }
    }
}

/// What the asker at one link has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pool {
    /// Connections that are open and idle.
    pub(crate) idle: u32,
    /// Whether it may resume a TLS session.
    pub(crate) session: bool,
}

/// What handshakes cost, and how users' connections begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ConnectionsPlan {
    pub(crate) version: TlsVersion,
    /// Work of the TLS server in a full handshake, and in one that resumes, in nanoseconds.
    pub(crate) full: u64,
    pub(crate) resumed: u64,
    /// Part of the users' new connections that resume a session.
    pub(crate) resumes: f64,
    /// Whether users who return open a connection for each request.
    pub(super) per_request: bool,
    /// Whether any component opens connections, so that answers have to be looked at.
    pub(super) any_open: bool,
}

impl ConnectionsPlan {
    pub(crate) fn new(infra: &Infrastructure, any_open: bool) -> Self {
        let (tls, traffic) = (infra.tls(), infra.traffic());
        Self {
            version: tls.version,
            full: tls.handshake_ms.nanos(),
            resumed: tls.resumed_ms.nanos(),
            resumes: traffic.resumes.get(),
            per_request: traffic.connections == Connections::PerRequest,
            any_open,
        }
    }

    /// Work of the TLS server in one phase of a handshake, in nanoseconds. In TLS 1.2 the signature comes with the first
    /// of two answers.
    pub(super) fn work(&self, phase: Phase) -> u64 {
        match phase {
            Phase::Handshake | Phase::Hello => self.full,
            Phase::Resume => self.resumed,
            _ => 0,
        }
    }

    /// The first phase of a handshake.
    pub(crate) fn handshake(&self, resumes: bool) -> Phase {
        match self.version {
            _ if resumes => Phase::Resume,
            TlsVersion::Tls13 => Phase::Handshake,
            TlsVersion::Tls12 => Phase::Hello,
        }
    }
}
