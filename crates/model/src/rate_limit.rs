//! Rate limits: how many requests a component accepts from one client.

use serde::{Deserialize, Serialize};

use super::quantity::Rate;
use super::request::RequestKind;

/// The lowest rate of a limit, in requests per second: about four requests an hour.
pub const LEAST_RATE: f64 = 0.001;

/// How a component refuses requests above its limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Refusal {
    /// 429 Too Many Requests (RFC 6585). It has to be configured: `limit_req_status 429` in nginx, `deny_status 429` in
    /// `HAProxy`, whose `http-request deny` otherwise responds 403.
    #[default]
    TooManyRequests,
    /// 503 Service Unavailable, nginx's default. Clients and monitoring take it for a failure of the site.
    Unavailable,
}

/// A limit on the requests of each client, as a bucket that a request fills and that drains at a constant rate. It is
/// nginx's `limit_req` with `nodelay`; `HAProxy` compares a counter over a sliding period instead (`http_req_rate`),
/// which allows the same mean rate.
///
/// The client is whom the component knows by address: see [`crate::behaviour::learns_address`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests per second that each client may send in the long run.
    pub rate: Rate,
    /// Number of requests that a client may send at once beyond the first.
    #[serde(default)]
    pub burst: u32,
    /// The kinds of request that are limited, and that share one bucket; by default all. Others are not counted.
    #[serde(default)]
    pub kinds: Option<Vec<RequestKind>>,
    /// How requests above the limit are refused.
    #[serde(default)]
    pub refusal: Refusal,
}

impl RateLimit {
    /// Whether requests of a kind are limited.
    pub fn applies_to(&self, kind: RequestKind) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }
}

/// Why a rate limit cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimitProblem {
    /// Its `rate` is below [`LEAST_RATE`].
    Rate,
    /// Its `kinds` is empty.
    NoKind,
    /// The component is an application, which has done its work by the time it could refuse the request.
    OfApplication,
    /// The component is a cache beside an application.
    OfCacheBeside,
}
