//! Components: the programs and people of an infrastructure.
//!
//! Must not know how they are linked or simulated.

use serde::{Deserialize, Serialize};

pub use super::balancer::{Algorithm, BalancerSpec};
use super::connection::Connections;
pub use super::database::{DatabaseRole, DatabaseSpec, Failover};
use super::firewall::FirewallSpec;
use super::id::{ComponentId, ServerId};
use super::quantity::{Fraction, Seconds};
use super::reliability::Reliability;
use super::station::{Station, StationPatch};
use super::text::Text;

/// What a component is, with the settings that only its kind has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum ComponentKind {
    /// The users' browsers.
    Browser,
    /// The resolver that answers for the site's name.
    DnsResolver(ResolverSpec),
    /// A packet filter.
    Firewall(FirewallSpec),
    /// Spreads requests over web servers.
    LoadBalancer(BalancerSpec),
    /// Serves static pages and forwards the rest.
    Web(ProxySpec),
    /// Runs the code of the site.
    App(ProxySpec),
    /// Keeps the data.
    Database(DatabaseSpec),
    /// A monitoring client: samples its server's components and pushes the samples.
    Agent(AgentSpec),
    /// Where the samples arrive.
    MonitoringService,
}

/// Settings of a resolver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResolverSpec {
    /// How long an answer may be kept.
    pub ttl_s: Seconds,
    /// How long the questions to root, top level and authoritative server take together.
    pub miss_s: Seconds,
    /// How long it may be kept that there is no such name: the smaller one of the SOA record's TTL and its MINIMUM
    /// (RFC 2308). Hours are usual outside lessons.
    pub negative_ttl_s: Seconds,
    /// How long it asks an authoritative server in vain before it answers SERVFAIL.
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

/// Settings of a web or application server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProxySpec {
    /// How long it waits for an upstream's response: by default 5 s for a web server, 2 s for an application's query.
    pub timeout_s: Option<Seconds>,
    /// Whether its database driver sends writes to the database that took the last one, and turns to the next of its
    /// links when that one refuses, is read-only or stays silent. Without, each write begins at the first link.
    pub follow_primary: bool,
    /// Whether it keeps its connections downstream. Those that are kept and speak TLS are pooled: the first use of each pays
    /// for opening it. Those that are kept and speak plaintext are there from the start, as if warmed up.
    pub upstream: Connections,
    /// How many idle connections it keeps on one link at most, where they are pooled; no limit by default.
    pub idle: Option<u32>,
}

impl Default for ProxySpec {
    fn default() -> Self {
        Self { timeout_s: None, follow_primary: true, upstream: Connections::KeepAlive, idle: None }
    }
}

/// Settings of a monitoring agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AgentSpec {
    /// Time between two samples. One second here; ten are usual outside lessons.
    pub interval_s: Seconds,
}

impl Default for AgentSpec {
    fn default() -> Self {
        Self { interval_s: Seconds::literal(1.0) }
    }
}

/// A program and its version: what a shared flaw has in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Software {
    /// Its name, as in `HAProxy`.
    pub name: Text,
    /// Its version, as in `2.6.12`.
    pub version: Text,
}

impl std::fmt::Display for Software {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name.as_str(), self.version.as_str())
    }
}

/// A place on the canvas: column and row of a coarse grid, from 0 at the top left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "Place")]
pub struct GridPlace(
    /// Column.
    pub u16,
    /// Row.
    pub u16,
);

/// One component as a file writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Its name in links, lessons and commands.
    pub id: ComponentId,
    /// What it is.
    pub kind: ComponentKind,
    /// The server that it runs on; none for the user, for services elsewhere, and where a write-up forgot to say.
    #[serde(default)]
    pub server: Option<ServerId>,
    /// What the diagram calls it; by default the software's name or the kind's word.
    #[serde(default)]
    pub label: Option<Text>,
    /// What runs.
    #[serde(default)]
    pub software: Option<Software>,
    /// How often it fails; by default as the scenario's programs or services do.
    #[serde(default)]
    pub reliability: Option<Reliability>,
    /// Changes to the kind's default station.
    #[serde(default)]
    pub station: StationPatch,
    /// Where it is drawn, if it stands outside a server.
    #[serde(default)]
    pub at: Option<GridPlace>,
}

/// A machine that holds components.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Its name.
    pub id: ServerId,
    /// A word on what it is for.
    #[serde(default)]
    pub label: Option<Text>,
    /// How often it fails as a machine; by default as the scenario's servers do.
    #[serde(default)]
    pub reliability: Option<Reliability>,
    /// Where it is drawn.
    #[serde(default)]
    pub at: Option<GridPlace>,
}

/// Who visits the site, and how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Traffic {
    /// Requests per second, all kinds together, at the start.
    pub rate: super::quantity::Rate,
    /// How users come.
    pub arrivals: super::arrivals::Arrivals,
    /// How the rate changes in the course of time; each change begins when the one before is over.
    pub schedule: Vec<super::arrivals::RateChange>,
    /// Part of the requests that are static pages.
    pub static_share: Fraction,
    /// Part of the requests that are writes; the rest are reads.
    pub write_share: Fraction,
    /// Part of the requests that come from new visitors, who need a DNS answer, a connection and a handshake first.
    pub new_visitors: Fraction,
    /// How visitors who return come: on a connection that is there, or on a new one for each request.
    pub connections: Connections,
    /// Part of the users' new connections, of whomever, on which the browser resumes a TLS session from before.
    pub resumes: Fraction,
    /// How long a user waits before giving up.
    pub patience_s: Seconds,
    /// What users do when a request has failed.
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
            connections: Connections::KeepAlive,
            resumes: Fraction::literal(0.0),
            patience_s: Seconds::literal(10.0),
            retries: super::retries::Retries::default(),
        }
    }
}

