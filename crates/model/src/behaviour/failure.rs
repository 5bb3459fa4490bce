//! Failed upstream attempts and how a client reacts to them.

use crate::quantity::Seconds;

/// A response instead of the requested page that a component generates itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HttpError {
    /// 429: the client has sent too many requests.
    TooManyRequests,
    /// 302 to the login page: the application does not know the user's session.
    LoginRequired,
    /// 500: the application code failed.
    InternalServerError,
    /// 502: the upstream refused or closed the connection, or its certificate is invalid.
    BadGateway,
    /// 503: no backend is available.
    Unavailable,
    /// 504: the upstream did not respond in time.
    GatewayTimeout,
}

impl HttpError {
    /// The status code (RFC 9110).
    pub const fn code(self) -> u16 {
        match self {
            Self::TooManyRequests => 429,
            Self::LoginRequired => 302,
            Self::InternalServerError => 500,
            Self::BadGateway => 502,
            Self::Unavailable => 503,
            Self::GatewayTimeout => 504,
        }
    }
}

/// How an upstream attempt fails, as the client sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttemptFailure {
    /// The connection is refused: no process is listening, or a firewall rejects it.
    Refused,
    /// No reply within the connect timeout: the machine is down, the link is cut, a packet was dropped, or the accept queue is
    /// full.
    Silent,
    /// The connection is closed before the response arrives.
    Reset,
    /// The upstream's certificate is not valid.
    Certificate,
    /// The database is read-only (error 1290).
    ReadOnly,
    /// The database does not belong to its cluster's majority, or has not caught up (error 1047).
    NotReady,
    /// The database is out of connections (error 1040).
    TooManyConnections,
    /// No response within [`super::Forwarding::timeout`].
    TimedOut,
}

impl AttemptFailure {
    /// All failures.
    pub const ALL: [Self; 8] = [
        Self::Refused,
        Self::Silent,
        Self::Reset,
        Self::Certificate,
        Self::ReadOnly,
        Self::NotReady,
        Self::TooManyConnections,
        Self::TimedOut,
    ];
}

/// What a client does after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Retries according to the [`RetryRule`] and reports this error when no attempt is left.
    Retry(HttpError),
    /// Reports an error.
    Report(HttpError),
    /// Relays the failure.
    Relay,
}

/// Where the next attempt goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextAttempt {
    /// To the same backend (HAProxy without `option redispatch`).
    Same,
    /// To the next backend in the list that is UP and has room, without a pause; if there is none, to the same one
    /// after the pause (HAProxy with `option redispatch 1`).
    Redispatch,
    /// To the next upstream in the list, wrapping around (nginx's `proxy_next_upstream error`).
    Round,
    /// To the next upstream in the list, without wrapping around.
    Following,
}

/// How a client retries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryRule {
    /// Maximum number of attempts per request, including the first.
    pub attempts: usize,
    /// Where the next attempt goes.
    pub next: NextAttempt,
    /// Pause before it retries the same backend after a refused connection; `None` for no pause. HAProxy waits for the
    /// connect timeout but at most one second, so that retries can outlast a restart.
    pub pause: Option<Seconds>,
}

/// Passive ejection: an upstream whose requests fail gets no new requests while another one is available (nginx:
/// `max_fails`, `fail_timeout`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ejection {
    /// Number of failed attempts after which an upstream is ejected.
    pub max_fails: u8,
    /// Duration of an ejection. Afterwards, a single request probes the upstream.
    pub fail_timeout: Seconds,
}

impl Ejection {
    /// Whether an attempt that ends in this way counts as failed. An error response from the upstream does not.
    pub const fn counts(failure: AttemptFailure) -> bool {
        match failure {
            AttemptFailure::Refused
            | AttemptFailure::Silent
            | AttemptFailure::Reset
            | AttemptFailure::Certificate
            | AttemptFailure::TimedOut => true,
            AttemptFailure::ReadOnly | AttemptFailure::NotReady | AttemptFailure::TooManyConnections => false,
        }
    }
}

/// The client's reaction to each kind of failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FailurePolicy {
    /// How it retries where the reaction is [`Reaction::Retry`].
    pub retry: RetryRule,
    /// Time limit for connecting.
    pub connect_timeout: Seconds,
    /// After [`AttemptFailure::Refused`].
    pub refused: Reaction,
    /// After [`AttemptFailure::Silent`].
    pub silent: Reaction,
    /// After [`AttemptFailure::Reset`].
    pub reset: Reaction,
    /// After [`AttemptFailure::Certificate`].
    pub certificate: Reaction,
    /// After [`AttemptFailure::ReadOnly`].
    pub read_only: Reaction,
    /// After [`AttemptFailure::NotReady`].
    pub not_ready: Reaction,
    /// After [`AttemptFailure::TooManyConnections`].
    pub too_many_connections: Reaction,
    /// After [`AttemptFailure::TimedOut`].
    pub timed_out: Reaction,
}

impl FailurePolicy {
    /// The reaction to a failed attempt. Error responses from components further downstream are relayed unchanged.
    pub const fn after(&self, failure: AttemptFailure) -> Reaction {
        match failure {
            AttemptFailure::Refused => self.refused,
            AttemptFailure::Silent => self.silent,
            AttemptFailure::Reset => self.reset,
            AttemptFailure::Certificate => self.certificate,
            AttemptFailure::ReadOnly => self.read_only,
            AttemptFailure::NotReady => self.not_ready,
            AttemptFailure::TooManyConnections => self.too_many_connections,
            AttemptFailure::TimedOut => self.timed_out,
        }
    }
}
