//! Compiles an infrastructure into the circuit of one kind of request. The rules are those of [`super::super::flow`]
//! and [`super::super::database`], written as formulas instead of a search.

use std::collections::BTreeMap;

use super::super::cause::Cause;
use super::super::circuit::{Circuit, CircuitBuilder, GateId};
use super::super::exceptions::certificates_needed;
use super::super::flow::{lacks_certificate, lookups, onward};
use hoplight_model::behaviour::{Behaviour, ClusterRules, Statement, behaviour};
use hoplight_model::component::Software;
use hoplight_model::firewall::RuleAction;
use hoplight_model::{ComponentId, ComponentIx, DatabaseRole, DomainId, Hop, Infrastructure, LinkIx, RequestKind, ServerId};

/// Compiles the circuit of a kind of request: whether a path exists.
pub(super) fn compile(infra: &Infrastructure, places: &BTreeMap<Cause, u32>, kind: RequestKind) -> Circuit {
    let mut compiler = Compiler::new(infra, places, kind);
    let root = compiler.root();
    compiler.builder.finish(root)
}

/// Compiles the circuit of a kind of request such that exactly the inputs in `stops` make it false alone. Elsewhere, a
/// path suffices.
pub(super) fn compile_with(
    infra: &Infrastructure,
    places: &BTreeMap<Cause, u32>,
    kind: RequestKind,
    works: bool,
    stops: &[u32],
) -> Circuit {
    let mut builder = CircuitBuilder::default();
    if !works {
        let never = builder.constant(false);
        return builder.finish(never);
    }
    let paths = compile(infra, places, kind);
    let alone = paths.knock_outs();
    if alone == stops {
        return paths;
    }
    let mut compiler = Compiler::new(infra, places, kind);
    compiler.ignored = alone.into_iter().filter(|input| stops.binary_search(input).is_err()).collect();
    let root = compiler.root();
    let series = stops.iter().map(|input| compiler.builder.input(*input));
    let mut needed: Vec<GateId> = series.collect();
    // Requests may succeed although the search finds no path: a browser ignores the `kinds` of its links.
    if paths.holds() {
        needed.push(root);
    }
    let root = compiler.builder.all(needed);
    compiler.builder.finish(root)
}

struct Compiler<'a> {
    infra: &'a Infrastructure,
    places: &'a BTreeMap<Cause, u32>,
    kind: RequestKind,
    builder: CircuitBuilder,
    /// Failure domains of each element, and the enclosing domains of each domain.
    domains: Domains<'a>,
    /// Gate for "this component is up", by position; computed on demand.
    up: Vec<Option<GateId>>,
    /// Gate for "a request that reaches this component is answered", by position; computed on demand.
    served: Vec<Option<GateId>>,
    /// Cluster of each database.
    clusters: BTreeMap<ComponentIx, Vec<ComponentIx>>,
    /// Inputs that are always true, in ascending order.
    ignored: Vec<u32>,
}

#[derive(Default)]
struct Domains<'a> {
    of_component: BTreeMap<&'a ComponentId, Vec<&'a DomainId>>,
    of_server: BTreeMap<&'a ServerId, Vec<&'a DomainId>>,
    of_link: BTreeMap<&'a (ComponentId, ComponentId), Vec<&'a DomainId>>,
    around: BTreeMap<&'a DomainId, Vec<&'a DomainId>>,
}

impl<'a> Domains<'a> {
    fn of(infra: &'a Infrastructure) -> Self {
        let mut domains = Self::default();
        for domain in infra.domains() {
            for component in &domain.components {
                domains.of_component.entry(component).or_default().push(&domain.id);
            }
            for server in &domain.servers {
                domains.of_server.entry(server).or_default().push(&domain.id);
            }
            for link in &domain.links {
                domains.of_link.entry(link).or_default().push(&domain.id);
            }
            for part in &domain.domains {
                domains.around.entry(part).or_default().push(&domain.id);
            }
        }
        domains
    }

