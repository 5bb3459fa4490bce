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
mod limit;
mod scheme;
mod sessions;

pub use super::hop::{terminates_tls, users_tls_ends};
pub use caching::{CacheUse, Caching};
pub use cluster::{ClusterRules, HEARTBEAT, SEMI_SYNC_TIMEOUT, first_authority, starts_writable};
pub use facts::{Column, CrashEffect, FailsAs, HttpTls, KindFacts, Operator, RequestPart, Shape};
pub use failure::{AttemptFailure, Ejection, FailurePolicy, HttpError, NextAttempt, Reaction, RetryRule};
pub use forwarding::{
    APP_TIMEOUT, Forwarding, HealthChecking, MOST_UPSTREAMS, UpstreamChoice, WEB_TIMEOUT, WantedRole, check_depth,
};
pub use identity::{CertificateCheck, certificate_check, checks_speak_tls, lacks_certificate, resumes_sessions};
pub use idle::{KeepAliveRace, idle_timeout, keep_alive_race, limited_idle_s};
pub use limit::{can_limit, learns_address, rate_limit};
pub(crate) use scheme::meets_redirect;
pub use scheme::{HttpVisits, has_port_80, hop_on_port_80, is_entry_link, redirects_plaintext, sees_https};
pub use sessions::{SessionNeed, SessionUse, StoreLookup, session_use};
pub(crate) use sessions::{keeps_sessions, session_link};

use super::cache::CachePlace;
use super::component::{ComponentKind, DatabaseRole, ResolverSpec};
use super::infrastructure::{ComponentIx, Infrastructure, LinkIx};
use super::link::Protocol;
use super::quantity::Seconds;
use super::request::RequestKind;

/// Time for which a browser's stub resolver waits for a DNS resolver. Then it queries the next one or, after the last
/// one, gives up. `getaddrinfo` waits 5 s by default (`options timeout` in resolv.conf(5)), and makes two rounds, which
/// is longer than users wait.
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
    /// Looks up the object or session that it asks for, and responds with it or reports a miss: a cache beside an
    /// application, or a session store.
    LookUp,
    /// Forwards it to another component and relays the response.
    Forward(Forwarding),
    /// Resolves the site's name, with these settings.
    Resolve(ResolverSpec),
    /// Checks new connections against its rules. Responses pass, since a packet filter is stateful (conntrack).
    Filter,
    /// Redirects it to https (301): it accepts only https, and takes every request for http.
    Redirect,
    /// Has no upstream for it and responds with this error.
    Fail(HttpError),
    /// Never receives a user's request: monitoring.
    Ignore,
}

impl Behaviour {
    /// How the component forwards the request, if it does.
    pub const fn forwarding(&self) -> Option<&Forwarding> {
        if let Self::Forward(forwarding) = self { Some(forwarding) } else { None }
    }

    /// How the component sends the request, if it is the browser.
    pub const fn origin(&self) -> Option<&Origin> {
        if let Self::Originate(origin) = self { Some(origin) } else { None }
    }
}

/// The database that a statement needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statement {
    /// Any running database.
    Read,
    /// A member of a multi-primary cluster that belongs to the majority, for reads and writes. Others reject the statement
    /// with error 1047.
    InMajority,
    /// A writable database. Others reject the statement with error 1290, as MySQL does under `super_read_only`.
    Write,
}

/// How users reach the site.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// Links to resolvers, in authored order. A browser queries the next one if one refuses, responds SERVFAIL or does
    /// not reply. Without any, it already knows the addresses.
    pub lookups: Vec<LinkIx>,
    /// Time limit for a query.
    pub lookup_timeout: Seconds,
    /// Links to the site, address by address, in the order of [`Self::addresses`].
    pub entries: Vec<LinkIx>,
    /// The addresses of the site, in authored order.
    pub addresses: Vec<Address>,
    /// Time after which a browser tries the next address if one has not replied.
    pub attempt_timeout: Seconds,
    /// Time that a user waits for the complete page.
    pub patience: Seconds,
    /// The visits that start with `http://`; `None` if there are none.
    pub http: Option<HttpVisits>,
}

