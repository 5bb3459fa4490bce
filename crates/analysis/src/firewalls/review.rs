//! Flaws of the firewalls in a design: their placement, what they let through and what they block.
//!
//! Rules are compared with the traffic that the diagram needs. Some traffic is always accepted, although no diagram
//! shows it: outbound DNS, NTP and HTTPS (for updates), the redirect from HTTP to HTTPS, and SSH from a named peer.
//! `findings` assigns the severity.

use std::collections::{BTreeMap, BTreeSet};

use super::super::machines::Machines;
use super::ports::{CLOCK, HTTPS, NAMES, REDIRECT, SSH, is_entry};
use super::reach::{ConnectionAttempt, Judged, Vantage, reach};
use hoplight_model::firewall::{Direction, FirewallSpec, Peer, Rule, RuleAction, Verdict};
use hoplight_model::{ComponentId, ComponentIx, Element, Hop, Infrastructure, Protocol};

/// Location of a rule: firewall, direction and number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleAt {
    /// The firewall.
    pub firewall: ComponentId,
    /// Whether the rule is in the inbound list.
    pub is_inbound: bool,
    /// Number in the list, from 1.
    pub number: u16,
}

/// A flaw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// A firewall protects nothing.
    GuardsNothing(ComponentId),
    /// A firewall is behind components that no firewall protects.
    Behind {
        /// The firewall.
        firewall: ComponentId,
        /// The unprotected components, in authored order.
        unprotected: Vec<ComponentId>,
    },
    /// An entry that is reachable from the Internet without passing a firewall.
    OpenEntry(ComponentId),
    /// A component behind the entry has no firewall in front of it.
    Unprotected(ComponentId),
    /// A port that no user needs is reachable from the Internet.
    Exposed {
        /// The connection attempt, with the firewalls that allow it.
        reach: ConnectionAttempt,
    },
    /// A rule allows traffic that nothing in the diagram needs.
    Unused(RuleAt),
    /// A rule never takes effect, because earlier rules match everything that it matches.
    Shadowed {
        /// The rule.
        rule: RuleAt,
        /// Numbers of the rules that match instead.
        by: BTreeSet<u16>,
        /// Whether one of these rules has a different action, which suggests a mistake.
        contradicts: bool,
    },
    /// A rule is needed, but also opens ports that nothing needs.
    NeedlessPorts {
        /// The rule.
        rule: RuleAt,
        /// The ports; empty if the rule opens all ports.
        ports: Vec<u16>,
    },
    /// The default action is to allow.
    AllowsByDefault(ComponentId),
    /// An agent's pushes, or the scrapes of the agent, are blocked, so missing data may be mistaken for health.
    SilentAgent {
        /// The agent.
        agent: ComponentId,
        /// The firewall that blocks them.
        by: Judged,
    },
    /// A hop that the site needs is blocked.
    ClosedHop {
        /// The client.
        from: ComponentId,
        /// The server.
        to: ComponentId,
        /// The firewall that blocks it.
        by: Judged,
    },
}

impl Flaw {
    /// The element to highlight.
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

/// Reports all flaws, grouped by type: placement first, then rules, then blocked hops.
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

/// Firewalls that protect at least one component other than a firewall.
fn guarding(infra: &Infrastructure) -> BTreeSet<ComponentIx> {
    let guarded = infra.components().filter(|(_, component)| !component.kind.is_filter());
    guarded.flat_map(|(ix, _)| infra.firewalls_before(ix)).copied().collect()
}

/// Flaws in the placement of firewalls.
fn placing(infra: &Infrastructure, guarding: &BTreeSet<ComponentIx>) -> Vec<Flaw> {
    let id = |ix: ComponentIx| infra.component(ix).id.clone();
    let idle = infra.firewalls().filter(|(ix, _)| !guarding.contains(ix) && !infra.is_standby(*ix));
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

/// Needless ports that firewalls leave open to the Internet. Components without any firewall are reported by
/// [`placing`].
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

/// The traffic that each firewall must allow, according to the diagram.
struct Needs {
    /// For each rule, the ports of the diagram's hops that it decides.
    decided: BTreeMap<(ComponentIx, bool, u16), BTreeSet<u16>>,
    /// Firewalls that users' requests cross on the way in.
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
            // Either balancer of a pair sends advertisements, and after a failover either database replicates from the
            // other, but only one link is authored.
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

    /// Whether a port is needed although no diagram shows it.
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

/// Verdicts of the firewalls at both ends of a hop on connections in either direction.
fn both_ways(infra: &Infrastructure, hop: &Hop) -> Vec<(ComponentIx, Verdict)> {
    let mut verdicts = Vec::new();
    for (from, to) in [(hop.from, hop.to), (hop.to, hop.from)] {
        for (here, there, direction) in [(from, to, Direction::Outbound), (to, from, Direction::Inbound)] {
            let (shared, peer) = (infra.firewalls_before(there), infra.component(there));
            for firewall in infra.firewalls_before(here).iter().filter(|firewall| !shared.contains(firewall)) {
                if let Some(spec) = infra.component(*firewall).kind.as_firewall() {
                    verdicts.push((*firewall, spec.judge(direction, &peer.id, peer.server.as_ref(), infra.port(hop.link))));
                }
            }
        }
    }
    verdicts
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

/// For each rule, the rules that decide the traffic that it matches, including itself if it ever decides. Rules that
/// match no existing peer are left out.
///
/// Only the ports and peers that rules name need to be tested, plus one port and one component that no rule names.
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

/// Hops of the diagram that a firewall blocks.
fn closed(infra: &Infrastructure) -> Vec<Flaw> {
    let id = |ix: ComponentIx| infra.component(ix).id.clone();
    let stopped = infra.hops().filter_map(|hop| {
        let guard = hop.guards.iter().find(|guard| guard.verdict.action != RuleAction::Allow)?;
        let by = Judged { firewall: id(guard.firewall), verdict: guard.verdict };
        Some(if infra.link(hop.link).protocol == Protocol::Metrics {
            let is_push = infra.component(hop.to).kind.is_monitoring_service();
            Flaw::SilentAgent { agent: id(if is_push { hop.from } else { hop.to }), by }
        } else {
            Flaw::ClosedHop { from: id(hop.from), to: id(hop.to), by }
        })
    });
    stopped.collect()
}
