//! The infrastructure: a petgraph graph of components, with servers, certificates and TLS settings around it.
//!
//! Immutable once built; an edit makes a new one.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use petgraph::Direction as EdgeDirection;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::unionfind::UnionFind;
use petgraph::visit::EdgeRef;

use super::balancer::BalancerSpec;
use super::component::{Component, Server, Traffic};
use super::domain::FailureDomain;
use super::element::Element;
use super::firewall::{Direction, FirewallSpec, Peer, Rule, RuleAction};
use super::hop::{self, Guard, Hop};
use super::id::{ComponentId, DomainId, ScenarioId, ServerId};
use super::link::{Link, Protocol};
use super::monitoring::MonitoringSpec;
use super::reliability::ReliabilityDefaults;
use super::text::Text;
use super::tls::{Certificate, TlsConfig, TlsMode};

/// Position of a component inside one infrastructure.
pub type ComponentIx = NodeIndex<u32>;
/// Position of a link inside one infrastructure.
pub type LinkIx = EdgeIndex<u32>;

/// A whole infrastructure.
#[derive(Clone, Debug)]
pub struct Infrastructure {
    pub(super) id: ScenarioId,
    pub(super) title: Text,
    pub(super) summary: Text,
    pub(super) notes: Vec<Text>,
    pub(super) unit: Text,
    pub(super) benchmark: bool,
    pub(super) domain: Text,
    pub(super) traffic: Traffic,
    pub(super) tls: TlsConfig,
    pub(super) certificates: Vec<Certificate>,
    pub(super) monitoring: MonitoringSpec,
    pub(super) servers: IndexMap<ServerId, Server>,
    pub(super) graph: DiGraph<Component, Link, u32>,
    pub(super) index: BTreeMap<ComponentId, ComponentIx>,
    /// The firewalls that protect each component, by position. Cached, since every hop needs them.
    pub(super) guarded: Vec<Vec<ComponentIx>>,
    /// Reliability of elements without figures of their own.
    pub(super) reliability: ReliabilityDefaults,
    /// Groups that fail together for reasons that are not drawn.
    pub(super) domains: IndexMap<DomainId, FailureDomain>,
    /// The hops that were blocked by an edit.
    pub(super) blocks: BTreeSet<(ComponentId, ComponentId)>,
}

impl PartialEq for Infrastructure {
    /// Equal content in equal order. petgraph's graph has no equality of its own.
    fn eq(&self, other: &Self) -> bool {
        let edges = |infra: &Self| -> Vec<_> {
            infra.graph.raw_edges().iter().map(|e| (e.source(), e.target(), e.weight.clone())).collect()
        };
        self.id == other.id
            && self.tls == other.tls
            && self.traffic == other.traffic
            && self.certificates == other.certificates
            && self.monitoring == other.monitoring
            && self.servers == other.servers
            && self.domains == other.domains
            && self.graph.node_weights().eq(other.graph.node_weights())
            && edges(self) == edges(other)
    }
}

/// A change to a running infrastructure, which keeps its components and links.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum TopologyEdit {
    /// Sets what the entry does with TLS.
    EdgeTls(TlsMode),
    /// Switches TLS from web to application servers.
    WebToAppTls(bool),
    /// Switches TLS to and between databases.
    AppToDbTls(bool),
    /// Adds a rule to the last firewall on a hop that drops connections from this component to this port. Does nothing
    /// without a firewall on the hop.
    Block(ComponentId, ComponentId),
    /// Removes such a rule.
    Unblock(ComponentId, ComponentId),
}

impl Infrastructure {
    /// Its name in commands and lessons.
    pub fn id(&self) -> &ScenarioId {
        &self.id
    }

    /// Its name on the screen.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What it is, in a sentence or two.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// Its heading on the course map.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// Notes for the reader.
    pub fn notes(&self) -> &[Text] {
        &self.notes
    }

    /// Whether it is a benchmark of the engine.
    pub fn is_benchmark(&self) -> bool {
        self.benchmark
    }

