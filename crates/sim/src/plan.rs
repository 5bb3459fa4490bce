//! The infrastructure compiled for the engine: flat arrays without names or a graph.
//!
//! The plan is recompiled on every edit. Its positions match those of the infrastructure, so state survives an edit. It
//! must not hold anything that changes over time.

mod alerts;
mod parts;

use std::collections::{BTreeMap, BTreeSet};

use hoplight_model::behaviour::{self, Behaviour, CertificateCheck, HttpVisits, Origin, WhenFull};
use hoplight_model::firewall::Verdict;
use hoplight_model::http::Port80;
use hoplight_model::quantity::{Cores, Seconds};
use hoplight_model::station::Station;
use hoplight_model::{Certificate, ComponentIx, ComponentKind, Infrastructure, Protocol, RequestKind, ServerId, Tier, TlsMode};

use crate::addresses::AddressesPlan;
use crate::cache::CachesPlan;
use crate::connection::{ConnectionsPlan, Connects, When};
use crate::database::DatabasesPlan;
use crate::firewall_pairs::FirewallPairPlan;
use crate::index::{AddressIx, AgentIx, BalancerIx, IndexVec, Ix, LinkIx, PerKind, RouterIx, ServerIx, StationIx};
use crate::names::ResolverPlan;
use crate::random::{self, Sampler};
use crate::rate_limits::RateLimitPlan;
use crate::sessions::SessionsPlan;

pub(crate) use alerts::{AlertPlan, AlertsPlan, Subject, WatchdogPlan};
pub(crate) use parts::{AgentPlan, BalancerPlan, CpuPlan, HopPlan, Reporting, Role, RouterPlan, StationPlan};

/// Nanoseconds in a day.
const DAY: u64 = 86_400 * crate::time::SECOND;

/// The compiled infrastructure.
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    pub(super) stations: IndexVec<StationIx, StationPlan>,
    pub(super) hops: IndexVec<LinkIx, HopPlan>,
    pub(super) agents: IndexVec<AgentIx, AgentPlan>,
    pub(super) alerts: AlertsPlan,
    pub(super) servers: IndexVec<ServerIx, ServerId>,
    /// Number of cores of each server; `None` if there are enough for every slot.
    pub(super) cores: IndexVec<ServerIx, Option<u32>>,
    pub(super) browser: StationIx,
    /// The addresses of the site.
    pub(super) addresses: AddressesPlan,
    /// The balancers that share an address.
    pub(super) pair: IndexVec<RouterIx, RouterPlan>,
    /// The link to the resolver that browsers query first.
    pub(super) lookup: Option<LinkIx>,
    /// The links to resolvers, in the order in which browsers query them.
    pub(super) lookups: Vec<LinkIx>,
    /// Whether browsers have several addresses or resolvers to choose from.
    pub(super) has_alternatives: bool,
    pub(super) tls: TlsMode,
    pub(super) connections: ConnectionsPlan,
    /// Whether users' idle connections count towards the limit of a station.
    pub(super) counts_idle: bool,
    /// The visits that start with `http://`; `None` if there are none.
    pub(super) http: Option<HttpVisits>,
    /// What the entry does on port 80.
    pub(super) port_80: Port80,
    /// How long browsers that have received a response use only https, in nanoseconds; `None` without HSTS.
    pub(super) hsts_max_age: Option<u64>,
    /// When the first certificate that users see expires, in nanoseconds; `None` without TLS or without a certificate.
    pub(super) certificate_until: Option<u64>,
    /// Whether users' handshakes fail because nothing at which they end has a certificate.
    pub(super) lacks_certificate: bool,
    pub(super) patience: u64,
    pub(super) new_visitors: f64,
    pub(super) static_share: f64,
    pub(super) write_share: f64,
    pub(super) databases: DatabasesPlan,
    pub(super) firewall_pairs: Vec<FirewallPairPlan>,
    pub(super) caches: CachesPlan,
    /// Number of returning users who share an address.
    pub(super) users_per_address: u32,
    /// Whether a component has a rate limit.
    pub(super) limits_rates: bool,
    pub(super) sessions: SessionsPlan,
    /// For each station, whether its database driver follows the primary.
    pub(super) drivers: IndexVec<StationIx, bool>,
}

