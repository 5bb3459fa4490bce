//! What a component counts of its own work while it runs, for agents to read: requests, answers, errors, latency.
//!
//! Latency is the time from a request's arrival at the component until its response leaves, queue and downstream
//! included. Counters live in the component's process: a restart begins at zero. Only components that an agent watches count.

use crate::histogram::Histogram;

/// The counters of one component.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Gauge {
    /// How often the process was started again: two readings show whether a restart lies between them.
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
