//! A component's performance counters, which agents read: requests, responses, errors, latency.
//!
//! Latency is the time from a request's arrival at the component until its response leaves, including time in the queue
//! and downstream. Counters live in the component's process, so a restart resets them. Only components that an agent
//! watches have counters.

use crate::histogram::Histogram;

/// The counters of one component.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Gauge {
    /// Number of restarts: if it differs between two readings, the process restarted in between.
    pub(super) starts: u32,
    /// Responses sent, including error responses.
    pub(super) answers: u64,
    /// Error responses sent.
    pub(super) errors: u64,
    /// Failed TLS handshakes.
    pub(super) failed_handshakes: u64,
    /// Latency of each response.
    pub(super) latency: Histogram,
}

impl Gauge {
    /// Resets the counters, because the process has ended.
    pub(super) fn restart(&mut self) {
        *self = Self { starts: self.starts + 1, ..Self::default() };
    }

    pub(super) fn footprint(&self) -> usize {
        size_of::<Self>() + self.latency.footprint()
    }
}