    /// The site's name.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The users' traffic.
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// Where TLS ends.
    pub fn tls(&self) -> TlsConfig {
        self.tls
    }

    /// The certificates.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// What the monitoring service watches for.
    pub fn monitoring(&self) -> &MonitoringSpec {
        &self.monitoring
    }

    /// The components that hold a certificate and its key: the authored holders or, where TLS passes through them, the web
    /// servers that they forward to.
    pub fn holders(&self, certificate: &Certificate) -> Vec<ComponentIx> {
        let authored: Vec<ComponentIx> = certificate.on.iter().filter_map(|id| self.find(id.as_str())).collect();
        if self.tls.edge != TlsMode::Passthrough {
            return authored;
        }
        let passes = |ix: ComponentIx| self.component(ix).kind.can_pass_tls();
        let mut holders: Vec<ComponentIx> = Vec::new();
        for ix in authored {
            let forwards = self.links_from(ix).into_iter().filter(|link| self.link(*link).protocol == Protocol::Http);
            holders.extend(if passes(ix) { forwards.map(|link| self.ends(link).1).collect() } else { vec![ix] });
        }
        holders
    }

    /// The certificates that a component can present, as positions in the list: those for the site's name if it holds any,
    /// else all that it holds. One valid certificate is enough.
    pub fn certificates_at(&self, ix: ComponentIx) -> Vec<usize> {
        let held = |certificate: &Certificate| self.holders(certificate).contains(&ix);
        let places = || self.certificates.iter().enumerate().filter(|(_, certificate)| held(certificate));
        let of_site: Vec<usize> = places().filter(|(_, of)| of.covers(&self.domain)).map(|(place, _)| place).collect();
        if of_site.is_empty() { places().map(|(place, _)| place).collect() } else { of_site }
    }

    /// Reliability of elements without figures of their own.
    pub fn reliability(&self) -> &ReliabilityDefaults {
        &self.reliability
    }

    /// The failure domains, in authored order.
    pub fn domains(&self) -> impl ExactSizeIterator<Item = &FailureDomain> {
        self.domains.values()
    }

    /// One failure domain.
    pub fn domain_named(&self, id: &DomainId) -> Option<&FailureDomain> {
        self.domains.get(id)
    }

    /// The machines, in authored order.
    pub fn servers(&self) -> impl ExactSizeIterator<Item = &Server> {
        self.servers.values()
    }

    /// One machine.
    pub fn server(&self, id: &ServerId) -> Option<&Server> {
        self.servers.get(id)
    }

    /// The graph itself, for algorithms.
    pub fn graph(&self) -> &DiGraph<Component, Link, u32> {
        &self.graph
    }

    /// The number of components.
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Whether there are no components.
    pub fn is_empty(&self) -> bool {
        self.graph.node_count() == 0
    }

    /// All components, in authored order.
    pub fn components(&self) -> impl Iterator<Item = (ComponentIx, &Component)> {
        self.graph.node_indices().zip(self.graph.node_weights())
    }

    /// One component.
    ///
    /// # Panics
    /// If `ix` comes from another infrastructure.
    pub fn component(&self, ix: ComponentIx) -> &Component {
        &self.graph[ix]
    }

    /// The users' browser. A scenario has exactly one.
    pub fn browser(&self) -> Option<ComponentIx> {
        self.components().find_map(|(ix, component)| component.kind.is_browser().then_some(ix))
    }

    /// The balancers with their settings, in authored order.
    pub fn balancers(&self) -> impl Iterator<Item = (ComponentIx, &BalancerSpec)> {
        self.components().filter_map(|(ix, component)| Some((ix, component.kind.as_balancer()?)))
    }

    /// The position of the component with this name.
    pub fn find(&self, id: &str) -> Option<ComponentIx> {
        self.index.get(id).copied()
    }

