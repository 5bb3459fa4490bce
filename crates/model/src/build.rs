//! From a scenario's form to an infrastructure: every check across fields stands here.
//!
//! ```text
//!  Scenario ──defaults──▶ names, numbers, links: every record by itself ──▶ graph ──whole──▶ Infrastructure
//! ```
//!
//! All mistakes of the records are told together; what concerns the whole is only asked of records that are right. Must not
//! change what a file says; it fills in what is left out and refuses what cannot work.

mod databases;
mod defaults;
mod domains;
mod links;
mod monitoring;
mod numbers;
mod whole;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use petgraph::graph::DiGraph;

use super::component::{Component, Server};
use super::error::ContentError;
use super::firewall::{FirewallSpec, Peer, Rule};
use super::id::{ComponentId, ScenarioId, ServerId};
use super::infrastructure::{ComponentIx, Infrastructure};
use super::link::{Link, LinkSpec};
use super::scenario::{FORMAT, Scenario};
use super::text::Text;

pub use whole::MAX_HOPS;

/// Most components of one infrastructure.
const MAX_COMPONENTS: usize = 20_000;
/// Most links of one infrastructure.
const MAX_LINKS: usize = 100_000;
/// Most mistakes of one file that are told.
const MAX_ERRORS: usize = 20;

/// Where a record names another: the list, the record's number from 0, the field.
type At<'a> = (&'a str, usize, &'a str);

struct Builder<'a> {
    file: &'a str,
    text: &'a str,
    components: BTreeMap<ComponentId, ComponentIx>,
    servers: BTreeSet<ServerId>,
    errors: Vec<ContentError>,
    /// Why a browser that the file leaves out has no link; told only if all else is right, since it may follow from another
    /// mistake.
    undecided: Option<ContentError>,
}

/// Checks `scenario` and makes the graph.
pub(super) fn build(mut scenario: Scenario, file: &str, text: &str) -> Result<Infrastructure, Vec<ContentError>> {
    let (components, servers) = (BTreeMap::new(), BTreeSet::new());
    let mut builder = Builder { file, text, components, servers, errors: Vec::new(), undecided: None };
    builder.limits(&scenario).map_err(|error| vec![error])?;
    builder.add_browser(&mut scenario);
    let servers = builder.add_servers(scenario.servers);
    let mut graph = builder.add_components(scenario.components, scenario.links.len());
    builder.check_components(&graph);
    for (number, certificate) in scenario.certificates.iter_mut().enumerate() {
        for id in &certificate.on {
            builder.refer_component(id, ("certificates", number, "on"));
        }
        if certificate.names.is_empty() {
            certificate.names.push(scenario.domain.clone());
        }
    }
    builder.add_links(&scenario.links, &mut graph);
    let domains = builder.domains(scenario.domains, &graph);
    let traffic = &scenario.traffic;
    if traffic.static_share.get() + traffic.write_share.get() > 1.0 + 1e-9 {
        let message = "static_share and write_share together exceed 1";
        builder.keep::<()>(Err(ContentError::in_list(file, text, "traffic", message)));
    }
    let arrivals = builder.check_arrivals(traffic);
    builder.keep(arrivals);
    if builder.errors.is_empty() {
        builder.errors.extend(builder.undecided.take());
    }
    if !builder.errors.is_empty() {
        return Err(builder.errors);
    }
    let id = scenario.id.unwrap_or_else(|| ScenarioId::of_file(file));
    let guarded = guarded(&graph);
    let infrastructure = Infrastructure {
        guarded,
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
        certificates: scenario.certificates,
        monitoring: scenario.monitoring,
        reliability: scenario.reliability,
        domains,
        servers,
        graph,
        index: builder.components.clone(),
    };
    let whole = builder.check_whole(&infrastructure);
    builder.keep(whole);
    builder.check_monitoring(&infrastructure);
    if builder.errors.is_empty() { Ok(infrastructure) } else { Err(builder.errors) }
}

