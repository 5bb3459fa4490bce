//! From a scenario's form to an infrastructure: every check across fields stands here.
//!
//! Must not change what a file says; it fills in defaults and refuses what cannot work.

mod databases;
mod domains;
mod monitoring;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use petgraph::algo::toposort;
use petgraph::graph::DiGraph;

use super::arrivals::Arrivals;
use super::balancer::BalancerSpec;
use super::component::{Component, ComponentKind, Traffic};
use super::error::ContentError;
use super::firewall::{FirewallSpec, Peer};
use super::id::{ComponentId, ServerId};
use super::infrastructure::{ComponentIx, Infrastructure, LinkIx};
use super::link::{Link, LinkSpec, Protocol};
use super::quantity::Millis;
use super::request::RequestKind;
use super::scenario::{FORMAT, Scenario};
use super::station::ServiceTime;

/// Most components of one infrastructure.
const MAX_COMPONENTS: usize = 20_000;
/// Most links of one infrastructure.
const MAX_LINKS: usize = 100_000;
/// Most connection attempts after the first.
const MAX_RETRIES: u8 = 100;
/// Most firewalls on one hop.
const MAX_GUARDS: usize = 100;
/// Least mean time that users think between an outcome and the next request.
const LEAST_THINK_MS: f64 = 1.0;
/// The largest VRRP priority that can be set; 255 is for routers that own the address.
const MAX_PRIORITY: u8 = 254;
/// The largest weight of a backend: HAProxy's.
const MAX_WEIGHT: u16 = 256;
/// Most hops from the user to the last component: a request remembers its way.
pub(crate) const MAX_HOPS: usize = 7;

struct Builder<'a> {
    file: &'a str,
    text: &'a str,
    components: BTreeMap<ComponentId, ComponentIx>,
    servers: BTreeSet<ServerId>,
}

/// Checks `scenario` and makes the graph.
pub(super) fn build(scenario: Scenario, file: &str, text: &str) -> Result<Infrastructure, ContentError> {
    if scenario.format > FORMAT {
        let message =
            format!("this file has format {}, this program reads up to {FORMAT}: a newer hoplight is needed", scenario.format);
        return Err(ContentError::at(file, text, None, message));
    }
    let mut builder = Builder { file, text, components: BTreeMap::new(), servers: BTreeSet::new() };
    builder.limits(&scenario)?;
    let mut servers = IndexMap::new();
    for (number, server) in scenario.servers.into_iter().enumerate() {
        if !builder.servers.insert(server.id.clone()) {
            let message = format!("two servers are called `{}`", server.id);
            return Err(builder.error_in(("servers", number), server.id.as_str(), message));
        }
        servers.insert(server.id.clone(), server);
    }
    let mut graph: DiGraph<Component, Link, u32> = DiGraph::with_capacity(scenario.components.len(), scenario.links.len());
    for (number, component) in scenario.components.into_iter().enumerate() {
        let id = component.id.clone();
        if let Some(server) = &component.server {
            builder.known_server(server)?;
        }
        let ix = graph.add_node(component);
        if builder.components.insert(id.clone(), ix).is_some() {
            return Err(builder.error_in(("components", number), id.as_str(), format!("two components are called `{id}`")));
        }
    }
    for component in graph.node_weights() {
        if let ComponentKind::Firewall(spec) = &component.kind {
            builder.check_firewall(spec)?;
        }
        builder.check_numbers(component)?;
    }
    for certificate in &scenario.certificates {
        for id in &certificate.on {
            builder.known_component(id)?;
        }
    }
    for (number, spec) in scenario.links.iter().enumerate() {
        let (from, to) = (builder.known_component(&spec.from)?, builder.known_component(&spec.to)?);
        if graph.find_edge(from, to).is_some() {
            let message = format!("two links go from `{}` to `{}`", spec.from, spec.to);
            return Err(builder.error_in(("links", number), spec.to.as_str(), message));
        }
        builder.check_link(number, spec, &graph[from].kind, &graph[to].kind)?;
        let link = complete(spec, &graph[from], &graph[to]);
        graph.add_edge(from, to, link);
    }
    let domains = builder.domains(scenario.domains, &graph)?;
    let traffic = &scenario.traffic;
    if traffic.static_share.get() + traffic.write_share.get() > 1.0 + 1e-9 {
        return Err(ContentError::at(file, text, None, "static_share and write_share together exceed 1"));
    }
    builder.check_arrivals(traffic)?;
    let guarded = guarded(&graph);
    let infrastructure = Infrastructure {
        guarded,
        blocks: BTreeSet::new(),
        id: scenario.id,
        title: scenario.title,
        summary: scenario.summary,
        notes: scenario.notes,
        benchmark: scenario.benchmark,
        domain: scenario.domain,
        traffic: scenario.traffic,
        tls: scenario.tls,
        certificates: scenario.certificates,
        monitoring: scenario.monitoring,
        reliability: scenario.reliability,
        domains,
        servers,
        graph,
        index: builder.components.clone(),
    };
    builder.check_whole(&infrastructure)?;
    builder.check_monitoring(&infrastructure)?;
    Ok(infrastructure)
}

