//! What each kind of component does with a request: the one definition that the simulation runs and everything else reads.
//!
//! ```text
//!  browser ──lookup──▶ resolver
//!     └──▶ firewalls ──▶ balancer ──▶ web server ──▶ application ──▶ database
//!  originate   filter     forward   respond/forward    forward        query
//! ```
//!
//! Pure data, derived from an [`Infrastructure`], a component and a [`RequestKind`]. Times are settings in seconds: nothing
//! here knows the time, load or health, so a rule such as "the next backend that is UP" names the candidates and leaves the
//! choice among them to its reader. [`KindFacts`] hold what does not depend on a request.

mod cluster;
mod facts;
mod failure;
mod forwarding;
mod identity;

pub use cluster::{ClusterRules, HEARTBEAT, SEMI_SYNC_TIMEOUT, first_authority, starts_writable};
pub use facts::{Column, CrashEffect, FailsAs, HttpTls, KindFacts, Operator, RequestPart, Shape};
pub use failure::{AttemptFailure, FailurePolicy, HttpError, NextAttempt, Reaction, RetryRule};
pub use forwarding::{APP_TIMEOUT, Forwarding, HealthChecking, MOST_UPSTREAMS, UpstreamChoice, WEB_TIMEOUT, check_depth};
pub use identity::{CertificateCheck, certificate_check, checks_speak_tls, site_certificates, terminates_tls};

use super::component::{ComponentKind, ResolverSpec};
use super::infrastructure::{ComponentIx, Infrastructure, LinkIx};
use super::link::Protocol;
use super::quantity::Seconds;
use super::request::RequestKind;

/// How long a browser waits for the answer to a name before the page fails: `getaddrinfo` waits 5 s by default
/// (`options timeout` in resolv.conf(5)).
pub const LOOKUP_TIMEOUT: Seconds = Seconds::literal(5.0);

/// What a component does with a request of one kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Behaviour {
    /// Sends it: the users' browser.
    Originate(Origin),
    /// Has the answer: a static page, or the code of a site.
    Respond,
    /// Executes a statement: a database.
    Query(Statement),
    /// Asks another component and passes the answer on.
    Forward(Forwarding),
    /// Answers questions for the site's name, for as long as these settings say.
    Resolve(ResolverSpec),
    /// Judges new connections by its rules; responses pass, since a packet filter keeps state (conntrack).
    Filter,
    /// Has no upstream for it, and reports this error.
    Fail(HttpError),
    /// Gets no request of a user: monitoring.
    Ignore,
}

/// What a statement needs of the database that executes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statement {
    /// Any database that runs.
    Read,
    /// One that is writable; others refuse it with error 1290, as MySQL does under `super_read_only`.
    Write,
}

/// How users reach the site.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// The links to resolvers, in authored order. A browser asks the first one only; without any, the address is known.
    pub lookups: Vec<LinkIx>,
    /// How long it waits for the resolver.
    pub lookup_timeout: Seconds,
    /// The links to the site, the preferred one first: with a VRRP pair, the balancer with the higher priority, and of
    /// equals the later one (RFC 5798 compares addresses; positions stand for them).
    pub entries: Vec<LinkIx>,
    /// How long a user waits for the whole page.
    pub patience: Seconds,
}

/// What a component does with a request that finds every slot busy and the queue full, or too many requests present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// Refuses the connection, as a listener whose backlog is full.
    Refuse,
    /// Responds with an error.
    Respond(HttpError),
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
        ComponentKind::Database(_) if kind.is_write() => Behaviour::Query(Statement::Write),
        ComponentKind::Database(_) => Behaviour::Query(Statement::Read),
        ComponentKind::Agent(_) | ComponentKind::MonitoringService => Behaviour::Ignore,
    }
}

/// The links on which a component can forward requests of one kind, in authored order: those that carry requests, and whose
/// `kinds` name this one.
pub fn upstreams(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind) -> Vec<LinkIx> {
    let mut links = infra.links_from(ix);
    links.retain(|link| infra.link(*link).protocol.carries_requests() && infra.link(*link).serves(kind));
    links
}

/// The browser's ways to the resolvers and to the site. A link's `kinds` do not matter here: a browser asks for every kind on
/// the connection that it has.
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
