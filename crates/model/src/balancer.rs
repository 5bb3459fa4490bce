//! Settings of load balancers: algorithm, health checks, timeouts, VRRP pairs.

use serde::{Deserialize, Serialize};

use super::connection::Connections;
use super::id::ComponentId;
use super::quantity::Seconds;
use super::rate_limit::RateLimit;

/// How a balancer chooses among the backends that are UP, accept new requests and are below their `maxconn`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Algorithm {
    /// Each backend in turn, regardless of weight.
    #[default]
    RoundRobin,
    /// Each backend in turn, in proportion to its link's weight and evenly spread (nginx's smooth weighted round
    /// robin). In `HAProxy`, `roundrobin` uses weights as well; here they are two algorithms, to show the difference.
    WeightedRoundRobin,
    /// The backend with the fewest requests in progress relative to its weight; ties are broken round-robin.
    LeastConnections,
    /// The same backend for the same client address (rendezvous hashing): when a backend leaves, only its own users are
    /// reassigned.
    SourceHash,
    /// The first backend in link order until it has `maxconn` requests in progress, then the next.
    First,
    /// The less busy of two random backends ("power of two choices").
    RandomTwo,
}

impl Algorithm {
    /// All algorithms, in the order in which the key cycles through them.
    pub const ALL: [Self; 6] =
        [Self::RoundRobin, Self::LeastConnections, Self::WeightedRoundRobin, Self::SourceHash, Self::First, Self::RandomTwo];

    /// `HAProxy`'s name for the algorithm, which commands and reports use.
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

    /// Whether it prefers backends with fewer requests in progress.
    pub const fn avoids_busy(self) -> bool {
        match self {
            Self::LeastConnections | Self::RandomTwo => true,
            Self::RoundRobin | Self::WeightedRoundRobin | Self::SourceHash | Self::First => false,
        }
    }

    /// The next algorithm, cyclically.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|known| *known == self).unwrap_or_default();
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

/// How deep a health check goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HealthCheck {
    /// Opens a connection. The operating system accepts it even if the program is hung.
    #[default]
    Tcp,
    /// Requests a page that the backend serves itself.
    Http,
    /// Requests a page that the application serves without its database.
    HttpApp,
    /// Requests a page that needs the database.
    HttpDatabase,
}

impl HealthCheck {
    /// Label on the screen.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Tcp => "a TCP connection",
            Self::Http => "an HTTP request to the backend itself",
            Self::HttpApp => "an HTTP request through to the application",
            Self::HttpDatabase => "an HTTP request through to the database",
        }
    }
}

/// Membership in a pair of balancers that share a virtual IP address (VRRP, RFC 5798, as in keepalived).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VrrpSpec {
    /// The other balancer of the pair; a VRRP link joins the two.
    pub peer: ComponentId,
    /// Priority from 1 to 254. The balancer with the higher one is master.
    #[serde(default = "usual_priority")]
    pub priority: u8,
    /// Priority for the peer's address, below the peer's own `priority`. With it, each balancer of the pair has an address of
    /// its own and is backup for the other one: two `vrrp_instance`s with crossed priorities. By default, the two share one
    /// address.
    #[serde(default)]
    pub backup_priority: Option<u8>,
    /// Interval between the master's advertisements.
    #[serde(default = "usual_advert")]
    pub advert_s: Seconds,
    /// How keepalived notices that the balancer's process has ended. By default it does not: it then keeps the address
    /// on a machine that refuses connections.
    #[serde(default)]
    pub track: Option<TrackSpec>,
    /// Whether the address has its own MAC address (`use_vmac`), from which every advertisement is sent. By default
    /// the address keeps the MAC address of the machine, which gratuitous ARP announces when a machine takes over.
    #[serde(default)]
    pub vmac: bool,
}

/// Tracking of a balancer's process by keepalived (`track_script` with a script such as `pidof haproxy`, or
/// `track_process`). A hung process passes, since it exists.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrackSpec {
    /// Interval between two runs of the script.
    pub interval_s: Seconds,
    /// Consecutive failed runs after which keepalived gives up the address.
    pub fall: u8,
}

