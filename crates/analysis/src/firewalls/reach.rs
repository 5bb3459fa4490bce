//! Which ports can be reached from a position, and the rule that decides.
//!
//! A packet filter matches addresses, and an address belongs to a server: an attacker in one program can use the names
//! of all programs on the same server. An attacker who controls the server also controls the firewalls that run on it.
//! An attacker on the Internet has the address of the users. Reachability does not depend on the hops of the diagram.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::fmt;

use super::super::machines::Machines;
use super::ports::{SSH, listening_ports};
use hoplight_model::behaviour::Operator;
use hoplight_model::firewall::{Direction, RuleAction, Verdict};
use hoplight_model::{ComponentId, ComponentIx, Element, Infrastructure, ServerId};

/// Position of the attacker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vantage {
    /// Outside the site, where the users are.
    Internet,
    /// In a program: with its privileges, behind the server's firewall.
    Component(ComponentId),
    /// On a server with root privileges: firewalls that run on it are ineffective.
    Server(ServerId),
}

/// Verdict of one firewall on a connection attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The firewall.
    pub firewall: ComponentId,
    /// The verdict, with the rule that produced it.
    pub verdict: Verdict,
}

/// An attempt to open a connection to a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionAttempt {
    /// The program that listens or, for SSH, the server (the program itself if it is on no server).
    pub target: Element,
    /// The port.
    pub port: u16,
    /// Whether the connection stays within the server.
    pub is_local: bool,
    /// Firewalls on the path, in order, each evaluated as if the preceding ones had allowed the connection.
    pub judged: Vec<Judged>,
}

impl ConnectionAttempt {
    /// Whether the connection is allowed.
    pub fn is_open(&self) -> bool {
        self.decided_by().is_none()
    }

    /// The first firewall that does not allow the connection, if any.
    pub fn decided_by(&self) -> Option<&Judged> {
        self.judged.iter().find(|judged| judged.verdict.action != RuleAction::Allow)
    }

    /// What the attacker observes: the connection opens, is refused, or times out.
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

/// Connection attempts from `from`: to each program's ports and each server's SSH, in authored order.
///
/// Excludes programs that listen on 127.0.0.1 of another server, the attacker's own program and, if the attacker controls
/// a server, all programs on it. Returns nothing for a position that does not exist or for a server that runs nothing.
pub fn reach(infra: &Infrastructure, from: &Vantage) -> Vec<ConnectionAttempt> {
    Site::of(infra).reach(from)
}

/// Length of the shortest attack path from the Internet to each listening program, in authored order: the number of
/// programs to compromise one after the other. 1 means directly reachable, `None` unreachable.
///
/// A program is compromised through one of its service ports, not through SSH, which requires a key. The time grows with
/// the square of the number of programs.
pub fn attack_path_lengths(infra: &Infrastructure) -> Vec<(ComponentId, Option<u32>)> {
    let site = Site::of(infra);
    let mut depth: Vec<Option<u32>> = vec![None; infra.len()];
    let mut open: VecDeque<(Vantage, u32)> = VecDeque::from([(Vantage::Internet, 0)]);
    while let Some((vantage, length)) = open.pop_front() {
        for found in site.reach(&vantage).into_iter().filter(|found| found.is_open() && found.port != SSH) {
            let Element::Component(id) = found.target else { continue };
            let Some(ix) = infra.find(id.as_str()).filter(|ix| depth[ix.index()].is_none()) else { continue };
            depth[ix.index()] = Some(length + 1);
            open.push_back((Vantage::Component(id), length + 1));
        }
    }
    let listening = listening_ports(infra);
    let listens = infra.components().filter(|(ix, _)| !listening[ix.index()].is_empty());
    listens.map(|(ix, component)| (component.id.clone(), depth[ix.index()])).collect()
}

impl ConnectionAttempt {
    /// Sort key: open attempts first, then those that passed more firewalls.
    fn sort_key(&self) -> (bool, Reverse<usize>) {
        let passed = self.judged.iter().take_while(|judged| judged.verdict.action == RuleAction::Allow).count();
        (!self.is_open(), Reverse(passed))
    }
}

/// A component that an attacker sends from.
struct StartPoint<'a> {
    /// The component, which determines the firewalls on the path.
    at: ComponentIx,
    /// The server that the attacker controls, including its firewalls.
    held: Option<&'a ServerId>,
    /// Whether the attacker is inside the site, so that outbound firewalls apply.
    is_inside: bool,
}