/// An address of the site: an A record of its name.
///
/// A resolver returns the records rotated (round robin), and a browser tries them in order until a connection is open: the
/// next one at once if one refuses, or after a timeout if it does not reply. It never leaves an address that responds,
/// whatever the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The links that lead to it: one or, if a VRRP pair shares it, one to each balancer. The balancer with the higher
    /// priority is first and, if equal, the later one (RFC 5798 compares addresses; positions stand in for them).
    pub links: Vec<LinkIx>,
    /// Whether it belongs to the standby site, which the record lists only after it has been switched.
    pub standby: bool,
}

impl Origin {
    /// The addresses that the site's record lists before it is switched.
    pub fn published(&self) -> impl Iterator<Item = &Address> {
        self.addresses.iter().filter(|address| !address.standby)
    }
}

/// What a component does with a request when all slots are busy and the queue is full, or when too many requests are
/// present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// Refuses the connection.
    Refuse,
    /// Drops the packet, and nobody is notified, as Linux does when a queue or the table of connections is full (`nf_conntrack:
    /// table full, dropping packet`). The sender of a SYN or of data resends it, as after any other loss.
    Drop,
    /// Drops the SYN, as Linux does while the accept queue of a listener is full (`tcp_abort_on_overflow` is 0). The caller
    /// resends it until its connect timeout expires. [`AtLimit`] says what happens at its limit of connections.
    DropSyn,
    /// Refuses the session with error 1040, "Too many connections".
    TooManyConnections,
}

/// What a program that drops SYNs when it is full does at its limit of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtLimit {
    /// Accepts no more, and closes idle ones no sooner than otherwise: further connections wait in the kernel's accept queue,
    /// which has as many places as the limit. `HAProxy` at its `maxconn`: "Proxies will stop accepting connections when this
    /// limit is reached" (configuration manual, `maxconn`).
    Wait,
    /// Closes the users' connections that have been idle longest, some of them already when less than a sixteenth of the limit
    /// is left; without idle ones, accepts a further connection and closes it at once. nginx at its `worker_connections`
    /// (`ngx_drain_connections`, since 1.19.2; the error log says "`worker_connections` are not enough").
    CloseIdle,
}

/// What a component does with requests of one kind.
pub fn behaviour(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind) -> Behaviour {
    if infra.component(ix).kind.accepts_only_https() && !sees_https(infra, ix) {
        return Behaviour::Redirect;
    }
    if_accepted(infra, ix, kind)
}

/// What a component does with requests of one kind that it does not redirect.
pub fn if_accepted(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind) -> Behaviour {
    match &infra.component(ix).kind {
        ComponentKind::Browser => Behaviour::Originate(origin(infra, ix)),
        ComponentKind::DnsResolver(spec) => Behaviour::Resolve(spec.clone()),
        ComponentKind::Firewall(_) => Behaviour::Filter,
        ComponentKind::LoadBalancer(spec) => Behaviour::Forward(Forwarding::of_balancer(infra, ix, kind, spec)),
        ComponentKind::Web(_) | ComponentKind::App(_) if kind.is_static() => Behaviour::Respond,
        ComponentKind::App(_) if !has_upstreams(infra, ix) => Behaviour::Respond,
        ComponentKind::Web(spec) => match Forwarding::of_web(infra, ix, kind, spec) {
            Some(forwarding) => Behaviour::Forward(forwarding),
            None => Behaviour::Fail(HttpError::BadGateway),
        },
        ComponentKind::App(spec) => match Forwarding::of_app(infra, ix, kind, spec) {
            Some(forwarding) => Behaviour::Forward(forwarding),
            None => Behaviour::Fail(HttpError::InternalServerError),
        },
        ComponentKind::Cache(spec) if spec.place != CachePlace::Front => Behaviour::LookUp,
        ComponentKind::Cache(_) => match Forwarding::of_cache(infra, ix, kind) {
            Some(forwarding) => Behaviour::Forward(forwarding),
            None => Behaviour::Fail(HttpError::Unavailable),
        },
        ComponentKind::SqlProxy(spec) => Behaviour::Forward(Forwarding::of_sql_proxy(infra, ix, kind, spec)),
        ComponentKind::Database(spec) if spec.role == DatabaseRole::MultiPrimary => Behaviour::Query(Statement::InMajority),
        ComponentKind::Database(_) if kind.is_write() => Behaviour::Query(Statement::Write),
        ComponentKind::Database(_) => Behaviour::Query(Statement::Read),
        ComponentKind::Agent(_) | ComponentKind::MonitoringService => Behaviour::Ignore,
    }
}

