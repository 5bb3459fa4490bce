//! Compiles an infrastructure into the circuit of one kind of request. The rules are those of [`super::super::flow`]
//! and [`super::super::database`], written as formulas instead of a search.

use super::super::circuit::{Circuit, CircuitBuilder, GateId};
use super::super::exceptions::certificates_needed;
use super::super::flow::lacks_certificate;
use super::super::wiring::{PairMember, SharedAddress, Wiring};
use super::inputs::Inputs;
use hoplight_model::behaviour::{Address, Behaviour, ClusterRules, Statement};
use hoplight_model::firewall::RuleAction;
use hoplight_model::{ComponentIx, DatabaseRole, Infrastructure, LinkIx, RequestKind};

/// What all circuits of an infrastructure are compiled from.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) infra: &'a Infrastructure,
    pub(super) wiring: &'a Wiring,
    pub(super) inputs: &'a Inputs,
}

/// Compiles the circuit of a kind of request: whether a path exists.
pub(super) fn compile(source: Source<'_>, kind: RequestKind) -> Circuit {
    let mut compiler = Compiler::new(source, kind);
    let root = compiler.root();
    compiler.builder.finish(root)
}

/// Compiles the circuit of a kind of request such that exactly the inputs in `stops` make it false alone. Elsewhere, a
/// path suffices.
pub(super) fn compile_with(source: Source<'_>, kind: RequestKind, works: bool, stops: &[u32]) -> Circuit {
    let mut builder = CircuitBuilder::default();
    if !works {
        let never = builder.constant(false);
        return builder.finish(never);
    }
    let paths = compile(source, kind);
    let alone = paths.knock_outs();
    if alone == stops {
        return paths;
    }
    let mut compiler = Compiler::new(source, kind);
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
    wiring: &'a Wiring,
    inputs: &'a Inputs,
    kind: RequestKind,
    builder: CircuitBuilder,
    /// Gate for "this component is up", by position; computed on demand.
    up: Vec<Option<GateId>>,
    /// Gate for "a request that reaches this component is answered", by position; computed on demand.
    served: Vec<Option<GateId>>,
    /// Inputs that are always true, in ascending order.
    ignored: Vec<u32>,
}

impl<'a> Compiler<'a> {
    fn new(Source { infra, wiring, inputs }: Source<'a>, kind: RequestKind) -> Self {
        Self {
            infra,
            wiring,
            inputs,
            kind,
            builder: CircuitBuilder::default(),
            up: vec![None; infra.len()],
            served: vec![None; infra.len()],
            ignored: Vec::new(),
        }
    }

    /// True if the name can be resolved and the request reaches a component that answers it.
    fn root(&mut self) -> GateId {
        let Some(browser) = self.infra.browser() else { return self.builder.constant(false) };
        let request = self.served(browser);
        let asked = self.wiring.lookups(self.infra, self.kind);
        if asked.is_empty() {
            return request;
        }
        let zone = self.input(self.inputs.zone);
        let paths: Vec<GateId> = asked.iter().map(|link| self.passes(*link)).collect();
        let answered = self.builder.any(paths);
        self.builder.all([request, answered, zone])
    }

    fn input(&mut self, input: u32) -> GateId {
        let is_ignored = self.ignored.binary_search(&input).is_ok();
        if is_ignored { self.builder.constant(true) } else { self.builder.input(input) }
    }

    /// True if the component is up: itself, its server, its software version, and all failure domains around them.
    fn up(&mut self, ix: ComponentIx) -> GateId {
        if let Some(gate) = self.up[ix.index()] {
            return gate;
        }
        let inputs = self.inputs.of_component(ix).to_vec();
        let needed: Vec<GateId> = inputs.into_iter().map(|input| self.input(input)).collect();
        let gate = self.builder.all(needed);
        self.up[ix.index()] = Some(gate);
        gate
    }

    /// True if a new connection gets through the hop and the component at its end is up.
    fn passes(&mut self, link: LinkIx) -> GateId {
        let end = self.up(self.wiring.hop(link).to);
        let open = self.open(link);
        self.builder.all([open, end])
    }

