//! Builds an infrastructure from a scenario, with all checks that span several fields.
//!
//! ```text
//!  Scenario ──defaults──▶ names, numbers, links: each record ──▶ graph ──whole──▶ Infrastructure
//! ```
//!
//! The problems of all records are reported together; the scenario as a whole is checked only if every record is valid.
//! Building fills in defaults and rejects settings that cannot work; it never changes a specified value.

mod databases;
mod defaults;
mod domains;
mod firewalls;
mod links;
mod monitoring;
mod numbers;
mod ports;
mod sessions;
mod whole;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use petgraph::graph::DiGraph;

use super::component::{Component, Server};
use super::error::nearest;
use super::firewall::{FirewallSpec, Peer};
use super::id::{ComponentId, ScenarioId, ServerId};
use super::infrastructure::{ComponentIx, Infrastructure, find_link};
use super::link::{Link, LinkSpec};
use super::problem::{Listed, Problem, ProblemKind, ProblemPath};
use super::scenario::{FORMAT, Scenario};
use super::text::Text;

pub(super) use defaults::BROWSER;
pub use whole::MAX_HOPS;

/// Maximum number of components, servers or failure domains in one scenario.
const MAX_COMPONENTS: usize = 20_000;
/// Maximum number of links in one scenario.
const MAX_LINKS: usize = 100_000;
/// Maximum number of problems reported for one scenario.
const MAX_PROBLEMS: usize = 20;
/// The id of a scenario without one.
const NAMELESS: &str = "scenario";

#[derive(Default)]
struct Builder {
    components: BTreeMap<ComponentId, ComponentIx>,
    servers: BTreeSet<ServerId>,
    problems: Vec<Problem>,
    /// Why the implied browser could not be linked. Reported only if there is no other problem, since it may be a
    /// consequence of one.
    undecided: Option<Problem>,
}

/// Whether users must be able to reach the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Completeness {
    /// The browser has a link to the site.
    Site,
    /// A drawing in progress: the browser may have no link to the site yet.
    Board,
}

/// Checks `scenario` and builds the infrastructure.
pub(super) fn build(mut scenario: Scenario, completeness: Completeness) -> Result<Infrastructure, Vec<Problem>> {
    limits(&scenario).map_err(|problem| vec![problem])?;
    let mut builder = Builder::default();
    builder.add_browser(&mut scenario);
    let servers = builder.add_servers(scenario.servers);
    let mut graph = builder.add_components(scenario.components, scenario.links.len());
    builder.check_components(&graph);
    let standbys = builder.pair_firewalls(&mut graph);
    for (number, certificate) in scenario.certificates.iter_mut().enumerate() {
        for (holder, id) in certificate.on.iter().enumerate() {
            builder.refer_component(id, || ProblemPath::record("certificates", number).field("on").index(holder));
        }
        if certificate.names.is_empty() {
            certificate.names.push(scenario.domain.clone());
        }
    }
    builder.add_links(&scenario.links, &mut graph);
    if builder.problems.is_empty() {
        builder.assign_ports(&scenario.links, scenario.tls.edge, scenario.http.port_80, &mut graph);
    }
    let domains = builder.domains(scenario.domains, &graph);
    let traffic = &scenario.traffic;
    if traffic.static_share.get() + traffic.write_share.get() > 1.0 + 1e-9 {
        builder.report(ProblemPath::root().field("traffic"), ProblemKind::Shares);
    }
    builder.keep(numbers::check_arrivals(traffic));
    builder.keep(numbers::check_hsts(scenario.http.hsts));
    if builder.problems.is_empty() {
        builder.problems.extend(builder.undecided.take());
    }
    if !builder.problems.is_empty() {
        return Err(builder.problems);
    }
    let id = scenario.id.unwrap_or_else(|| ScenarioId::new(NAMELESS));
    let hosted = hosted(&graph);
    let guarded = guarded(&graph, &hosted);
    let mut infrastructure = Infrastructure {
        guarded,
        hosted,
        standbys,
        blocks: BTreeSet::new(),
        title: scenario.title.unwrap_or_else(|| Text::new(id.as_str()).unwrap_or_default()),
        id,
        summary: scenario.summary,
        notes: scenario.notes,
        unit: scenario.unit,
        benchmark: scenario.benchmark,
        domain: scenario.domain,
        traffic: scenario.traffic,
        tls: scenario.tls,
        http: scenario.http,
        certificates: scenario.certificates,
        monitoring: scenario.monitoring,
        reliability: scenario.reliability,
        domains,
        servers,
        graph,
        index: builder.components.clone(),
    };
    infrastructure.assume_certificate();
    let whole = builder.check_whole(&infrastructure, completeness);
    builder.keep(whole);
    builder.check_monitoring(&infrastructure);
    if builder.problems.is_empty() { Ok(infrastructure) } else { Err(builder.problems) }
}

