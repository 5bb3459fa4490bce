//! Links: which component connects to which, and over which protocol.
//!
//! A link is directed from the client to the server end. Its encryption is derived (see [`super::hop`]).

use serde::{Deserialize, Serialize};

use super::component::ComponentKind;
use super::id::ComponentId;
use super::quantity::Millis;
use super::reliability::Reliability;
use super::request::RequestKind;

/// The protocol of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Protocol {
    /// DNS queries for the site's name.
    Dns,
    /// Users' requests.
    Http,
    /// Database queries.
    Sql,
    /// Lookups in a cache beside an application.
    Cache,
    /// Replication. The link points from the primary to the replica, in the direction in which changes flow.
    Replication,
    /// An agent's samples. A link to the monitoring service is a push; a link from the service to an agent is a scrape:
    /// the service opens the connection.
    Metrics,
    /// VRRP advertisements between two balancers that share an address. One link stands for both directions.
    Vrrp,
}

impl Protocol {
    /// The default port. `behind` is true for HTTP behind the entry.
    pub const fn usual_port(self, behind: bool) -> u16 {
        match self {
            Self::Dns => 53,
            Self::Http if behind => 8080,
            Self::Http | Self::Metrics => 443,
            Self::Sql | Self::Replication => 3306,
            // Redis; memcached uses 11211.
            Self::Cache => 6379,
            // VRRP has no port: 112 is its IP protocol number, which firewall rules list as a port.
            Self::Vrrp => 112,
        }
    }

    /// The protocol between two kinds of components if the first is the client; `None` if there is none. The two
    /// balancers of a pair speak VRRP.
    pub fn between(from: &ComponentKind, to: &ComponentKind) -> Option<Self> {
        let are_pair = [from, to].iter().all(|kind| kind.as_balancer().is_some_and(|spec| spec.vrrp.is_some()));
        let is_of_monitoring = from.is_monitoring_service() != to.is_monitoring_service();
        let suits = |protocol: Self| match protocol {
            Self::Vrrp => are_pair,
            Self::Metrics => is_of_monitoring,
            Self::Dns | Self::Http | Self::Cache | Self::Sql | Self::Replication => true,
        };
        let by_preference = [Self::Metrics, Self::Dns, Self::Vrrp, Self::Http, Self::Cache, Self::Sql, Self::Replication];
        by_preference.into_iter().find(|protocol| from.asks(*protocol) && to.answers(*protocol) && suits(*protocol))
    }

    /// Name of the protocol.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dns => "DNS",
            Self::Http => "HTTP",
            Self::Sql => "SQL",
            Self::Cache => "cache",
            Self::Replication => "replication",
            Self::Metrics => "metrics",
            Self::Vrrp => "VRRP",
        }
    }

    /// Whether the protocol carries users' requests. DNS lookups do not count.
    pub const fn carries_requests(self) -> bool {
        matches!(self, Self::Http | Self::Sql | Self::Cache)
    }
}

/// A link as written in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSpec {
    /// The client end.
    pub from: ComponentId,
    /// The server end.
    pub to: ComponentId,
    /// The protocol; by default the common protocol of the two ends, see [`Protocol::between`].
    #[serde(default)]
    pub protocol: Option<Protocol>,
    /// Port of the server end: by default 443 from the browser (80 without TLS) and to the monitoring service, 9100 from
    /// the service to an agent, 8080 behind the entry, 8000 for an application whose clients are on its own server, 53 for
    /// DNS, 3306 for SQL and replication (4567 in a multi-primary cluster), 6033 for an SQL proxy, 6379 for a cache. If
    /// another program on the server has the default, the next free port.
    #[serde(default)]
    pub port: Option<u16>,
    /// One-way latency: by default 25 ms from the user, 5 ms to the resolver and the monitoring service, 0.25 ms
    /// between servers and 0.02 ms within one.
    #[serde(default)]
    pub latency_ms: Option<Millis>,
    /// Failure and repair times; by default the link never fails.
    #[serde(default)]
    pub reliability: Option<Reliability>,
    /// Kinds of request that use the link; by default all.
    #[serde(default)]
    pub kinds: Option<Vec<RequestKind>>,
    /// For a balancer's backend: its weight from 1 to 256, used by weighted algorithms.
    #[serde(default = "usual_weight")]
    pub weight: u16,
    /// For a balancer's backend: the maximum number of requests that the balancer has in progress there; 0 for no
    /// limit.
    #[serde(default)]
    pub maxconn: u32,
    /// For a link from the browser to the site: whether the address at its end belongs to a standby site, so that the
    /// site's DNS record does not list it until the record is switched.
    #[serde(default)]
    pub standby: bool,
}

impl LinkSpec {
    /// A link for which only the ends are specified.
    pub fn new(from: ComponentId, to: ComponentId) -> Self {
        Self {
            from,
            to,
            protocol: None,
            port: None,
            latency_ms: None,
            reliability: None,
            kinds: None,
            weight: usual_weight(),
            maxconn: 0,
            standby: false,
        }
    }
}

fn usual_weight() -> u16 {
    1
}

/// A link with all defaults filled in: the weight of an edge of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The protocol.
    pub protocol: Protocol,
    /// Port of the server end.
    pub port: u16,
    /// One-way latency.
    pub latency: Millis,
    /// Failure and repair times; `None` if the link never fails.
    pub reliability: Option<Reliability>,
    /// Whether the link carries each kind of request, in the order of [`RequestKind::ALL`].
    pub kinds: [bool; 3],
    /// A backend's weight, used by weighted algorithms.
    pub weight: u16,
    /// Maximum number of requests that a balancer has in progress on it; `None` for no limit.
    pub maxconn: Option<u32>,
    /// Whether the link leads to a standby site.
    pub standby: bool,
}

impl Link {
    /// Whether the link carries requests of this kind.
    pub const fn serves(&self, kind: RequestKind) -> bool {
        self.kinds[kind.index()]
    }
}
