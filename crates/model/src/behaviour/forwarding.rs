//! How components that forward requests choose an upstream, and what they do when that fails.

use super::failure::{FailurePolicy, HttpError, NextAttempt, Reaction, RetryRule};
use super::upstreams;
use crate::balancer::{Algorithm, BalancerSpec, HealthCheck};
use crate::component::{ComponentKind, ProxySpec};
use crate::connection::Connections;
use crate::infrastructure::{ComponentIx, Infrastructure, LinkIx};
use crate::link::Protocol;
use crate::quantity::Seconds;
use crate::request::RequestKind;
use crate::station::Hold;
use crate::tls::TlsMode;

/// How long a web server waits for a response unless a file says otherwise. nginx's `proxy_read_timeout` is 60 s; this is
/// compressed for teaching.
pub const WEB_TIMEOUT: Seconds = Seconds::literal(5.0);
/// How long an application waits for its database unless a file says otherwise.
pub const APP_TIMEOUT: Seconds = Seconds::literal(2.0);
/// Most applications that a web server tries for one request. nginx sets no limit (`proxy_next_upstream_tries 0`).
pub const MOST_UPSTREAMS: usize = 8;
/// The longest pause of a balancer before it tries the same backend again: HAProxy's.
const LONGEST_PAUSE: Seconds = Seconds::literal(1.0);

/// How a component forwards requests of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Forwarding {
    /// The links that it can use, in authored order. Only a balancer's list may be empty.
    pub links: Vec<LinkIx>,
    /// How it chooses among them.
    pub choice: UpstreamChoice,
    /// What it does when an attempt fails on an HTTP link.
    pub http: FailurePolicy,
    /// What it does when an attempt fails on an SQL link: there it is a database driver, and no longer a proxy.
    pub sql: FailurePolicy,
    /// The error that it reports when no upstream can be used.
    pub no_upstream: HttpError,
    /// How long it waits for a response.
    pub timeout: Seconds,
    /// How long a request waits for room at a backend below its `maxconn`; `None` where there is no such limit.
    pub queue_timeout: Option<Seconds>,
    /// Whether a slot is held while it waits for the response.
    pub hold: Hold,
    /// How it finds out which upstreams to leave out; `None` if it learns from requests alone.
    pub health: Option<HealthChecking>,
    /// Whether it keeps connections to upstreams, and how many idle ones to each; `u32::MAX` is no limit.
    pub connections: (Connections, u32),
    /// Whether TLS passes through it: handshakes go on, requests on an open connection stay with its backend, and
    /// instead of reporting an error it closes the connection.
    pub passes_tls: bool,
    /// Whether it remembers which database took the last write. Then each response to a write teaches it something, so none
    /// may be relayed unseen.
    pub learns_writer: bool,
}

/// How an upstream is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamChoice {
    /// By a balancer's algorithm, among backends that are UP, not draining and below their `maxconn`.
    Balanced(Algorithm),
    /// Each link in turn (nginx's default for an `upstream` block).
    RoundRobin,
    /// The link to the database that took the last write, at first the first link.
    Writer,
    /// The first link.
    First,
}

/// A balancer's health checks (HAProxy: `check`, `inter`, `fall`, `rise`, `timeout check`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HealthChecking {
    /// How far a check goes.
    pub depth: HealthCheck,
    /// Time between the end of a check and the next one of the same backend.
    pub interval: Seconds,
    /// How long a check may take to connect: as long as an attempt, but no longer than the interval.
    pub connect_timeout: Seconds,
    /// How long an open connection may take to answer the check.
    pub timeout: Seconds,
    /// Failed checks in a row that take a backend DOWN.
    pub fall: u8,
    /// Passed checks in a row that bring it UP.
    pub rise: u8,
}

impl Forwarding {
    /// What it does when an attempt on a link of this protocol fails.
    pub const fn policy(&self, protocol: Protocol) -> &FailurePolicy {
        match protocol {
            Protocol::Sql => &self.sql,
            Protocol::Http | Protocol::Dns | Protocol::Replication | Protocol::Metrics | Protocol::Vrrp => &self.http,
        }
    }

    pub(super) fn of_balancer(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind, spec: &BalancerSpec) -> Self {
        let passes_tls = infra.tls().edge == TlsMode::Passthrough;
        let policy = balancer_policy(spec, passes_tls);
        Self {
            links: upstreams(infra, ix, kind),
            choice: UpstreamChoice::Balanced(spec.algorithm),
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
            connections: infra.component(ix).kind.upstream(),
            passes_tls,
            learns_writer: false,
        }
    }

    /// Of a web server; `None` if it has no upstream.
    pub(super) fn of_web(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind, spec: &ProxySpec) -> Option<Self> {
        let driver = Self::of_driver(infra, ix, kind, spec)?;
        // With a database link first, it runs the code itself, as in LAMP.
        let runs_code = infra.link(*driver.links.first()?).protocol == Protocol::Sql;
        Some(Self {
            choice: if runs_code { driver.choice } else { UpstreamChoice::RoundRobin },
            http: web_policy(driver.links.len()),
            // A query that takes too long is the upstream's fault to a web server, wherever the code runs.
            sql: FailurePolicy { timed_out: Reaction::Report(HttpError::GatewayTimeout), ..driver.sql },
            no_upstream: HttpError::BadGateway,
            timeout: spec.timeout_s.unwrap_or(WEB_TIMEOUT),
            ..driver
        })
    }

