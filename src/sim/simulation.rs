//! The running simulation.

use std::sync::Arc;
use std::time::Duration;

use crate::model::firewall::Direction;
use crate::model::{Algorithm, ComponentIx, Element, Infrastructure, LinkIx, RequestKind};

use super::command::{Command, CommandError};
use super::journal::Observer;
use super::packet::Packet;
use super::time::SimTime;
use super::view::{AgentView, Experience, Health, StationView, Totals};

/// A running infrastructure.
#[derive(Clone, Debug)]
pub struct Simulation {
    infra: Arc<Infrastructure>,
    now: SimTime,
}

impl Simulation {
    /// Starts `infra` at time zero with everything up.
    pub fn new(infra: Arc<Infrastructure>, _seed: u64) -> Self {
        Self { infra, now: SimTime::ZERO }
    }

    /// The infrastructure as it is now.
    pub fn infrastructure(&self) -> &Arc<Infrastructure> {
        &self.infra
    }

    /// The present instant.
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// Runs to `until`.
    pub fn advance<O: Observer>(&mut self, until: SimTime, _observer: &mut O) {
        self.now = until;
    }

    /// Does a command now.
    pub fn apply<O: Observer>(&mut self, _command: &Command, _observer: &mut O) -> Result<(), CommandError> {
        Ok(())
    }

    /// All messages on their way.
    pub fn packets(&self) -> impl Iterator<Item = Packet> + '_ {
        std::iter::empty()
    }

    /// One component's station.
    pub fn station(&self, _component: ComponentIx) -> StationView {
        StationView {
            health: Health::Up,
            busy: 0,
            slots: 1,
            waiting: 0,
            queue_limit: None,
            utilisation: 0.0,
            rate: 0.0,
            served: 0,
            dropped: 0,
        }
    }

    /// Whether an element runs: a component that is up on a server that is on, a server that is on, a link that is whole.
    /// `None` if there is no such element.
    pub fn is_up(&self, element: &Element) -> Option<bool> {
        self.infra.contains(element).then_some(true)
    }

    /// What health checks say of the backend at the end of `link`; `None` if the link does not start at a balancer.
    pub fn backend_up(&self, _link: LinkIx) -> Option<bool> {
        None
    }

    /// How often each rule of a firewall decided, in order, with the default last.
    pub fn rule_hits(&self, _firewall: ComponentIx, _direction: Direction) -> Vec<u64> {
        Vec::new()
    }

    /// What the monitoring service knows of each agent, in authored order.
    pub fn agents(&self) -> Vec<AgentView<'_>> {
        Vec::new()
    }

    /// What users experienced over the last `window` (at most 60 s), of one kind or of all.
    pub fn experience(&self, _window: Duration, _kind: Option<RequestKind>) -> Experience {
        Experience::default()
    }

    /// Counts since the start.
    pub fn totals(&self) -> Totals {
        Totals::default()
    }

    /// Requests whose users still wait.
    pub fn in_flight(&self) -> u64 {
        0
    }

    /// The arrival rate, all kinds together, in requests per second.
    pub fn rate(&self) -> f64 {
        self.infra.traffic().rate.get()
    }

    /// How balancers choose; `None` without one.
    pub fn algorithm(&self) -> Option<Algorithm> {
        None
    }

    /// The newest request on its way, or the newest of all kinds if `kind` is `None`.
    pub fn newest_request(&self, _kind: Option<RequestKind>) -> Option<u64> {
        None
    }

    /// Whether the user of this request still waits.
    pub fn is_in_flight(&self, _number: u64) -> bool {
        false
    }
}
