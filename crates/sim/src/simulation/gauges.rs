//! Counting the responses that leave a watched component.

use crate::index::{RequestIx, StationIx};
use crate::packet::Phase;
use crate::request::Status;
use crate::simulation::Simulation;

impl Simulation {
    /// Counts a response that leaves a component that an agent watches. The response's status is already set.
    pub(super) fn count_response(&mut self, request: RequestIx, station: StationIx) {
        let record = &self.requests[request];
        // A balancer that passes TLS through reads neither handshakes nor statuses: it only sees connections end.
        let blind = self.plan.stations[station].passes_tls(record.kind);
        // The host responds for a process that has ended, and a firewall for a component that it protects; the
        // component sees neither response.
        if record.status == Status::Refused || !self.health(station).is_up() {
            return;
        }
        let gauge = self.monitoring.gauge(station);
        match record.phase {
            Phase::Exchange | Phase::PlainExchange => {
                gauge.answers += 1;
                gauge.errors += u64::from(if blind { record.status == Status::Reset } else { record.status.is_server_error() });
                gauge.latency.record(self.clock.now() - record.entered[usize::from(record.depth)]);
            }
            phase if phase.is_handshake() && !blind => gauge.failed_handshakes += u64::from(record.status != Status::Ok),
            _ => {}
        }
    }
}
