//! Components: the programs and users of an infrastructure.

mod accessors;

use serde::{Deserialize, Serialize};

use super::arrivals::Arrivals;
pub use super::balancer::{Algorithm, BalancerSpec, TrackSpec, VrrpSpec};
pub use super::cache::{CachePlace, CacheSpec};
use super::connection::Connections;
pub use super::database::{DatabaseRole, DatabaseSpec, Failover};
use super::firewall::FirewallSpec;
use super::id::{ComponentId, ServerId};
use super::quantity::{Cores, Fraction, Population, Seconds};
use super::rate_limit::RateLimit;
use super::reliability::Reliability;
pub use super::sessions::SessionPlace;
pub use super::sql_proxy::{SqlProxyMode, SqlProxySpec};
use super::station::{Station, StationPatch};
use super::text::Text;

/// The kind of a component, with the settings that only this kind has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum ComponentKind {
    /// The users' browser.
    Browser,
    /// A DNS resolver for the site's name.
    DnsResolver(ResolverSpec),
    /// A packet filter.
    Firewall(FirewallSpec),
    /// Distributes requests over web servers.
    LoadBalancer(BalancerSpec),
    /// Serves static pages and forwards the rest.
    Web(ProxySpec),
    /// Runs the site's code.
    App(ProxySpec),
    /// Keeps copies of responses or query results.
    Cache(CacheSpec),
    /// Distributes statements over databases.
    SqlProxy(SqlProxySpec),
    /// Stores the data.
    Database(DatabaseSpec),
    /// Monitoring agent: samples the components on its server and pushes the samples.
    Agent(AgentSpec),
    /// Receives the agents' samples.
    MonitoringService,
}

/// Settings of a resolver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResolverSpec {
    /// TTL of the site's record.
    pub ttl_s: Seconds,
    /// Duration of a cache miss: the queries to root, top-level and authoritative servers together.
    pub miss_s: Seconds,
    /// TTL of negative answers: the smaller of the SOA record's TTL and its MINIMUM field (RFC 2308). In production, it
    /// is usually hours.
    pub negative_ttl_s: Seconds,
    /// How long the resolver queries an unresponsive authoritative server before it answers SERVFAIL.
    pub servfail_s: Seconds,
}

impl Default for ResolverSpec {
    fn default() -> Self {
        Self {
            ttl_s: Seconds::literal(300.0),
            miss_s: Seconds::literal(0.06),
            negative_ttl_s: Seconds::literal(60.0),
            servfail_s: Seconds::literal(2.0),
        }
    }
}

/// How a web server or a database driver spreads requests over several upstreams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UpstreamBalance {
    /// Each in turn: the default of nginx's `upstream`.
    RoundRobin,
    /// The first one in authored order that is available: nginx, with `backup` on all others; a database driver with a
    /// list of hosts.
    Order,
}

/// Settings of a web or application server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProxySpec {
    /// Time limit for an upstream's response: by default 5 s for a web server, 2 s for an application's query.
    pub timeout_s: Option<Seconds>,
    /// Time limit for connecting to an upstream. An upstream that does not reply within it counts as failed, like one
    /// that refuses the connection. Shortened for teaching: nginx's `proxy_connect_timeout` is 60 s, and database
    /// drivers wait 10 s or without limit, longer than users do.
    pub connect_timeout_s: Seconds,
    /// Number of failed attempts after which an upstream is ejected: it gets no requests while another one is available
    /// (nginx: `max_fails`). Zero for never.
    pub max_fails: u8,
    /// Duration of an ejection. Afterwards, a single request probes the upstream (nginx: `fail_timeout`).
    pub fail_timeout_s: Seconds,
    /// How requests are spread over several upstreams: by default in turn at a web server and in order at an
    /// application. At an application, it applies to reads, and to writes only without `follow_primary`.
    pub balance: Option<UpstreamBalance>,
    /// Whether the database driver sends writes to the database that accepted the last one, and tries the next link if
    /// that database refuses, is read-only or does not reply. Otherwise, each write starts at the first link.
    pub follow_primary: bool,
    /// Whether it accepts only https and redirects everything else (Django: `SECURE_SSL_REDIRECT`, Rails: `force_ssl`).
    pub https_only: bool,
    /// Whether connections to upstreams are kept open. Kept TLS connections are pooled, and the first use of each pays
    /// for opening it. Kept plaintext connections exist from the start, as in a warm pool.
    pub upstream: Connections,
    /// Maximum number of idle pooled connections per link; unlimited by default.
    pub idle: Option<u32>,
    /// How long a client's connection may be idle before this server closes it (nginx: `keepalive_timeout`, 75 s).
    pub keepalive_timeout_s: Seconds,
    /// How long an idle connection to an upstream is kept (nginx: `keepalive_timeout` in an `upstream` block, 60 s). If the
    /// upstream's own timeout is shorter, it may close a connection at the moment at which it is used.
    pub upstream_keepalive_s: Seconds,
    /// Limit of a web server on the requests of each client (nginx: `limit_req`).
    pub rate_limit: Option<RateLimit>,
    /// Whether upstreams learn the client's address from a web server (nginx: `proxy_set_header X-Forwarded-For`).
    pub forwarded_for: bool,
    /// Where the code keeps the sessions of logged-in users, if it has no link to a session store.
    pub sessions: SessionPlace,
}

