//! Forwarding: how a component chooses an upstream, and what it does when an attempt fails.

use super::caching::{Caching, caching};
use super::failure::{Ejection, FailurePolicy, HttpError, NextAttempt, Reaction, RetryRule};
use super::{has_upstreams, upstreams};
use crate::balancer::{Algorithm, BalancerSpec, HealthCheck};
use crate::cache::CachePlace;
use crate::component::{ComponentKind, ProxySpec, SqlProxyMode, SqlProxySpec, UpstreamBalance};
use crate::connection::Connections;
use crate::infrastructure::{ComponentIx, Infrastructure, LinkIx};
use crate::link::Protocol;
use crate::quantity::Seconds;
use crate::request::RequestKind;
use crate::station::Hold;
use crate::tls::TlsMode;

/// A web server's default timeout for responses. nginx's `proxy_read_timeout` is 60 s; this is shortened for teaching.
pub const WEB_TIMEOUT: Seconds = Seconds::literal(5.0);
/// An application's default timeout for database queries.
pub const APP_TIMEOUT: Seconds = Seconds::literal(2.0);
/// Maximum number of applications that a web server tries for one request. nginx has no limit
/// (`proxy_next_upstream_tries 0`).
pub const MOST_UPSTREAMS: usize = 8;
/// Maximum pause before a balancer retries the same backend, as in HAProxy.
const LONGEST_PAUSE: Seconds = Seconds::literal(1.0);

/// No time limit: a day. An SQL proxy waits as long as its client (`ProxySQL`: `mysql-default_query_timeout`, 24 h).
const UNLIMITED: Seconds = Seconds::literal(86_400.0);

/// How a component forwards requests of one kind.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties of a proxy")]
pub struct Forwarding {
    /// The upstream links, in authored order. Only a balancer's list may be empty.
    pub links: Vec<LinkIx>,
    /// How it chooses one of the links.
    pub choice: UpstreamChoice,
    /// Whether it first looks for a cookie that names one of the upstreams, and sends the request there as long as the
    /// upstream is UP. It inserts the cookie into the responses to users who do not have it. If TLS passes through it, it
    /// cannot.
    pub sticky: bool,
    /// How it handles failures on HTTP links.
    pub http: FailurePolicy,
    /// How it handles failures on SQL links, where it acts as a database driver rather than a proxy.
    pub sql: FailurePolicy,
    /// The error that it reports when no upstream is available.
    pub no_upstream: HttpError,
    /// Time limit for a response.
    pub timeout: Seconds,
    /// Time limit for a request that queues for a backend at its `maxconn`; `None` for components without such a queue.
    pub queue_timeout: Option<Seconds>,
    /// Whether a request keeps its slot while it waits for the response.
    pub hold: Hold,
    /// Health checks that exclude upstreams; `None` if only requests reveal failures.
    pub health: Option<HealthChecking>,
    /// How it ejects upstreams that fail; `None` if it has only one upstream, or chooses it in another way.
    pub ejection: Option<Ejection>,
    /// Whether it keeps connections to upstreams open, and the maximum number of idle ones for each; `u32::MAX` for no
    /// limit.
    pub connections: (Connections, u32),
    /// Whether TLS passes through it: it forwards handshakes, keeps requests on an open connection with the same
    /// backend, and closes the connection instead of reporting an error.
    pub passes_tls: bool,
    /// Whether it drops a request whose client has closed the connection before it is forwarded (nginx:
    /// `proxy_ignore_client_abort` is off). HAProxy does so only with `option abortonclose`; an application does not look.
    pub notices_aborts: bool,
    /// The cache that it uses, if any.
    pub cache: Option<Caching>,
    /// Whether it remembers which database accepted the last write. It must then inspect the response to every write
    /// instead of only relaying it.
    pub learns_writer: bool,
    /// Whether it closes the connection instead of reporting an error: it does not speak HTTP on this connection.
    pub closes_on_error: bool,
}

/// The role that a database must have to get a statement from an SQL proxy, according to the proxy's health checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WantedRole {
    /// The first writable database.
    Writable,
    /// The read-only databases in turn; if none of them is UP, the first writable one.
    ReadOnly,
}

/// How an upstream is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamChoice {
    /// By a balancing algorithm, among backends that are UP, not draining and below their `maxconn`.
    Balanced(Algorithm),
    /// Each link in turn (nginx's default for an `upstream` block).
    RoundRobin,
    /// The link to the database that accepted the last write; initially the first link.
    Writer,
    /// The first link.
    First,
    /// By the role of the database, among databases that are UP and not draining.
    Role(WantedRole),
}