/// Rejects formats that are too new and lists that are too long.
fn limits(scenario: &Scenario) -> Result<(), Problem> {
    let found = scenario.format;
    if found > FORMAT {
        let kind = ProblemKind::NewerFormat { found, newest: FORMAT };
        return Err(Problem { path: ProblemPath::root().field("format"), kind });
    }
    let lists = [
        (Listed::Components, "components", scenario.components.len(), MAX_COMPONENTS),
        (Listed::Servers, "servers", scenario.servers.len(), MAX_COMPONENTS),
        (Listed::Links, "links", scenario.links.len(), MAX_LINKS),
        (Listed::Domains, "domains", scenario.domains.len(), MAX_COMPONENTS),
    ];
    match lists.into_iter().find(|(_, _, count, most)| count > most) {
        Some((list, field, count, most)) => {
            Err(Problem { path: ProblemPath::root().field(field), kind: ProblemKind::TooMany { list, count, most } })
        }
        None => Ok(()),
    }
}

impl Builder {
    /// Whether the maximum number of problems is reached.
    fn has_enough(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS
    }

    /// Returns the value of an `Ok`, or records the problem.
    fn keep<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(problem) => {
                if !self.has_enough() {
                    self.problems.push(problem);
                }
                None
            }
        }
    }

    /// Records a problem.
    fn report(&mut self, path: ProblemPath, kind: ProblemKind) {
        self.keep::<()>(Err(Problem { path, kind }));
    }

    fn known_component(&self, id: &ComponentId, path: impl FnOnce() -> ProblemPath) -> Result<ComponentIx, Problem> {
        self.components.get(id).copied().ok_or_else(|| {
            let known = self.components.keys().map(ComponentId::as_str);
            let suggestion = nearest(id.as_str(), known).map(ComponentId::new);
            let is_server = self.servers.contains(id.as_str());
            Problem { path: path(), kind: ProblemKind::UnknownComponent { name: id.clone(), suggestion, is_server } }
        })
    }

    fn known_server(&self, id: &ServerId, path: impl FnOnce() -> ProblemPath) -> Result<(), Problem> {
        if self.servers.contains(id) {
            return Ok(());
        }
        let suggestion = nearest(id.as_str(), self.servers.iter().map(ServerId::as_str)).map(ServerId::new);
        let is_component = self.components.contains_key(id.as_str());
        Err(Problem { path: path(), kind: ProblemKind::UnknownServer { name: id.clone(), suggestion, is_component } })
    }

    /// Reports a reference to an unknown component.
    fn refer_component(&mut self, id: &ComponentId, path: impl FnOnce() -> ProblemPath) {
        // Finding a suggestion compares the name with all others, so skip it once enough problems are known.
        if !self.has_enough() {
            let known = self.known_component(id, path).map(drop);
            self.keep(known);
        }
    }

    /// Reports a reference to an unknown server.
    fn refer_server(&mut self, id: &ServerId, path: impl FnOnce() -> ProblemPath) {
        if !self.has_enough() {
            let known = self.known_server(id, path);
            self.keep(known);
        }
    }

    fn add_servers(&mut self, listed: Vec<Server>) -> IndexMap<ServerId, Server> {
        let mut servers = IndexMap::new();
        for (number, server) in listed.into_iter().enumerate() {
            if self.has_enough() {
                break;
            }
            if !self.servers.insert(server.id.clone()) {
                let kind = ProblemKind::DuplicateId { list: Listed::Servers, id: server.id.to_string() };
                self.report(ProblemPath::record("servers", number).field("id"), kind);
            }
            servers.insert(server.id.clone(), server);
        }
        servers
    }

    fn add_components(&mut self, listed: Vec<Component>, links: usize) -> DiGraph<Component, Link, u32> {
        let mut graph = DiGraph::with_capacity(listed.len(), links);
        for (number, component) in listed.into_iter().enumerate() {
            if self.has_enough() {
                break;
            }
            let id = component.id.clone();
            let ix = graph.add_node(component);
            if self.components.insert(id.clone(), ix).is_some() {
                let kind = ProblemKind::DuplicateId { list: Listed::Components, id: id.to_string() };
                self.report(ProblemPath::record("components", number).field("id"), kind);
            }
        }
        graph
    }

    fn check_components(&mut self, graph: &DiGraph<Component, Link, u32>) {
        for (number, component) in graph.node_weights().enumerate() {
            if self.has_enough() {
                break;
            }
            if let Some(server) = &component.server {
                self.refer_server(server, || ProblemPath::record("components", number).field("server"));
            }
            if let Some(spec) = component.kind.as_firewall() {
                self.check_firewall(number, spec);
            }
            self.keep(numbers::check_numbers(number, component));
        }
    }

    fn check_firewall(&mut self, number: usize, spec: &FirewallSpec) {
        let at = |field, index| ProblemPath::record("components", number).field("kind").field(field).index(index);
        for (index, id) in spec.servers.iter().enumerate() {
            self.refer_server(id, || at("servers", index));
        }
        for (index, id) in spec.components.iter().enumerate() {
            self.refer_component(id, || at("components", index));
        }
        for (field, rules) in [("inbound", &spec.inbound), ("outbound", &spec.outbound)] {
            for (index, rule) in rules.iter().enumerate() {
                let path = || at(field, index).field("peer");
                match &rule.peer {
                    Peer::Any => {}
                    Peer::Component(id) => self.refer_component(id, path),
                    Peer::Server(id) => self.refer_server(id, path),
                }
            }
        }
    }

    fn add_links(&mut self, listed: &[LinkSpec], graph: &mut DiGraph<Component, Link, u32>) {
        for (number, spec) in listed.iter().enumerate() {
            if self.has_enough() {
                break;
            }
            let ends = [(&spec.from, "from"), (&spec.to, "to")].map(|(id, field)| {
                let known = self.known_component(id, || ProblemPath::record("links", number).field(field));
                self.keep(known)
            });
            let [Some(from), Some(to)] = ends else { continue };
            if find_link(graph, from, to).is_some() {
                let kind = ProblemKind::DuplicateLink { from: spec.from.clone(), to: spec.to.clone() };
                self.report(ProblemPath::record("links", number).field("to"), kind);
                continue;
            }
            let protocol = links::check_link(number, spec, &graph[from].kind, &graph[to].kind);
            if let Some(protocol) = self.keep(protocol) {
                let link = defaults::complete(spec, protocol, &graph[from], &graph[to]);
                graph.add_edge(from, to, link);
            }
        }
    }
}

