//! Connections: which components open them, how many round trips that takes, and which components keep them.
//!
//! For users, opening a connection is a sequence of phases of the browser: TCP takes one round trip, a TLS handshake
//! one or two, and the request follows. Where a balancer passes TLS through, the handshake continues to the web server.
//!
//! Between components, a message may need a connection first. The record then *carries* the waiting phase and first
//! takes the same path as a TCP connect and a TLS handshake: through the same firewalls to the same station, where a
//! handshake occupies a slot and takes CPU time. A client
//!
//! - keeps plaintext connections: they are open from the start and cost nothing, unless the server closes idle ones before
//!   the client does: then they are pooled like TLS connections, with the time of their last use;
//! - keeps TLS connections in a pool per link: a request takes an idle one or opens one, and returns it with the
//!   response. Connections are closed when either end stops, when TLS changes, or when the client of their request
//!   stops waiting;
//! - keeps no connections: each request opens its own;
//! - passes TLS through: each user's connection has its own upstream connection.
//!
//! HTTP proxies resume TLS sessions, as `HAProxy` and nginx do by default; database drivers do not. A balancer's health
//! checks use the same sessions as its requests. Firewalls judge every message
//! from a client, also on open connections, so each request shows which rules let it pass.

use hoplight_model::behaviour::{keep_alive_race, lacks_certificate, resumes_sessions};
use hoplight_model::hop::{Cipher, Hop};
use hoplight_model::{Connections, Infrastructure, TlsVersion};

use crate::packet::Phase;

/// Mixed into the random draw that decides whether a browser resumes a session.
pub(crate) const RESUMES: u64 = 0x7265_7375_6d65_7300;

/// When a message needs a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Never.
    Never,
    /// If the pool has no idle one.
    NoneIdle,
    /// Always.
    Always,
    /// If it starts a TLS connection that is passed through.
    Begins,
}

/// How the client of a link opens and keeps connections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Connects {
    pub(super) when: When,
    /// Maximum number of idle connections in the pool.
    pub(crate) most: u32,
    /// Whether TLS runs between the two ends of the link.
    pub(crate) secure: bool,
    /// Whether the client resumes TLS sessions.
    pub(crate) resumes: bool,
}

impl Connects {
    /// How the client of `hop` opens connections. The connections of browsers are modelled as phases of the request.
    pub(super) fn on(infra: &Infrastructure, hop: &Hop) -> Self {
        let (client, protocol) = (&infra.component(hop.from).kind, infra.link(hop.link).protocol);
        let (kept, most) = client.upstream();
        let when = match (hop.cipher, kept) {
            _ if client.is_browser() || !protocol.carries_requests() => When::Never,
            (Cipher::Plaintext, Connections::KeepAlive) if keep_alive_race(infra, hop).is_some() => When::NoneIdle,
            (Cipher::Plaintext, Connections::KeepAlive) => When::Never,
            (Cipher::TlsThrough, _) => When::Begins,
            (_, Connections::PerRequest) => When::Always,
            (Cipher::Tls, Connections::KeepAlive) => When::NoneIdle,
        };
        Self { when, most, secure: hop.cipher == Cipher::Tls, resumes: resumes_sessions(infra, hop) }
    }
}

/// The connection pool of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pool {
    /// Number of open, idle connections.
    idle: u32,
    /// Whether there is a TLS session to resume.
    session: bool,
}

impl Pool {
    /// Number of open, idle connections.
    pub(super) const fn idle(self) -> u32 {
        self.idle
    }

    /// Takes an idle connection. Returns false if there is none.
    #[inline]
    pub(super) fn take(&mut self) -> bool {
        let taken = self.idle > 0;
        self.idle -= u32::from(taken);
        taken
    }

    /// Returns a connection to the pool, or closes it if there are already `most` idle ones.
    #[inline]
    pub(super) fn put_back(&mut self, most: u32) {
        self.idle = (self.idle + 1).min(most);
    }

    /// Whether there is a TLS session to resume.
    #[inline]
    pub(super) const fn has_session(self) -> bool {
        self.session
    }

    /// Keeps the session of a completed TLS handshake.
    #[inline]
    pub(super) fn keep_session(&mut self) {
        self.session = true;
    }

    /// Whether there are neither idle connections nor a session.
    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// The cost of handshakes, and how users open connections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ConnectionsPlan {
    pub(crate) version: TlsVersion,
    /// CPU time of the TLS server for a full handshake, in nanoseconds.
    pub(crate) full: u64,
    /// CPU time of the TLS server for a handshake that resumes a session, in nanoseconds.
    pub(crate) resumed: u64,
    /// Fraction of the users' new connections that resume a session.
    pub(crate) resumes: f64,
    /// Whether returning users open a connection for each request.
    pub(super) per_request: bool,
    /// Number of returning users at the start.
    pub(crate) users: u32,
    /// Whether that number follows the rate.
    pub(crate) follows_rate: bool,
    /// Mean pause of a returning user between two requests, in nanoseconds.
    pub(crate) pause: f64,
    /// Whether any component opens connections, so that responses may belong to a handshake.
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
            // Without a certificate, no connection was ever opened.
            per_request: traffic.connections == Connections::PerRequest || lacks_certificate(infra),
            users: traffic.returning_users(),
            follows_rate: traffic.users.is_none() && !traffic.arrivals.is_closed(),
            pause: traffic.mean_pause_s() * 1e9,
            any_open,
        }
    }

    /// CPU time of the TLS server in one phase of a handshake, in nanoseconds. In TLS 1.2, the first of two responses
    /// carries the signature.
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
