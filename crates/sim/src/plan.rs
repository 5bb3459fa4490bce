//! The infrastructure compiled for the engine: flat arrays, no names, no graph.
//!
//! Made anew on every edit; positions are those of the infrastructure, so state survives an edit. Must not hold anything
//! that changes while time passes.

use std::collections::{BTreeMap, BTreeSet};

use hoplight_model::component::BalancerSpec;
use hoplight_model::hop::Guard;
use hoplight_model::quantity::Seconds;
use hoplight_model::station::{Hold, Station};
use hoplight_model::{
    Algorithm, Certificate, ComponentIx, ComponentKind, HealthCheck, Infrastructure, Protocol, RequestKind, ServerId, TlsMode,
};

use super::alerts::AlertsPlan;
use super::connection::{ConnectionsPlan, Connects};
use super::database::DatabasesPlan;
use super::dns::ResolverPlan;
use super::random::{self, Sampler};
use super::request::NONE;
use super::vrrp::RouterPlan;

/// Nanoseconds in a day.
const DAY: u64 = 86_400 * super::time::SECOND;
/// How long a web server waits for the application, and an application for the database, unless a file says otherwise.
const WEB_TIMEOUT: Seconds = Seconds::literal(5.0);
const APP_TIMEOUT: Seconds = Seconds::literal(2.0);