impl Plan {
    /// Compiles `infra`.
    pub(super) fn new(infra: &Infrastructure) -> Self {
        let databases = DatabasesPlan::new(infra);
        let caches = CachesPlan::new(infra);
        let servers: IndexVec<ServerIx, ServerId> = infra.servers().map(|server| server.id.clone()).collect();
        let cores: IndexVec<ServerIx, Option<u32>> = infra.servers().map(|server| server.cores.map(Cores::get)).collect();
        let server_index: BTreeMap<&ServerId, ServerIx> = servers.enumerate().map(|(ix, server)| (server, ix)).collect();
        let mut hops: IndexVec<LinkIx, HopPlan> = infra.hops().map(|hop| Self::hop(infra, &hop)).collect();
        let agents = Self::agents(infra, &hops);
        let ends: Vec<u64> = infra.certificates().iter().map(authored_end).collect();
        let watched: BTreeSet<StationIx> = agents.iter().flat_map(|agent| agent.watches.iter().copied()).collect();
        let mut stations = IndexVec::default();
        let mut resolvers = 0..;
        for (ix, component) in infra.components() {
            let Station { slots, queue, connections, hold, service, answer, cpu } = component.station();
            let server = component.server.as_ref().and_then(|server| server_index.get(server).copied());
            let role = Self::role(ix, &component.kind, &databases, &caches, &mut resolvers);
            // Requests that were forwarded before the component began to redirect still return to it.
            let behaviour = PerKind::of(|kind| behaviour::if_accepted(infra, ix, kind));
            let redirects = PerKind::of(|kind| behaviour::behaviour(infra, ix, kind) == Behaviour::Redirect);
            stations.push(StationPlan {
                slots,
                limit: queue.into(),
                hold,
                service: service.map(Sampler::from),
                answer: answer.filter(|_| role != Role::Browser).map(Sampler::from),
                connections: connections.into(),
                key: random::key(component.id.as_str()),
                server,
                cpu: server.filter(|server| cores[*server].is_some()).map(|server| CpuPlan { server, share: cpu }),
                timeout: Self::timeout(&behaviour),
                certificate_until: Self::proves_until(infra, &ends, ix),
                out: PerKind::of(|kind| behaviour::upstreams(infra, ix, kind)),
                watched: watched.contains(&ix),
                rate_limits: RateLimitPlan::all(infra, ix),
                sessions: PerKind::of(|kind| behaviour::session_use(infra, ix, kind)),
                behaviour,
                when_full: component.kind.when_full(),
                at_limit: component.kind.at_limit(),
                ends_tls: behaviour::terminates_tls(infra, ix),
                check_depth: behaviour::check_depth(infra, ix),
                redirects,
                redirects_plaintext: behaviour::redirects_plaintext(infra, ix),
                idle_entry: None,
                role,
            });
        }
        arrange_backends(&mut stations, &mut hops);
        let sessions = SessionsPlan::arrange(&mut stations, &hops);
        let browser = stations.position(|station| station.role == Role::Browser).expect("every infrastructure has a browser");
        let from_browser = |protocol| hops.position(|hop| hop.from == browser && hop.protocol == protocol);
        let connections = ConnectionsPlan::new(infra, hops.iter().any(|hop| hop.connects.when != When::Never));
        if !connections.per_request {
            for (link, hop) in hops.enumerate().filter(|(_, hop)| hop.from == browser && hop.protocol == Protocol::Http) {
                let entry: &mut StationPlan = &mut stations[hop.to];
                let counts = entry.connections.is_set() && entry.when_full == WhenFull::DropSyn && hop.idle_timeout < u64::MAX;
                entry.idle_entry = counts.then_some(link);
            }
        }
        let origin = Self::origin(infra, browser);
        let addresses = AddressesPlan::new(&origin.addresses, origin.attempt_timeout.nanos());
        let pair = Self::pair(infra, &hops, browser, &addresses);
        let traffic = infra.traffic();
        Self {
            users_per_address: traffic.users_per_address.get(),
            limits_rates: stations.iter().any(|station: &StationPlan| station.rate_limits.iter().any(Option::is_some)),
            alerts: AlertsPlan::new(infra, &agents, from_browser(Protocol::Http).map(|link| hops[link].to)),
            has_alternatives: !addresses.is_single() || origin.lookups.len() > 1,
            addresses,
            pair,
            lookup: origin.lookups.first().copied(),
            lookups: origin.lookups,
            hsts_max_age: infra
                .http()
                .hsts
                .map(|hsts| u64::from(hsts.max_age_s) * crate::time::SECOND)
                .filter(|_| origin.http.is_some()),
            http: origin.http,
            port_80: infra.http().port_80,
            connections,
            counts_idle: stations.iter().any(|station: &StationPlan| station.idle_entry.is_some()),
            agents,
            stations,
            hops,
            servers,
            cores,
            browser,
            tls: infra.tls().edge,
            certificate_until: Self::certificate_until(infra, &ends),
            lacks_certificate: behaviour::lacks_certificate(infra),
            patience: traffic.patience_s.nanos(),
            new_visitors: traffic.new_visitors.get(),
            static_share: traffic.static_share.get(),
            write_share: traffic.write_share.get(),
            databases,
            firewall_pairs: FirewallPairPlan::all(infra),
            caches,
            sessions,
            drivers: infra.components().map(|(_, component)| component.kind.follows_primary()).collect(),
        }
    }