impl Builder<'_> {
    /// Whether more mistakes would not be told; to find the place of each takes a look at the whole file.
    fn has_enough(&self) -> bool {
        self.errors.len() >= MAX_ERRORS
    }

    /// The value, or else the mistake among those that are told.
    fn keep<T>(&mut self, result: Result<T, ContentError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                if !self.has_enough() {
                    self.errors.push(error);
                }
                None
            }
        }
    }

    fn error(&self, needle: &str, message: impl Into<String>) -> ContentError {
        ContentError::about(self.file, self.text, needle, message)
    }

    /// An error about a record of one of the scenario's lists.
    fn error_in(&self, record: (&str, usize), needle: &str, message: String) -> ContentError {
        ContentError::in_record(self.file, self.text, record, needle, message)
    }

    fn limits(&self, scenario: &Scenario) -> Result<(), ContentError> {
        let wrong = |message| Err(ContentError::at(self.file, self.text, None, message));
        if scenario.format > FORMAT {
            let format = scenario.format;
            return wrong(format!(
                "this file has format {format}, this program reads up to {FORMAT}: a newer hoplight is needed"
            ));
        }
        let most = [
            ("components", scenario.components.len(), MAX_COMPONENTS),
            ("servers", scenario.servers.len(), MAX_COMPONENTS),
            ("links", scenario.links.len(), MAX_LINKS),
            ("domains", scenario.domains.len(), MAX_COMPONENTS),
        ];
        match most.into_iter().find(|(_, count, max)| count > max) {
            Some((what, count, max)) => wrong(format!("{count} {what}, at most {max} are read")),
            None => Ok(()),
        }
    }

    fn known_component(&self, id: &ComponentId, at: At<'_>) -> Result<ComponentIx, ContentError> {
        self.components.get(id).copied().ok_or_else(|| {
            let server = if self.servers.contains(id.as_str()) { ": that is a server" } else { "" };
            let message = format!("no component `{id}`{server}");
            let known = self.components.keys().map(ComponentId::as_str);
            ContentError::in_field(self.file, self.text, at, id.as_str(), message).suggest(id.as_str(), known)
        })
    }

    fn known_server(&self, id: &ServerId, at: At<'_>) -> Result<(), ContentError> {
        if self.servers.contains(id) {
            return Ok(());
        }
        let component = if self.components.contains_key(id.as_str()) { ": that is a component" } else { "" };
        let message = format!("no server `{id}`{component}");
        let known = self.servers.iter().map(ServerId::as_str);
        Err(ContentError::in_field(self.file, self.text, at, id.as_str(), message).suggest(id.as_str(), known))
    }

    /// Tells if there is no such component.
    fn refer_component(&mut self, id: &ComponentId, at: At<'_>) {
        if !self.has_enough() {
            let known = self.known_component(id, at).map(drop);
            self.keep(known);
        }
    }

    /// Tells if there is no such server.
    fn refer_server(&mut self, id: &ServerId, at: At<'_>) {
        if !self.has_enough() {
            let known = self.known_server(id, at);
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
                let message = format!("two servers are called `{}`", server.id);
                self.keep::<()>(Err(self.error_in(("servers", number), server.id.as_str(), message)));
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
                let message = format!("two components are called `{id}`");
                self.keep::<()>(Err(self.error_in(("components", number), id.as_str(), message)));
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
                self.refer_server(server, ("components", number, "server"));
            }
            if let Some(spec) = component.kind.as_firewall() {
                self.check_firewall(number, spec);
            }
            let numbers = self.check_numbers(component);
            self.keep(numbers);
        }
    }

    fn check_firewall(&mut self, number: usize, spec: &FirewallSpec) {
        let at = |field| ("components", number, field);
        for id in &spec.servers {
            self.refer_server(id, at("servers"));
        }
        for id in &spec.components {
            self.refer_component(id, at("components"));
        }
        let rules = |rules: &[Rule], field| rules.iter().map(|rule| (rule.peer.clone(), field)).collect::<Vec<_>>();
        for (peer, field) in rules(&spec.inbound, "inbound").into_iter().chain(rules(&spec.outbound, "outbound")) {
            match &peer {
                Peer::Any => {}
                Peer::Component(id) => self.refer_component(id, at(field)),
                Peer::Server(id) => self.refer_server(id, at(field)),
            }
        }
    }

    fn add_links(&mut self, listed: &[LinkSpec], graph: &mut DiGraph<Component, Link, u32>) {
        for (number, spec) in listed.iter().enumerate() {
            if self.has_enough() {
                break;
            }
            let ends = [(&spec.from, "from"), (&spec.to, "to")].map(|(id, field)| {
                let known = self.known_component(id, ("links", number, field));
                self.keep(known)
            });
            let [Some(from), Some(to)] = ends else { continue };
            if graph.find_edge(from, to).is_some() {
                let message = format!("two links go from `{}` to `{}`", spec.from, spec.to);
                self.keep::<()>(Err(self.error_in(("links", number), spec.to.as_str(), message)));
                continue;
            }
            let protocol = self.check_link(number, spec, &graph[from].kind, &graph[to].kind);
            if let Some(protocol) = self.keep(protocol) {
                let link = defaults::complete(spec, protocol, &graph[from], &graph[to]);
                graph.add_edge(from, to, link);
            }
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
        let Some(spec) = graph[firewall].kind.as_firewall() else { continue };
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
