//! What each kind of component does with a request: the single definition that the simulation runs and everything else
//! reads.
//!
//! ```text
//!  browser ──lookup──▶ resolver
//!     └──▶ firewalls ──▶ balancer ──▶ web server ──▶ application ──▶ database
//!  originate   filter     forward   respond/forward    forward        query
//! ```
//!
//! Pure data, derived from an [`Infrastructure`], a component and a [`RequestKind`]. There is no time, load or health
//! here, so a rule such as "the next backend that is UP" lists the candidates and leaves the choice among them to the
//! caller. [`KindFacts`] has what does not depend on a request.

mod caching;
mod cluster;
mod facts;
mod failure;
mod forwarding;
mod identity;
mod idle;

pub use caching::{CacheUse, Caching};
pub use cluster::{ClusterRules, HEARTBEAT, SEMI_SYNC_TIMEOUT, first_authority, starts_writable};
pub use facts::{Column, CrashEffect, FailsAs, HttpTls, KindFacts, Operator, RequestPart, Shape};
pub use failure::{AttemptFailure, Ejection, FailurePolicy, HttpError, NextAttempt, Reaction, RetryRule};
pub use forwarding::{APP_TIMEOUT, Forwarding, HealthChecking, MOST_UPSTREAMS, UpstreamChoice, WEB_TIMEOUT, check_depth};
pub use identity::{CertificateCheck, certificate_check, checks_speak_tls, resumes_sessions, site_certificates, terminates_tls};
pub use idle::{KeepAliveRace, idle_timeout, keep_alive_race};

use super::component::{ComponentKind, ResolverSpec};
use super::infrastructure::{ComponentIx, Infrastructure, LinkIx};
use super::link::Protocol;
use super::quantity::Seconds;
use super::request::RequestKind;

/// Time after which a browser gives up on a DNS lookup: `getaddrinfo` waits 5 s by default (`options timeout` in
/// resolv.conf(5)).
pub const LOOKUP_TIMEOUT: Seconds = Seconds::literal(5.0);

/// What a component does with a request of one kind.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "most behaviours forward, and the engine reads them without indirection")]
pub enum Behaviour {
    /// Sends it: a user's browser.
    Originate(Origin),
    /// Responds itself, without an upstream: a static page.
    Respond,
    /// Executes a statement: a database.
    Query(Statement),
    /// Looks up the object that it asks for, and responds with it or reports a miss: a cache beside an application.
    LookUp,
    /// Forwards it to another component and relays the response.
    Forward(Forwarding),
    /// Resolves the site's name, with these settings.
    Resolve(ResolverSpec),
    /// Checks new connections against its rules. Responses pass, since a packet filter is stateful (conntrack).
    Filter,
    /// Has no upstream for it and responds with this error.
    Fail(HttpError),
    /// Never receives a user's request: monitoring.
    Ignore,
}

/// The database that a statement needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statement {
    /// Any running database.
    Read,
    /// A writable database. Others reject the statement with error 1290, as MySQL does under `super_read_only`.
    Write,
}

/// How users reach the site.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// Links to resolvers, in authored order. A browser uses only the first one; without any, it already knows the
    /// address.
    pub lookups: Vec<LinkIx>,
    /// Time limit for the lookup.
    pub lookup_timeout: Seconds,
    /// Links to the site, in order of preference: with a VRRP pair, the balancer with the higher priority first and, if
    /// equal, the later one (RFC 5798 compares addresses; positions stand in for them).
    pub entries: Vec<LinkIx>,
    /// Time that a user waits for the complete page.
    pub patience: Seconds,
}

/// What a component does with a request when all slots are busy and the queue is full, or when too many requests are
/// present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// Refuses the connection.
    Refuse,
    /// Drops the SYN, as Linux does while the accept queue of a listener is full (`tcp_abort_on_overflow` is 0). The caller
    /// resends it until its connect timeout expires. At its limit of connections, a program stops accepting them, and they
    /// wait in the accept queue.
    DropSyn,
    /// Refuses the session with error 1040, "Too many connections".
    TooManyConnections,
}

/// What a component does with requests of one kind.
pub fn behaviour(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind) -> Behaviour {
    match &infra.component(ix).kind {
        ComponentKind::Browser => Behaviour::Originate(origin(infra, ix)),
        ComponentKind::DnsResolver(spec) => Behaviour::Resolve(spec.clone()),
        ComponentKind::Firewall(_) => Behaviour::Filter,
        ComponentKind::LoadBalancer(spec) => Behaviour::Forward(Forwarding::of_balancer(infra, ix, kind, spec)),
        ComponentKind::Web(_) | ComponentKind::App(_) if kind.is_static() => Behaviour::Respond,
        ComponentKind::Web(spec) => match Forwarding::of_web(infra, ix, kind, spec) {
            Some(forwarding) => Behaviour::Forward(forwarding),
            None => Behaviour::Fail(HttpError::BadGateway),
        },
        ComponentKind::App(spec) => match Forwarding::of_app(infra, ix, kind, spec) {
            Some(forwarding) => Behaviour::Forward(forwarding),
            None => Behaviour::Fail(HttpError::InternalServerError),
        },
        ComponentKind::Cache(spec) if spec.is_beside() => Behaviour::LookUp,
        ComponentKind::Cache(_) => match Forwarding::of_cache(infra, ix, kind) {
            Some(forwarding) => Behaviour::Forward(forwarding),
            None => Behaviour::Fail(HttpError::Unavailable),
        },
        ComponentKind::Database(_) if kind.is_write() => Behaviour::Query(Statement::Write),
        ComponentKind::Database(_) => Behaviour::Query(Statement::Read),
        ComponentKind::Agent(_) | ComponentKind::MonitoringService => Behaviour::Ignore,
    }
}

/// The links on which a component can forward requests of one kind, in authored order: links that carry requests and
/// whose `kinds` include this one. A cache beside the component is not an upstream: see [`Caching`].
pub fn upstreams(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind) -> Vec<LinkIx> {
    let mut links = infra.links_from(ix);
    links.retain(|link| {
        let link = infra.link(*link);
        link.protocol.carries_requests() && link.protocol != Protocol::Cache && link.serves(kind)
    });
    links
}

/// The browser's links to resolvers and to the site. A link's `kinds` do not matter here: a browser sends requests of
/// every kind on the connection that it has.
fn origin(infra: &Infrastructure, ix: ComponentIx) -> Origin {
    let on = |protocol: Protocol| {
        let mut links = infra.links_from(ix);
        links.retain(|link| infra.link(*link).protocol == protocol);
        links
    };
    let mut entries = on(Protocol::Http);
    let priority = |link: &LinkIx| {
        let to = infra.ends(*link).1;
        let pair = infra.component(to).kind.as_balancer().and_then(|spec| spec.vrrp.as_ref());
        pair.map(|vrrp| (vrrp.priority, to))
    };
    entries.sort_by_key(|link| std::cmp::Reverse(priority(link)));
    Origin { lookups: on(Protocol::Dns), lookup_timeout: LOOKUP_TIMEOUT, entries, patience: infra.traffic().patience_s }
}

#[cfg(test)]
mod tests;