    /// The browser's behaviour, which is the same for all kinds of request.
    fn origin(infra: &Infrastructure, browser: StationIx) -> Origin {
        let behaviour = behaviour::behaviour(infra, browser, RequestKind::Static);
        behaviour.origin().cloned().expect("a browser sends requests")
    }

    /// How long a connection on a hop may be idle, in nanoseconds. A server without a certificate has no connections.
    fn idle_timeout(infra: &Infrastructure, hop: &hoplight_model::Hop) -> u64 {
        if behaviour::certificate_check(infra, hop) == CertificateCheck::Missing {
            return 0;
        }
        behaviour::idle_timeout(infra, hop).map_or(u64::MAX, Seconds::nanos)
    }

    /// Whether the component at the end of a hop knows the address of the client. Only rate limits need to know.
    fn tells_address(infra: &Infrastructure, hop: &hoplight_model::Hop) -> bool {
        infra.component(hop.to).kind.rate_limit().is_none() || behaviour::learns_address(infra, hop.link)
    }

    /// The verdicts of a hop's firewalls on connections to port 80, if it leads from users to a site with TLS.
    fn verdicts_on_port_80(infra: &Infrastructure, hop: &hoplight_model::Hop) -> Vec<Verdict> {
        if infra.tls().edge == TlsMode::None || !behaviour::is_entry_link(infra, hop.link) {
            return Vec::new();
        }
        behaviour::hop_on_port_80(infra, hop.link).guards.iter().map(|guard| guard.verdict).collect()
    }

    /// The balancers that share an address.
    fn pair(
        infra: &Infrastructure,
        hops: &IndexVec<LinkIx, HopPlan>,
        browser: StationIx,
        addresses: &AddressesPlan,
    ) -> IndexVec<RouterIx, RouterPlan> {
        let mut pair = IndexVec::default();
        for (ix, component) in infra.components() {
            let Some(spec) = component.kind.as_balancer() else { continue };
            let Some(vrrp) = &spec.vrrp else { continue };
            let station = ix;
            let ends_here = |hop: &HopPlan| hop.from == station || hop.to == station;
            let entry = hops.position(|hop| (hop.from, hop.to) == (browser, station));
            let link = hops.position(|hop| hop.protocol == Protocol::Vrrp && ends_here(hop));
            let (Some(entry), Some(link)) = (entry, link) else { continue };
            let advert = vrrp.advert_s.nanos();
            for address in addresses.reached_on(entry) {
                let is_own = addresses.entries[address] == entry;
                let priority = vrrp.backup_priority.filter(|_| !is_own).unwrap_or(vrrp.priority);
                let skew = (256 - u64::from(priority)) * crate::time::SECOND / 256;
                pair.push(RouterPlan {
                    station,
                    entry,
                    address,
                    link,
                    priority,
                    advert,
                    patience: 3 * advert + skew,
                    skew,
                    track: vrrp.track.map(|track| (track.interval_s.nanos().max(1), track.fall)),
                    vmac: vrrp.vmac,
                });
            }
        }
        pair
    }

    /// When the last of a component's certificates expires.
    fn proves_until(infra: &Infrastructure, ends: &[u64], ix: ComponentIx) -> Option<u64> {
        infra.certificates_at(ix).into_iter().map(|place| ends[place]).max()
    }

    /// When the certificate expires at the first of the components at which users' TLS ends, in nanoseconds.
    fn certificate_until(infra: &Infrastructure, ends: &[u64]) -> Option<u64> {
        behaviour::users_tls_ends(infra).into_iter().filter_map(|ix| Self::proves_until(infra, ends, ix)).min()
    }