impl Default for ProxySpec {
    fn default() -> Self {
        Self {
            timeout_s: None,
            connect_timeout_s: Seconds::literal(1.0),
            max_fails: 1,
            fail_timeout_s: Seconds::literal(10.0),
            balance: None,
            follow_primary: true,
            https_only: false,
            upstream: Connections::KeepAlive,
            idle: None,
            keepalive_timeout_s: Seconds::literal(75.0),
            upstream_keepalive_s: Seconds::literal(60.0),
            rate_limit: None,
            forwarded_for: true,
            sessions: SessionPlace::Cookie,
        }
    }
}

/// Settings of a monitoring agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AgentSpec {
    /// Sampling interval. One second by default; ten are typical in production.
    pub interval_s: Seconds,
}

impl Default for AgentSpec {
    fn default() -> Self {
        Self { interval_s: Seconds::literal(1.0) }
    }
}

/// A program and its version. Components with equal software share its flaws.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Software {
    /// Name of the program, such as `HAProxy`.
    pub name: Text,
    /// Version of the program, such as `2.6.12`.
    pub version: Text,
}

impl std::fmt::Display for Software {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name.as_str(), self.version.as_str())
    }
}

/// A position on the canvas: column and row of a coarse grid, from 0 at the top left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "Place")]
pub struct GridPlace(
    /// Column.
    pub u16,
    /// Row.
    pub u16,
);

/// A component as written in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Name of the component in links, lessons and commands.
    pub id: ComponentId,
    /// Kind of the component, with its settings.
    pub kind: ComponentKind,
    /// The server that the component runs on; `None` for the user and third-party services, or if the drawing does not
    /// show it.
    #[serde(default)]
    pub server: Option<ServerId>,
    /// Label of the component in the diagram; by default the software's name or the name of the kind.
    #[serde(default)]
    pub label: Option<Text>,
    /// The program and its version.
    #[serde(default)]
    pub software: Option<Software>,
    /// Failure and repair times; by default the scenario's values for programs or services.
    #[serde(default)]
    pub reliability: Option<Reliability>,
    /// Changes to the kind's default station.
    #[serde(default)]
    pub station: StationPatch,
    /// Position in the diagram, for a component outside a server.
    #[serde(default)]
    pub at: Option<GridPlace>,
}

/// A machine that components run on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Name of the server.
    pub id: ServerId,
    /// Short description of its purpose.
    #[serde(default)]
    pub label: Option<Text>,
    /// Number of processor cores, which the components on the server share: each that works runs at the speed of at most one
    /// core. By default, there is a core for every slot, so components never compete.
    #[serde(default)]
    pub cores: Option<Cores>,
    /// Failure and repair times of the machine; by default the scenario's values for servers.
    #[serde(default)]
    pub reliability: Option<Reliability>,
    /// Position in the diagram.
    #[serde(default)]
    pub at: Option<GridPlace>,
}

/// Mean pause of a returning user between two requests, if the number of users is not given.
const USUAL_PAUSE_S: f64 = 5.0;
/// Maximum number of returning users, if it is not given.
const MOST_USUAL_USERS: f64 = 100_000.0;

