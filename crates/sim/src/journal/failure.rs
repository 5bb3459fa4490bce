//! Why a component fails a request.

use hoplight_model::ComponentIx;

use crate::outcome::Failure;

/// Which component failed a request, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FailureCause {
    /// The component that sent the error response.
    pub component: ComponentIx,
    /// Why it failed the request.
    pub reason: FailureReason,
}

/// Why a component fails a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureReason {
    /// The next component refused the connection.
    Refused,
    /// The next component reset the connection.
    Reset,
    /// The next component did not respond in time.
    Timeout,
    /// No link leads to a component that can respond.
    NoRoute,
    /// No backend is UP.
    NoBackend,
    /// The request waited in the balancer's queue until the queue timeout.
    QueueTimeout,
    /// The accept queue of the next component was full until the connect timeout.
    Full,
    /// The database is read-only (error 1290).
    ReadOnly,
    /// The database does not belong to the majority of its cluster (error 1047).
    NotReady,
    /// Another member of the cluster has changed the same row at the same time (error 1213).
    Conflict,
    /// The database has too many connections (error 1040).
    TooManyConnections,
    /// The certificate of the next component has expired.
    Certificate,
    /// The database's disk is full.
    DiskFull,
    /// The client has sent more requests than the component's rate limit allows.
    RateLimit,
    /// The component's rate limit allows no more requests from the component that forwards them, which does not pass on the
    /// addresses of clients.
    SharedRateLimit,
    /// The user's session is not known here: it is on another server, or has been lost.
    SessionLost,
}

impl FailureReason {
    /// A short name for tables and JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Refused => "connection refused",
            Self::Reset => "connection reset",
            Self::Timeout => "timeout",
            Self::NoRoute => "no route",
            Self::NoBackend => "no backend",
            Self::QueueTimeout => "queue timeout",
            Self::Full => "accept queue full",
            Self::ReadOnly => "read-only database",
            Self::NotReady => "database not ready",
            Self::Conflict => "write conflict",
            Self::TooManyConnections => "too many connections",
            Self::Certificate => "expired certificate",
            Self::DiskFull => "disk full",
            Self::RateLimit => "rate limit",
            Self::SharedRateLimit => "rate limit for all clients",
            Self::SessionLost => "session lost",
        }
    }

    /// The termination state that `HAProxy` logs when a balancer fails a request for this reason, its first two letters: the
    /// cause (`S` the server or its TCP stack, `s` a server-side timeout) and the phase (`Q` in the queue, `C` while
    /// connecting, `H` waiting for the response headers).
    pub const fn log_flag(self, failure: Failure) -> Option<&'static str> {
        match (failure, self) {
            (Failure::Unavailable, Self::NoBackend | Self::Refused | Self::Certificate) => Some("SC"),
            (Failure::Unavailable, Self::Timeout | Self::Full) => Some("sC"),
            (Failure::Unavailable, Self::QueueTimeout) => Some("sQ"),
            (Failure::GatewayTimeout, Self::Timeout) => Some("sH"),
            (Failure::BadGateway, Self::Reset) => Some("SH"),
            // `P`: the proxy itself ended the session, `R`: while it read the request.
            (_, Self::RateLimit | Self::SharedRateLimit) => Some("PR"),
            _ => None,
        }
    }
}