    /// The components on one server, in authored order.
    pub fn on_server<'a>(&'a self, server: &'a ServerId) -> impl Iterator<Item = (ComponentIx, &'a Component)> {
        self.components().filter(move |(_, component)| component.server.as_ref() == Some(server))
    }

    /// All links, in authored order.
    pub fn links(&self) -> impl Iterator<Item = (LinkIx, &Link)> {
        self.graph.edge_indices().zip(self.graph.edge_weights())
    }

    /// One link.
    ///
    /// # Panics
    /// If `ix` comes from another infrastructure.
    pub fn link(&self, ix: LinkIx) -> &Link {
        &self.graph[ix]
    }

    /// The port that the answering end listens on: without TLS at the edge, the browser's 443 becomes 80.
    pub fn port(&self, ix: LinkIx) -> u16 {
        let link = self.link(ix);
        let from_browser = self.component(self.ends(ix).0).kind.is_browser();
        let plain = link.protocol == Protocol::Http && self.tls.edge == TlsMode::None;
        if from_browser && plain && link.port == 443 { 80 } else { link.port }
    }

    /// The asking and the answering end of a link.
    ///
    /// # Panics
    /// If `ix` comes from another infrastructure.
    pub fn ends(&self, ix: LinkIx) -> (ComponentIx, ComponentIx) {
        self.graph.edge_endpoints(ix).expect("a link of this infrastructure")
    }

    /// The links on which a component asks, in authored order.
    pub fn links_from(&self, ix: ComponentIx) -> Vec<LinkIx> {
        // petgraph walks a node's edges from the newest; preference is authored order.
        let mut links: Vec<LinkIx> = self.graph.edges_directed(ix, EdgeDirection::Outgoing).map(|e| e.id()).collect();
        links.sort_unstable();
        links
    }

    /// The link between two components, if there is one.
    pub fn link_between(&self, from: &str, to: &str) -> Option<LinkIx> {
        self.graph.find_edge(self.find(from)?, self.find(to)?)
    }

    /// The databases grouped by replication links, in authored order. A database without one is a group of its own.
    pub fn database_clusters(&self) -> Vec<Vec<ComponentIx>> {
        let is_database = |ix: &ComponentIx| self.graph[*ix].kind.as_database().is_some();
        let mut joined = UnionFind::<usize>::new(self.len());
        for edge in self.graph.raw_edges().iter().filter(|edge| edge.weight.protocol == Protocol::Replication) {
            joined.union(edge.source().index(), edge.target().index());
        }
        let mut clusters: IndexMap<usize, Vec<ComponentIx>> = IndexMap::new();
        for ix in self.graph.node_indices().filter(is_database) {
            clusters.entry(joined.find(ix.index())).or_default().push(ix);
        }
        clusters.into_values().collect()
    }

    /// The name of a hop as an element.
    pub fn hop_element(&self, ix: LinkIx) -> Element {
        let (from, to) = self.ends(ix);
        Element::Hop(self.component(from).id.clone(), self.component(to).id.clone())
    }

    /// Whether an element exists here.
    pub fn contains(&self, element: &Element) -> bool {
        match element {
            Element::Component(id) => self.find(id.as_str()).is_some(),
            Element::Server(id) => self.servers.contains_key(id),
            Element::Hop(from, to) => self.link_between(from.as_str(), to.as_str()).is_some(),
        }
    }

    /// Everything that is derived about one link.
    pub fn hop(&self, link: LinkIx) -> Hop {
        let (from, to) = self.ends(link);
        Hop { link, from, to, cipher: hop::cipher(self, link), medium: hop::medium(self, link), guards: self.guards(link) }
    }

    /// All hops, in authored order.
    pub fn hops(&self) -> impl Iterator<Item = Hop> {
        self.graph.edge_indices().map(|link| self.hop(link))
    }

    /// The firewalls with their settings.
    pub fn firewalls(&self) -> impl Iterator<Item = (ComponentIx, &FirewallSpec)> {
        self.components().filter_map(|(ix, component)| Some((ix, component.kind.as_firewall()?)))
    }

    /// The firewalls that protect a component, in authored order.
    pub fn firewalls_before(&self, ix: ComponentIx) -> &[ComponentIx] {
        &self.guarded[ix.index()]
    }

    /// The firewalls that a new connection on `link` crosses: first those that let it out, then those that let it in.
    fn guards(&self, link: LinkIx) -> Vec<Guard> {
        let (from, to) = self.ends(link);
        let (port, protocol) = (self.port(link), self.link(link).protocol);
        // Changes flow to the replica, but it is the replica that opens the connection.
        let (from, to) = if protocol == Protocol::Replication { (to, from) } else { (from, to) };
        let (asker, answerer) = (self.component(from), self.component(to));
        let mut out = Vec::new();
        let (before_asker, before_answerer) = (self.firewalls_before(from), self.firewalls_before(to));
        for firewall in before_asker.iter().copied().filter(|firewall| !before_answerer.contains(firewall)) {
            let Some(spec) = self.graph[firewall].kind.as_firewall() else { continue };
            let verdict = spec.judge(Direction::Outbound, &answerer.id, answerer.server.as_ref(), port);
            out.push(Guard { firewall, verdict });
        }
        for firewall in before_answerer.iter().copied().filter(|firewall| !before_asker.contains(firewall)) {
            let Some(spec) = self.graph[firewall].kind.as_firewall() else { continue };
            let verdict = spec.judge(Direction::Inbound, &asker.id, asker.server.as_ref(), port);
            out.push(Guard { firewall, verdict });
        }
        out
    }

    /// The same infrastructure with different traffic.
    #[must_use]
    pub fn with_traffic(&self, traffic: &Traffic) -> Self {
        Self { traffic: traffic.clone(), ..self.clone() }
    }

    /// The infrastructure after an edit.
    #[must_use]
    pub fn edited(&self, edit: &TopologyEdit) -> Self {
        let mut edited = self.clone();
        match edit {
            TopologyEdit::EdgeTls(mode) => edited.tls.edge = *mode,
            TopologyEdit::WebToAppTls(on) => edited.tls.web_to_app = *on,
            TopologyEdit::AppToDbTls(on) => edited.tls.app_to_db = *on,
            TopologyEdit::Block(from, to) => edited.rewrite_rules(from, to, true),
            TopologyEdit::Unblock(from, to) => edited.rewrite_rules(from, to, false),
        }
        edited
    }

    /// The hops blocked by an edit, not by authored rules.
    pub fn blocks(&self) -> impl Iterator<Item = &(ComponentId, ComponentId)> {
        self.blocks.iter()
    }

    /// Inserts a rule that drops a hop's connections at the front of the list that judges them, or removes it.
    fn rewrite_rules(&mut self, from: &ComponentId, to: &ComponentId, block: bool) {
        let Some(link) = self.link_between(from.as_str(), to.as_str()) else { return };
        let Some(guard) = self.hop(link).guards.last().copied() else { return };
        let changed =
            if block { self.blocks.insert((from.clone(), to.clone())) } else { self.blocks.remove(&(from.clone(), to.clone())) };
        if !changed {
            return;
        }
        let opens = self.link(link).protocol != Protocol::Replication;
        let (asker, answerer) = if opens { (from, to) } else { (to, from) };
        let peer = if guard.verdict.direction == Direction::Inbound { asker } else { answerer };
        let rule = Rule { peer: Peer::Component(peer.clone()), ports: vec![self.port(link)], action: RuleAction::Drop };
        let Some(spec) = self.graph[guard.firewall].kind.as_firewall_mut() else { return };
        let rules = match guard.verdict.direction {
            Direction::Inbound => &mut spec.inbound,
            Direction::Outbound => &mut spec.outbound,
        };
        if block {
            rules.insert(0, rule);
        } else if let Some(written) = rules.iter().position(|known| *known == rule) {
            // The edit inserted the first one.
            rules.remove(written);
        }
    }
}
