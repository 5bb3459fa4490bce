//! The infrastructure: a petgraph graph of components, with servers, certificates and TLS settings.
//!
//! Immutable once built; an edit returns a new one.

mod edit;

pub use edit::TopologyEdit;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use petgraph::Direction as EdgeDirection;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::unionfind::UnionFind;
use petgraph::visit::EdgeRef;

use super::balancer::BalancerSpec;
use super::behaviour::meets_redirect;
use super::component::{Component, Server, Traffic};
use super::domain::FailureDomain;
use super::element::Element;
use super::firewall::{Direction, FirewallSpec};
use super::hop::{self, Guard, Hop, users_tls_ends};
use super::http::{HttpConfig, Port80};
use super::id::{ComponentId, DomainId, ScenarioId, ServerId};
use super::link::{Link, Protocol};
use super::monitoring::MonitoringSpec;
use super::reliability::ReliabilityDefaults;
use super::request::RequestKind;
use super::text::Text;
use super::tls::{Certificate, TlsConfig, TlsMode};

/// Index of a component in one infrastructure.
pub type ComponentIx = NodeIndex<u32>;
/// Index of a link in one infrastructure.
pub type LinkIx = EdgeIndex<u32>;

/// A complete, valid infrastructure.
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
    pub(super) http: HttpConfig,
    pub(super) certificates: Vec<Certificate>,
    pub(super) monitoring: MonitoringSpec,
    pub(super) servers: IndexMap<ServerId, Server>,
    pub(super) graph: DiGraph<Component, Link, u32>,
    pub(super) index: BTreeMap<ComponentId, ComponentIx>,
    /// The firewalls that protect each component, indexed by component. Cached, since every hop needs them.
    pub(super) guarded: Vec<Vec<ComponentIx>>,
    /// The components on each server, in authored order.
    pub(super) hosted: BTreeMap<ServerId, Vec<ComponentIx>>,
    /// The standby of each firewall that has one.
    pub(super) standbys: BTreeMap<ComponentIx, ComponentIx>,
    /// Reliability of elements that do not specify it.
    pub(super) reliability: ReliabilityDefaults,
    /// Failure domains: groups that fail together for reasons that the diagram does not show.
    pub(super) domains: IndexMap<DomainId, FailureDomain>,
    /// The hops blocked by edits.
    pub(super) blocks: BTreeSet<(ComponentId, ComponentId)>,
}

impl PartialEq for Infrastructure {
    /// Compares content and order, because petgraph's graph does not implement equality.
    fn eq(&self, other: &Self) -> bool {
        let edges = |infra: &Self| -> Vec<_> {
            infra.graph.raw_edges().iter().map(|e| (e.source(), e.target(), e.weight.clone())).collect()
        };
        self.id == other.id
            && self.tls == other.tls
            && self.http == other.http
            && self.traffic == other.traffic
            && self.certificates == other.certificates
            && self.monitoring == other.monitoring
            && self.servers == other.servers
            && self.domains == other.domains
            && self.graph.node_weights().eq(other.graph.node_weights())
            && edges(self) == edges(other)
    }
}

impl Infrastructure {
    /// Id of the scenario in commands and lessons.
    pub fn id(&self) -> &ScenarioId {
        &self.id
    }

    /// Title of the scenario on the screen.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Summary in a sentence or two.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// Heading of the scenario on the course map.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// Notes for the reader.
    pub fn notes(&self) -> &[Text] {
        &self.notes
    }

    /// Whether the scenario is a benchmark of the engine.
    pub fn is_benchmark(&self) -> bool {
        self.benchmark
    }