/// Whether requests of any kind leave a component. An application without upstreams needs no database, and one with
/// upstreams for other kinds only lacks the database of this kind. A session store is not an upstream.
fn has_upstreams(infra: &Infrastructure, ix: ComponentIx) -> bool {
    let carries = |link: &LinkIx| infra.link(*link).protocol.carries_requests();
    infra.links_from(ix).into_iter().filter(carries).any(|link| !sessions::is_to_session_store(infra, link))
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

/// The browser's links to resolvers and to the site. They have no `kinds`: a browser sends requests of every kind on
/// the connection that it has.
fn origin(infra: &Infrastructure, ix: ComponentIx) -> Origin {
    let on = |protocol: Protocol| {
        let mut links = infra.links_from(ix);
        links.retain(|link| infra.link(*link).protocol == protocol);
        links
    };
    let addresses = addresses(infra, &on(Protocol::Http));
    let traffic = infra.traffic();
    Origin {
        lookups: on(Protocol::Dns),
        lookup_timeout: LOOKUP_TIMEOUT,
        entries: unique(addresses.iter().flat_map(|address| address.links.iter().copied())),
        addresses,
        attempt_timeout: traffic.attempt_timeout_s,
        patience: traffic.patience_s,
        http: scheme::http_visits(infra),
    }
}

/// The links without repetitions: both addresses of a crossed VRRP pair have the same ones.
fn unique(links: impl Iterator<Item = LinkIx>) -> Vec<LinkIx> {
    let mut unique = Vec::new();
    for link in links {
        if !unique.contains(&link) {
            unique.push(link);
        }
    }
    unique
}

/// The VRRP priority of a balancer for an address that it shares.
pub fn vrrp_priority(infra: &Infrastructure, address: &Address, balancer: ComponentIx) -> Option<u8> {
    let vrrp = infra.component(balancer).kind.as_balancer()?.vrrp.as_ref()?;
    let is_own = address.links.first().is_some_and(|link| infra.ends(*link).1 == balancer);
    Some(if is_own { vrrp.priority } else { vrrp.backup_priority.unwrap_or(vrrp.priority) })
}

/// Groups the browser's links to the site by address.
fn addresses(infra: &Infrastructure, links: &[LinkIx]) -> Vec<Address> {
    let vrrp = |link: LinkIx| {
        let to = infra.ends(link).1;
        Some((to, infra.component(to).kind.as_balancer()?.vrrp.as_ref()?))
    };
    let mut addresses: Vec<Address> = Vec::new();
    let mut crossed = Vec::new();
    for link in links.iter().copied() {
        let shares =
            |known: &LinkIx| vrrp(link).zip(vrrp(*known)).is_some_and(|((to, _), (_, peer))| infra.component(to).id == peer.peer);
        if vrrp(link).is_some_and(|(_, vrrp)| vrrp.backup_priority.is_some()) {
            // Its own address, for which the peer is the backup.
            let peers = links.iter().copied().filter(shares);
            crossed.push(Address { links: std::iter::once(link).chain(peers).collect(), standby: infra.link(link).standby });
            continue;
        }
        match addresses.iter_mut().find(|address| address.links.iter().any(shares)) {
            Some(address) => address.links.push(link),
            None => addresses.push(Address { links: vec![link], standby: infra.link(link).standby }),
        }
    }
    for address in &mut addresses {
        address.links.sort_by_key(|link| std::cmp::Reverse(vrrp(*link).map(|(to, vrrp)| (vrrp.priority, to))));
    }
    addresses.extend(crossed);
    addresses
}

#[cfg(test)]
mod tests;
