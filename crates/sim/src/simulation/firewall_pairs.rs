//! Firewall pairs: takeovers, and their effect on connections.

use hoplight_model::hop::Guard;
use hoplight_model::{ComponentIx, LinkIx};

use crate::index::{RequestIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::outcome::Failure;
use crate::packet::Phase;
use crate::request::{NO_FLOOR, State, Status};
use crate::simulation::Simulation;
use crate::timers::TimerEvent;

impl Simulation {
    /// The firewall that messages at a guard pass now; `None` while the guard lets nothing through.
    pub(super) fn acting(&self, guard: &Guard) -> Option<StationIx> {
        if guard.standby.is_some() {
            return self.firewall_pairs.active(guard.firewall);
        }
        Some(guard.firewall).filter(|station| self.health(*station).is_up())
    }

    /// Updates all pairs after processes have ended or started.
    pub(super) fn refresh_firewall_pairs(&mut self) {
        for pair in 0..self.plan.firewall_pairs.len() {
            let plan = self.plan.firewall_pairs[pair];
            let stations = &self.stations;
            let timer = self.firewall_pairs.refresh(pair, &plan, |station| stations[station].health().is_up());
            if let Some(timer) = timer {
                self.set_timer(self.clock.now() + plan.takeover, TimerEvent::FirewallTakeover { pair, timer });
            }
        }
    }

    /// Handles the end of a firewall's wait for advertisements.
    pub(super) fn firewall_takes_over<O: Observer>(&mut self, pair: usize, timer: u64, observer: &mut O) {
        let Some(firewall) = self.firewall_pairs.take_over(pair, timer) else { return };
        let plan = self.plan.firewall_pairs[pair];
        self.note(observer, None, EventKind::FirewallTakeover { firewall, keeps_connections: plan.state_sync });
        if !plan.state_sync {
            self.reset_connections_through(plan.first, observer);
        }
    }

    /// Whether the connections of a link pass a pair.
    fn crosses(&self, link: LinkIx, first: StationIx) -> bool {
        self.plan.hops[link].guards.iter().any(|guard| guard.firewall == first)
    }

    /// Resets the established connections that pass a pair. The clients with a request on such a connection see the
    /// reset; the servers finish work whose result nobody receives.
    fn reset_connections_through<O: Observer>(&mut self, first: StationIx, observer: &mut O) {
        let plan = std::sync::Arc::clone(&self.plan);
        self.close_connections(|hop| hop.guards.iter().any(|guard| guard.firewall == first));
        // The clients' next attempts open new connections, so all records are found first.
        let mut found = Vec::new();
        for request in self.requests.indices() {
            let Some(record) = self.requests.get(request).copied() else { continue };
            if record.state == State::Zombie {
                continue;
            }
            let levels = if record.floor == NO_FLOOR { 0 } else { record.floor + 1 }..record.depth;
            let Some(level) = levels.into_iter().find(|level| self.crosses(record.path[usize::from(*level)], first)) else {
                continue;
            };
            // A connection that is still being opened is not established: its SYN is sent again.
            let is_last = level + 1 == record.depth;
            if is_last && matches!(record.phase, Phase::Connect | Phase::PlainConnect | Phase::Lookup) {
                continue;
            }
            let client = plan.hops[record.path[usize::from(level)]].from;
            if !self.is_hung(client) {
                found.push((request, self.requests.generation(request), client, level));
            }
        }
        for (request, generation, client, level) in found {
            let is_same = self.requests.generation(request) == generation
                && self.requests.get(request).is_some_and(|record| record.state != State::Zombie && record.depth > level);
            if is_same {
                self.reset_at(request, client, level, observer);
            }
        }
    }

    /// Ends the wait of the client at `level`, whose connection is reset.
    fn reset_at<O: Observer>(&mut self, request: RequestIx, client: StationIx, level: u8, observer: &mut O) {
        if level == 0 {
            return self.leave(request, Failure::Reset, observer);
        }
        let request = self.abandon(request, level);
        self.requests[request].status = Status::Reset;
        self.on_response(request, client, observer);
    }

    /// Whether a firewall is the active one of its pair; `None` for other components.
    pub fn is_active_firewall(&self, firewall: ComponentIx) -> Option<bool> {
        let pair = self.plan.firewall_pairs.iter().find(|pair| [pair.first, pair.standby].contains(&firewall))?;
        Some(self.firewall_pairs.active(pair.first) == Some(firewall))
    }
}