impl ComponentKind {
    /// The word for the kind, in lower case.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::DnsResolver(_) => "DNS resolver",
            Self::Firewall(_) => "firewall",
            Self::LoadBalancer(_) => "load balancer",
            Self::Web(_) => "web server",
            Self::App(_) => "application server",
            Self::Database(spec) => spec.role.of_database(),
            Self::Agent(_) => "monitoring agent",
            Self::MonitoringService => "monitoring service",
        }
    }

    /// What it does, in a sentence for the detail panel.
    pub const fn role(&self) -> &'static str {
        match self {
            Self::Browser => "Asks for pages and shows them to the user.",
            Self::DnsResolver(_) => "Turns the site's name into an IP address.",
            Self::Firewall(_) => "Judges who may ask whom, by source and port; answers pass.",
            Self::LoadBalancer(_) => "Spreads requests over the healthy web servers.",
            Self::Web(_) => "Answers static pages; hands the rest to the application.",
            Self::App(_) => "Runs the site's code and asks the database.",
            Self::Database(DatabaseSpec { role: DatabaseRole::Primary, .. }) => "Keeps the data; the only one that takes writes.",
            Self::Database(DatabaseSpec { role: DatabaseRole::Replica, .. }) => {
                "Follows the primary; answers reads, refuses writes."
            }
            Self::Database(_) => "Keeps the data with its peers; one that they elect takes writes.",
            Self::Agent(_) => "Samples its server's counters and pushes them out.",
            Self::MonitoringService => "Keeps what agents deliver; knows nothing else.",
        }
    }

    /// Whether its database driver follows the primary.
    pub const fn follows_primary(&self) -> bool {
        match self.as_proxy() {
            Some(spec) => spec.follow_primary,
            None => false,
        }
    }

    /// The station of the kind, before a file's changes.
    pub const fn default_station(&self) -> Station {
        match self {
            Self::Browser | Self::Agent(_) | Self::MonitoringService => Station::instant(),
            Self::DnsResolver(_) => Station::resolver(),
            Self::Firewall(_) => Station::firewall(),
            Self::LoadBalancer(_) => Station::balancer(),
            Self::Web(_) => Station::web(),
            Self::App(_) => Station::app(),
            Self::Database(_) => Station::database(),
        }
    }

    /// Whether it keeps its connections to upstreams, and how many idle ones of a link; `u32::MAX` is no limit.
    pub const fn upstream(&self) -> (Connections, u32) {
        let (upstream, idle) = match self {
            Self::Web(spec) | Self::App(spec) => (spec.upstream, spec.idle),
            Self::LoadBalancer(spec) => (spec.upstream, spec.idle),
            Self::Browser
            | Self::DnsResolver(_)
            | Self::Firewall(_)
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

/// The settings of one kind, where a component is of that kind.
impl ComponentKind {
    /// Whether it is the users' browser.
    pub const fn is_browser(&self) -> bool {
        matches!(self, Self::Browser)
    }

    /// Whether it is the service that agents push to.
    pub const fn is_monitoring_service(&self) -> bool {
        matches!(self, Self::MonitoringService)
    }

    /// The settings of a resolver.
    pub const fn as_resolver(&self) -> Option<&ResolverSpec> {
        if let Self::DnsResolver(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a firewall.
    pub const fn as_firewall(&self) -> Option<&FirewallSpec> {
        if let Self::Firewall(spec) = self { Some(spec) } else { None }
    }

    pub(super) const fn as_firewall_mut(&mut self) -> Option<&mut FirewallSpec> {
        if let Self::Firewall(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a balancer.
    pub const fn as_balancer(&self) -> Option<&BalancerSpec> {
        if let Self::LoadBalancer(spec) = self { Some(spec) } else { None }
    }

    pub(super) const fn as_balancer_mut(&mut self) -> Option<&mut BalancerSpec> {
        if let Self::LoadBalancer(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a web or application server.
    pub const fn as_proxy(&self) -> Option<&ProxySpec> {
        if let Self::Web(spec) | Self::App(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a database.
    pub const fn as_database(&self) -> Option<&DatabaseSpec> {
        if let Self::Database(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a monitoring agent.
    pub const fn as_agent(&self) -> Option<&AgentSpec> {
        if let Self::Agent(spec) = self { Some(spec) } else { None }
    }
}

impl Component {
    /// What the diagram calls it.
    pub fn label(&self) -> &str {
        match (&self.label, &self.software) {
            (Some(label), _) => label,
            (None, Some(software)) => &software.name,
            (None, None) => self.kind.word(),
        }
    }

    /// Its station, complete.
    pub fn station(&self) -> Station {
        self.kind.default_station().patched(&self.station)
    }
}
