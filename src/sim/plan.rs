//! The infrastructure compiled for the engine: flat arrays, no names, no graph.
//!
//! Made anew on every edit; positions are those of the infrastructure, so state survives an edit. Must not hold anything
//! that changes while time passes.

use std::collections::BTreeMap;

use crate::model::component::{BalancerSpec, ResolverSpec};
use crate::model::hop::Guard;
use crate::model::quantity::Seconds;
use crate::model::station::{Hold, ServiceTime, Station};
use crate::model::{Algorithm, ComponentIx, ComponentKind, Infrastructure, Protocol, RequestKind, ServerId, TlsMode};

use super::database::DatabasesPlan;
use super::random;

/// What the holder of the key works for one full TLS handshake.
const HANDSHAKE_MS: f64 = 2.0;
/// How long a web server waits for the application, and an application for the database, unless a file says otherwise.
const WEB_TIMEOUT: Seconds = Seconds::literal(5.0);
const APP_TIMEOUT: Seconds = Seconds::literal(2.0);

/// What a station does with a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Role {
    Browser,
    Resolver {
        ttl: u64,
        miss: u64,
    },
    Firewall,
    Balancer(BalancerPlan),
    Web,
    App,
    /// Its place among the databases.
    Database(u32),
    Agent,
    Monitor,
}

/// A balancer's settings in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BalancerPlan {
    pub(super) algorithm: Algorithm,
    pub(super) check_interval: u64,
    pub(super) fall: u8,
    pub(super) rise: u8,
    pub(super) retries: u8,
    pub(super) redispatch: bool,
    pub(super) connect_timeout: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct StationPlan {
    pub(super) role: Role,
    pub(super) slots: u32,
    pub(super) limit: Option<u32>,
    pub(super) hold: Hold,
    pub(super) service: [ServiceTime; 3],
    /// The random stream's key.
    pub(super) key: u64,
    /// The server that it runs on, as a position in the infrastructure's list.
    pub(super) server: Option<u32>,
    /// How long it waits for an answer from downstream.
    pub(super) timeout: u64,
    /// Links to ask on, per kind of request, in order of preference.
    pub(super) out: [Vec<u32>; 3],
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct HopPlan {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) latency: u64,
    pub(super) guards: Vec<Guard>,
    /// How many of the guards stand at the asker's side: the wire comes after them.
    pub(super) outward: usize,
    pub(super) protocol: Protocol,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct AgentPlan {
    pub(super) station: u32,
    pub(super) interval: u64,
    /// The components that it samples.
    pub(super) watches: Vec<u32>,
    /// The one whose rate is its headline.
    pub(super) subject: Option<u32>,
    /// The link on which it pushes.
    pub(super) push: Option<u32>,
}

/// The compiled infrastructure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    pub(super) stations: Vec<StationPlan>,
    pub(super) hops: Vec<HopPlan>,
    pub(super) agents: Vec<AgentPlan>,
    pub(super) servers: Vec<ServerId>,
    pub(super) browser: u32,
    pub(super) entry: u32,
    pub(super) lookup: Option<u32>,
    pub(super) tls: TlsMode,
    pub(super) handshake: ServiceTime,
    /// Until when the certificate is valid, in nanoseconds; `None` without TLS or certificate.
    pub(super) certificate_until: Option<u64>,
    pub(super) patience: u64,
    pub(super) new_visitors: f64,
    pub(super) static_share: f64,
    pub(super) write_share: f64,
    pub(super) databases: DatabasesPlan,
    /// For each station, whether its database driver follows the primary.
    pub(super) drivers: Vec<bool>,
}