    /// True if a new connection gets through the hop: the link, its firewalls, and a valid certificate.
    fn open(&mut self, link: LinkIx) -> GateId {
        let hop = self.wiring.hop(link);
        if hop.guards.iter().any(|guard| guard.verdict.action != RuleAction::Allow) || lacks_certificate(self.infra, hop) {
            return self.builder.constant(false);
        }
        let mut needed: Vec<GateId> = self.inputs.of_link(link).iter().map(|input| self.input(*input)).collect();
        let proofs = certificates_needed(self.infra, hop);
        if !proofs.is_empty() {
            let valid: Vec<GateId> = proofs.into_iter().map(|place| self.input(self.inputs.of_certificate(place))).collect();
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
        match self.wiring.behaviour(ix, self.kind) {
            Behaviour::Respond | Behaviour::Query(Statement::Read) => return self.builder.constant(true),
            Behaviour::Query(Statement::Write | Statement::InMajority) => return self.takes_writes(ix),
            Behaviour::Originate(_) => return self.entered(),
            Behaviour::Forward(_) => {}
            Behaviour::LookUp
            | Behaviour::Resolve(_)
            | Behaviour::Redirect
            | Behaviour::Filter
            | Behaviour::Fail(_)
            | Behaviour::Ignore => return self.builder.constant(false),
        }
        let (mut paths, mut tried_first) = (Vec::new(), Vec::new());
        for link in self.wiring.onward(ix, self.kind) {
            let to = self.wiring.hop(*link).to;
            let passes = self.passes(*link);
            let served = self.served(to);
            let mut needed: Vec<GateId> = tried_first.clone();
            needed.extend([passes, served]);
            // An SQL proxy uses databases with the role that it wants.
            if self.wiring.wants_writable(ix, self.kind) && self.role(to).is_some() {
                needed.push(self.takes_writes(to));
            }
            paths.push(self.builder.all(needed));
            // A driver tries the next database only if this one does not accept the connection.
            if self.wiring.stays_at(self.infra, *link, self.kind) && served != self.builder.constant(true) {
                tried_first.push(self.builder.not(passes));
            }
        }
        self.builder.any(paths)
    }

    /// True if a request gets an answer from one of the site's addresses.
    fn entered(&mut self) -> GateId {
        let addresses: Vec<Address> = self.wiring.addresses(self.infra, self.kind).cloned().collect();
        let mut paths = Vec::new();
        for address in addresses {
            match self.wiring.pair(self.infra, &address) {
                Some(pair) => paths.extend(self.entered_through(pair)),
                None => {
                    for link in address.links {
                        let (passes, further) = (self.passes(link), self.served(self.wiring.hop(link).to));
                        paths.push(self.builder.all([passes, further]));
                    }
                }
            }
        }
        self.builder.any(paths)
    }

    /// For each balancer of a pair, true if it holds the address and a request there is answered. The rules are those of the
    /// search: [`super::super::flow`].
    fn entered_through(&mut self, SharedAddress { preferred, other, vrrp }: SharedAddress) -> [GateId; 2] {
        let [alive, other_alive] = [preferred, other].map(|it| self.holds_on(it));
        let [announces, other_announces] = [preferred, other].map(|it| self.announces(it));
        let heard = self.open(vrrp);
        let unheard = self.builder.not(heard);
        // Both hold the address, and the last one that announced it gets the packets.
        let to_other = self.builder.all([alive, other_alive, unheard, other_announces]);
        let only_to_other = if other.has_vmac {
            let silent = self.builder.not(announces);
            self.builder.all([to_other, silent])
        } else {
            to_other
        };
        let [elsewhere, alone] = [only_to_other, alive].map(|gate| self.builder.not(gate));
        let held = self.builder.all([alive, elsewhere]);
        let moved = self.builder.any([alone, to_other]);
        let other_held = self.builder.all([other_alive, moved]);
        [(preferred, held), (other, other_held)].map(|(it, held)| {
            let (passes, further) = (self.passes(it.entry), self.served(it.balancer));
            self.builder.all([held, passes, further])
        })
    }

    /// True if the keepalived of a balancer claims the address.
    fn holds_on(&mut self, it: PairMember) -> GateId {
        if it.is_tracked {
            return self.up(it.balancer);
        }
        let inputs = self.inputs.of_machine(it.balancer).to_vec();
        let needed: Vec<GateId> = inputs.into_iter().map(|input| self.input(input)).collect();
        self.builder.all(needed)
    }

    /// True if ARP messages of a balancer get through to users: a cut or a dead firewall stops them, a rule does not.
    fn announces(&mut self, it: PairMember) -> GateId {
        let mut needed: Vec<GateId> = self.inputs.of_link(it.entry).iter().map(|input| self.input(*input)).collect();
        needed.extend(self.wiring.hop(it.entry).guards.iter().map(|guard| self.up(guard.firewall)));
        self.builder.all(needed)
    }

    /// True if the database accepts writes once a request reaches it, after any failover or election.
    fn takes_writes(&mut self, ix: ComponentIx) -> GateId {
        let Some(role) = self.role(ix) else { return self.builder.constant(false) };
        let cluster = self.inputs.cluster(ix);
        match role {
            DatabaseRole::Primary => self.builder.constant(true),
            DatabaseRole::Member | DatabaseRole::MultiPrimary => {
                // The request reached this member, so it is up and needs `majority - 1` others.
                let rules = ClusterRules::of(self.infra, cluster);
                let others: Vec<ComponentIx> = cluster.iter().copied().filter(|other| *other != ix).collect();
                let mut heard: Vec<GateId> = others.iter().map(|other| self.hear(ix, *other)).collect();
                // The members of a multi-primary cluster forward messages for each other: one hop more in each round.
                for _ in 2..cluster.len() * usize::from(rules.multi_primary) {
                    let near = heard.clone();
                    for (place, other) in others.iter().enumerate() {
                        let mut ways = vec![near[place]];
                        for (through, nearer) in others.iter().zip(&near).filter(|(through, _)| *through != other) {
                            let last = self.hear(*through, *other);
                            ways.push(self.builder.all([*nearer, last]));
                        }
                        heard[place] = self.builder.any(ways);
                    }
                }
                self.builder.at_least(rules.majority - 1, &heard)
            }
            DatabaseRole::Replica => self.takes_over(ix, cluster),
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
        let open = self.open(link);
        let ends = [self.up(a), self.up(b), open];
        self.builder.all(ends)
    }

    fn replication_between(&self, a: ComponentIx, b: ComponentIx) -> Option<LinkIx> {
        self.infra.link_from_to(a, b).or_else(|| self.infra.link_from_to(b, a))
    }
}