    fn role(
        ix: ComponentIx,
        kind: &ComponentKind,
        databases: &DatabasesPlan,
        caches: &CachesPlan,
        resolvers: &mut impl Iterator<Item = usize>,
    ) -> Role {
        match kind {
            ComponentKind::Browser => Role::Browser,
            ComponentKind::DnsResolver(spec) => {
                let number = resolvers.next().expect("there is a number for each resolver");
                Role::Resolver(ResolverPlan::new(spec, number))
            }
            ComponentKind::Firewall(_) => Role::Firewall,
            ComponentKind::LoadBalancer(spec) => Role::Balancer(BalancerPlan::new(spec)),
            ComponentKind::Cache(spec) if spec.holds_sessions() => Role::SessionStore,
            ComponentKind::Cache(_) => Role::Cache(caches.at(ix).expect("every cache has a plan")),
            ComponentKind::SqlProxy(spec) => Role::Balancer(BalancerPlan::of_sql_proxy(spec)),
            ComponentKind::Database(_) => {
                Role::Database(databases.nodes.position(|node| node.station == ix).expect("every database has a plan"))
            }
            ComponentKind::Web(_) | ComponentKind::App(_) | ComponentKind::Agent(_) | ComponentKind::MonitoringService => {
                Role::Other
            }
        }
    }

    /// How long a component waits for a response, in nanoseconds; zero if it sends no requests.
    fn timeout(behaviour: &PerKind<Behaviour>) -> u64 {
        let timeouts = behaviour.iter().map(|behaviour| match behaviour {
            Behaviour::Originate(origin) => origin.patience.nanos(),
            Behaviour::Forward(forwarding) => forwarding.timeout.nanos(),
            Behaviour::Respond
            | Behaviour::LookUp
            | Behaviour::Query(_)
            | Behaviour::Resolve(_)
            | Behaviour::Redirect
            | Behaviour::Filter
            | Behaviour::Fail(_)
            | Behaviour::Ignore => 0,
        });
        timeouts.max().unwrap_or(0)
    }

    fn hop(infra: &Infrastructure, hop: &hoplight_model::Hop) -> HopPlan {
        let link = infra.link(hop.link);
        HopPlan {
            from: hop.from,
            to: hop.to,
            latency: link.latency.nanos(),
            outward: hop.guards.iter().filter(|g| g.verdict.direction == hoplight_model::firewall::Direction::Outbound).count(),
            behind: u8::try_from(hop.guards.len()).expect("a hop has at most 127 firewalls"),
            guards: hop.guards.clone(),
            on_port_80: Self::verdicts_on_port_80(infra, hop),
            protocol: link.protocol,
            backend: None,
            lists: 0,
            weight: u32::from(link.weight),
            maxconn: link.maxconn.into(),
            connects: Connects::on(infra, hop),
            idle_timeout: Self::idle_timeout(infra, hop),
            tells_address: Self::tells_address(infra, hop),
            closes_after: behaviour::keep_alive_race(infra, hop).map_or(u64::MAX, |race| race.server.nanos()),
        }
    }

    fn agents(infra: &Infrastructure, hops: &IndexVec<LinkIx, HopPlan>) -> IndexVec<AgentIx, AgentPlan> {
        let headline = |kind: &ComponentKind| match kind.tier() {
            Some(Tier::Balancer) => 0,
            Some(Tier::Web) => 1,
            Some(Tier::Application) => 2,
            Some(Tier::Cache | Tier::SqlProxy) => 3,
            Some(Tier::Database) | None => 4,
        };
        let mut agents = IndexVec::default();
        for (ix, component) in infra.components() {
            let Some(spec) = component.kind.as_agent() else { continue };
            let watched: Vec<_> = component
                .server
                .iter()
                .flat_map(|server| infra.on_server(server))
                .filter(|(_, component)| component.kind.serves_requests())
                .collect();
            let on = |end: fn(&HopPlan) -> StationIx| hops.position(|hop| end(hop) == ix && hop.protocol == Protocol::Metrics);
            let reporting = match (on(|hop| hop.from), on(|hop| hop.to)) {
                (Some(push), _) => Reporting::Push(push),
                (None, Some(scrape)) => Reporting::Scrape(scrape),
                (None, None) => Reporting::None,
            };
            let scrape_interval = infra.monitoring().scrape_interval_s;
            agents.push(AgentPlan {
                station: ix,
                interval: if reporting.is_scrape() { scrape_interval } else { spec.interval_s }.nanos(),
                watches: watched.iter().map(|(ix, _)| *ix).collect(),
                subject: watched.iter().min_by_key(|(_, component)| headline(&component.kind)).map(|(ix, _)| *ix),
                reporting,
            });
        }
        agents
    }
}