/// A program or server that listens.
struct ListeningTarget {
    element: Element,
    /// The program that listens, or all components on the server.
    at: Vec<ComponentIx>,
    ports: Vec<u16>,
    /// Whether it listens on 127.0.0.1 only.
    is_local: bool,
}

/// Data shared by all queries.
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
        let start_points = self.start_points(from);
        let own = |ix: &ComponentIx| match from {
            Vantage::Internet => false,
            Vantage::Component(id) => self.infra.component(*ix).id == *id,
            Vantage::Server(id) => self.infra.component(*ix).server.as_ref() == Some(id),
        };
        let mut found = Vec::new();
        for target in self.targets.iter().filter(|target| !target.at.iter().all(own)) {
            for port in &target.ports {
                let starts = start_points.iter().flat_map(|start| target.at.iter().map(move |at| (start, *at)));
                let attempts = starts.flat_map(|(start, at)| self.attempts(start, at, target, *port));
                let attempts = attempts.filter(|attempt| attempt.is_local || !target.is_local);
                // With several components at one address, the attempt that gets furthest counts.
                found.extend(attempts.min_by_key(ConnectionAttempt::sort_key));
            }
        }
        found
    }

    fn start_points<'b>(&self, from: &'b Vantage) -> Vec<StartPoint<'b>> {
        let infra = self.infra;
        match from {
            Vantage::Internet => infra.browser().map(|at| StartPoint { at, held: None, is_inside: false }).into_iter().collect(),
            Vantage::Component(id) => {
                infra.find(id.as_str()).map(|at| StartPoint { at, held: None, is_inside: true }).into_iter().collect()
            }
            Vantage::Server(id) => {
                self.machines.on(id).iter().map(|at| StartPoint { at: *at, held: Some(id), is_inside: true }).collect()
            }
        }
    }

    /// One attempt for each pair of components at the two addresses.
    fn attempts(&self, start: &StartPoint<'_>, to: ComponentIx, target: &ListeningTarget, port: u16) -> Vec<ConnectionAttempt> {
        let infra = self.infra;
        let (from, before) = (infra.firewalls_before(start.at), infra.firewalls_before(to));
        // A firewall in front of both ends is not between them: it does not filter traffic inside its own network.
        let between = |firewall: &&ComponentIx| {
            let is_held = start.held.is_some() && infra.component(**firewall).server.as_ref() == start.held;
            let surrounds = start.is_inside && from.contains(firewall) && before.contains(firewall);
            !is_held && !surrounds
        };
        let out: &[ComponentIx] = if start.is_inside { from } else { &[] };
        let out: Vec<ComponentIx> = out.iter().filter(between).copied().collect();
        let into: Vec<ComponentIx> = before.iter().filter(between).copied().collect();
        let server = |ix: ComponentIx| infra.component(ix).server.as_ref();
        let is_local = start.is_inside && (start.at == to || (server(to).is_some() && server(to) == server(start.at)));
        let judge = |firewall: &ComponentIx, direction: Direction, peer: ComponentIx| {
            let spec = infra.component(*firewall).kind.as_firewall()?;
            let verdict = spec.judge(direction, &infra.component(peer).id, server(peer), port);
            Some(Judged { firewall: infra.component(*firewall).id.clone(), verdict })
        };
        let mut attempts = Vec::new();
        for source in self.machines.same_address(infra, start.at) {
            for destination in self.machines.same_address(infra, to) {
                let out = out.iter().filter_map(|firewall| judge(firewall, Direction::Outbound, destination));
                let into = into.iter().filter_map(|firewall| judge(firewall, Direction::Inbound, source));
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
        // A program that serves requests runs on some server, even if the model does not show it.
        if component.server.is_none() && component.kind.serves_requests() {
            ports.insert(SSH);
        }
        if !ports.is_empty() {
            let (element, ports) = (Element::Component(component.id.clone()), ports.into_iter().collect());
            targets.push(ListeningTarget { element, at: vec![ix], ports, is_local: infra.listens_locally(ix) });
        }
    }
    let others = |ix: &ComponentIx| infra.component(*ix).kind.facts().operator != Operator::Site;
    for server in infra.servers() {
        let at: Vec<ComponentIx> = machines.on(&server.id).iter().copied().filter(|ix| !others(ix)).collect();
        if !at.is_empty() {
            let element = Element::Server(server.id.clone());
            targets.push(ListeningTarget { element, at, ports: vec![SSH], is_local: false });
        }
    }
    targets
}
