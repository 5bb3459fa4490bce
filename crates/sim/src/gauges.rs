//! What a component counts of its own work while it runs, for agents to read: requests, answers, errors, latency.
//!
//! Latency is the time from a request's arrival at the component until its answer leaves, waiting line and downstream
//! included. Counters live in the component's process: a restart begins at zero. Only components that an agent watches
//! count. Must not know who reads.

use hoplight_model::TlsMode;

use super::histogram::Histogram;
use super::packet::Phase;
use super::plan::Role;
use super::request::Status;
use super::simulation::Simulation;
use crate::index::{RequestIx, StationIx};

/// The counters of one component.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Gauge {
    /// How often the process was started again: whoever compares two readings sees that a restart lies between them.
    pub(super) starts: u32,
    /// Answers that left, the bad ones among them.
    pub(super) answers: u64,
    /// Answers that say that something failed.
    pub(super) errors: u64,
    /// TLS handshakes that failed.
    pub(super) failed_handshakes: u64,
    /// How long each answer took.
    pub(super) latency: Histogram,
}

impl Gauge {
    /// The process has ended; the next one counts from zero.
    pub(super) fn restart(&mut self) {
        *self = Self { starts: self.starts + 1, ..Self::default() };
    }

    pub(super) fn footprint(&self) -> usize {
        size_of::<Self>() + self.latency.footprint()
    }
}

impl Simulation {
    /// An answer leaves the level of a request, where an agent watches; its status is known.
    pub(super) fn count_answer(&mut self, request: RequestIx, station: StationIx) {
        let record = &self.requests[request];
        // Where TLS passes through, a balancer reads neither handshakes nor statuses: it sees connections end.
        let blind = self.plan.tls == TlsMode::Passthrough && matches!(self.plan.stations[station].role, Role::Balancer(_));
        // The host answers for a process that has ended, and a firewall for one that it protects: the component knows of
        // neither.
        if record.status == Status::Refused || !self.health(station).is_up() {
            return;
        }
        let gauge = &mut self.gauges[station];
        match record.phase {
            Phase::Exchange => {
                gauge.answers += 1;
                gauge.errors += u64::from(if blind { record.status == Status::Reset } else { record.status != Status::Ok });
                gauge.latency.record(self.now - record.entered[usize::from(record.depth)]);
            }
            phase if phase.is_handshake() && !blind => gauge.failed_handshakes += u64::from(record.status != Status::Ok),
            _ => {}
        }
    }
}