/// When a certificate expires according to its file, in nanoseconds. Saturates after about five centuries.
pub(super) fn authored_end(certificate: &Certificate) -> u64 {
    u64::from(certificate.days_left).saturating_mul(DAY)
}

impl Plan {
    /// Replaces the expiry of certificates; `None` keeps the one from the file.
    pub(super) fn certify(&mut self, infra: &Infrastructure, ends: &[Option<u64>]) {
        let ends: Vec<u64> =
            infra.certificates().iter().zip(ends).map(|(of, end)| end.unwrap_or_else(|| authored_end(of))).collect();
        for (ix, _) in infra.components() {
            self.stations[ix].certificate_until = Self::proves_until(infra, &ends, ix);
        }
        self.certificate_until = Self::certificate_until(infra, &ends);
    }
}

impl Plan {
    /// How long the resolver keeps the site's record, in nanoseconds; `None` without a resolver.
    pub(crate) fn resolver_ttl(&self) -> Option<u64> {
        match self.stations[self.hops[self.lookup?].to].role {
            Role::Resolver(resolver) => Some(resolver.ttl),
            Role::Browser
            | Role::Firewall
            | Role::Balancer(_)
            | Role::Cache(_)
            | Role::SessionStore
            | Role::Database(_)
            | Role::Other => None,
        }
    }

    /// The position of a station among the balancers that share an address; of one that shares two, the first.
    pub(crate) fn router(&self, station: StationIx) -> Option<RouterIx> {
        self.pair.position(|router| router.station == station)
    }

    /// The positions of a station among the balancers that share an address: one for each address.
    pub(crate) fn routers(&self, station: StationIx) -> Vec<RouterIx> {
        self.pair.enumerate().filter(|(_, router)| router.station == station).map(|(number, _)| number).collect()
    }

    /// The balancer that an address belongs to: in a pair, the one with the higher priority.
    pub(crate) fn home(&self, address: AddressIx) -> StationIx {
        self.hops[self.addresses.entries[address]].to
    }

    /// The resolvers, by number.
    pub(super) fn resolvers(&self) -> impl Iterator<Item = StationIx> + '_ {
        self.stations.enumerate().filter(|(_, plan)| matches!(plan.role, Role::Resolver(_))).map(|(station, _)| station)
    }

    /// Whether there is a balancer whose algorithm a command can change. An SQL proxy chooses by role.
    pub(super) fn has_algorithm(&self) -> bool {
        self.stations.iter().any(|station| matches!(&station.role, Role::Balancer(balancer) if !balancer.by_role))
    }

    /// Number of balancers and SQL proxies.
    pub(super) fn balancers(&self) -> usize {
        self.stations.iter().filter(|station| matches!(station.role, Role::Balancer(_))).count()
    }
}

/// Numbers the balancers and their backends.
fn arrange_backends(stations: &mut IndexVec<StationIx, StationPlan>, hops: &mut IndexVec<LinkIx, HopPlan>) {
    let mut numbers = (0..).map(BalancerIx::from_raw);
    for station in stations {
        let Role::Balancer(balancer) = &mut station.role else { continue };
        balancer.number = numbers.next().expect("there is a number for each station");
        balancer.lists = PerKind::of(|kind| {
            let first = (0..).zip(station.out.iter()).find(|(_, links)| **links == station.out[kind]);
            first.expect("the list is equal to itself").0
        });
        let mut backends: Vec<LinkIx> = station.out.iter().flatten().copied().collect();
        backends.sort_unstable();
        backends.dedup();
        let weights = || backends.iter().map(|link| hops[*link].weight);
        let heaviest = weights().max().unwrap_or(1);
        balancer.heaviest = if weights().all(|weight| weight == heaviest) { 1 } else { heaviest };
        for (place, link) in (0..).zip(&backends) {
            let lists = station.out.iter().zip(balancer.lists.iter()).filter(|(links, _)| links.contains(link));
            hops[*link].lists = lists.fold(0, |bits, (_, list)| bits | 1 << *list);
            hops[*link].backend = Some(place);
        }
    }
}
