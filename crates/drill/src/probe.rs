//! Probes: `curl` from outside, and from a component to the next one.
//!
//! A probe from outside is a real request of a new visitor, followed to its end. A probe on a hop opens a connection as its
//! client would, and then reports the next exchange on this hop: the same client, the same server, the same moment.

use std::sync::Arc;

use hoplight_model::firewall::RuleAction;
use hoplight_model::{ComponentId, Infrastructure, LinkIx, Protocol, RequestKind};
use hoplight_sim::{EventKind, Heading, Health, JournalEvent, Outcome, Phase, SimTime, Simulation, Status};

use crate::evidence::stage;

/// How long a connection attempt on a hop may take (`curl --connect-timeout 3`), in seconds.
const CONNECT_S: u64 = 3;
/// How long a probe on a hop may take altogether (`curl --max-time 10`), in seconds.
const MOST_S: u64 = 10;

/// What to probe.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeTarget {
    /// The site, from outside, with a request of this kind.
    Site(RequestKind),
    /// A component, from another one that is linked to it.
    Hop(ComponentId, ComponentId),
}

/// How far a probe got, in the order of `curl -v`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeStage {
    /// Resolving the name.
    Lookup,
    /// Opening the connection.
    Connect,
    /// The TLS handshake.
    Handshake,
    /// The request was sent.
    Exchange,
}

/// The result of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeAnswer {
    /// A request from outside has ended, in this stage.
    Site(Outcome, ProbeStage),
    /// The response on a hop.
    Response(Status),
    /// The connection was opened. The hop carried no request in the meantime, so nothing else is known.
    Connected,
    /// The connection was refused: no process listens on the port.
    Refused,
    /// The connection attempt got no response.
    ConnectTimeout,
    /// The connection was opened, but no response came.
    ReadTimeout,
}

/// A probe, and its result once it has one.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// When it was sent.
    pub at: SimTime,
    /// What it probes.
    pub target: ProbeTarget,
    /// The result; `None` while it is under way.
    pub answer: Option<ProbeAnswer>,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    follows: Follows,
}

/// What decides about the result.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Follows {
    /// The learner's own request.
    Request { number: u64, stage: ProbeStage },
    /// The first request on a link, once there is one.
    Link { link: LinkIx, request: Option<(u64, SimTime)> },
    /// A connection that is not opened: the result, and when it is known.
    Dead { answer: ProbeAnswer, at: SimTime },
}

impl Probe {
    /// Follows the learner's own request.
    pub(crate) fn site(at: SimTime, kind: RequestKind, number: u64) -> Self {
        let follows = Follows::Request { number, stage: ProbeStage::Lookup };
        Self { at, target: ProbeTarget::Site(kind), answer: None, took_ms: 0.0, follows }
    }

    /// Opens a connection on a hop.
    pub(crate) fn hop(simulation: &Simulation, link: LinkIx) -> Self {
        let (infra, at) = (simulation.infrastructure(), simulation.now());
        let (from, to) = infra.ends(link);
        let target = ProbeTarget::Hop(infra.component(from).id.clone(), infra.component(to).id.clone());
        let follows = match connect(simulation, link) {
            None => Follows::Link { link, request: None },
            Some(answer @ ProbeAnswer::Refused) => Follows::Dead { answer, at },
            Some(answer) => Follows::Dead { answer, at: at + std::time::Duration::from_secs(CONNECT_S) },
        };
        let mut probe = Self { at, target, answer: None, took_ms: 0.0, follows };
        probe.settle(at);
        probe
    }

    fn end(&mut self, answer: ProbeAnswer, took: std::time::Duration) {
        self.answer = Some(answer);
        self.took_ms = took.as_secs_f64() * 1e3;
    }

    /// Ends the probe if its time is over.
    pub(crate) fn settle(&mut self, now: SimTime) {
        if self.answer.is_some() {
            return;
        }
        let waited = now.since(self.at);
        match self.follows {
            Follows::Dead { answer, at } if now >= at => self.end(answer, at.since(self.at)),
            Follows::Link { request: None, .. } if waited.as_secs() >= CONNECT_S => self.end(ProbeAnswer::Connected, waited),
            Follows::Link { request: Some((_, sent)), .. } if now.since(sent).as_secs() >= MOST_S => {
                self.end(ProbeAnswer::ReadTimeout, now.since(sent));
            }
            Follows::Dead { .. } | Follows::Link { .. } | Follows::Request { .. } => {}
        }
    }

