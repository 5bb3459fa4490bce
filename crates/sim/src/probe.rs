//! The external probe: a client outside that asks the site like a user, and tells the monitoring service how that went.
//!
//! It goes the users' way: name, connection, handshake, firewalls, and it waits as long as they do. So it sees what agents
//! inside cannot: a name that resolves to nothing, a certificate that has expired, an entry that cannot be reached. Each of
//! its requests takes its turn and its slot like any other and counts in the components' own counters; it is no request
//! in the users' totals, and no cache keeps what it learned. It must not look at stations: it knows its own answers.

use std::collections::VecDeque;

use hoplight_model::RequestKind;
use hoplight_model::monitoring::ProbeSpec;

use crate::request::Request;
use crate::view::ProbeResult;

/// Marks the numbers and random streams of probes: they change no other draws.
pub(crate) const PROBE: u64 = 1 << 62;
/// Nanoseconds in a day.
pub(crate) const DAY: f64 = 86_400e9;

/// The number of a probe among probes, if a request of this number is one.
pub fn probe_number(number: u64) -> Option<u64> {
    (number & PROBE != 0).then_some(number & !PROBE)
}

impl Request {
    /// Whether the external probe sent it.
    pub(super) fn is_probe(&self) -> bool {
        self.number & PROBE != 0
    }
}

/// The probe, and what the service knows from it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Probe {
    pub(crate) interval: Option<u64>,
    pub(crate) kind: RequestKind,
    /// The one event that sends the next probe; others of its kind are stale.
    pub(super) next: u64,
    pub(crate) sent: u64,
    /// Failures in a row.
    pub(super) failures: u32,
    /// Days until the certificate expires, as last seen.
    pub(super) days_left: Option<f64>,
    pub(crate) results: VecDeque<ProbeResult>,
}

impl Probe {
    pub(super) fn new(spec: Option<ProbeSpec>) -> Self {
        Self {
            interval: spec.map(|spec| spec.interval_s.nanos()),
            kind: spec.unwrap_or_default().kind,
            next: 0,
            sent: 0,
            failures: 0,
            days_left: None,
            results: VecDeque::new(),
        }
    }
}