impl Builder<'_> {
    fn error(&self, needle: &str, message: impl Into<String>) -> ContentError {
        ContentError::about(self.file, self.text, needle, message)
    }

    /// An error about a record of one of the scenario's lists.
    fn error_in(&self, record: (&str, usize), needle: &str, message: String) -> ContentError {
        ContentError::in_record(self.file, self.text, record, needle, message)
    }

    fn limits(&self, scenario: &Scenario) -> Result<(), ContentError> {
        let most = [
            ("components", scenario.components.len(), MAX_COMPONENTS),
            ("servers", scenario.servers.len(), MAX_COMPONENTS),
            ("links", scenario.links.len(), MAX_LINKS),
            ("domains", scenario.domains.len(), MAX_COMPONENTS),
        ];
        for (what, count, max) in most {
            if count > max {
                return Err(ContentError::at(self.file, self.text, None, format!("{count} {what}, at most {max} are read")));
            }
        }
        Ok(())
    }

    fn known_component(&self, id: &ComponentId) -> Result<ComponentIx, ContentError> {
        self.components.get(id).copied().ok_or_else(|| {
            self.error(id.as_str(), format!("no component `{id}`"))
                .suggest(id.as_str(), self.components.keys().map(ComponentId::as_str))
        })
    }

    fn known_server(&self, id: &ServerId) -> Result<(), ContentError> {
        if self.servers.contains(id) {
            return Ok(());
        }
        Err(self.error(id.as_str(), format!("no server `{id}`")).suggest(id.as_str(), self.servers.iter().map(ServerId::as_str)))
    }

    /// Numbers that are fine by themselves and make no sense here.
    fn check_numbers(&self, component: &Component) -> Result<(), ContentError> {
        let id = component.id.as_str();
        let station = component.station();
        if station.slots == 0 {
            return Err(self.error(id, format!("`{id}` has no slot: it could never serve anybody")));
        }
        for service in station.service {
            if let ServiceTime::Uniform { min_ms, max_ms } = service
                && min_ms > max_ms
            {
                let (min, max) = (min_ms.get(), max_ms.get());
                return Err(self.error(id, format!("the service time of `{id}` has min_ms {min} above max_ms {max}")));
            }
        }
        if let ComponentKind::LoadBalancer(spec) = &component.kind {
            if spec.retries > MAX_RETRIES {
                return Err(self.error(id, format!("`{id}` has {} retries, at most {MAX_RETRIES} make sense", spec.retries)));
            }
            if spec.fall == 0 || spec.rise == 0 {
                return Err(
                    self.error(id, format!("`{id}` needs at least one check to change its mind: fall and rise are 1 or more"))
                );
            }
        }
        Ok(())
    }

    /// The changes of the rate follow each other, and users who wait for outcomes leave time for the rest of the world.
    fn check_arrivals(&self, traffic: &Traffic) -> Result<(), ContentError> {
        let traffic_error = |message: String| Err(ContentError::in_list(self.file, self.text, "traffic", message));
        let mut free_from = 0.0;
        for (number, change) in traffic.schedule.iter().enumerate() {
            let (begin, end) = change.span();
            if begin < free_from || end < begin {
                let what = if end < begin { "ends before it begins" } else { "begins before the one before it is over" };
                return traffic_error(format!("change {} of the schedule {what}: at {begin} s", number + 1));
            }
            free_from = end;
        }
        let Arrivals::Closed { think, .. } = traffic.arrivals else { return Ok(()) };
        if !traffic.schedule.is_empty() {
            return traffic_error("users who wait for outcomes have no rate that a schedule could change".into());
        }
        if let ServiceTime::Uniform { min_ms, max_ms } = think
            && min_ms > max_ms
        {
            return traffic_error(format!("the users' think has min_ms {} above max_ms {}", min_ms.get(), max_ms.get()));
        }
        if think.mean_ms() < LEAST_THINK_MS {
            let message = "users think for at least a millisecond on average: otherwise one who is refused at once would ask for \
                           ever in no time";
            return traffic_error(message.into());
        }
        Ok(())
    }

    fn check_firewall(&self, spec: &FirewallSpec) -> Result<(), ContentError> {
        spec.servers.iter().try_for_each(|id| self.known_server(id))?;
        spec.components.iter().try_for_each(|id| self.known_component(id).map(drop))?;
        spec.inbound.iter().chain(&spec.outbound).try_for_each(|rule| match &rule.peer {
            Peer::Any => Ok(()),
            Peer::Component(id) => self.known_component(id).map(drop),
            Peer::Server(id) => self.known_server(id),
        })
    }

    fn check_link(&self, number: usize, spec: &LinkSpec, from: &ComponentKind, to: &ComponentKind) -> Result<(), ContentError> {
        use ComponentKind as Kind;
        let (fits, wanted) = match spec.protocol {
            Protocol::Dns => (matches!(to, Kind::DnsResolver(_)), "a DNS link ends at a DNS resolver"),
            Protocol::Http => (
                matches!(from, Kind::Browser | Kind::LoadBalancer(_) | Kind::Web(_))
                    && matches!(to, Kind::LoadBalancer(_) | Kind::Web(_) | Kind::App(_)),
                "an HTTP link goes from a browser, balancer or web server to a balancer, web server or application",
            ),
            Protocol::Sql => (
                matches!(from, Kind::App(_) | Kind::Web(_)) && matches!(to, Kind::Database(_)),
                "an SQL link goes from an application, or a web server that runs the code, to a database",
            ),
            Protocol::Replication => (
                matches!(from, Kind::Database(_)) && matches!(to, Kind::Database(_)),
                "a replication link goes from database to database",
            ),
            Protocol::Metrics => (
                matches!(from, Kind::Agent(_)) && matches!(to, Kind::MonitoringService),
                "a metrics link goes from an agent to the monitoring service",
            ),
            Protocol::Vrrp => (
                matches!((from, to), (Kind::LoadBalancer(a), Kind::LoadBalancer(b)) if names(a, &spec.to) && names(b, &spec.from)),
                "a VRRP link goes between two load balancers that name each other as `peer`",
            ),
        };
        if fits {
            return self.check_backend(number, spec, from);
        }
        let message = format!("{wanted}; found {} → {} (`{}` → `{}`)", from.word(), to.word(), spec.from, spec.to);
        Err(self.error_in(("links", number), spec.to.as_str(), message))
    }

    /// What a link says about a balancer's backend.
    fn check_backend(&self, number: usize, spec: &LinkSpec, from: &ComponentKind) -> Result<(), ContentError> {
        let wrong = |message: String| Err(self.error_in(("links", number), spec.to.as_str(), message));
        let ends = format!("`{}` → `{}`", spec.from, spec.to);
        let is_backend = spec.protocol == Protocol::Http && matches!(from, ComponentKind::LoadBalancer(_));
        if !is_backend && (spec.weight != 1 || spec.maxconn != 0) {
            return wrong(format!("weight and maxconn belong to a balancer's HTTP link, and {ends} is none"));
        }
        if !(1..=MAX_WEIGHT).contains(&spec.weight) {
            return wrong(format!("the weight of {ends} lies between 1 and {MAX_WEIGHT}, found {}", spec.weight));
        }
        Ok(())
    }

    /// Whether users come to a pair of balancers that share an address.
    fn check_pair(&self, infra: &Infrastructure, entries: &[ComponentIx]) -> Result<bool, ContentError> {
        let mut found = false;
        for (ix, component) in infra.components() {
            let ComponentKind::LoadBalancer(BalancerSpec { vrrp: Some(vrrp), .. }) = &component.kind else { continue };
            let (id, peer) = (component.id.as_str(), vrrp.peer.as_str());
            let other = self.known_component(&vrrp.peer)?;
            let wrong = |message: String| Err(self.error(id, message));
            let ComponentKind::LoadBalancer(BalancerSpec { vrrp: Some(others), .. }) = &infra.component(other).kind else {
                return wrong(format!("`{id}` names `{peer}` as its VRRP peer, which has no `vrrp` of its own"));
            };
            if others.peer.as_str() != id || other == ix {
                return wrong(format!("`{id}` names `{peer}` as its VRRP peer, which names `{}`", others.peer));
            }
            if !(1..=MAX_PRIORITY).contains(&vrrp.priority) {
                return wrong(format!("the VRRP priority of `{id}` lies between 1 and {MAX_PRIORITY}, found {}", vrrp.priority));
            }
            if others.advert_s != vrrp.advert_s {
                return wrong(format!("`{id}` and `{peer}` have different `advert_s`: they would not agree who is silent"));
            }
            let speaks = |from, to| infra.link_between(from, to).is_some_and(|link| infra.link(link).protocol == Protocol::Vrrp);
            if speaks(id, peer) == speaks(peer, id) {
                return wrong(format!("`{id}` and `{peer}` need one VRRP link between them"));
            }
            if entries.len() != 2 || !entries.contains(&ix) {
                return wrong(format!("`{id}` shares the site's address: the browser needs an HTTP link to it and to `{peer}`"));
            }
            found = true;
        }
        Ok(found)
    }

    fn check_whole(&self, infra: &Infrastructure) -> Result<(), ContentError> {
        let whole = |list: &str, message: String| Err(ContentError::in_list(self.file, self.text, list, message));
        let browsers: Vec<_> = infra.components().filter(|(_, c)| matches!(c.kind, ComponentKind::Browser)).collect();
        let [(browser, _)] = browsers[..] else {
            return whole("components", format!("a scenario has one browser, found {}", browsers.len()));
        };
        let http = |link: &&LinkIx| infra.link(**link).protocol == Protocol::Http;
        let entries: Vec<_> = infra.links_from(browser).iter().filter(http).map(|link| infra.ends(*link).1).collect();
        let pair = self.check_pair(infra, &entries)?;
        if entries.len() != 1 && !pair {
            let message = "the browser has one HTTP link, or one to each balancer of a VRRP pair";
            return whole("links", format!("{message}; found {}", entries.len()));
        }
        if let Some((ix, message)) = databases::mistake(infra) {
            return Err(self.error(infra.component(ix).id.as_str(), message));
        }
        let requests = infra.graph.filter_map(|_, _| Some(()), |_, link| link.protocol.carries_requests().then_some(()));
        let Ok(order) = toposort(&requests, None) else {
            return whole("links", "the HTTP and SQL links form a circle: a request would never end".into());
        };
        let mut depth = vec![0usize; infra.len()];
        for node in order {
            for next in requests.neighbors(node) {
                depth[next.index()] = depth[next.index()].max(depth[node.index()] + 1);
            }
        }
        if let Some(hop) = infra.hops().find(|hop| hop.guards.len() > MAX_GUARDS) {
            let (count, hop) = (hop.guards.len(), infra.hop_element(hop.link));
            return whole("components", format!("{count} firewalls stand on {hop}, at most {MAX_GUARDS} are simulated"));
        }
        match depth.iter().max() {
            Some(deepest) if *deepest > MAX_HOPS => {
                whole("links", format!("a request may take {deepest} hops, at most {MAX_HOPS} are simulated"))
            }
            _ => Ok(()),
        }
    }
}