/// What a station does with a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Role {
    Browser,
    Resolver(ResolverPlan),
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
    pub(super) queue_timeout: u64,
    pub(super) check: HealthCheck,
    pub(super) check_timeout: u64,
    /// Its number among the balancers.
    pub(super) number: u32,
    /// Per kind of request, the first kind that has the same list of backends.
    pub(super) lists: [u8; 3],
    /// The largest weight of a backend, if they differ; else 1.
    pub(super) heaviest: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct StationPlan {
    pub(super) role: Role,
    pub(super) slots: u32,
    pub(super) limit: Option<u32>,
    pub(super) hold: Hold,
    pub(super) service: [Sampler; 3],
    /// The work on an answer that passes, if there is any.
    pub(super) answer: Option<Sampler>,
    /// Most requests that may be present at once.
    pub(super) connections: Option<u32>,
    /// The random stream's key.
    pub(super) key: u64,
    /// The server that it runs on, as a position in the infrastructure's list.
    pub(super) server: Option<u32>,
    /// How long it waits for an answer from downstream.
    pub(super) timeout: u64,
    /// Until when its own certificate is valid, in nanoseconds, if it has one.
    pub(super) certificate_until: Option<u64>,
    /// Links to ask on, per kind of request, in order of preference.
    pub(super) out: [Vec<u32>; 3],
    /// Whether an agent watches it: only then it counts answers.
    pub(super) watched: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct HopPlan {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) latency: u64,
    pub(super) guards: Vec<Guard>,
    /// How many of the guards stand at the asker's side: the wire comes after them.
    pub(super) outward: usize,
    /// How many guards there are.
    pub(super) behind: u8,
    pub(super) protocol: Protocol,
    /// For a balancer's link: its number among the balancer's, or [`NONE`].
    pub(super) backend: u32,
    /// For a balancer's link: the lists that it is in, as bits.
    pub(super) lists: u8,
    pub(super) weight: u32,
    /// How many requests may be in progress on it; `u32::MAX` is no limit.
    pub(super) maxconn: u32,
    /// When a message on it needs a new connection first.
    pub(super) connects: Connects,
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
    pub(super) alerts: AlertsPlan,
    pub(super) servers: Vec<ServerId>,
    pub(super) browser: u32,
    /// The link on which users ask at the start: with a pair, its better balancer's.
    pub(super) entry: u32,
    /// The balancers that share the site's address, if there are several.
    pub(super) pair: Vec<RouterPlan>,
    pub(super) lookup: Option<u32>,
    pub(super) tls: TlsMode,
    pub(super) connections: ConnectionsPlan,
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
        let mut hops: Vec<HopPlan> = infra.hops().map(|hop| Self::hop(infra, &hop)).collect();
        let agents = Self::agents(infra, &hops);
        let ends: Vec<u64> = infra.certificates().iter().map(authored_end).collect();
        let watched: BTreeSet<u32> = agents.iter().flat_map(|agent| agent.watches.iter().copied()).collect();
        let mut stations = Vec::with_capacity(infra.len());
        for (ix, component) in infra.components() {
            let Station { slots, queue, connections, hold, service, answer } = component.station();
            let links = infra.links_from(ix);
            let asks = |kind: RequestKind| -> Vec<u32> {
                let serves =
                    links.iter().filter(|link| infra.link(**link).serves(kind) && infra.link(**link).protocol.carries_requests());
                serves.map(|link| id(link.index())).collect()
            };
            let (role, timeout) = Self::role(infra, ix, &component.kind, &databases);
            stations.push(StationPlan {
                slots,
                limit: queue,
                hold,
                service: service.map(Sampler::from),
                answer: answer.filter(|_| role != Role::Browser).map(Sampler::from),
                connections,
                key: random::key(component.id.as_str()),
                server: component.server.as_ref().and_then(|server| server_index.get(server).copied()),
                timeout,
                certificate_until: Self::proves_until(infra, &ends, ix),
                out: RequestKind::ALL.map(asks),
                watched: watched.contains(&id(ix.index())),
                role,
            });
        }
        arrange_backends(&mut stations, &mut hops);
        let browser = stations.iter().position(|station| station.role == Role::Browser).map_or(0, id);
        let from_browser = |protocol| hops.iter().position(|hop| hop.from == browser && hop.protocol == protocol).map(id);
        let pair = Self::pair(infra, &hops, browser);
        let traffic = infra.traffic();
        Self {
            alerts: AlertsPlan::new(infra, &agents, from_browser(Protocol::Http).map(|link| hops[link as usize].to)),
            entry: pair
                .iter()
                .max_by_key(|router| (router.priority, router.station))
                .map_or_else(|| from_browser(Protocol::Http).unwrap_or(0), |router| router.entry),
            pair,
            lookup: from_browser(Protocol::Dns),
            connections: ConnectionsPlan::new(infra, &hops),
            agents,
            stations,
            hops,
            servers,
            browser,
            tls: infra.tls().edge,
            certificate_until: Self::certificate_until(infra, &ends),
            patience: traffic.patience_s.nanos(),
            new_visitors: traffic.new_visitors.get(),
            static_share: traffic.static_share.get(),
            write_share: traffic.write_share.get(),
            databases,
            drivers: infra.components().map(|(_, component)| component.kind.follows_primary()).collect(),
        }
    }

    /// The balancers that share the site's address.
    fn pair(infra: &Infrastructure, hops: &[HopPlan], browser: u32) -> Vec<RouterPlan> {
        let mut pair = Vec::new();
        for (ix, component) in infra.components() {
            let ComponentKind::LoadBalancer(spec) = &component.kind else { continue };
            let Some(vrrp) = &spec.vrrp else { continue };
            let station = id(ix.index());
            let ends_here = |hop: &HopPlan| hop.from == station || hop.to == station;
            let entry = hops.iter().position(|hop| (hop.from, hop.to) == (browser, station));
            let link = hops.iter().position(|hop| hop.protocol == Protocol::Vrrp && ends_here(hop));
            let (Some(entry), Some(link)) = (entry, link) else { continue };
            let advert = vrrp.advert_s.nanos();
            pair.push(RouterPlan {
                station,
                entry: id(entry),
                link: id(link),
                priority: vrrp.priority,
                advert,
                patience: 3 * advert + (256 - u64::from(vrrp.priority)) * super::time::SECOND / 256,
            });
        }
        pair
    }

    /// Until when a component can prove who it is: by the certificate that lasts longest.
    fn proves_until(infra: &Infrastructure, ends: &[u64], ix: ComponentIx) -> Option<u64> {
        infra.certificates_at(ix).into_iter().map(|place| ends[place]).max()
    }

    /// Until when all who hold a certificate for the site can prove who they are to users, in nanoseconds.
    fn certificate_until(infra: &Infrastructure, ends: &[u64]) -> Option<u64> {
        let certificates = infra.certificates();
        let of_site: Vec<&Certificate> = certificates.iter().filter(|certificate| certificate.covers(infra.domain())).collect();
        // A drawing that calls its certificate otherwise means this one.
        let meant = if of_site.is_empty() { certificates.iter().collect() } else { of_site };
        let holders: BTreeSet<ComponentIx> = meant.into_iter().flat_map(|certificate| infra.holders(certificate)).collect();
        holders.into_iter().filter_map(|ix| Self::proves_until(infra, ends, ix)).min()
    }

    fn role(infra: &Infrastructure, ix: ComponentIx, kind: &ComponentKind, databases: &DatabasesPlan) -> (Role, u64) {
        match kind {
            ComponentKind::Browser => (Role::Browser, infra.traffic().patience_s.nanos()),
            ComponentKind::DnsResolver(spec) => (Role::Resolver(ResolverPlan::new(spec)), 0),
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

    fn hop(infra: &Infrastructure, hop: &hoplight_model::Hop) -> HopPlan {
        let link = infra.link(hop.link);
        HopPlan {
            from: id(hop.from.index()),
            to: id(hop.to.index()),
            latency: link.latency.nanos(),
            outward: hop.guards.iter().filter(|g| g.verdict.direction == hoplight_model::firewall::Direction::Outbound).count(),
            behind: u8::try_from(hop.guards.len()).unwrap_or(u8::MAX),
            guards: hop.guards.clone(),
            protocol: link.protocol,
            backend: NONE,
            lists: 0,
            weight: u32::from(link.weight),
            maxconn: link.maxconn.unwrap_or(u32::MAX),
            connects: Connects::on(infra, hop),
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

/// When a certificate expires as its file says, in nanoseconds. What lies beyond five centuries never comes.
pub(super) fn authored_end(certificate: &Certificate) -> u64 {
    u64::from(certificate.days_left).saturating_mul(DAY)
}

impl Plan {
    /// Takes other instants at which certificates expire than their files say.
    pub(super) fn certify(&mut self, infra: &Infrastructure, ends: &[Option<u64>]) {
        let ends: Vec<u64> =
            infra.certificates().iter().zip(ends).map(|(of, end)| end.unwrap_or_else(|| authored_end(of))).collect();
        for (ix, _) in infra.components() {
            self.stations[ix.index()].certificate_until = Self::proves_until(infra, &ends, ix);
        }
        self.certificate_until = Self::certificate_until(infra, &ends);
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
            queue_timeout: spec.queue_timeout_s.nanos(),
            check: spec.check,
            check_timeout: spec.check_timeout_s.unwrap_or(spec.check_interval_s).nanos(),
            number: 0,
            lists: [0; 3],
            heaviest: 1,
        }
    }
}

impl Plan {
    /// How many balancers there are.
    pub(super) fn balancers(&self) -> usize {
        self.stations.iter().filter(|station| matches!(station.role, Role::Balancer(_))).count()
    }
}

/// Numbers balancers and their backends.
fn arrange_backends(stations: &mut [StationPlan], hops: &mut [HopPlan]) {
    let mut number = 0;
    for station in stations {
        let Role::Balancer(balancer) = &mut station.role else { continue };
        balancer.number = number;
        number += 1;
        for kind in 0..station.out.len() {
            let list = station.out.iter().position(|links| *links == station.out[kind]).unwrap_or(kind);
            balancer.lists[kind] = u8::try_from(list).unwrap_or_default();
        }
        let mut backends: Vec<u32> = station.out.iter().flatten().copied().collect();
        backends.sort_unstable();
        backends.dedup();
        let weights = || backends.iter().map(|link| hops[*link as usize].weight);
        let heaviest = weights().max().unwrap_or(1);
        balancer.heaviest = if weights().all(|weight| weight == heaviest) { 1 } else { heaviest };
        for (place, link) in (0u32..).zip(&backends) {
            let lists = station.out.iter().zip(balancer.lists).filter(|(links, _)| links.contains(link));
            hops[*link as usize].lists = lists.fold(0, |bits, (_, list)| bits | 1 << list);
            hops[*link as usize].backend = place;
        }
    }
}