fn id(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

impl Plan {
    /// Compiles `infra`.
    pub(super) fn new(infra: &Infrastructure) -> Self {
        let databases = DatabasesPlan::new(infra);
        let servers: Vec<ServerId> = infra.servers().map(|server| server.id.clone()).collect();
        let server_index: BTreeMap<&ServerId, u32> = servers.iter().zip(0u32..).collect();
        let hops: Vec<HopPlan> = infra.hops().map(|hop| Self::hop(infra, &hop)).collect();
        let mut stations = Vec::with_capacity(infra.len());
        for (ix, component) in infra.components() {
            let Station { slots, queue, hold, service } = component.station();
            let links = infra.links_from(ix);
            let asks = |kind: RequestKind| -> Vec<u32> {
                let serves =
                    links.iter().filter(|link| infra.link(**link).serves(kind) && infra.link(**link).protocol.carries_requests());
                serves.map(|link| id(link.index())).collect()
            };
            let (role, timeout) = Self::role(infra, ix, &component.kind, &databases);
            stations.push(StationPlan {
                role,
                slots,
                limit: queue,
                hold,
                service,
                key: random::key(component.id.as_str()),
                server: component.server.as_ref().and_then(|server| server_index.get(server).copied()),
                timeout,
                out: RequestKind::ALL.map(asks),
            });
        }
        let browser = stations.iter().position(|station| station.role == Role::Browser).map_or(0, id);
        let from_browser = |protocol| hops.iter().position(|hop| hop.from == browser && hop.protocol == protocol).map(id);
        let traffic = infra.traffic();
        let day = Seconds::literal(86_400.0).nanos();
        Self {
            entry: from_browser(Protocol::Http).unwrap_or(0),
            lookup: from_browser(Protocol::Dns),
            agents: Self::agents(infra, &hops),
            stations,
            hops,
            servers,
            browser,
            tls: infra.tls().edge,
            handshake: ServiceTime::Constant { ms: crate::model::quantity::Millis::literal(HANDSHAKE_MS) },
            certificate_until: Self::certificate_until(infra, day),
            patience: traffic.patience_s.nanos(),
            new_visitors: traffic.new_visitors.get(),
            static_share: traffic.static_share.get(),
            write_share: traffic.write_share.get(),
            databases,
            drivers: infra.components().map(|(_, component)| component.kind.follows_primary()).collect(),
        }
    }

    /// Until when those who end TLS for users can prove who they are, in nanoseconds.
    fn certificate_until(infra: &Infrastructure, day: u64) -> Option<u64> {
        let held = infra.certificates().iter().filter(|certificate| !infra.holders(certificate).is_empty());
        held.map(|certificate| u64::from(certificate.days_left) * day).min()
    }

    fn role(infra: &Infrastructure, ix: ComponentIx, kind: &ComponentKind, databases: &DatabasesPlan) -> (Role, u64) {
        match kind {
            ComponentKind::Browser => (Role::Browser, infra.traffic().patience_s.nanos()),
            ComponentKind::DnsResolver(ResolverSpec { ttl_s, miss_s }) => {
                (Role::Resolver { ttl: ttl_s.nanos(), miss: miss_s.nanos() }, 0)
            }
            ComponentKind::Firewall(_) => (Role::Firewall, 0),
            ComponentKind::LoadBalancer(spec) => (Role::Balancer(BalancerPlan::new(spec)), spec.server_timeout_s.nanos()),
            ComponentKind::Web(spec) => (Role::Web, spec.timeout_s.unwrap_or(WEB_TIMEOUT).nanos()),
            ComponentKind::App(spec) => (Role::App, spec.timeout_s.unwrap_or(APP_TIMEOUT).nanos()),
            ComponentKind::Database(_) => {
                // Databases stand in the order of their stations.
                let place = databases.nodes.partition_point(|node| node.station < id(ix.index()));
                (Role::Database(id(place)), 0)
            }
            ComponentKind::Agent(_) => (Role::Agent, 0),
            ComponentKind::MonitoringService => (Role::Monitor, 0),
        }
    }

    fn hop(infra: &Infrastructure, hop: &crate::model::Hop) -> HopPlan {
        let link = infra.link(hop.link);
        HopPlan {
            from: id(hop.from.index()),
            to: id(hop.to.index()),
            latency: link.latency.nanos(),
            outward: hop.guards.iter().filter(|g| g.verdict.direction == crate::model::firewall::Direction::Outbound).count(),
            guards: hop.guards.clone(),
            protocol: link.protocol,
        }
    }

    fn agents(infra: &Infrastructure, hops: &[HopPlan]) -> Vec<AgentPlan> {
        let headline = |kind: &ComponentKind| match kind {
            ComponentKind::LoadBalancer(_) => 0,
            ComponentKind::Web(_) => 1,
            ComponentKind::App(_) => 2,
            _ => 3,
        };
        let mut agents = Vec::new();
        for (ix, component) in infra.components() {
            let ComponentKind::Agent(spec) = &component.kind else { continue };
            let watched: Vec<_> = component
                .server
                .iter()
                .flat_map(|server| infra.on_server(server))
                .filter(|(_, component)| component.kind.serves_requests())
                .collect();
            agents.push(AgentPlan {
                station: id(ix.index()),
                interval: spec.interval_s.nanos(),
                watches: watched.iter().map(|(ix, _)| id(ix.index())).collect(),
                subject: watched.iter().min_by_key(|(_, component)| headline(&component.kind)).map(|(ix, _)| id(ix.index())),
                push: hops.iter().position(|hop| hop.from == id(ix.index()) && hop.protocol == Protocol::Metrics).map(id),
            });
        }
        agents
    }
}

impl BalancerPlan {
    fn new(spec: &BalancerSpec) -> Self {
        Self {
            algorithm: spec.algorithm,
            check_interval: spec.check_interval_s.nanos(),
            fall: spec.fall,
            rise: spec.rise,
            retries: spec.retries,
            redispatch: spec.redispatch,
            connect_timeout: spec.connect_timeout_s.nanos(),
        }
    }
}
