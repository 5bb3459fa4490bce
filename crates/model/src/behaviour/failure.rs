//! How an attempt to reach an upstream fails, and what follows.

use crate::quantity::Seconds;

/// An error that a component reports upstream on its own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HttpError {
    /// 500: the code failed.
    InternalServerError,
    /// 502: the upstream refused, broke off, or could not prove its identity.
    BadGateway,
    /// 503: there is no backend, or no room.
    Unavailable,
    /// 504: the upstream did not respond in time.
    GatewayTimeout,
}

impl HttpError {
    /// The status code of RFC 9110.
    pub const fn code(self) -> u16 {
        match self {
            Self::InternalServerError => 500,
            Self::BadGateway => 502,
            Self::Unavailable => 503,
            Self::GatewayTimeout => 504,
        }
    }
}

/// How an attempt to reach an upstream fails, as the client sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttemptFailure {
    /// The connection is refused: no process listens, or a firewall rejects it.
    Refused,
    /// Nothing is heard of the attempt within the connect timeout: no machine, a cut link, a dropped packet.
    Silent,
    /// The connection is closed before the response.
    Reset,
    /// The other side's certificate is not valid.
    Certificate,
    /// The database is read-only (error 1290).
    ReadOnly,
    /// The database has no connection left (error 1040).
    TooManyConnections,
    /// No response within [`super::Forwarding::timeout`].
    TimedOut,
}

impl AttemptFailure {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Refused, Self::Silent, Self::Reset, Self::Certificate, Self::ReadOnly, Self::TooManyConnections, Self::TimedOut];
}

/// What a client does after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Tries again by the [`RetryRule`]; reports this error when no attempt is left.
    Retry(HttpError),
    /// Reports an error.
    Report(HttpError),
    /// Passes on what it got.
    Relay,
    /// Does not notice: it goes on waiting until the attempt times out.
    Wait,
}

/// Where the next attempt goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextAttempt {
    /// To the same backend (HAProxy without `option redispatch`).
    Same,
    /// To the next backend of the list that is UP and has room, at once; to the same one, after the pause, if there is none
    /// (HAProxy with `option redispatch 1`).
    Redispatch,
    /// To the next of the list, after the last one the first (nginx's `proxy_next_upstream error`).
    Round,
    /// To the next of the list, until its end.
    Following,
}

/// How a client retries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryRule {
    /// Most attempts on one request, the first included.
    pub attempts: usize,
    /// Where the next one goes.
    pub next: NextAttempt,
    /// How long it waits before another attempt on the same backend after a refusal; `None` is not at all. HAProxy waits for
    /// the connect timeout, at most a second, so that retries outlast a restart.
    pub pause: Option<Seconds>,
}

/// What a client treats as a failure, and what follows from each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FailurePolicy {
    /// How it tries again, where the reaction is [`Reaction::Retry`].
    pub retry: RetryRule,
    /// How long one attempt to connect may take; `None` if only [`super::Forwarding::timeout`] ends it.
    pub connect_timeout: Option<Seconds>,
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
    /// After [`AttemptFailure::TooManyConnections`].
    pub too_many_connections: Reaction,
    /// After [`AttemptFailure::TimedOut`].
    pub timed_out: Reaction,
}

impl FailurePolicy {
    /// What it does after a failed attempt. Errors of components further on are relayed as they are.
    pub const fn after(&self, failure: AttemptFailure) -> Reaction {
        match failure {
            AttemptFailure::Refused => self.refused,
            AttemptFailure::Silent => self.silent,
            AttemptFailure::Reset => self.reset,
            AttemptFailure::Certificate => self.certificate,
            AttemptFailure::ReadOnly => self.read_only,
            AttemptFailure::TooManyConnections => self.too_many_connections,
            AttemptFailure::TimedOut => self.timed_out,
        }
    }
}
