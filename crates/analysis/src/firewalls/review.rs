//! What is wrong with the firewalls of a drawing: where they stand, what they let through, what they stop.
//!
//! A rule is judged by what the drawing needs. What every machine needs although nobody draws it is not held against a rule:
//! to ask for names and the time, to fetch updates over HTTPS, to redirect users from HTTP to HTTPS, and SSH for a named
//! administrator. Must not know how severe a flaw is: `findings` decides.

use std::collections::{BTreeMap, BTreeSet};

use super::super::machines::Machines;
use super::ports::{CLOCK, HTTPS, NAMES, REDIRECT, SSH, is_entry};
use super::reach::{ConnectionAttempt, Judged, Vantage, reach};
use hoplight_model::firewall::{Direction, FirewallSpec, Peer, Rule, RuleAction, Verdict};
use hoplight_model::{ComponentId, ComponentIx, Element, Hop, Infrastructure, Protocol};

/// The place of a rule: firewall, direction, and number from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleAt {
    /// The firewall.
    pub firewall: ComponentId,
    /// Which list: whether it is the inbound one.
    pub is_inbound: bool,
    /// The number in the list, from 1.
    pub number: u16,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// A firewall protects nothing.
    GuardsNothing(ComponentId),
    /// A firewall is behind components that no firewall protects.
    Behind {
        /// The firewall.
        firewall: ComponentId,
        /// Those before it, in authored order.
        unprotected: Vec<ComponentId>,
    },
    /// Users, and everybody else on the Internet, get to this component without meeting a firewall.
    OpenEntry(ComponentId),
    /// A component of the site, further inside, has no firewall before it.
    Unprotected(ComponentId),
    /// The Internet gets to a port that no user needs.
    Exposed {
        /// What is reached, and who let it through.
        reach: ConnectionAttempt,
    },
    /// A rule that allows something which nothing in the drawing does.
    Unused(RuleAt),
    /// A rule that never decides, because earlier ones have decided all that it speaks of.
    Shadowed {
        /// The rule.
        rule: RuleAt,
        /// The numbers of the rules that decide instead.
        by: BTreeSet<u16>,
        /// Whether one of them decides otherwise: somebody meant something else.
        contradicts: bool,
    },
    /// A rule that is needed, and opens ports that nothing needs.
    NeedlessPorts {
        /// The rule.
        rule: RuleAt,
        /// The ports; empty if the rule opens all.
        ports: Vec<u16>,
    },
    /// What no rule speaks of is let through.
    AllowsByDefault(ComponentId),
    /// What an agent pushes does not get out: its silence looks like health.
    SilentAgent {
        /// The agent.
        agent: ComponentId,
        /// Who stops it.
        by: Judged,
    },
    /// A hop that the site needs is stopped.
    ClosedHop {
        /// Who asks.
        from: ComponentId,
        /// Who answers.
        to: ComponentId,
        /// Who stops it.
        by: Judged,
    },
}

impl Flaw {
    /// What to point at.
    pub fn element(&self) -> Element {
        match self {
            Self::GuardsNothing(id)
            | Self::OpenEntry(id)
            | Self::Unprotected(id)
            | Self::AllowsByDefault(id)
            | Self::Behind { firewall: id, .. }
            | Self::SilentAgent { agent: id, .. } => Element::Component(id.clone()),
            Self::Unused(rule) | Self::Shadowed { rule, .. } | Self::NeedlessPorts { rule, .. } => {
                Element::Component(rule.firewall.clone())
            }
            Self::Exposed { reach } => reach.target.clone(),
            Self::ClosedHop { from, to, .. } => Element::Hop(from.clone(), to.clone()),
        }
    }
}

/// All that is wrong with the firewalls, those of a kind together: places first, then rules, then hops that are closed.
pub fn review(infra: &Infrastructure) -> Vec<Flaw> {
    let guarding = guarding(infra);
    let mut flaws = placing(infra, &guarding);
    let machines = Machines::of(infra);
    flaws.extend(exposed(infra, &machines));
    let needs = Needs::of(infra);
    for (ix, spec) in infra.firewalls().filter(|(ix, _)| guarding.contains(ix)) {
        let id = &infra.component(ix).id;
        if spec.default == RuleAction::Allow {
            flaws.push(Flaw::AllowsByDefault(id.clone()));
        }
        for direction in [Direction::Inbound, Direction::Outbound] {
            let decisions = decisions(infra, &machines, spec, direction);
            flaws.extend(rules(&needs, (ix, id), spec, direction, &decisions));
        }
    }
    flaws.extend(closed(infra));
    flaws
}

/// The firewalls that stand before anything other than firewalls.
fn guarding(infra: &Infrastructure) -> BTreeSet<ComponentIx> {
    let guarded = infra.components().filter(|(_, component)| !component.kind.is_filter());
    guarded.flat_map(|(ix, _)| infra.firewalls_before(ix)).copied().collect()
}