    /// The site's domain name.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The users' traffic.
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// The confidential part of a request. On a site with static pages only, nobody logs in, so there is no session.
    pub fn secrets(&self, kind: RequestKind) -> &'static str {
        let has_sessions = self.traffic.static_share.get() < 1.0;
        if has_sessions || !kind.is_static() { kind.secrets() } else { "" }
    }

    /// The request line of a visit that begins at port 80 of a site with TLS. One that is redirected is a navigation.
    pub fn request_line_on_port_80(&self, kind: RequestKind) -> &'static str {
        if self.serves_on_port_80(kind) { kind.request_line() } else { kind.navigation_line() }
    }

    /// The confidential part of that request: a cookie without `Secure`, or a form that was served over port 80.
    pub fn secrets_on_port_80(&self, kind: RequestKind) -> &'static str {
        let is_sent = if kind.is_write() { self.serves_on_port_80(kind) } else { !self.http.secure_cookies };
        if is_sent { self.secrets(kind) } else { "" }
    }

    /// Whether requests of a kind to port 80 are answered with pages instead of redirects.
    pub fn serves_on_port_80(&self, kind: RequestKind) -> bool {
        self.http.port_80 == Port80::Open && !meets_redirect(self, kind)
    }

    /// The TLS settings.
    pub fn tls(&self) -> TlsConfig {
        self.tls
    }

    /// How the site handles plaintext HTTP.
    pub fn http(&self) -> HttpConfig {
        self.http
    }

    /// The certificates. If the drawing lists none, and the site uses TLS, the components at which users' TLS ends are
    /// assumed to hold one for the site's name.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Alert rules and the external probe.
    pub fn monitoring(&self) -> &MonitoringSpec {
        &self.monitoring
    }

    /// The components that hold a certificate and its key: those listed in the file or, if they pass TLS through, the
    /// web servers to which they forward.
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

    /// The certificates that a component can present, as positions in the list: those for the site's name, or all of
    /// its certificates if none is for that name. One valid certificate is sufficient.
    pub fn certificates_at(&self, ix: ComponentIx) -> Vec<usize> {
        let held = |certificate: &Certificate| self.holders(certificate).contains(&ix);
        let places = || self.certificates.iter().enumerate().filter(|(_, certificate)| held(certificate));
        let of_site: Vec<usize> = places().filter(|(_, of)| of.covers(&self.domain)).map(|(place, _)| place).collect();
        if of_site.is_empty() { places().map(|(place, _)| place).collect() } else { of_site }
    }

    /// Reliability of elements that do not specify it.
    pub fn reliability(&self) -> &ReliabilityDefaults {
        &self.reliability
    }

    /// The failure domains, in authored order.
    pub fn domains(&self) -> impl ExactSizeIterator<Item = &FailureDomain> {
        self.domains.values()
    }

    /// The failure domain with this id.
    pub fn domain_named(&self, id: &DomainId) -> Option<&FailureDomain> {
        self.domains.get(id)
    }

    /// The servers, in authored order.
    pub fn servers(&self) -> impl ExactSizeIterator<Item = &Server> {
        self.servers.values()
    }

    /// The server with this id.
    pub fn server(&self, id: &ServerId) -> Option<&Server> {
        self.servers.get(id)
    }

    /// The underlying graph, for algorithms.
    pub fn graph(&self) -> &DiGraph<Component, Link, u32> {
        &self.graph
    }

    /// Number of components.
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

    /// The component at this index.
    ///
    /// # Panics
    /// If `ix` is from another infrastructure.
    pub fn component(&self, ix: ComponentIx) -> &Component {
        &self.graph[ix]
    }

    /// The users' browser. Every scenario has exactly one.
    pub fn browser(&self) -> Option<ComponentIx> {
        self.components().find_map(|(ix, component)| component.kind.is_browser().then_some(ix))
    }

    /// The balancers with their settings, in authored order.
    pub fn balancers(&self) -> impl Iterator<Item = (ComponentIx, &BalancerSpec)> {
        self.components().filter_map(|(ix, component)| Some((ix, component.kind.as_balancer()?)))
    }

    /// The pairs of balancers that share an address, in authored order.
    pub fn vrrp_pairs(&self) -> Vec<(ComponentIx, ComponentIx)> {
        let peer = |(ix, spec): (ComponentIx, &BalancerSpec)| Some((ix, self.find(spec.vrrp.as_ref()?.peer.as_str())?));
        self.balancers().filter_map(peer).filter(|(one, other)| one < other).collect()
    }

    /// Index of the component with this id.
    pub fn find(&self, id: &str) -> Option<ComponentIx> {
        self.index.get(id).copied()
    }

    /// The components on a server, in authored order.
    pub fn on_server(&self, server: &ServerId) -> impl Iterator<Item = (ComponentIx, &Component)> + Clone {
        self.hosted.get(server).into_iter().flatten().map(|ix| (*ix, self.component(*ix)))
    }

    /// All links, in authored order.
    pub fn links(&self) -> impl Iterator<Item = (LinkIx, &Link)> {
        self.graph.edge_indices().zip(self.graph.edge_weights())
    }

    /// The link at this index.
    ///
    /// # Panics
    /// If `ix` is from another infrastructure.
    pub fn link(&self, ix: LinkIx) -> &Link {
        &self.graph[ix]
    }

    /// The port that the server end listens on. The browser's 443 becomes 80 if the edge does not use TLS.
    pub fn port(&self, ix: LinkIx) -> u16 {
        let link = self.link(ix);
        let from_browser = self.component(self.ends(ix).0).kind.is_browser();
        let plain = link.protocol == Protocol::Http && self.tls.edge == TlsMode::None;
        if from_browser && plain && link.port == 443 { 80 } else { link.port }
    }

    /// The client end and the server end of a link.
    ///
    /// # Panics
    /// If `ix` is from another infrastructure.
    pub fn ends(&self, ix: LinkIx) -> (ComponentIx, ComponentIx) {
        self.graph.edge_endpoints(ix).expect("a link of this infrastructure")
    }

    /// The links whose client end is this component, in authored order.
    pub fn links_from(&self, ix: ComponentIx) -> Vec<LinkIx> {
        // petgraph returns a node's edges newest first; preference follows authored order.
        let mut links: Vec<LinkIx> = self.graph.edges_directed(ix, EdgeDirection::Outgoing).map(|e| e.id()).collect();
        links.sort_unstable();
        links
    }

    /// The link between two components, if there is one.
    pub fn link_between(&self, from: &str, to: &str) -> Option<LinkIx> {
        self.link_from_to(self.find(from)?, self.find(to)?)
    }

    /// Like [`Self::link_between`], by position.
    pub fn link_from_to(&self, from: ComponentIx, to: ComponentIx) -> Option<LinkIx> {
        find_link(&self.graph, from, to)
    }

    /// The databases grouped by replication links, in authored order. A database without replication forms its own
    /// group.
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

    /// A hop as an element.
    pub fn hop_element(&self, ix: LinkIx) -> Element {
        let (from, to) = self.ends(ix);
        Element::Hop(self.component(from).id.clone(), self.component(to).id.clone())
    }

    /// Whether this infrastructure contains an element.
    pub fn contains(&self, element: &Element) -> bool {
        match element {
            Element::Component(id) => self.find(id.as_str()).is_some(),
            Element::Server(id) => self.servers.contains_key(id),
            Element::Hop(from, to) => self.link_between(from.as_str(), to.as_str()).is_some(),
        }
    }

    /// All derived properties of a link.
    pub fn hop(&self, link: LinkIx) -> Hop {
        let (from, to) = self.ends(link);
        Hop { link, from, to, cipher: hop::cipher(self, link), medium: hop::medium(self, link), guards: self.guards(link) }
    }

    /// All hops, in authored order.
    pub fn hops(&self) -> impl Iterator<Item = Hop> {
        self.graph.edge_indices().map(|link| self.hop(link))
    }

    /// The firewalls and their settings.
    pub fn firewalls(&self) -> impl Iterator<Item = (ComponentIx, &FirewallSpec)> {
        self.components().filter_map(|(ix, component)| Some((ix, component.kind.as_firewall()?)))
    }

    /// The standby of a firewall pair, given the firewall that it stands in for.
    pub fn standby_of(&self, firewall: ComponentIx) -> Option<ComponentIx> {
        self.standbys.get(&firewall).copied()
    }

    /// The firewall pairs: the firewall that is active at first, and its standby.
    pub fn firewall_pairs(&self) -> impl Iterator<Item = (ComponentIx, ComponentIx)> + '_ {
        self.standbys.iter().map(|(active, standby)| (*active, *standby))
    }

    /// Whether a component is the standby of a firewall pair.
    pub fn is_standby(&self, ix: ComponentIx) -> bool {
        self.component(ix).kind.as_firewall().is_some_and(|spec| spec.standby.is_some())
    }

    /// The firewalls that protect a component, in authored order. A pair counts once, as the firewall that is active at
    /// first.
    pub fn firewalls_before(&self, ix: ComponentIx) -> &[ComponentIx] {
        &self.guarded[ix.index()]
    }

    /// The firewalls that a new connection on `link` crosses: those around the client end first, then those around the
    /// server end.
    fn guards(&self, link: LinkIx) -> Vec<Guard> {
        self.guards_on_port(link, self.port(link))
    }

    /// Like [`Self::guards`], for a connection to another port of the server end.
    pub(super) fn guards_on_port(&self, link: LinkIx, port: u16) -> Vec<Guard> {
        let (from, to) = self.ends(link);
        let protocol = self.link(link).protocol;
        // Changes flow to the replica, but the replica opens the connection.
        let (from, to) = if protocol == Protocol::Replication { (to, from) } else { (from, to) };
        let (client, server) = (self.component(from), self.component(to));
        let mut out = Vec::new();
        let (before_client, before_server) = (self.firewalls_before(from), self.firewalls_before(to));
        for firewall in before_client.iter().copied().filter(|firewall| !before_server.contains(firewall)) {
            let Some(spec) = self.graph[firewall].kind.as_firewall() else { continue };
            let verdict = spec.judge(Direction::Outbound, &server.id, server.server.as_ref(), port);
            out.push(Guard { firewall, standby: self.standby_of(firewall), verdict });
        }
        for firewall in before_server.iter().copied().filter(|firewall| !before_client.contains(firewall)) {
            let Some(spec) = self.graph[firewall].kind.as_firewall() else { continue };
            let verdict = spec.judge(Direction::Inbound, &client.id, client.server.as_ref(), port);
            out.push(Guard { firewall, standby: self.standby_of(firewall), verdict });
        }
        out
    }

    /// Returns the infrastructure with different traffic.
    #[must_use]
    pub fn with_traffic(&self, traffic: &Traffic) -> Self {
        Self { traffic: traffic.clone(), ..self.clone() }
    }

    /// Adds the certificate that the site is assumed to have if the drawing lists none, where users' TLS ends now.
    pub(super) fn assume_certificate(&mut self) {
        self.certificates.retain(|certificate| !certificate.is_assumed);
        let ends = if self.certificates.is_empty() { users_tls_ends(self) } else { Vec::new() };
        let on: Vec<ComponentId> = ends.into_iter().map(|ix| self.component(ix).id.clone()).collect();
        if !on.is_empty() {
            self.certificates.push(Certificate::assumed(self.domain.clone(), on));
        }
    }

    /// Whether the drawing lists certificates.
    pub fn lists_certificates(&self) -> bool {
        self.certificates.iter().any(|certificate| !certificate.is_assumed)
    }
}

/// The link between two components, if there is one. Takes time in proportion to the smaller of the numbers of links at its
/// ends, because a balancer may have thousands of backends.
pub(super) fn find_link(graph: &DiGraph<Component, Link, u32>, from: ComponentIx, to: ComponentIx) -> Option<LinkIx> {
    let mut out = graph.edges_directed(from, EdgeDirection::Outgoing);
    let mut into = graph.edges_directed(to, EdgeDirection::Incoming);
    loop {
        let (leaving, arriving) = (out.next()?, into.next()?);
        if leaving.target() == to {
            return Some(leaving.id());
        }
        if arriving.source() == from {
            return Some(arriving.id());
        }
    }
}
