//! The external probe: a client outside that asks the site like a user, and tells the monitoring service how that went.
//!
//! It goes the users' way: name, connection, handshake, firewalls, and it waits as long as they do. So it sees what agents
//! inside cannot: a name that resolves to nothing, a certificate that has expired, an entry that cannot be reached. Each of
//! its requests takes its turn and its slot like any other and counts in the components' own counters; it is no request
//! in the users' totals, and no cache keeps what it learned. It must not look at stations: it knows its own answers.

use std::collections::VecDeque;

use hoplight_model::RequestKind;
use hoplight_model::monitoring::{KEPT_SAMPLES, ProbeSpec};

use crate::clock::Clock;
use crate::event::{Event, Kind};
use crate::outcome::Outcome;
use crate::request::Request;
use crate::time::{SECOND, SimTime};
use crate::view::{ProbeResult, ProbeView};

/// Marks the numbers and random streams of probes: they change no other draws.
const PROBE: u64 = 1 << 62;
/// Nanoseconds in a day.
const DAY: f64 = 86_400e9;

/// The number of a probe among probes, if a request of this number is one.
pub fn probe_number(number: u64) -> Option<u64> {
    (number & PROBE != 0).then_some(number & !PROBE)
}

impl Request {
    /// Whether the external probe sent it.
    pub(crate) fn is_probe(&self) -> bool {
        self.number & PROBE != 0
    }
}

/// The probe, and what the service knows from it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Probe {
    interval: Option<u64>,
    kind: RequestKind,
    /// The one event that sends the next probe; others of its kind are stale.
    next: u64,
    sent: u64,
    /// Failures in a row.
    failures: u32,
    /// Days until the certificate expires, as last seen.
    days_left: Option<f64>,
    results: VecDeque<ProbeResult>,
}

impl Probe {
    pub(crate) fn new(spec: Option<ProbeSpec>) -> Self {
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

    /// Failures in a row.
    pub(crate) const fn failures(&self) -> u32 {
        self.failures
    }

    /// Days until the certificate expires, as last seen.
    pub(crate) const fn days_left(&self) -> Option<f64> {
        self.days_left
    }

    /// Schedules the next probe at once, if the probe is on.
    pub(crate) fn start(&mut self, clock: &mut Clock) {
        self.next = if self.interval.is_some() { clock.schedule(clock.now(), Kind::Probe, 0) } else { 0 };
    }

    /// The probe of a rebuilt simulation, if the edit did not change its settings.
    pub(crate) fn carried(&self, pending: &[Event], clock: &mut Clock) -> Self {
        let next = pending.iter().find(|event| event.kind() == Kind::Probe && event.sequence() == self.next);
        let next = next.map_or(0, |event| clock.schedule(event.at(), Kind::Probe, 0));
        Self { next, ..self.clone() }
    }

    /// Switches the probe on or off. Returns whether that made a difference.
    pub(crate) fn set(&mut self, interval: Option<u64>, clock: &mut Clock) -> bool {
        if interval == self.interval {
            return false;
        }
        self.interval = interval;
        self.start(clock);
        if interval.is_none() {
            self.failures = 0;
            self.days_left = None;
        }
        true
    }

    /// Whether the probe is on.
    pub(crate) const fn is_on(&self) -> bool {
        self.interval.is_some()
    }

    /// Schedules the probe after the one that is due. Returns false if the event is stale.
    pub(crate) fn schedule_next(&mut self, sequence: u64, clock: &mut Clock) -> bool {
        let Some(interval) = self.interval.filter(|_| sequence == self.next) else { return false };
        self.next = clock.schedule(clock.now() + interval, Kind::Probe, 0);
        true
    }

    /// A probe is sent. Returns the number of its request, and its kind.
    pub(crate) fn send(&mut self) -> (u64, RequestKind) {
        self.sent += 1;
        (PROBE | self.sent, self.kind)
    }

    /// The service learns how a probe ended, `took` nanoseconds after it was sent, with a certificate that is valid for
    /// `valid_for` nanoseconds if it was shown one.
    pub(crate) fn report(&mut self, outcome: Outcome, took: u64, valid_for: Option<u64>, now: SimTime) {
        let days_left = valid_for.map(|nanos| nanos as f64 / DAY);
        self.failures = if outcome.is_ok() { 0 } else { self.failures.saturating_add(1) };
        self.days_left = days_left.or(self.days_left);
        if self.results.len() == KEPT_SAMPLES {
            self.results.pop_front();
        }
        self.results.push_back(ProbeResult { at: now, outcome, latency_ms: took as f64 / 1e6, days_left });
    }

    pub(crate) fn view(&self) -> ProbeView<'_> {
        ProbeView {
            interval_s: self.interval.map(|interval| interval as f64 / SECOND as f64),
            sent: self.sent,
            failures: self.failures,
            days_left: self.days_left,
            results: &self.results,
        }
    }

    /// The sequence number of the one event that sends the next probe, or 0.
    pub(crate) const fn next(&self) -> u64 {
        self.next
    }

    /// Gives that event its new number.
    pub(crate) fn set_next(&mut self, next: u64) {
        self.next = next;
    }
}
