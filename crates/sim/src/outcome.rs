//! The outcome of a request for the user who sent it. The journal records which component caused a failure.

use hoplight_model::behaviour::HttpError;

/// Why a request failed, as the user sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// The name could not be resolved.
    Dns,
    /// The connection was refused.
    Refused,
    /// The connection was reset.
    Reset,
    /// The site closed the connection without a response, after earlier requests on it.
    Closed,
    /// The certificate has expired, so the browser does not connect.
    Certificate,
    /// The user stopped waiting.
    TimedOut,
    /// 429: the client has sent more requests than a rate limit allows.
    TooManyRequests,
    /// 500: the application failed, for example because of its database.
    ServerError,
    /// 502: a proxy got no valid response.
    BadGateway,
    /// 503: no backend is available.
    Unavailable,
    /// 504: a proxy got no response in time.
    GatewayTimeout,
    /// 302 to the login page instead of the requested one: the application does not know the user's session.
    LoginRequired,
    /// The browser followed as many redirects as it does for one visit, and was redirected again.
    TooManyRedirects,
}

impl Failure {
    /// All failures, in listing order.
    pub const ALL: [Self; 13] = [
        Self::Dns,
        Self::Refused,
        Self::Reset,
        Self::Closed,
        Self::Certificate,
        Self::TimedOut,
        Self::TooManyRequests,
        Self::ServerError,
        Self::BadGateway,
        Self::Unavailable,
        Self::GatewayTimeout,
        Self::LoginRequired,
        Self::TooManyRedirects,
    ];

    /// The HTTP status; `None` if the user got no response.
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::TooManyRequests => Some(429),
            Self::ServerError => Some(500),
            Self::BadGateway => Some(502),
            Self::Unavailable => Some(503),
            Self::GatewayTimeout => Some(504),
            Self::LoginRequired => Some(302),
            _ => None,
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
            HttpError::TooManyRequests => Self::TooManyRequests,
            HttpError::LoginRequired => Self::LoginRequired,
            HttpError::InternalServerError => Self::ServerError,
            HttpError::BadGateway => Self::BadGateway,
            HttpError::Unavailable => Self::Unavailable,
            HttpError::GatewayTimeout => Self::GatewayTimeout,
        }
    }
}

/// The outcome of a request.
pub type Outcome = Result<(), Failure>;
