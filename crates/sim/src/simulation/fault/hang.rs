//! A process that hangs: what happens when it stops responding, while it hangs, and when it resumes.
//!
//! What it works on stays where it is; what comes waits in its line or, where that is full, unanswered; answers to what it
//! asked wait unread; its clocks run out when it goes on.

use crate::event::Kind;
use crate::index::{Ix, RequestIx, StationIx};
use crate::journal::Observer;
use crate::plan::Role;
use crate::request::{Lost, State};
use crate::simulation::Simulation;
use crate::time::SECOND;
use crate::view::Health;

/// How often a timer at a process that hangs is tried again: 100 ms.
const LOOK: u64 = SECOND / 10;

impl Simulation {
    /// Makes a process hang.
    pub(in crate::simulation) fn hang(&mut self, station: StationIx) {
        if self.health(station) != Health::Up {
            return;
        }
        self.faults.stations[station].hung = Some(self.clock.now());
        self.refresh_health();
        self.requests.for_each_slot(|record| {
            if record.state == State::InService && record.station == station {
                record.pending = 0;
            }
        });
        self.database_hangs(station);
        if matches!(self.plan.stations[station].role, Role::Balancer(_)) {
            self.address.stop(station, &self.plan);
        }
    }

    /// Resumes a process that hangs.
    pub(in crate::simulation) fn resume<O: Observer>(&mut self, station: StationIx, observer: &mut O) {
        let Some(since) = self.faults.stations[station].hung.take() else { return };
        self.refresh_health();
        if self.health(station) != Health::Up {
            return;
        }
        for request in self.requests.indices() {
            let Some(record) = self.requests.get(request) else { continue };
            if record.state == State::InService && record.station == station {
                let left = record.arrives.nanos().saturating_sub(since.nanos());
                self.schedule_for(request, self.clock.now() + left, Kind::Service);
            }
        }
        self.fill_slots(station);
        for request in self.requests.indices() {
            let Some(record) = self.requests.get(request) else { continue };
            if record.state == State::Lost(Lost::Unread) && self.plan.hops[record.link()].from == station {
                self.requests[request].state = State::OnWire;
                self.deliver_response(request, observer);
            }
        }
        let state = &mut self.stations[station];
        if let Some(oldest) = state.deadlines.front().copied().filter(|_| !state.timer_armed) {
            state.timer_armed = true;
            self.clock.schedule(oldest.at.max(self.clock.now()), Kind::Deadline, station.raw());
        }
        self.database_resumes(station);
        self.address.restart(station, &self.plan, &mut self.clock);
    }

    /// Whether a process hangs.
    pub(in crate::simulation) fn is_hung(&self, station: StationIx) -> bool {
        self.health(station) == Health::Hung
    }

    /// A timer of a request is due at a process that hangs: it counts when the process goes on.
    pub(in crate::simulation) fn postpone_retry(&mut self, request: RequestIx) {
        self.schedule_for(request, self.clock.now() + LOOK, Kind::Retry);
    }
}
