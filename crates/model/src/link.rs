//! Links: who opens connections to whom, for what.
//!
//! A link is directed from the one who asks to the one who answers. It must not know whether it is encrypted: that is
//! derived (see [`super::hop`]).

use serde::{Deserialize, Serialize};

use super::component::ComponentKind;
use super::id::ComponentId;
use super::quantity::Millis;
use super::reliability::Reliability;
use super::request::RequestKind;

/// What is spoken on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Protocol {
    /// Questions for the address of a name.
    Dns,
    /// Requests of users.
    Http,
    /// Questions to a database.
    Sql,
    /// A replica follows its primary. The link points from the primary to the replica, as the changes flow.
    Replication,
    /// An agent pushes samples.
    Metrics,
    /// Two balancers that share an address tell each other who holds it. One link stands for both directions.
    Vrrp,
}

impl Protocol {
    /// The port that it uses unless a file says otherwise. `behind` tells that HTTP runs behind the entry.
    pub const fn usual_port(self, behind: bool) -> u16 {
        match self {
            Self::Dns => 53,
            Self::Http if behind => 8080,
            Self::Http | Self::Metrics => 443,
            Self::Sql | Self::Replication => 3306,
            // VRRP has no port: this is its number among the IP protocols, and a firewall's rule names it in the same place.
            Self::Vrrp => 112,
        }
    }

    /// What two kinds of components speak if the first asks the second; `None` if it never does. Two balancers of a pair speak
    /// VRRP.
    pub fn between(from: &ComponentKind, to: &ComponentKind) -> Option<Self> {
        let are_pair = [from, to].iter().all(|kind| kind.as_balancer().is_some_and(|spec| spec.vrrp.is_some()));
        let by_preference = [Self::Metrics, Self::Dns, Self::Vrrp, Self::Http, Self::Sql, Self::Replication];
        by_preference
            .into_iter()
            .find(|protocol| from.asks(*protocol) && to.answers(*protocol) && (*protocol != Self::Vrrp || are_pair))
    }

    /// The word that the screen uses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dns => "DNS",
            Self::Http => "HTTP",
            Self::Sql => "SQL",
            Self::Replication => "replication",
            Self::Metrics => "metrics",
            Self::Vrrp => "VRRP",
        }
    }

    /// Whether requests of users travel here, other than the lookup of a name.
    pub const fn carries_requests(self) -> bool {
        matches!(self, Self::Http | Self::Sql)
    }
}

/// One link as a file writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSpec {
    /// Who asks.
    pub from: ComponentId,
    /// Who answers.
    pub to: ComponentId,
    /// What is spoken; by default what the two ends speak, see [`Protocol::between`].
    #[serde(default)]
    pub protocol: Option<Protocol>,
    /// The port of the one who answers: by default 443 from the browser (80 without TLS) and to the monitoring service, 8080
    /// behind the entry, 53 for DNS, 3306 for SQL and replication.
    #[serde(default)]
    pub port: Option<u16>,
    /// How long a message takes one way: by default 25 ms from the user, 5 ms to the resolver and the monitoring
    /// service, 0.25 ms between servers and 0.02 ms inside one.
    #[serde(default)]
    pub latency_ms: Option<Millis>,
    /// How often it fails; by default, never.
    #[serde(default)]
    pub reliability: Option<Reliability>,
    /// The kinds of request that use it; by default all.
    #[serde(default)]
    pub kinds: Option<Vec<RequestKind>>,
    /// For a balancer's backend: its share under an algorithm that heeds weights, from 1 to 256.
    #[serde(default = "usual_weight")]
    pub weight: u16,
    /// For a balancer's backend: how many requests the balancer has in progress there at most; 0 is no limit.
    #[serde(default)]
    pub maxconn: u32,
}

impl LinkSpec {
    /// A link of which a file says nothing but its ends.
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
        }
    }
}

fn usual_weight() -> u16 {
    1
}

/// One link, complete: the weight of an edge of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// What is spoken.
    pub protocol: Protocol,
    /// The port of the one who answers.
    pub port: u16,
    /// How long a message takes one way.
    pub latency: Millis,
    /// How often it fails; `None` is never.
    pub reliability: Option<Reliability>,
    /// Whether each kind of request uses it, in the order of [`RequestKind::ALL`].
    pub kinds: [bool; 3],
    /// A backend's share under an algorithm that heeds weights.
    pub weight: u16,
    /// How many requests a balancer has in progress on it at most; `None` is no limit.
    pub maxconn: Option<u32>,
}

impl Link {
    /// Whether requests of this kind use the link.
    pub const fn serves(&self, kind: RequestKind) -> bool {
        self.kinds[kind.index()]
    }
}