/// A balancer's health checks (HAProxy: `check`, `inter`, `fall`, `rise`, `timeout check`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HealthChecking {
    /// Depth of the checks.
    pub depth: HealthCheck,
    /// Time from the end of one check of a backend to the start of the next.
    pub interval: Seconds,
    /// Time limit for connecting: the timeout of an ordinary attempt, but at most the interval.
    pub connect_timeout: Seconds,
    /// Time limit for the response on an open connection.
    pub timeout: Seconds,
    /// Consecutive failed checks after which a backend is DOWN.
    pub fall: u8,
    /// Consecutive successful checks after which it is UP.
    pub rise: u8,
}

impl Forwarding {
    /// How it handles failures on links of this protocol.
    ///
    /// # Panics
    /// If it asks no cache and `protocol` is that of a cache.
    pub fn policy(&self, protocol: Protocol) -> &FailurePolicy {
        match protocol {
            Protocol::Sql => &self.sql,
            Protocol::Cache => &self.cache.as_ref().expect("only a component with a cache asks one").lookup,
            Protocol::Http | Protocol::Dns | Protocol::Replication | Protocol::Metrics | Protocol::Vrrp => &self.http,
        }
    }

    pub(super) fn of_balancer(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind, spec: &BalancerSpec) -> Self {
        let passes_tls = infra.tls().edge == TlsMode::Passthrough;
        let policy = balancer_policy(spec, passes_tls);
        Self {
            links: upstreams(infra, ix, kind),
            choice: UpstreamChoice::Balanced(spec.algorithm),
            sticky: spec.sticky && !passes_tls,
            http: policy,
            sql: policy,
            no_upstream: HttpError::Unavailable,
            timeout: spec.server_timeout_s,
            queue_timeout: Some(spec.queue_timeout_s),
            hold: infra.component(ix).station().hold,
            health: Some(HealthChecking {
                depth: spec.check,
                interval: spec.check_interval_s,
                connect_timeout: shorter(spec.connect_timeout_s, spec.check_interval_s),
                timeout: spec.check_timeout_s.unwrap_or(spec.check_interval_s),
                fall: spec.fall,
                rise: spec.rise,
            }),
            ejection: None,
            connections: infra.component(ix).kind.upstream(),
            passes_tls,
            notices_aborts: false,
            cache: None,
            learns_writer: false,
            closes_on_error: passes_tls,
        }
    }

    /// The forwarding of an SQL proxy.
    pub(super) fn of_sql_proxy(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind, spec: &SqlProxySpec) -> Self {
        let policy = sql_proxy_policy(spec);
        let splits = spec.mode == SqlProxyMode::ReadWriteSplit && !kind.is_write();
        Self {
            links: upstreams(infra, ix, kind),
            choice: UpstreamChoice::Role(if splits { WantedRole::ReadOnly } else { WantedRole::Writable }),
            sticky: false,
            http: policy,
            sql: policy,
            no_upstream: HttpError::Unavailable,
            timeout: UNLIMITED,
            queue_timeout: None,
            hold: infra.component(ix).station().hold,
            health: Some(HealthChecking {
                depth: HealthCheck::HttpDatabase,
                interval: spec.check_interval_s,
                connect_timeout: shorter(spec.connect_timeout_s, spec.check_interval_s),
                timeout: spec.check_interval_s,
                fall: spec.fall,
                rise: spec.rise,
            }),
            ejection: None,
            connections: infra.component(ix).kind.upstream(),
            passes_tls: false,
            notices_aborts: false,
            learns_writer: false,
            closes_on_error: true,
            cache: None,
        }
    }

    /// The forwarding of a web server; `None` if it has no upstream.
    pub(super) fn of_web(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind, spec: &ProxySpec) -> Option<Self> {
        let driver = Self::of_driver(infra, ix, kind, spec)?;
        // If its first link goes to a database, it runs the code itself, as in LAMP.
        let runs_code = infra.link(*driver.links.first()?).protocol == Protocol::Sql;
        let choice = match spec.balance {
            _ if runs_code => driver.choice,
            Some(UpstreamBalance::Order) => UpstreamChoice::First,
            Some(UpstreamBalance::RoundRobin) | None => UpstreamChoice::RoundRobin,
        };
        Some(Self {
            choice,
            ejection: ejection(spec, choice, driver.links.len()),
            http: web_policy(spec, kind, driver.links.len()),
            // A web server blames a slow query on its upstream, wherever the code runs.
            sql: FailurePolicy { timed_out: Reaction::Report(HttpError::GatewayTimeout), ..driver.sql },
            no_upstream: HttpError::BadGateway,
            timeout: spec.timeout_s.unwrap_or(WEB_TIMEOUT),
            notices_aborts: !runs_code,
            ..driver
        })
    }

