//! Which ports can be reached from a position, with the rule that decides.
//!
//! A packet filter judges addresses, and an address is a machine's: an attacker in one program of a machine speaks as any of
//! them. An attacker in control of the machine also controls the firewall that runs on it. The Internet has the users' address.
//! Must not know drawn hops.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::fmt;

use super::super::machines::Machines;
use super::ports::{SSH, listening_ports};
use hoplight_model::behaviour::Operator;
use hoplight_model::firewall::{Direction, RuleAction, Verdict};
use hoplight_model::{ComponentId, ComponentIx, Element, Infrastructure, ServerId};

/// The attacker's position.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vantage {
    /// Outside, where users are.
    Internet,
    /// In a program: with its rights, behind its machine's firewall.
    Component(ComponentId),
    /// In a machine, with all rights: firewalls that run on it do not count.
    Server(ServerId),
}

/// One firewall's verdict on an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The firewall.
    pub firewall: ComponentId,
    /// Its decision, and the rule that made it.
    pub verdict: Verdict,
}

/// One attempt: a new connection to a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionAttempt {
    /// The program that listens, or the machine for SSH (the program's own name where it stands on no drawn machine).
    pub target: Element,
    /// The port.
    pub port: u16,
    /// Whether it does not leave the machine.
    pub is_local: bool,
    /// The firewalls on the way, in order, each as if those before had let it pass.
    pub judged: Vec<Judged>,
}

impl ConnectionAttempt {
    /// Whether the connection gets through.
    pub fn is_open(&self) -> bool {
        self.decided_by().is_none()
    }

    /// The firewall that stops it, if any does: the first that does not allow it.
    pub fn decided_by(&self) -> Option<&Judged> {
        self.judged.iter().find(|judged| judged.verdict.action != RuleAction::Allow)
    }

    /// What the attacker sees: the connection opens, or is refused, or nothing comes back.
    pub fn action(&self) -> RuleAction {
        self.decided_by().map_or(RuleAction::Allow, |judged| judged.verdict.action)
    }
}

impl fmt::Display for Vantage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internet => f.write_str("the Internet"),
            Self::Component(id) => write!(f, "{id}"),
            Self::Server(id) => write!(f, "{id}"),
        }
    }
}

/// What an attacker at `from` reaches of the site: each program's ports and each machine's SSH, in authored order.
///
/// Neither the attacker's own program nor, with a machine in hand, that machine's programs are among the targets. Nothing
/// comes back for a vantage that is not there, or for a machine that runs nothing.
pub fn reach(infra: &Infrastructure, from: &Vantage) -> Vec<ConnectionAttempt> {
    Site::of(infra).reach(from)
}

/// How many programs an attacker from the Internet must take over, one from the other, until each program of the site is in
/// hand: 1 is reached directly. None for what cannot be reached at all. In authored order, only what listens.
///
/// A program is taken over through one of its own ports, not through SSH, which needs a key. The time grows with the square
/// of the number of programs.
pub fn falls(infra: &Infrastructure) -> Vec<(ComponentId, Option<u32>)> {
    let site = Site::of(infra);
    let mut depth: Vec<Option<u32>> = vec![None; infra.len()];
    let mut open: VecDeque<(Vantage, u32)> = VecDeque::from([(Vantage::Internet, 0)]);
    while let Some((vantage, fallen)) = open.pop_front() {
        for found in site.reach(&vantage).into_iter().filter(|found| found.is_open() && found.port != SSH) {
            let Element::Component(id) = found.target else { continue };
            let Some(ix) = infra.find(id.as_str()).filter(|ix| depth[ix.index()].is_none()) else { continue };
            depth[ix.index()] = Some(fallen + 1);
            open.push_back((Vantage::Component(id), fallen + 1));
        }
    }
    let listening = listening_ports(infra);
    let listens = infra.components().filter(|(ix, _)| !listening[ix.index()].is_empty());
    listens.map(|(ix, component)| (component.id.clone(), depth[ix.index()])).collect()
}

impl ConnectionAttempt {
    /// How an attempt went: open is best, then whichever got further.
    fn is_stopped_after(&self) -> (bool, Reverse<usize>) {
        let passed = self.judged.iter().take_while(|judged| judged.verdict.action == RuleAction::Allow).count();
        (!self.is_open(), Reverse(passed))
    }
}

/// Where an attacker sends from.
struct Stand<'a> {
    /// The place among the firewalls.
    at: ComponentIx,
    /// The machine whose firewalls are in the attacker's hands.
    held: Option<&'a ServerId>,
    /// Whether it is inside the site, so that firewalls may stand between it and the outside.
    is_inside: bool,
}

/// Something that listens.
struct ListeningTarget {
    element: Element,
    /// The program that listens, or all places on the machine.
    at: Vec<ComponentIx>,
    ports: Vec<u16>,
}