impl Default for TrackSpec {
    fn default() -> Self {
        Self { interval_s: Seconds::literal(1.0), fall: 2 }
    }
}

fn usual_priority() -> u8 {
    100
}

fn usual_advert() -> Seconds {
    Seconds::literal(1.0)
}

/// Settings of a balancer. Health checks and retries have `HAProxy`'s defaults; timeouts are shortened for teaching.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "independent settings")]
pub struct BalancerSpec {
    /// Balancing algorithm.
    pub algorithm: Algorithm,
    /// Depth of health checks.
    pub check: HealthCheck,
    /// Time from the end of one health check of a backend to the start of the next.
    pub check_interval_s: Seconds,
    /// Time limit for the response to a health check on an open connection; by default the check interval.
    pub check_timeout_s: Option<Seconds>,
    /// Consecutive failed checks after which a backend is DOWN.
    pub fall: u8,
    /// Consecutive successful checks after which it is UP again.
    pub rise: u8,
    /// Connection attempts after the first one.
    pub retries: u8,
    /// Whether a failed connection is retried on another backend.
    pub redispatch: bool,
    /// Whether it inserts a cookie that names the backend, and sends a user who has one to that backend as long as it is
    /// UP, draining or not (HAProxy: `cookie SERVERID insert indirect nocache`). Otherwise, the algorithm chooses.
    pub sticky: bool,
    /// Time limit for one connection attempt.
    pub connect_timeout_s: Seconds,
    /// Time limit for a request that queues because all backends are at their `maxconn`.
    pub queue_timeout_s: Seconds,
    /// Time limit for a backend's response.
    pub server_timeout_s: Seconds,
    /// Whether connections to backends are kept open; see [`super::component::ProxySpec::upstream`]. With TLS
    /// passthrough, each client connection has its own backend connection, which no other client can use.
    pub upstream: Connections,
    /// Maximum number of idle pooled connections per backend; unlimited by default.
    pub idle: Option<u32>,
    /// How long an idle connection to a backend is kept (HAProxy: `pool-purge-delay`, 5 s).
    pub pool_purge_delay_s: Seconds,
    /// How long a user's connection may wait for the next request (HAProxy: `timeout http-keep-alive`). The shorter of
    /// this and `client_timeout_s` closes it. The default is that of the configuration that Red Hat ships.
    pub http_keep_alive_s: Seconds,
    /// How long a user's connection may be silent (HAProxy: `timeout client`).
    pub client_timeout_s: Seconds,
    /// Whether every TLS connection to a backend makes a full handshake, which presents the certificate (HAProxy:
    /// `no-ssl-reuse`). By default, requests and health checks resume sessions.
    pub no_ssl_reuse: bool,
    /// Limit on the requests of each client. With TLS passthrough it has no effect, because the balancer sees no requests.
    pub rate_limit: Option<RateLimit>,
    /// Whether backends learn the client's address from an `X-Forwarded-For` header (`option forwardfor`). Otherwise, they
    /// take all clients for one, and so do their rate limits.
    pub forwarded_for: bool,
    /// Whether backends learn the client's address from the PROXY protocol with TLS passthrough, where the balancer cannot
    /// add a header (`send-proxy`).
    pub send_proxy: bool,
    /// VRRP settings, if the balancer belongs to a pair.
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
            sticky: false,
            connect_timeout_s: Seconds::literal(1.0),
            queue_timeout_s: Seconds::literal(1.5),
            server_timeout_s: Seconds::literal(5.0),
            upstream: Connections::KeepAlive,
            idle: None,
            pool_purge_delay_s: Seconds::literal(5.0),
            http_keep_alive_s: Seconds::literal(10.0),
            client_timeout_s: Seconds::literal(60.0),
            no_ssl_reuse: false,
            rate_limit: None,
            forwarded_for: true,
            send_proxy: false,
            vrrp: None,
        }
    }
}