    /// The forwarding of an application; `None` if it has no database.
    pub(super) fn of_app(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind, spec: &ProxySpec) -> Option<Self> {
        let driver = Self::of_driver(infra, ix, kind, spec)?;
        Some(Self { timeout: spec.timeout_s.unwrap_or(APP_TIMEOUT), ..driver })
    }

    /// The forwarding of a cache before the site, for misses; `None` if it has no upstream. Varnish's directors use
    /// upstreams in turn, and a failed fetch is a 503.
    pub(super) fn of_cache(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind) -> Option<Self> {
        let proxy = ProxySpec::default();
        let driver = Self::of_driver(infra, ix, kind, &proxy)?;
        let unavailable = |reaction| match reaction {
            Reaction::Retry(_) => Reaction::Retry(HttpError::Unavailable),
            Reaction::Report(_) => Reaction::Report(HttpError::Unavailable),
            Reaction::Relay => Reaction::Relay,
        };
        let policy = web_policy(&proxy, kind, driver.links.len());
        let http = FailurePolicy {
            refused: unavailable(policy.refused),
            silent: unavailable(policy.silent),
            reset: unavailable(policy.reset),
            certificate: unavailable(policy.certificate),
            timed_out: unavailable(policy.timed_out),
            ..policy
        };
        Some(Self {
            choice: UpstreamChoice::RoundRobin,
            ejection: ejection(&proxy, UpstreamChoice::RoundRobin, driver.links.len()),
            http,
            sql: http,
            no_upstream: HttpError::Unavailable,
            timeout: WEB_TIMEOUT,
            learns_writer: false,
            ..driver
        })
    }

    /// The forwarding of code that uses a database driver.
    fn of_driver(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind, spec: &ProxySpec) -> Option<Self> {
        let links = upstreams(infra, ix, kind);
        let follows = kind.is_write() && spec.follow_primary;
        let has_database = links.iter().any(|link| infra.link(*link).protocol == Protocol::Sql);
        links.first()?;
        let choice = match spec.balance {
            _ if follows => UpstreamChoice::Writer,
            Some(UpstreamBalance::RoundRobin) => UpstreamChoice::RoundRobin,
            Some(UpstreamBalance::Order) | None => UpstreamChoice::First,
        };
        let policy = driver_policy(spec, links.len(), choice);
        Some(Self {
            ejection: ejection(spec, choice, links.len()),
            links,
            choice,
            sticky: false,
            http: policy,
            sql: policy,
            no_upstream: HttpError::InternalServerError,
            timeout: APP_TIMEOUT,
            queue_timeout: None,
            hold: infra.component(ix).station().hold,
            health: None,
            connections: infra.component(ix).kind.upstream(),
            passes_tls: false,
            notices_aborts: false,
            cache: caching(infra, ix, kind),
            learns_writer: follows && has_database,
            closes_on_error: false,
        })
    }
}

/// How a web server or a database driver ejects upstreams. A driver that looks for the writer moves on after each failure.
fn ejection(spec: &ProxySpec, choice: UpstreamChoice, upstreams: usize) -> Option<Ejection> {
    let ejects = match choice {
        UpstreamChoice::RoundRobin | UpstreamChoice::First => upstreams > 1 && spec.max_fails > 0,
        UpstreamChoice::Balanced(_) | UpstreamChoice::Writer | UpstreamChoice::Role(_) => false,
    };
    ejects.then_some(Ejection { max_fails: spec.max_fails, fail_timeout: spec.fail_timeout_s })
}

fn shorter(a: Seconds, b: Seconds) -> Seconds {
    if b < a { b } else { a }
}

/// HAProxy's `retries` with or without `option redispatch`. Failed connections, TLS handshakes included, are retried;
/// failures on an open connection are not (`retry-on conn-failure`, the default).
fn balancer_policy(spec: &BalancerSpec, passes_tls: bool) -> FailurePolicy {
    FailurePolicy {
        retry: RetryRule {
            attempts: usize::from(spec.retries) + 1,
            next: if spec.redispatch { NextAttempt::Redispatch } else { NextAttempt::Same },
            pause: Some(shorter(spec.connect_timeout_s, LONGEST_PAUSE)),
        },
        connect_timeout: spec.connect_timeout_s,
        refused: Reaction::Retry(HttpError::Unavailable),
        silent: Reaction::Retry(HttpError::Unavailable),
        reset: Reaction::Report(HttpError::BadGateway),
        // With passthrough, the browser checks the certificate.
        certificate: if passes_tls { Reaction::Relay } else { Reaction::Retry(HttpError::Unavailable) },
        read_only: Reaction::Relay,
        not_ready: Reaction::Relay,
        too_many_connections: Reaction::Relay,
        timed_out: Reaction::Report(HttpError::GatewayTimeout),
    }
}