    /// Returns these domains and all domains that enclose them.
    fn with_outer(&self, inner: Option<&Vec<&'a DomainId>>) -> Vec<&'a DomainId> {
        let mut all: Vec<&DomainId> = Vec::new();
        let mut open: Vec<&DomainId> = inner.into_iter().flatten().copied().collect();
        while let Some(domain) = open.pop() {
            if !all.contains(&domain) {
                all.push(domain);
                open.extend(self.around.get(domain).into_iter().flatten());
            }
        }
        all
    }
}

impl<'a> Compiler<'a> {
    fn new(infra: &'a Infrastructure, places: &'a BTreeMap<Cause, u32>, kind: RequestKind) -> Self {
        let mut clusters = BTreeMap::new();
        for cluster in infra.database_clusters() {
            for ix in &cluster {
                clusters.insert(*ix, cluster.clone());
            }
        }
        Self {
            infra,
            places,
            kind,
            builder: CircuitBuilder::default(),
            domains: Domains::of(infra),
            up: vec![None; infra.len()],
            served: vec![None; infra.len()],
            clusters,
            ignored: Vec::new(),
        }
    }

    /// True if the name can be resolved and the request reaches a component that answers it.
    fn root(&mut self) -> GateId {
        let Some(browser) = self.infra.browser() else { return self.builder.constant(false) };
        let request = self.served(browser);
        let asked = lookups(self.infra, self.kind);
        if asked.is_empty() {
            return request;
        }
        let zone = self.input(&Cause::zone(self.infra));
        let paths: Vec<GateId> = asked.into_iter().map(|link| self.passes(&self.infra.hop(link))).collect();
        let answered = self.builder.any(paths);
        self.builder.all([request, answered, zone])
    }

    /// Input of a cause. A cause that is not listed never occurs.
    fn input(&mut self, cause: &Cause) -> GateId {
        match self.places.get(cause) {
            Some(place) if self.ignored.binary_search(place).is_ok() => self.builder.constant(true),
            Some(place) => self.builder.input(*place),
            None => self.builder.constant(true),
        }
    }

    /// True if the component is up: itself, its server, its software version, and all failure domains around them.
    fn up(&mut self, ix: ComponentIx) -> GateId {
        if let Some(gate) = self.up[ix.index()] {
            return gate;
        }
        let component = self.infra.component(ix);
        let mut causes = vec![Cause::Component(component.id.clone())];
        causes.extend(component.server.clone().map(Cause::Server));
        causes.extend(component.software.clone().map(|software: Software| Cause::Software(software)));
        let mut domains = self.domains.with_outer(self.domains.of_component.get(&component.id));
        let around = component.server.as_ref().and_then(|server| self.domains.of_server.get(server));
        domains.extend(self.domains.with_outer(around));
        causes.extend(domains.into_iter().cloned().map(Cause::Domain));
        let inputs: Vec<GateId> = causes.iter().map(|cause| self.input(cause)).collect();
        let gate = self.builder.all(inputs);
        self.up[ix.index()] = Some(gate);
        gate
    }

    /// True if a new connection gets through the hop and the component at its end is up.
    fn passes(&mut self, hop: &Hop) -> GateId {
        let end = self.up(hop.to);
        let open = self.open(hop);
        self.builder.all([open, end])
    }

    /// True if a new connection gets through the hop: the link, its firewalls, and a valid certificate.
    fn open(&mut self, hop: &Hop) -> GateId {
        if hop.guards.iter().any(|guard| guard.verdict.action != RuleAction::Allow) || lacks_certificate(self.infra, hop) {
            return self.builder.constant(false);
        }
        let ends = (self.infra.component(hop.from).id.clone(), self.infra.component(hop.to).id.clone());
        let domains = self.domains.with_outer(self.domains.of_link.get(&ends));
        let mut causes: Vec<Cause> = domains.into_iter().cloned().map(Cause::Domain).collect();
        causes.push(Cause::Hop(ends.0, ends.1));
        let mut needed: Vec<GateId> = causes.iter().map(|cause| self.input(cause)).collect();
        let proofs = certificates_needed(self.infra, hop);
        if !proofs.is_empty() {
            let valid: Vec<GateId> = proofs.into_iter().map(|place| self.input(&Cause::certificate(self.infra, place))).collect();
            needed.push(self.builder.any(valid));
        }
        for guard in &hop.guards {
            // Either firewall of a pair is enough.
            let members: Vec<GateId> = guard.members().map(|firewall| self.up(firewall)).collect();
            needed.push(self.builder.any(members));
        }
        self.builder.all(needed)
    }