/// The users' traffic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Traffic {
    /// Requests per second, all kinds together, at the start.
    pub rate: super::quantity::Rate,
    /// Arrival process.
    pub arrivals: super::arrivals::Arrivals,
    /// Changes of the rate over time; each begins after the previous one has ended.
    pub schedule: Vec<super::arrivals::RateChange>,
    /// Fraction of requests that are static pages.
    pub static_share: Fraction,
    /// Fraction of requests that are writes; the rest are reads.
    pub write_share: Fraction,
    /// Fraction of requests from new visitors, who need a DNS lookup, a connection and a handshake first.
    pub new_visitors: Fraction,
    /// Fraction of visits that start with `http://`: a typed name in a client that does not try https first, an old link.
    /// They have no effect on a site without TLS.
    pub http_share: Fraction,
    /// Number of returning users, among whom the other requests are distributed at random. A user whose connection has
    /// been idle for longer than the entry allows opens a new one. By default, the number follows the rate: as many as
    /// pause for five seconds on average. A closed population has its own number.
    pub users: Option<Population>,
    /// Number of returning users who share an address, such as those of a company behind NAT. Only rate limits notice.
    pub users_per_address: Population,
    /// Whether returning visitors reuse an open connection or open a new one for each request.
    pub connections: Connections,
    /// Fraction of new connections, from new or returning visitors, on which the browser resumes an earlier TLS
    /// session.
    pub resumes: Fraction,
    /// Time after which a browser tries the next address of the site if one has not replied. 250 ms is the Connection
    /// Attempt Delay that RFC 8305, section 5 ("Happy Eyeballs"), recommends. Clients without it wait for the operating
    /// system, about 21 s on Windows and 130 s on Linux, which is longer than users do.
    pub attempt_timeout_s: Seconds,
    /// How long a user waits before giving up.
    pub patience_s: Seconds,
    /// Retries after a failed request.
    pub retries: super::retries::Retries,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            rate: super::quantity::Rate::literal(100.0),
            arrivals: super::arrivals::Arrivals::default(),
            schedule: Vec::new(),
            static_share: Fraction::literal(0.4),
            write_share: Fraction::literal(0.2),
            new_visitors: Fraction::literal(0.25),
            http_share: Fraction::literal(0.0),
            users: None,
            users_per_address: Population::literal(1),
            connections: Connections::KeepAlive,
            resumes: Fraction::literal(0.0),
            attempt_timeout_s: Seconds::literal(0.25),
            patience_s: Seconds::literal(10.0),
            retries: super::retries::Retries::default(),
        }
    }
}

impl Traffic {
    /// Number of returning users at the initial rate.
    pub fn returning_users(&self) -> u32 {
        self.users_at(self.rate.get())
    }

    /// Number of returning users at a rate in requests per second.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 1 and at most 100,000")]
    pub fn users_at(&self, per_s: f64) -> u32 {
        match (self.arrivals, self.users) {
            (Arrivals::Closed { users, .. }, _) | (_, Some(users)) => users.get(),
            (_, None) => (self.returning(per_s) * USUAL_PAUSE_S).round().clamp(1.0, MOST_USUAL_USERS) as u32,
        }
    }

    /// Requests per second from returning users, out of `per_s`.
    fn returning(&self, per_s: f64) -> f64 {
        per_s * (1.0 - self.new_visitors.get())
    }

    /// Mean pause of a returning user between two requests at the initial rate, in seconds.
    pub fn mean_pause_s(&self) -> f64 {
        match self.arrivals {
            Arrivals::Closed { think, .. } => think.mean_ms() / 1e3,
            Arrivals::Poisson | Arrivals::Constant if self.returning(self.rate.get()) > 0.0 => {
                f64::from(self.returning_users()) / self.returning(self.rate.get())
            }
            Arrivals::Poisson | Arrivals::Constant => USUAL_PAUSE_S,
        }
    }

    /// Mean time for which a connection is idle after a request, in seconds, at an entry that closes it after `idle_s`: a
    /// returning user sends another request after an exponential pause, a new visitor does not.
    pub fn idle_after_request_s(&self, idle_s: f64) -> f64 {
        if self.connections == Connections::PerRequest {
            return 0.0;
        }
        let (new, pause_s) = (self.new_visitors.get(), self.mean_pause_s());
        new * idle_s - (1.0 - new) * pause_s * libm::expm1(-idle_s / pause_s)
    }

    /// Share of the pauses of returning users that are longer than a time in seconds: those after which a connection with
    /// this idle timeout has been closed. Pauses are taken as exponential, which holds for Poisson arrivals.
    pub fn pauses_beyond(&self, idle_s: f64) -> f64 {
        if self.connections == Connections::PerRequest { 1.0 } else { (-idle_s / self.mean_pause_s()).exp() }
    }
}

