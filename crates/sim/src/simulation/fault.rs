//! Connects faults to the other parts: injecting and clearing them, and their effects on processes and messages.

mod hang;
mod inject;
mod view;

use std::sync::Arc;

use crate::index::{RequestIx, StationIx};
use crate::journal::Observer;
use crate::plan::Plan;
use crate::request::Status;
use crate::simulation::Simulation;
use crate::view::Health;

impl Simulation {
    /// Whether a user's SYN finds the entry's backlog full.
    pub(super) fn drops_syn(&self, request: RequestIx) -> bool {
        self.faults.backlog.drops_syn(self.requests[request].key, self.clock.now())
    }

    /// Recompiles the plan, with the current certificates.
    pub(super) fn replan(&mut self) {
        let mut plan = Plan::new(&self.infra);
        plan.certify(&self.infra, self.faults.certificates());
        self.plan = Arc::new(plan);
        self.adopt_plan();
        self.sessions.adopt(&self.plan.sessions);
        self.log_in_users();
        self.faults.taps.refresh(&self.infra);
    }

    /// Crashes a process if it is running, or starts it if it can start.
    fn crash_or_start<O: Observer>(&mut self, station: StationIx, crash: bool, observer: &mut O) {
        match (crash, self.health(station)) {
            (true, Health::Up | Health::Hung) => {
                self.stations[station].set_crashed(true);
                self.refresh_health();
                self.stop(station, Status::Reset, observer);
            }
            (true, _) => self.stations[station].set_crashed(true),
            (false, Health::Crashed) if !self.faults.is_misconfigured(station) => self.start(station),
            (false, _) => {}
        }
    }

    /// Starts a stopped process.
    pub(super) fn start(&mut self, station: StationIx) {
        self.stations[station].set_crashed(false);
        let (databases, network, clock) = self.databases_mut();
        databases.start(station, network, clock);
        self.address.balancer_changed(station, true, &self.plan, &mut self.clock);
        self.refresh_health();
    }
}
