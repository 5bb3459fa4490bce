//! The external probe: a client outside the site that sends requests as a user would, and reports each result to the
//! monitoring service.
//!
//! A probe takes the same steps as a user's request (DNS, connection, TLS handshake, firewalls) and has the same
//! timeout. It therefore detects what agents inside the site cannot: a name that does not resolve, an expired
//! certificate, an unreachable entry. Its requests queue and occupy slots like any other and count in the components'
//! own counters, but not in the totals of users' requests, and they fill no caches. The probe must not read stations:
//! it knows only the responses it receives.

use std::collections::VecDeque;

use hoplight_model::RequestKind;
use hoplight_model::monitoring::{KEPT_SAMPLES, ProbeSpec};

use crate::clock::Clock;
use crate::event::{Event, Kind};
use crate::outcome::Outcome;
use crate::request::Request;
use crate::time::{SECOND, SimTime};
use crate::view::{ProbeResult, ProbeView};

/// Marks the numbers and random streams of probes, so that they do not affect other draws.
const PROBE: u64 = 1 << 62;
/// Nanoseconds in a day.
const DAY: f64 = 86_400e9;

/// The probe's own number if request `number` is a probe, otherwise `None`.
pub fn probe_number(number: u64) -> Option<u64> {
    (number & PROBE != 0).then_some(number & !PROBE)
}

impl Request {
    /// Whether the external probe sent this request.
    pub(crate) fn is_probe(&self) -> bool {
        self.number & PROBE != 0
    }
}

/// The probe, and the results that the monitoring service has from it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Probe {
    interval: Option<u64>,
    kind: RequestKind,
    /// Sequence number of the pending event that sends the next probe; other events of its kind are stale.
    next: u64,
    sent: u64,
    /// Consecutive failures.
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

    /// Consecutive failures.
    pub(crate) const fn failures(&self) -> u32 {
        self.failures
    }

    /// Days until the certificate expires, as last seen.
    pub(crate) const fn days_left(&self) -> Option<f64> {
        self.days_left
    }

    /// Schedules the next probe for now, if the probe is on.
    pub(crate) fn start(&mut self, clock: &mut Clock) {
        self.next = if self.interval.is_some() { clock.schedule(clock.now(), Kind::Probe, 0) } else { 0 };
    }

    /// The probe of a rebuilt simulation, if the edit did not change its settings.
    pub(crate) fn carried(&self, pending: &[Event], clock: &mut Clock) -> Self {
        let next = pending.iter().find(|event| event.kind() == Kind::Probe && event.sequence() == self.next);
        let next = next.map_or(0, |event| clock.schedule(event.at(), Kind::Probe, 0));
        Self { next, ..self.clone() }
    }

    /// Turns the probe on or off, or changes its interval. Returns whether anything changed.
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

    /// Schedules the next probe after this one. Returns false if the event is stale.
    pub(crate) fn schedule_next(&mut self, sequence: u64, clock: &mut Clock) -> bool {
        let Some(interval) = self.interval.filter(|_| sequence == self.next) else { return false };
        self.next = clock.schedule(clock.now() + interval, Kind::Probe, 0);
        true
    }

    /// Counts a probe as sent. Returns its request's number and kind.
    pub(crate) fn send(&mut self) -> (u64, RequestKind) {
        self.sent += 1;
        (PROBE | self.sent, self.kind)
    }

    /// Records the outcome of a probe that took `took` nanoseconds. `valid_for` is the remaining validity of the
    /// certificate in nanoseconds, if the probe received one.
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

    /// Sequence number of the pending event that sends the next probe, or 0.
    pub(crate) const fn next(&self) -> u64 {
        self.next
    }

    /// Updates the sequence number after a renumbering.
    pub(crate) fn set_next(&mut self, next: u64) {
        self.next = next;
    }
}
