//! Whiteboard notes: what an element of a diagram is, why it is there, and one sentence to say aloud about it.
//!
//! Notes are content, read from glossary files. What happens without the element is not authored: it is computed for the design.

use serde::{Deserialize, Serialize};

use hoplight_model::component::{CachePlace, CacheSpec, DatabaseRole, DatabaseSpec};
use hoplight_model::{ComponentKind, Protocol, Text};

/// What a note is about: a kind of component, or another kind of element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NoteSubject {
    /// The users' browser.
    Browser,
    /// A DNS resolver.
    DnsResolver,
    /// A packet filter.
    Firewall,
    /// A load balancer.
    LoadBalancer,
    /// A web server.
    Web,
    /// An application server.
    App,
    /// The primary of a database cluster.
    Primary,
    /// A replica.
    Replica,
    /// A member of a quorum cluster.
    Member,
    /// A member of a cluster in which every member accepts writes.
    MultiPrimary,
    /// A SQL proxy.
    SqlProxy,
    /// A cache in front of the site.
    FrontCache,
    /// A cache beside an application.
    SideCache,
    /// A session store.
    SessionStore,
    /// A monitoring agent.
    Agent,
    /// The monitoring service.
    MonitoringService,
    /// A server.
    Server,
    /// A certificate.
    Certificate,
    /// A link with DNS queries.
    DnsLink,
    /// A link with users' requests.
    HttpLink,
    /// A link with database queries.
    SqlLink,
    /// A link with lookups in a cache.
    CacheLink,
    /// A replication link.
    ReplicationLink,
    /// A link with an agent's samples.
    MetricsLink,
    /// The link between the balancers of a VRRP pair.
    VrrpLink,
}

impl NoteSubject {
    /// All subjects.
    pub const ALL: [Self; 25] = [
        Self::Browser,
        Self::DnsResolver,
        Self::Firewall,
        Self::LoadBalancer,
        Self::Web,
        Self::App,
        Self::Primary,
        Self::Replica,
        Self::Member,
        Self::MultiPrimary,
        Self::SqlProxy,
        Self::FrontCache,
        Self::SideCache,
        Self::SessionStore,
        Self::Agent,
        Self::MonitoringService,
        Self::Server,
        Self::Certificate,
        Self::DnsLink,
        Self::HttpLink,
        Self::SqlLink,
        Self::CacheLink,
        Self::ReplicationLink,
        Self::MetricsLink,
        Self::VrrpLink,
    ];

    /// Returns the subject of a component.
    pub const fn of_kind(kind: &ComponentKind) -> Self {
        match kind {
            ComponentKind::Browser => Self::Browser,
            ComponentKind::DnsResolver(_) => Self::DnsResolver,
            ComponentKind::Firewall(_) => Self::Firewall,
            ComponentKind::LoadBalancer(_) => Self::LoadBalancer,
            ComponentKind::Web(_) => Self::Web,
            ComponentKind::App(_) => Self::App,
            ComponentKind::Database(DatabaseSpec { role: DatabaseRole::Primary, .. }) => Self::Primary,
            ComponentKind::Database(DatabaseSpec { role: DatabaseRole::Replica, .. }) => Self::Replica,
            ComponentKind::Database(DatabaseSpec { role: DatabaseRole::Member, .. }) => Self::Member,
            ComponentKind::Database(DatabaseSpec { role: DatabaseRole::MultiPrimary, .. }) => Self::MultiPrimary,
            ComponentKind::SqlProxy(_) => Self::SqlProxy,
            ComponentKind::Cache(CacheSpec { place: CachePlace::Front, .. }) => Self::FrontCache,
            ComponentKind::Cache(CacheSpec { place: CachePlace::Beside, .. }) => Self::SideCache,
            ComponentKind::Cache(CacheSpec { place: CachePlace::Sessions, .. }) => Self::SessionStore,
            ComponentKind::Agent(_) => Self::Agent,
            ComponentKind::MonitoringService => Self::MonitoringService,
        }
    }

    /// Returns the subject of a link.
    pub const fn of_link(protocol: Protocol) -> Self {
        match protocol {
            Protocol::Dns => Self::DnsLink,
            Protocol::Http => Self::HttpLink,
            Protocol::Sql => Self::SqlLink,
            Protocol::Cache => Self::CacheLink,
            Protocol::Replication => Self::ReplicationLink,
            Protocol::Metrics => Self::MetricsLink,
            Protocol::Vrrp => Self::VrrpLink,
        }
    }
}

/// A note. `{name}` in a text stands for the element's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhiteboardNote {
    /// The subject.
    pub of: NoteSubject,
    /// What it is.
    pub what: Text,
    /// Why it is in a design.
    pub why: Text,
    /// What differs if it is left out of the design instead of lost, or what is lost besides requests; may be empty.
    #[serde(default)]
    pub removed: Text,
    /// One sentence to say aloud.
    pub say: Text,
}

impl WhiteboardNote {
    /// Returns the texts that may not be empty.
    pub fn required(&self) -> [&Text; 3] {
        [&self.what, &self.why, &self.say]
    }
}