    /// Of an application; `None` if it has no database.
    pub(super) fn of_app(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind, spec: &ProxySpec) -> Option<Self> {
        let driver = Self::of_driver(infra, ix, kind, spec)?;
        Some(Self { timeout: spec.timeout_s.unwrap_or(APP_TIMEOUT), ..driver })
    }

    /// Of code that asks its databases through a driver.
    fn of_driver(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind, spec: &ProxySpec) -> Option<Self> {
        let links = upstreams(infra, ix, kind);
        let follows = kind.is_write() && spec.follow_primary;
        let policy = driver_policy(links.len(), follows);
        let has_database = links.iter().any(|link| infra.link(*link).protocol == Protocol::Sql);
        links.first()?;
        Some(Self {
            links,
            choice: if follows { UpstreamChoice::Writer } else { UpstreamChoice::First },
            http: policy,
            sql: policy,
            no_upstream: HttpError::InternalServerError,
            timeout: APP_TIMEOUT,
            queue_timeout: None,
            hold: infra.component(ix).station().hold,
            health: None,
            connections: infra.component(ix).kind.upstream(),
            passes_tls: false,
            learns_writer: follows && has_database,
        })
    }
}

fn shorter(a: Seconds, b: Seconds) -> Seconds {
    if b < a { b } else { a }
}

/// HAProxy's `retries` with or without `option redispatch`. What counts as a failed connection is retried; what happens on
/// an open one is not (`retry-on conn-failure`, the default).
fn balancer_policy(spec: &BalancerSpec, passes_tls: bool) -> FailurePolicy {
    FailurePolicy {
        retry: RetryRule {
            attempts: usize::from(spec.retries) + 1,
            next: if spec.redispatch { NextAttempt::Redispatch } else { NextAttempt::Same },
            pause: Some(shorter(spec.connect_timeout_s, LONGEST_PAUSE)),
        },
        connect_timeout: Some(spec.connect_timeout_s),
        refused: Reaction::Retry(HttpError::Unavailable),
        silent: Reaction::Retry(HttpError::Unavailable),
        reset: Reaction::Report(HttpError::BadGateway),
        // Where TLS passes through, it is the browser that checks.
        certificate: if passes_tls { Reaction::Relay } else { Reaction::Report(HttpError::Unavailable) },
        read_only: Reaction::Relay,
        too_many_connections: Reaction::Relay,
        timed_out: Reaction::Report(HttpError::GatewayTimeout),
    }
}

/// nginx's `proxy_next_upstream`, but for refused connections alone: nothing is resent that may have been processed.
fn web_policy(upstreams: usize) -> FailurePolicy {
    let bad_gateway = Reaction::Report(HttpError::BadGateway);
    FailurePolicy {
        retry: RetryRule { attempts: upstreams.min(MOST_UPSTREAMS), next: NextAttempt::Round, pause: None },
        connect_timeout: None,
        refused: Reaction::Retry(HttpError::BadGateway),
        silent: Reaction::Wait,
        reset: bad_gateway,
        certificate: bad_gateway,
        read_only: Reaction::Relay,
        too_many_connections: Reaction::Relay,
        timed_out: Reaction::Report(HttpError::GatewayTimeout),
    }
}

/// A database driver with a list of hosts: a refused connection is tried on the next one. One that looks for the writer goes
/// round the list; any other stops at its end. Every other failure is an exception in the code.
fn driver_policy(databases: usize, follows_writer: bool) -> FailurePolicy {
    let exception = Reaction::Report(HttpError::InternalServerError);
    FailurePolicy {
        retry: RetryRule {
            attempts: databases,
            next: if follows_writer { NextAttempt::Round } else { NextAttempt::Following },
            pause: None,
        },
        connect_timeout: None,
        refused: Reaction::Retry(HttpError::InternalServerError),
        silent: Reaction::Wait,
        reset: exception,
        certificate: exception,
        read_only: exception,
        too_many_connections: exception,
        timed_out: exception,
    }
}

/// From which depth on a health check of a component passes only if a component behind it answers as well. `None` if it
/// answers every check itself. The check asks on the links for reads.
pub fn check_depth(infra: &Infrastructure, ix: ComponentIx) -> Option<HealthCheck> {
    match &infra.component(ix).kind {
        ComponentKind::LoadBalancer(_) => Some(HealthCheck::Http),
        ComponentKind::Web(_) => {
            let links = upstreams(infra, ix, RequestKind::Read);
            let runs_code = !links.is_empty() && links.iter().all(|link| infra.link(*link).protocol == Protocol::Sql);
            Some(if runs_code { HealthCheck::HttpDatabase } else { HealthCheck::HttpApp })
        }
        ComponentKind::App(_) => Some(HealthCheck::HttpDatabase),
        ComponentKind::Browser
        | ComponentKind::DnsResolver(_)
        | ComponentKind::Firewall(_)
        | ComponentKind::Database(_)
        | ComponentKind::Agent(_)
        | ComponentKind::MonitoringService => None,
    }
}