/// The components on each server, in authored order.
fn hosted(graph: &DiGraph<Component, Link, u32>) -> BTreeMap<ServerId, Vec<ComponentIx>> {
    let mut hosted: BTreeMap<ServerId, Vec<ComponentIx>> = BTreeMap::new();
    for ix in graph.node_indices() {
        if let Some(server) = &graph[ix].server {
            hosted.entry(server.clone()).or_default().push(ix);
        }
    }
    hosted
}

/// The firewalls that protect each component, indexed by component, in authored order.
fn guarded(graph: &DiGraph<Component, Link, u32>, hosted: &BTreeMap<ServerId, Vec<ComponentIx>>) -> Vec<Vec<ComponentIx>> {
    let named: BTreeMap<&ComponentId, ComponentIx> = graph.node_indices().map(|ix| (&graph[ix].id, ix)).collect();
    let mut guarded = vec![Vec::new(); graph.node_count()];
    for firewall in graph.node_indices() {
        let Some(spec) = graph[firewall].kind.as_firewall().filter(|spec| spec.standby.is_none()) else { continue };
        let on_servers = spec.servers.iter().filter_map(|server| hosted.get(server)).flatten();
        for ix in on_servers.chain(spec.components.iter().filter_map(|id| named.get(id))) {
            let before: &mut Vec<ComponentIx> = &mut guarded[ix.index()];
            if before.last() != Some(&firewall) {
                before.push(firewall);
            }
        }
    }
    guarded
}
