//! Settings of load balancers: algorithm, health checks, timeouts, VRRP pairs.

use serde::{Deserialize, Serialize};

use super::connection::Connections;
use super::id::ComponentId;
use super::quantity::Seconds;

/// How a balancer chooses among the backends that are UP, take new requests, and have room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Algorithm {
    /// Each in turn, whatever its weight.
    #[default]
    RoundRobin,
    /// Each in turn as often as its link's weight says, spread evenly (nginx's smooth weighted round robin). In `HAProxy`,
    /// `roundrobin` uses weights, too; here they are two algorithms, to show the difference.
    WeightedRoundRobin,
    /// The one with the fewest requests in progress relative to its weight; ties are broken in turn.
    LeastConnections,
    /// The same backend for the same client address (rendezvous hashing): when a backend leaves, only its own users move.
    SourceHash,
    /// The first in the order of the links until it has `maxconn` requests in progress, then the next.
    First,
    /// The less busy of two backends drawn at random ("the power of two choices").
    RandomTwo,
}

impl Algorithm {
    /// All algorithms, in the order in which the key cycles through them.
    pub const ALL: [Self; 6] =
        [Self::RoundRobin, Self::LeastConnections, Self::WeightedRoundRobin, Self::SourceHash, Self::First, Self::RandomTwo];

    /// The name that `HAProxy` uses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::RoundRobin => "roundrobin",
            Self::WeightedRoundRobin => "static-rr",
            Self::LeastConnections => "leastconn",
            Self::SourceHash => "source",
            Self::First => "first",
            Self::RandomTwo => "random(2)",
        }
    }

    /// A short description.
    pub const fn brief(self) -> &'static str {
        match self {
            Self::RoundRobin => "each in turn",
            Self::WeightedRoundRobin => "each in turn, as often as its weight says",
            Self::LeastConnections => "the one with the fewest requests in progress",
            Self::SourceHash => "the same one for the same user",
            Self::First => "the first one until it is full, then the next",
            Self::RandomTwo => "the less busy one of two drawn at random",
        }
    }

    /// The next algorithm, cyclically.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|known| *known == self).unwrap_or_default();
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

/// How far a health check goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HealthCheck {
    /// Opens a connection: the operating system answers, whatever the program does.
    #[default]
    Tcp,
    /// Asks for a page that the backend answers itself.
    Http,
    /// Asks for a page that the application behind it answers, without its database.
    HttpApp,
    /// Asks for a page that needs the database.
    HttpDatabase,
}

impl HealthCheck {
    /// The label on the screen.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Tcp => "a TCP connection",
            Self::Http => "an HTTP request to the backend itself",
            Self::HttpApp => "an HTTP request through to the application",
            Self::HttpDatabase => "an HTTP request through to the database",
        }
    }
}

/// Membership in a pair of balancers that share one virtual address (VRRP, RFC 5798, as keepalived speaks it).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VrrpSpec {
    /// The other balancer, at the other end of a VRRP link.
    pub peer: ComponentId,
    /// The higher one is master; 1 to 254.
    #[serde(default = "usual_priority")]
    pub priority: u8,
    /// Time between two of the master's advertisements.
    #[serde(default = "usual_advert")]
    pub advert_s: Seconds,
}

fn usual_priority() -> u8 {
    100
}

fn usual_advert() -> Seconds {
    Seconds::literal(1.0)
}

/// Settings of a balancer. The defaults of health checks and retries are `HAProxy`'s; the timeouts are compressed for
/// teaching.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BalancerSpec {
    /// How it chooses a backend.
    pub algorithm: Algorithm,
    /// How far a health check goes.
    pub check: HealthCheck,
    /// Time between the end of a health check and the next one of the same backend.
    pub check_interval_s: Seconds,
    /// How long an accepted connection may take to answer a health check; by default as long as the interval.
    pub check_timeout_s: Option<Seconds>,
    /// Failed checks in a row after which a backend is DOWN.
    pub fall: u8,
    /// Passed checks in a row after which it is UP again.
    pub rise: u8,
    /// Connection attempts after the first.
    pub retries: u8,
    /// Whether a failed connection is tried again on another backend.
    pub redispatch: bool,
    /// How long one connection attempt may take.
    pub connect_timeout_s: Seconds,
    /// How long a request may wait for a backend below its `maxconn`.
    pub queue_timeout_s: Seconds,
    /// How long a backend may take to answer.
    pub server_timeout_s: Seconds,
    /// Whether it keeps its connections to backends; see [`super::component::ProxySpec::upstream`]. One that lets TLS pass
    /// through opens one for each client connection, and no other client can use it.
    pub upstream: Connections,
    /// How many idle connections it keeps to one backend at most, where they are pooled; no limit by default.
    pub idle: Option<u32>,
    /// The pair that it belongs to, if any.
    pub vrrp: Option<VrrpSpec>,
}

impl Default for BalancerSpec {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::default(),
            check: HealthCheck::default(),
            check_interval_s: Seconds::literal(2.0),
            check_timeout_s: None,
            fall: 3,
            rise: 2,
            retries: 3,
            redispatch: false,
            connect_timeout_s: Seconds::literal(1.0),
            queue_timeout_s: Seconds::literal(1.5),
            server_timeout_s: Seconds::literal(5.0),
            upstream: Connections::KeepAlive,
            idle: None,
            vrrp: None,
        }
    }
}