/// An SQL proxy retries failed connections on another suitable database. Everything else is between the client and the
/// database: it relays their errors, and the loss of the connection.
fn sql_proxy_policy(spec: &SqlProxySpec) -> FailurePolicy {
    FailurePolicy {
        retry: RetryRule {
            attempts: usize::from(spec.retries) + 1,
            next: NextAttempt::Redispatch,
            pause: Some(shorter(spec.connect_timeout_s, LONGEST_PAUSE)),
        },
        connect_timeout: spec.connect_timeout_s,
        refused: Reaction::Retry(HttpError::Unavailable),
        silent: Reaction::Retry(HttpError::Unavailable),
        reset: Reaction::Relay,
        certificate: Reaction::Report(HttpError::Unavailable),
        read_only: Reaction::Relay,
        not_ready: Reaction::Relay,
        too_many_connections: Reaction::Relay,
        timed_out: Reaction::Report(HttpError::GatewayTimeout),
    }
}

/// nginx's `proxy_next_upstream error timeout`: after a failed connection, the next upstream. After a failure on an open
/// connection too, unless the request is a write: one that may have been processed is not resent. nginx reports timeouts
/// with 504, and other failures with 502.
fn web_policy(spec: &ProxySpec, kind: RequestKind, upstreams: usize) -> FailurePolicy {
    let sent = |error| if kind.is_write() { Reaction::Report(error) } else { Reaction::Retry(error) };
    FailurePolicy {
        retry: RetryRule { attempts: upstreams.min(MOST_UPSTREAMS), next: NextAttempt::Round, pause: None },
        connect_timeout: spec.connect_timeout_s,
        refused: Reaction::Retry(HttpError::BadGateway),
        silent: Reaction::Retry(HttpError::GatewayTimeout),
        reset: sent(HttpError::BadGateway),
        certificate: Reaction::Retry(HttpError::BadGateway),
        read_only: Reaction::Relay,
        not_ready: Reaction::Relay,
        too_many_connections: Reaction::Relay,
        timed_out: sent(HttpError::GatewayTimeout),
    }
}

/// A database driver with a list of hosts: after a failed connection it tries the next one. A driver that looks for the
/// writer or takes turns wraps around; any other stops at the end of the list. Every other failure is an exception in the code.
fn driver_policy(spec: &ProxySpec, databases: usize, choice: UpstreamChoice) -> FailurePolicy {
    let exception = Reaction::Report(HttpError::InternalServerError);
    FailurePolicy {
        retry: RetryRule {
            attempts: databases,
            next: match choice {
                UpstreamChoice::Writer | UpstreamChoice::RoundRobin => NextAttempt::Round,
                UpstreamChoice::First | UpstreamChoice::Balanced(_) | UpstreamChoice::Role(_) => NextAttempt::Following,
            },
            pause: None,
        },
        connect_timeout: spec.connect_timeout_s,
        refused: Reaction::Retry(HttpError::InternalServerError),
        silent: Reaction::Retry(HttpError::InternalServerError),
        reset: exception,
        certificate: exception,
        read_only: exception,
        not_ready: exception,
        too_many_connections: exception,
        timed_out: exception,
    }
}

/// The lowest depth at which a health check of this component depends on a component behind it. `None` if it answers
/// every check itself. Checks use the links for reads.
pub fn check_depth(infra: &Infrastructure, ix: ComponentIx) -> Option<HealthCheck> {
    match &infra.component(ix).kind {
        ComponentKind::LoadBalancer(_) => Some(HealthCheck::Http),
        ComponentKind::Web(_) => {
            let links = upstreams(infra, ix, RequestKind::Read);
            let runs_code = !links.is_empty() && links.iter().all(|link| infra.link(*link).protocol == Protocol::Sql);
            Some(if runs_code { HealthCheck::HttpDatabase } else { HealthCheck::HttpApp })
        }
        ComponentKind::SqlProxy(_) => Some(HealthCheck::HttpDatabase),
        ComponentKind::App(_) => has_upstreams(infra, ix).then_some(HealthCheck::HttpDatabase),
        ComponentKind::Cache(spec) => (spec.place == CachePlace::Front).then_some(HealthCheck::HttpApp),
        ComponentKind::Browser
        | ComponentKind::DnsResolver(_)
        | ComponentKind::Firewall(_)
        | ComponentKind::Database(_)
        | ComponentKind::Agent(_)
        | ComponentKind::MonitoringService => None,
    }
}
