//! The kinds of elements of a drawing that a learner has to explain.

use std::collections::BTreeMap;

use hoplight_model::behaviour::RequestPart;
use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentKind, DatabaseRole, Element, Tier};
use serde::{Deserialize, Serialize};

/// A kind of element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DrawnPart {
    /// A DNS resolver.
    Resolver,
    /// A server.
    Server,
    /// A load balancer.
    Balancer,
    /// A web server.
    WebServer,
    /// An application server.
    ApplicationServer,
    /// A database that accepts writes.
    PrimaryDatabase,
    /// A replica.
    Replica,
    /// A member of a database cluster.
    ClusterMember,
    /// An SQL proxy.
    SqlProxy,
    /// A cache or session store.
    Cache,
    /// A firewall.
    Firewall,
    /// A certificate.
    Certificate,
    /// A monitoring client.
    MonitoringClient,
    /// The service that collects samples.
    MonitoringService,
}

impl DrawnPart {
    /// All kinds, in the order in which the learner is asked.
    pub const ALL: [Self; 14] = [
        Self::Resolver,
        Self::Server,
        Self::Balancer,
        Self::WebServer,
        Self::ApplicationServer,
        Self::PrimaryDatabase,
        Self::Replica,
        Self::ClusterMember,
        Self::SqlProxy,
        Self::Cache,
        Self::Firewall,
        Self::Certificate,
        Self::MonitoringClient,
        Self::MonitoringService,
    ];

    /// The kind of a component; `None` for the users, whom nobody has to explain.
    pub const fn of(kind: &ComponentKind) -> Option<Self> {
        if let Some(spec) = kind.as_database() {
            return Some(match spec.role {
                DatabaseRole::Primary => Self::PrimaryDatabase,
                DatabaseRole::Replica => Self::Replica,
                DatabaseRole::Member | DatabaseRole::MultiPrimary => Self::ClusterMember,
            });
        }
        match kind.facts().part {
            RequestPart::User => None,
            RequestPart::Lookup => Some(Self::Resolver),
            RequestPart::Filter => Some(Self::Firewall),
            RequestPart::Work(Tier::Balancer) => Some(Self::Balancer),
            RequestPart::Work(Tier::Web) => Some(Self::WebServer),
            RequestPart::Work(Tier::Application) => Some(Self::ApplicationServer),
            RequestPart::Work(Tier::Cache) => Some(Self::Cache),
            RequestPart::Work(Tier::SqlProxy) => Some(Self::SqlProxy),
            RequestPart::Work(Tier::Database) => Some(Self::PrimaryDatabase),
            RequestPart::Watcher if kind.is_monitoring_service() => Some(Self::MonitoringService),
            RequestPart::Watcher => Some(Self::MonitoringClient),
        }
    }
}

/// The elements of a drawing by kind. A certificate stands for its holders.
pub fn drawn_parts(scenario: &Scenario) -> BTreeMap<DrawnPart, Vec<Element>> {
    let mut parts: BTreeMap<DrawnPart, Vec<Element>> = BTreeMap::new();
    for component in &scenario.components {
        if let Some(part) = DrawnPart::of(&component.kind) {
            parts.entry(part).or_default().push(Element::Component(component.id.clone()));
        }
    }
    let servers: Vec<Element> = scenario.servers.iter().map(|server| Element::Server(server.id.clone())).collect();
    let holders = scenario.certificates.iter().flat_map(|certificate| &certificate.on);
    let holders: Vec<Element> = holders.cloned().map(Element::Component).collect();
    parts.extend(
        [(DrawnPart::Server, servers), (DrawnPart::Certificate, holders)].into_iter().filter(|(_, list)| !list.is_empty()),
    );
    parts
}