/// Where firewalls stand, and where none does.
fn placing(infra: &Infrastructure, guarding: &BTreeSet<ComponentIx>) -> Vec<Flaw> {
    let id = |ix: ComponentIx| infra.component(ix).id.clone();
    let idle = infra.firewalls().filter(|(ix, _)| !guarding.contains(ix));
    let mut flaws: Vec<Flaw> = idle.map(|(ix, _)| Flaw::GuardsNothing(id(ix))).collect();
    let is_bare = |ix: ComponentIx| infra.component(ix).kind.serves_requests() && infra.firewalls_before(ix).is_empty();
    let mut behind: BTreeMap<ComponentIx, BTreeSet<ComponentIx>> = BTreeMap::new();
    let hops: Vec<_> = infra.hops().collect();
    for hop in hops.iter().filter(|hop| is_bare(hop.from) && infra.link(hop.link).protocol.carries_requests()) {
        for guard in &hop.guards {
            behind.entry(guard.firewall).or_default().insert(hop.from);
        }
    }
    flaws.extend(
        behind
            .into_iter()
            .map(|(firewall, before)| Flaw::Behind { firewall: id(firewall), unprotected: before.into_iter().map(id).collect() }),
    );
    let entries: BTreeSet<ComponentIx> = hops.iter().filter(|hop| is_entry(infra, hop)).map(|hop| hop.to).collect();
    let bare = infra.components().map(|(ix, _)| ix).filter(|ix| is_bare(*ix));
    let (facing, inside): (Vec<_>, Vec<_>) = bare.partition(|ix| entries.contains(ix));
    flaws.extend(facing.into_iter().map(|ix| Flaw::OpenEntry(id(ix))));
    flaws.extend(inside.into_iter().map(|ix| Flaw::Unprotected(id(ix))));
    flaws
}

/// What firewalls let the Internet get to, although no user needs it. What has no firewall at all is told by [`placing`].
fn exposed(infra: &Infrastructure, machines: &Machines<'_>) -> Vec<Flaw> {
    let drawn: BTreeSet<(ComponentIx, u16)> = infra
        .hops()
        .filter(|hop| is_entry(infra, hop))
        .flat_map(|hop| [(hop.to, REDIRECT), (hop.to, HTTPS), (hop.to, infra.port(hop.link))])
        .collect();
    let is_needless = |reach: &ConnectionAttempt| match &reach.target {
        Element::Component(id) => {
            infra.find(id.as_str()).is_some_and(|ix| !infra.firewalls_before(ix).is_empty() && !drawn.contains(&(ix, reach.port)))
        }
        Element::Server(id) => machines
            .on(id)
            .iter()
            .any(|ix| infra.component(*ix).kind.serves_requests() && !infra.firewalls_before(*ix).is_empty()),
        Element::Hop(..) => false,
    };
    let open = reach(infra, &Vantage::Internet).into_iter().filter(ConnectionAttempt::is_open);
    open.filter(is_needless).map(|reach| Flaw::Exposed { reach }).collect()
}

/// What the drawing needs of each firewall.
struct Needs {
    /// The ports of drawn hops that each rule decides.
    decided: BTreeMap<(ComponentIx, bool, u16), BTreeSet<u16>>,
    /// The firewalls that users cross on their way in.
    before_entry: BTreeSet<ComponentIx>,
}

impl Needs {
    fn of(infra: &Infrastructure) -> Self {
        let mut needs = Self { decided: BTreeMap::new(), before_entry: BTreeSet::new() };
        for hop in infra.hops() {
            for guard in &hop.guards {
                needs.note(guard.firewall, guard.verdict, infra.port(hop.link));
                if guard.verdict.direction == Direction::Inbound && is_entry(infra, &hop) {
                    needs.before_entry.insert(guard.firewall);
                }
            }
            // Either of a pair of balancers advertises, and after a failover either database follows the other: one link
            // is drawn for both ways.
            if matches!(infra.link(hop.link).protocol, Protocol::Vrrp | Protocol::Replication) {
                for (firewall, verdict) in both_ways(infra, &hop) {
                    needs.note(firewall, verdict, infra.port(hop.link));
                }
            }
        }
        needs
    }

    fn note(&mut self, firewall: ComponentIx, verdict: Verdict, port: u16) {
        let is_inbound = verdict.direction == Direction::Inbound;
        if let Some(number) = verdict.rule {
            self.decided.entry((firewall, is_inbound, number)).or_default().insert(port);
        }
    }

    /// Whether a port is needed although no drawing shows it.
    fn is_essential(&self, firewall: ComponentIx, direction: Direction, rule: &Rule, port: u16) -> bool {
        match direction {
            Direction::Outbound => matches!(port, NAMES | CLOCK | HTTPS),
            Direction::Inbound => match port {
                REDIRECT | HTTPS => self.before_entry.contains(&firewall),
                SSH => rule.peer != Peer::Any,
                _ => false,
            },
        }
    }
}