impl ComponentKind {
    /// How long a client's connection may be idle before the component closes it; `None` if it has no such timeout.
    pub fn idle_timeout(&self) -> Option<Seconds> {
        match self {
            Self::LoadBalancer(spec) => Some(spec.http_keep_alive_s.shorter(spec.client_timeout_s)),
            Self::Web(spec) | Self::App(spec) => Some(spec.keepalive_timeout_s),
            Self::Cache(spec) => spec.idle_timeout(),
            Self::Browser
            | Self::DnsResolver(_)
            | Self::Firewall(_)
            | Self::SqlProxy(_)
            | Self::Database(_)
            | Self::Agent(_)
            | Self::MonitoringService => None,
        }
    }

    /// How long the component keeps an idle connection to an upstream; `None` if it keeps none, or without limit.
    pub const fn upstream_idle_timeout(&self) -> Option<Seconds> {
        match self {
            Self::LoadBalancer(spec) => Some(spec.pool_purge_delay_s),
            Self::Web(spec) | Self::App(spec) => Some(spec.upstream_keepalive_s),
            Self::Cache(spec) => spec.upstream_idle_timeout(),
            Self::Browser
            | Self::DnsResolver(_)
            | Self::Firewall(_)
            | Self::SqlProxy(_)
            | Self::Database(_)
            | Self::Agent(_)
            | Self::MonitoringService => None,
        }
    }

    /// The name of the kind, in lower case.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::DnsResolver(_) => "DNS resolver",
            Self::Firewall(_) => "firewall",
            Self::LoadBalancer(_) => "load balancer",
            Self::Web(_) => "web server",
            Self::App(_) => "application server",
            Self::Cache(spec) => spec.place.of_cache(),
            Self::SqlProxy(_) => "SQL proxy",
            Self::Database(spec) => spec.role.of_database(),
            Self::Agent(_) => "monitoring agent",
            Self::MonitoringService => "monitoring service",
        }
    }

    /// Whether the component's database driver follows the primary.
    pub const fn follows_primary(&self) -> bool {
        match self.as_proxy() {
            Some(spec) => spec.follow_primary,
            None => false,
        }
    }

    /// The kind's default station, without a file's changes.
    pub const fn default_station(&self) -> Station {
        match self {
            Self::Browser | Self::Agent(_) | Self::MonitoringService => Station::instant(),
            Self::DnsResolver(_) => Station::resolver(),
            Self::Firewall(_) => Station::firewall(),
            Self::LoadBalancer(_) => Station::balancer(),
            Self::Web(_) => Station::web(),
            Self::App(_) => Station::app(),
            Self::Cache(spec) => match spec.place {
                CachePlace::Front => Station::front_cache(),
                CachePlace::Beside | CachePlace::Sessions => Station::cache(),
            },
            Self::SqlProxy(_) => Station::sql_proxy(),
            Self::Database(_) => Station::database(),
        }
    }

    /// Whether the component keeps connections to upstreams open, and the maximum number of idle ones per link;
    /// `u32::MAX` for no limit.
    pub const fn upstream(&self) -> (Connections, u32) {
        let (upstream, idle) = match self {
            Self::Web(spec) | Self::App(spec) => (spec.upstream, spec.idle),
            Self::LoadBalancer(spec) => (spec.upstream, spec.idle),
            Self::SqlProxy(spec) => (Connections::KeepAlive, spec.idle),
            Self::Browser
            | Self::DnsResolver(_)
            | Self::Firewall(_)
            | Self::Cache(_)
            | Self::Database(_)
            | Self::Agent(_)
            | Self::MonitoringService => (Connections::KeepAlive, None),
        };
        match idle {
            Some(idle) => (upstream, idle),
            None => (upstream, u32::MAX),
        }
    }
}

impl Component {
    /// The component's label in the diagram.
    pub fn label(&self) -> &str {
        match (&self.label, &self.software) {
            (Some(label), _) => label,
            (None, Some(software)) => &software.name,
            (None, None) => self.kind.word(),
        }
    }

    /// The component's station: the kind's default with the file's changes.
    pub fn station(&self) -> Station {
        self.kind.default_station().patched(&self.station)
    }
}