/// The firewalls that stand before each component, by position; in authored order.
fn guarded(graph: &DiGraph<Component, Link, u32>) -> Vec<Vec<ComponentIx>> {
    let mut on_server: BTreeMap<&ServerId, Vec<ComponentIx>> = BTreeMap::new();
    let mut named: BTreeMap<&ComponentId, ComponentIx> = BTreeMap::new();
    for ix in graph.node_indices() {
        named.insert(&graph[ix].id, ix);
        if let Some(server) = &graph[ix].server {
            on_server.entry(server).or_default().push(ix);
        }
    }
    let mut guarded = vec![Vec::new(); graph.node_count()];
    for firewall in graph.node_indices() {
        let ComponentKind::Firewall(spec) = &graph[firewall].kind else { continue };
        let on_servers = spec.servers.iter().filter_map(|server| on_server.get(server)).flatten();
        for ix in on_servers.chain(spec.components.iter().filter_map(|id| named.get(id))) {
            let before: &mut Vec<ComponentIx> = &mut guarded[ix.index()];
            if before.last() != Some(&firewall) {
                before.push(firewall);
            }
        }
    }
    guarded
}

/// Whether a balancer has this one as its VRRP peer.
fn names(balancer: &BalancerSpec, peer: &ComponentId) -> bool {
    balancer.vrrp.as_ref().is_some_and(|vrrp| vrrp.peer == *peer)
}

/// Fills in a link's defaults.
fn complete(spec: &LinkSpec, from: &Component, to: &Component) -> Link {
    let outside = matches!(from.kind, ComponentKind::Browser);
    let usual_ms = match spec.protocol {
        Protocol::Dns | Protocol::Metrics => 5.0,
        _ if outside => 25.0,
        _ if from.server.is_some() && from.server == to.server => 0.02,
        _ => 0.25,
    };
    let kinds = spec.kinds.as_ref().map_or([true; 3], |listed| RequestKind::ALL.map(|kind| listed.contains(&kind)));
    Link {
        protocol: spec.protocol,
        port: spec.port.unwrap_or_else(|| spec.protocol.usual_port(!outside)),
        reliability: spec.reliability,
        latency: spec.latency_ms.unwrap_or(Millis::literal(usual_ms)),
        kinds,
        weight: spec.weight,
        maxconn: (spec.maxconn > 0).then_some(spec.maxconn),
    }
}