    pub(crate) fn note(&mut self, event: &JournalEvent) {
        if self.answer.is_some() {
            return;
        }
        match self.follows {
            Follows::Request { number, .. } => self.note_request(event, number),
            Follows::Link { link, request } => self.note_link(event, link, request),
            Follows::Dead { .. } => self.settle(event.at),
        }
    }

    fn note_request(&mut self, event: &JournalEvent, followed: u64) {
        let Some((number, _)) = event.request.filter(|(number, _)| *number == followed) else { return };
        match (&event.what, &mut self.follows) {
            (EventKind::Departed { heading: Heading::Request, phase, .. }, Follows::Request { stage: at, .. }) => {
                *at = (*at).max(stage_of(*phase));
            }
            (EventKind::Ended { outcome, .. }, Follows::Request { stage, .. }) => {
                let reached = *stage;
                debug_assert_eq!(number, followed);
                self.end(ProbeAnswer::Site(*outcome, reached), event.at.since(self.at));
            }
            _ => {}
        }
    }

    fn note_link(&mut self, event: &JournalEvent, followed: LinkIx, request: Option<(u64, SimTime)>) {
        let Some((number, _)) = event.request else { return };
        match (&event.what, request) {
            (EventKind::Departed { link, heading: Heading::Request, phase, .. }, None)
                if *link == followed && phase.is_exchange() =>
            {
                self.follows = Follows::Link { link: followed, request: Some((number, event.at)) };
            }
            (EventKind::Departed { link, heading: Heading::Response, status, .. }, Some((known, sent)))
                if *link == followed && number == known =>
            {
                self.end(ProbeAnswer::Response(*status), event.at.since(sent));
            }
            _ => {}
        }
    }
}

/// What a new connection on a hop meets; `None` if it is opened.
fn connect(simulation: &Simulation, link: LinkIx) -> Option<ProbeAnswer> {
    let infra = simulation.infrastructure();
    let hop = infra.hop(link);
    for guard in &hop.guards {
        let works = guard.members().any(|firewall| simulation.station(firewall).health.is_up());
        match guard.verdict.action {
            RuleAction::Allow if works => {}
            RuleAction::Reset | RuleAction::Reject if works => return Some(ProbeAnswer::Refused),
            RuleAction::Allow | RuleAction::Drop | RuleAction::Reset | RuleAction::Reject => {
                return Some(ProbeAnswer::ConnectTimeout);
            }
        }
    }
    if simulation.is_up(&infra.hop_element(link)) == Some(false) {
        return Some(ProbeAnswer::ConnectTimeout);
    }
    match simulation.station(hop.to).health {
        Health::Up | Health::Hung => None,
        Health::Crashed => Some(ProbeAnswer::Refused),
        Health::PoweredOff => Some(ProbeAnswer::ConnectTimeout),
    }
}

fn stage_of(phase: Phase) -> ProbeStage {
    match stage(phase) {
        0 => ProbeStage::Lookup,
        1 => ProbeStage::Connect,
        2 => ProbeStage::Handshake,
        _ => ProbeStage::Exchange,
    }
}

/// The hops that can be probed from inside: those on which one component asks another one.
pub(crate) fn hops(infra: &Arc<Infrastructure>) -> Vec<(ComponentId, ComponentId)> {
    let asks = |protocol: Protocol| match protocol {
        Protocol::Http | Protocol::Sql | Protocol::Cache | Protocol::Metrics => true,
        Protocol::Dns | Protocol::Replication | Protocol::Vrrp => false,
    };
    let links = infra.links().filter(|(_, link)| asks(link.protocol)).map(|(link, _)| infra.ends(link));
    let inside = links.filter(|(from, _)| Some(*from) != infra.browser());
    inside.map(|(from, to)| (infra.component(from).id.clone(), infra.component(to).id.clone())).collect()
}
