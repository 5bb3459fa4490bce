//! Hung processes: how a hang begins and ends, and what happens in the meantime.
//!
//! Requests in service are suspended. New requests wait in the queue; if it is full, their SYNs are dropped and resent, or
//! the kernel accepts them for a database that will refuse them with error 1040 when it resumes. Responses from upstreams stay
//! unread. Timers that expire take effect when the process resumes.

use crate::event::Kind;
use crate::index::{Ix, RequestIx, StationIx};
use crate::journal::Observer;
use crate::packet::Heading;
use crate::request::{Lost, State, Status};
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
        self.cores.suspend(self.plan.stations[station].server, station, &mut self.clock);
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
                if self.cores.resume(self.plan.stations[station].server, request, &mut self.clock) {
                    continue;
                }
                let left = record.arrives.nanos().saturating_sub(since.nanos());
                self.schedule_for(request, self.clock.now() + left, Kind::Service);
            }
        }
        self.drop_aborted(station, observer);
        self.fill_slots(station);
        self.accept_waiting(station);
        for request in self.requests.indices() {
            let Some(record) = self.requests.get(request) else { continue };
            if record.state == State::Lost(Lost::Unanswered) && self.plan.hops[record.link()].to == station {
                self.enter(request, station, observer);
            } else if record.state == State::Lost(Lost::Unread) && self.plan.hops[record.link()].from == station {
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

    /// Drops the queued requests of a web server whose clients have closed the connection while it was hung. It would
    /// forward the others at once.
    fn drop_aborted<O: Observer>(&mut self, station: StationIx, observer: &mut O) {
        let queued: Vec<RequestIx> = self.stations[station].queue().collect();
        for request in queued {
            let record = &self.requests[request];
            let notices = self.plan.stations[station].forwarding(record.kind).is_some_and(|forwarding| forwarding.notices_aborts);
            if notices && record.heading == Heading::Request && record.floor == record.depth - 1 && !record.is_check() {
                let waited = self.clock.now() - record.departed;
                self.stations[station].leave_queue(request, waited);
                self.respond(request, Status::Reset, observer);
            }
        }
    }

    /// Whether a process is hung.
    pub(in crate::simulation) fn is_hung(&self, station: StationIx) -> bool {
        self.health(station) == Health::Hung
    }

    /// Reschedules a request's timer that expired while its process was hung.
    pub(in crate::simulation) fn postpone_retry(&mut self, request: RequestIx) {
        let since = self.requests[request].departed;
        self.schedule_for(request, self.clock.now() + POLL, Kind::Retry);
        if self.requests[request].state == State::Lost(Lost::Syn) {
            self.requests[request].departed = since;
        }
    }
}