/// What is looked up again and again.
struct Site<'a> {
    infra: &'a Infrastructure,
    machines: Machines<'a>,
    targets: Vec<ListeningTarget>,
}

impl<'a> Site<'a> {
    fn of(infra: &'a Infrastructure) -> Self {
        let machines = Machines::of(infra);
        let targets = targets(infra, &machines);
        Self { infra, machines, targets }
    }

    fn reach(&self, from: &Vantage) -> Vec<ConnectionAttempt> {
        let stands = self.stands(from);
        let own = |ix: &ComponentIx| match from {
            Vantage::Internet => false,
            Vantage::Component(id) => self.infra.component(*ix).id == *id,
            Vantage::Server(id) => self.infra.component(*ix).server.as_ref() == Some(id),
        };
        let mut found = Vec::new();
        for target in self.targets.iter().filter(|target| !target.at.iter().all(own)) {
            for port in &target.ports {
                let starts = stands.iter().flat_map(|stand| target.at.iter().map(move |at| (stand, *at)));
                let attempts = starts.flat_map(|(stand, at)| self.attempts(stand, at, target, *port));
                // An address with several names uses the one that gets furthest.
                found.extend(attempts.min_by_key(ConnectionAttempt::is_stopped_after));
            }
        }
        found
    }

    fn stands<'b>(&self, from: &'b Vantage) -> Vec<Stand<'b>> {
        let infra = self.infra;
        match from {
            Vantage::Internet => infra.browser().map(|at| Stand { at, held: None, is_inside: false }).into_iter().collect(),
            Vantage::Component(id) => {
                infra.find(id.as_str()).map(|at| Stand { at, held: None, is_inside: true }).into_iter().collect()
            }
            Vantage::Server(id) => {
                self.machines.on(id).iter().map(|at| Stand { at: *at, held: Some(id), is_inside: true }).collect()
            }
        }
    }

    /// One attempt under each pair of names that the two addresses have.
    fn attempts(&self, stand: &Stand<'_>, to: ComponentIx, target: &ListeningTarget, port: u16) -> Vec<ConnectionAttempt> {
        let infra = self.infra;
        let (from, before) = (infra.firewalls_before(stand.at), infra.firewalls_before(to));
        // A firewall before both is not between them: it does not filter inside what it surrounds.
        let between = |firewall: &&ComponentIx| {
            let is_held = stand.held.is_some() && infra.component(**firewall).server.as_ref() == stand.held;
            let surrounds = stand.is_inside && from.contains(firewall) && before.contains(firewall);
            !is_held && !surrounds
        };
        let out: &[ComponentIx] = if stand.is_inside { from } else { &[] };
        let out: Vec<ComponentIx> = out.iter().filter(between).copied().collect();
        let into: Vec<ComponentIx> = before.iter().filter(between).copied().collect();
        let server = |ix: ComponentIx| infra.component(ix).server.as_ref();
        let is_local = stand.is_inside && (stand.at == to || (server(to).is_some() && server(to) == server(stand.at)));
        let judge = |firewall: &ComponentIx, direction: Direction, peer: ComponentIx| {
            let spec = infra.component(*firewall).kind.as_firewall()?;
            let verdict = spec.judge(direction, &infra.component(peer).id, server(peer), port);
            Some(Judged { firewall: infra.component(*firewall).id.clone(), verdict })
        };
        let mut attempts = Vec::new();
        for asker in self.machines.same_address(infra, stand.at) {
            for answerer in self.machines.same_address(infra, to) {
                let out = out.iter().filter_map(|firewall| judge(firewall, Direction::Outbound, answerer));
                let into = into.iter().filter_map(|firewall| judge(firewall, Direction::Inbound, asker));
                attempts.push(ConnectionAttempt {
                    target: target.element.clone(),
                    port,
                    is_local,
                    judged: out.chain(into).collect(),
                });
            }
        }
        attempts
    }
}

fn targets(infra: &Infrastructure, machines: &Machines<'_>) -> Vec<ListeningTarget> {
    let listening = listening_ports(infra);
    let mut targets = Vec::new();
    for (ix, component) in infra.components() {
        let mut ports = listening[ix.index()].clone();
        // A program that serves requests runs on a machine even if none is drawn.
        if component.server.is_none() && component.kind.serves_requests() {
            ports.insert(SSH);
        }
        if !ports.is_empty() {
            let (element, ports) = (Element::Component(component.id.clone()), ports.into_iter().collect());
            targets.push(ListeningTarget { element, at: vec![ix], ports });
        }
    }
    let others = |ix: &ComponentIx| infra.component(*ix).kind.facts().operator != Operator::Site;
    for server in infra.servers() {
        let at: Vec<ComponentIx> = machines.on(&server.id).iter().copied().filter(|ix| !others(ix)).collect();
        if !at.is_empty() {
            targets.push(ListeningTarget { element: Element::Server(server.id.clone()), at, ports: vec![SSH] });
        }
    }
    targets
}
