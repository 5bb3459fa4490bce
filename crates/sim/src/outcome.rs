//! How a request ends for the user who sent it.
//!
//! Must not know which component caused it; the journal tells that.

use hoplight_model::behaviour::HttpError;

/// Why a request failed, as the user sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// The name could not be resolved.
    Dns,
    /// The connection was refused.
    Refused,
    /// The connection was cut.
    Reset,
    /// The certificate has expired: the browser does not go on.
    Certificate,
    /// The user gave up waiting.
    TimedOut,
    /// 500: the application failed, for instance because its database did.
    ServerError,
    /// 502: a proxy got no sensible answer.
    BadGateway,
    /// 503: no backend is available, or the queue is full.
    Unavailable,
    /// 504: a proxy waited too long.
    GatewayTimeout,
}

impl Failure {
    /// All failures, in listing order.
    pub const ALL: [Self; 9] = [
        Self::Dns,
        Self::Refused,
        Self::Reset,
        Self::Certificate,
        Self::TimedOut,
        Self::ServerError,
        Self::BadGateway,
        Self::Unavailable,
        Self::GatewayTimeout,
    ];

    /// The HTTP status, if there was an answer at all.
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::ServerError => Some(500),
            Self::BadGateway => Some(502),
            Self::Unavailable => Some(503),
            Self::GatewayTimeout => Some(504),
            _ => None,
        }
    }

    /// The words of the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dns => "name not resolved",
            Self::Refused => "connection refused",
            Self::Reset => "connection reset",
            Self::Certificate => "certificate expired",
            Self::TimedOut => "timed out",
            Self::ServerError => "500 internal error",
            Self::BadGateway => "502 bad gateway",
            Self::Unavailable => "503 unavailable",
            Self::GatewayTimeout => "504 gateway timeout",
        }
    }

    /// Position in [`Self::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::InternalServerError => Self::ServerError,
            HttpError::BadGateway => Self::BadGateway,
            HttpError::Unavailable => Self::Unavailable,
            HttpError::GatewayTimeout => Self::GatewayTimeout,
        }
    }
}

/// How a request ended.
pub type Outcome = Result<(), Failure>;