    /// True if a request that reaches this component is answered, here or by an upstream.
    fn served(&mut self, ix: ComponentIx) -> GateId {
        if let Some(gate) = self.served[ix.index()] {
            return gate;
        }
        let gate = self.answered(ix);
        self.served[ix.index()] = Some(gate);
        gate
    }

    fn answered(&mut self, ix: ComponentIx) -> GateId {
        match behaviour(self.infra, ix, self.kind) {
            Behaviour::Respond | Behaviour::Query(Statement::Read) => return self.builder.constant(true),
            Behaviour::Query(Statement::Write | Statement::InMajority) => return self.takes_writes(ix),
            Behaviour::Originate(_) | Behaviour::Forward(_) => {}
            Behaviour::LookUp
            | Behaviour::Resolve(_)
            | Behaviour::Redirect
            | Behaviour::Filter
            | Behaviour::Fail(_)
            | Behaviour::Ignore => return self.builder.constant(false),
        }
        let mut paths = Vec::new();
        for link in onward(self.infra, ix, self.kind) {
            let hop = self.infra.hop(link);
            let passes = self.passes(&hop);
            let further = self.served(hop.to);
            paths.push(self.builder.all([passes, further]));
        }
        self.builder.any(paths)
    }

    /// True if the database accepts writes once a request reaches it, after any failover or election.
    fn takes_writes(&mut self, ix: ComponentIx) -> GateId {
        let Some(role) = self.role(ix) else { return self.builder.constant(false) };
        let cluster = self.clusters.get(&ix).cloned().unwrap_or_default();
        match role {
            DatabaseRole::Primary => self.builder.constant(true),
            DatabaseRole::Member | DatabaseRole::MultiPrimary => {
                // The request reached this member, so it is up and needs `majority - 1` others.
                let majority = ClusterRules::of(self.infra, &cluster).majority;
                let others = cluster.iter().filter(|other| **other != ix);
                let heard: Vec<GateId> = others.map(|other| self.hear(ix, *other)).collect();
                self.builder.at_least(majority - 1, &heard)
            }
            DatabaseRole::Replica => self.takes_over(ix, &cluster),
        }
    }

    fn role(&self, ix: ComponentIx) -> Option<DatabaseRole> {
        self.infra.component(ix).kind.as_database().map(|spec| spec.role)
    }

    /// True if automatic failover promotes this replica: it is the first of the replicas that it can communicate with,
    /// and none of them can reach the primary.
    fn takes_over(&mut self, ix: ComponentIx, cluster: &[ComponentIx]) -> GateId {
        let with_role = |wanted: DatabaseRole| -> Vec<ComponentIx> {
            cluster.iter().copied().filter(|other| self.role(*other) == Some(wanted)).collect()
        };
        let (primary, replicas) = (with_role(DatabaseRole::Primary).first().copied(), with_role(DatabaseRole::Replica));
        let automatic = ClusterRules::of(self.infra, cluster).replaced_after.is_some();
        let Some(primary) = primary.filter(|_| automatic) else { return self.builder.constant(false) };
        let place = replicas.iter().position(|replica| *replica == ix).unwrap_or_default();
        let mut needed = Vec::new();
        for (number, peer) in replicas.into_iter().enumerate() {
            let own = peer == ix;
            let hears_primary = self.hear(primary, peer);
            if own {
                needed.push(self.builder.not(hears_primary));
                continue;
            }
            let heard = self.hear(ix, peer);
            // An earlier peer must not be reachable; a later one must not be reachable while it can reach the primary.
            let hinders = if number < place { heard } else { self.builder.all([heard, hears_primary]) };
            needed.push(self.builder.not(hinders));
        }
        self.builder.all(needed)
    }

    /// True if both databases are up and a replication link between them is open. The link works in both directions.
    fn hear(&mut self, a: ComponentIx, b: ComponentIx) -> GateId {
        let Some(link) = self.replication_between(a, b) else { return self.builder.constant(false) };
        let open = self.open(&self.infra.hop(link));
        let ends = [self.up(a), self.up(b), open];
        self.builder.all(ends)
    }

    fn replication_between(&self, a: ComponentIx, b: ComponentIx) -> Option<LinkIx> {
        let graph = self.infra.graph();
        graph.find_edge(a, b).or_else(|| graph.find_edge(b, a))
    }
}