/// What the firewalls at both ends of a hop say to a connection in either direction.
fn both_ways(infra: &Infrastructure, hop: &Hop) -> Vec<(ComponentIx, Verdict)> {
    let mut said = Vec::new();
    for (from, to) in [(hop.from, hop.to), (hop.to, hop.from)] {
        for (here, there, direction) in [(from, to, Direction::Outbound), (to, from, Direction::Inbound)] {
            let (shared, peer) = (infra.firewalls_before(there), infra.component(there));
            for firewall in infra.firewalls_before(here).iter().filter(|firewall| !shared.contains(firewall)) {
                if let Some(spec) = infra.component(*firewall).kind.as_firewall() {
                    said.push((*firewall, spec.judge(direction, &peer.id, peer.server.as_ref(), infra.port(hop.link))));
                }
            }
        }
    }
    said
}

fn rules(
    needs: &Needs,
    (ix, firewall): (ComponentIx, &ComponentId),
    spec: &FirewallSpec,
    direction: Direction,
    decisions: &BTreeMap<u16, BTreeSet<u16>>,
) -> Vec<Flaw> {
    let is_inbound = direction == Direction::Inbound;
    let mut flaws = Vec::new();
    for (rule, number) in spec.rules(direction).iter().zip(1u16..) {
        let at = RuleAt { firewall: firewall.clone(), is_inbound, number };
        if let Some(by) = decisions.get(&number).filter(|by| !by.contains(&number)) {
            let actions = by.iter().filter_map(|other| spec.rules(direction).get(usize::from(*other) - 1));
            let contradicts = actions.clone().any(|other| other.action != rule.action);
            flaws.push(Flaw::Shadowed { rule: at, by: by.clone(), contradicts });
            continue;
        }
        if rule.action != RuleAction::Allow {
            continue;
        }
        let used = needs.decided.get(&(ix, is_inbound, number));
        let is_essential = |port: &u16| needs.is_essential(ix, direction, rule, *port);
        if used.is_none() && !rule.ports.iter().any(is_essential) {
            flaws.push(Flaw::Unused(at));
        } else if rule.ports.is_empty() {
            flaws.push(Flaw::NeedlessPorts { rule: at, ports: Vec::new() });
        } else {
            let is_needed = |port: &u16| used.is_some_and(|ports| ports.contains(port)) || is_essential(port);
            let ports: Vec<u16> = rule.ports.iter().copied().filter(|port| !is_needed(port)).collect();
            flaws.extend(Some(ports).filter(|ports| !ports.is_empty()).map(|ports| Flaw::NeedlessPorts { rule: at, ports }));
        }
    }
    flaws
}

/// For each rule, the rules that decide what it speaks of, itself among them if it ever does. A rule that speaks of nobody
/// who is there is not among them.
///
/// Only the ports and the peers that rules name differ: one port and one component that none names stand for all others.
fn decisions(
    infra: &Infrastructure,
    machines: &Machines<'_>,
    spec: &FirewallSpec,
    direction: Direction,
) -> BTreeMap<u16, BTreeSet<u16>> {
    let rules = spec.rules(direction);
    let mut ports: BTreeSet<u16> = rules.iter().flat_map(|rule| rule.ports.iter().copied()).collect();
    ports.extend((0..=u16::MAX).find(|port| !ports.contains(port)));
    let named = rules.iter().flat_map(|rule| match &rule.peer {
        Peer::Any => Vec::new(),
        Peer::Component(id) => infra.find(id.as_str()).into_iter().collect(),
        Peer::Server(id) => machines.on(id).to_vec(),
    });
    let mut peers: BTreeSet<ComponentIx> = named.collect();
    peers.extend(infra.components().map(|(ix, _)| ix).find(|ix| !peers.contains(ix)));
    let mut decisions: BTreeMap<u16, BTreeSet<u16>> = BTreeMap::new();
    for peer in peers.into_iter().map(|ix| infra.component(ix)) {
        for port in &ports {
            let Some(decided) = spec.judge(direction, &peer.id, peer.server.as_ref(), *port).rule else { continue };
            for (rule, number) in rules.iter().zip(1u16..) {
                let speaks = match &rule.peer {
                    Peer::Any => true,
                    Peer::Component(id) => *id == peer.id,
                    Peer::Server(id) => peer.server.as_ref() == Some(id),
                };
                if speaks && (rule.ports.is_empty() || rule.ports.contains(port)) {
                    decisions.entry(number).or_default().insert(decided);
                }
            }
        }
    }
    decisions
}

/// Drawn hops that a firewall stops.
fn closed(infra: &Infrastructure) -> Vec<Flaw> {
    let id = |ix: ComponentIx| infra.component(ix).id.clone();
    let stopped = infra.hops().filter_map(|hop| {
        let guard = hop.guards.iter().find(|guard| guard.verdict.action != RuleAction::Allow)?;
        let by = Judged { firewall: id(guard.firewall), verdict: guard.verdict };
        Some(if infra.link(hop.link).protocol == Protocol::Metrics {
            Flaw::SilentAgent { agent: id(hop.from), by }
        } else {
            Flaw::ClosedHop { from: id(hop.from), to: id(hop.to), by }
        })
    });
    stopped.collect()
}
