//! Hung processes: how a hang begins and ends, and what happens in the meantime.
//!
//! Requests in service are suspended. New requests wait in the queue; if it is full, they wait for a response that never
//! comes. Responses from upstreams stay unread. Timers that expire take effect when the process resumes.

use crate::event::Kind;
use crate::index::{Ix, RequestIx, StationIx};
use crate::journal::Observer;
use crate::request::{Lost, State};
use crate::simulation::Simulation;
use crate::time::SECOND;
use crate::view::Health;

/// Retry interval for a timer that expires while its process is hung: 100 ms.
const POLL: u64 = SECOND / 10;

impl Simulation {
    /// Makes a process hang.
    pub(super) fn hang(&mut self, station: StationIx) {
        if self.health(station) != Health::Up {
            return;
        }
        self.faults.hang(station, self.clock.now());
        self.refresh_health();
        self.requests.for_each_slot(|record| {
            if record.state == State::InService && record.station == station {
                record.pending = 0;
            }
        });
        let (databases, network, clock) = self.databases_mut();
        databases.hang(station, network, clock.now());
    }

    /// Resumes a hung process.
    pub(super) fn resume<O: Observer>(&mut self, station: StationIx, observer: &mut O) {
        let Some(since) = self.faults.end_hang(station) else { return };
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
        if let Some(at) = self.stations[station].rearm_timer() {
            self.clock.schedule(at.max(self.clock.now()), Kind::Deadline, station.raw());
        }
        let (databases, network, clock) = self.databases_mut();
        databases.resume(station, network, clock);
    }

    /// Whether a process is hung.
    pub(in crate::simulation) fn is_hung(&self, station: StationIx) -> bool {
        self.health(station) == Health::Hung
    }

    /// Reschedules a request's timer that expired while its process was hung.
    pub(in crate::simulation) fn postpone_retry(&mut self, request: RequestIx) {
        self.schedule_for(request, self.clock.now() + POLL, Kind::Retry);
    }
}
