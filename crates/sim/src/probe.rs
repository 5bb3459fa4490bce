//! The external probe: a client outside that asks the site like a user, and tells the monitoring service how that went.
//!
//! It goes the users' way: name, connection, handshake, firewalls, and it waits as long as they do. So it sees what agents
//! inside cannot: a name that resolves to nothing, a certificate that has expired, an entry that cannot be reached. Each of
//! its requests takes its turn and its slot like any other and counts in the components' own counters; it is nobody's
//! request in the users' totals, and no cache keeps what it learned. It must not look at stations: it knows its own
//! answers.

use std::collections::VecDeque;

use hoplight_model::monitoring::{KEPT_SAMPLES, ProbeSpec};
use hoplight_model::quantity::Seconds;
use hoplight_model::{RequestKind, TlsMode};

use super::event::Kind;
use super::journal::{EventKind, Observer};
use super::outcome::{Failure, Outcome};
use super::packet::Phase;
use super::request::Request;
use super::simulation::Simulation;
use super::time::SECOND;
use super::view::{ProbeResult, ProbeView};
use crate::index::RequestIx;

/// Marks the numbers and random streams of probes: they change nobody else's draws.
const PROBE: u64 = 1 << 62;
/// Nanoseconds in a day.
const DAY: f64 = 86_400e9;

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
    interval: Option<u64>,
    kind: RequestKind,
    /// The one event that sends the next probe; others of its kind are stale.
    pub(super) next: u64,
    sent: u64,
    /// Failures in a row.
    pub(super) failures: u32,
    /// Days until the certificate expires, as last seen.
    pub(super) days_left: Option<f64>,
    results: VecDeque<ProbeResult>,
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

impl Simulation {
    /// Sends the first probe at once, if the probe is on.
    pub(super) fn schedule_probe(&mut self) {
        self.probe.next = if self.probe.interval.is_some() { self.schedule(self.now, Kind::Probe, 0) } else { 0 };
    }

    /// Switches the probe on or off. Returns whether that made a difference.
    pub(super) fn set_probe<O: Observer>(&mut self, every: Option<Seconds>, observer: &mut O) -> bool {
        let interval = every.map(Seconds::nanos);
        if interval == self.probe.interval {
            return false;
        }
        self.probe.interval = interval;
        self.schedule_probe();
        if interval.is_none() {
            self.probe.failures = 0;
            self.probe.days_left = None;
            self.judge_probe(observer);
        }
        true
    }

    /// Time to ask.
    pub(super) fn probe_due<O: Observer>(&mut self, sequence: u64, observer: &mut O) {
        let Some(interval) = self.probe.interval.filter(|_| sequence == self.probe.next) else { return };
        self.probe.next = self.schedule(self.now + interval, Kind::Probe, 0);
        if self.requests.is_full() {
            self.probe_knows(Err(Failure::Refused), 0, None, observer);
            return;
        }
        self.probe.sent += 1;
        let (number, kind) = (PROBE | self.probe.sent, self.probe.kind);
        let phase = if self.plan.lookup.is_some() { Phase::Lookup } else { Phase::Connect };
        let request = self.requests.insert(Request::new(number, number, self.draws_of(number), self.now, kind, phase));
        self.note(observer, Some((number, kind)), EventKind::Probes);
        self.arm_deadline(request, self.plan.browser, 0, self.plan.patience);
        self.browser_sends(request, observer);
    }

    /// A request has ended. Returns whether it was the probe's; then no user is told.
    #[inline]
    pub(super) fn probe_ended<O: Observer>(&mut self, request: RequestIx, outcome: Outcome, observer: &mut O) -> bool {
        let record = &self.requests[request];
        if !record.is_probe() {
            return false;
        }
        let (tag, took) = (record.tag(), self.now - record.born);
        let phase = record.carries.unwrap_or(record.phase);
        let shown = self.plan.tls != TlsMode::None && (phase == Phase::Exchange || outcome == Err(Failure::Certificate));
        let days_left =
            self.plan.certificate_until.filter(|_| shown).map(|until| until.saturating_sub(self.now.nanos()) as f64 / DAY);
        self.note(observer, Some(tag), EventKind::Probed { outcome, latency_ms: took as f64 / 1e6 });
        self.probe_knows(outcome, took, days_left, observer);
        true
    }

    /// The probe reports, if there is somebody to report to.
    fn probe_knows<O: Observer>(&mut self, outcome: Outcome, took: u64, days_left: Option<f64>, observer: &mut O) {
        if self.probe.interval.is_none() || !self.is_monitored() {
            return;
        }
        let result = ProbeResult { at: self.now, outcome, latency_ms: took as f64 / 1e6, days_left };
        let probe = &mut self.probe;
        probe.failures = if outcome.is_ok() { 0 } else { probe.failures.saturating_add(1) };
        probe.days_left = days_left.or(probe.days_left);
        if probe.results.len() == KEPT_SAMPLES {
            probe.results.pop_front();
        }
        probe.results.push_back(result);
        self.judge_probe(observer);
    }

    /// What the monitoring service knows from the external probe.
    pub fn probe(&self) -> ProbeView<'_> {
        ProbeView {
            interval_s: self.probe.interval.map(|interval| interval as f64 / SECOND as f64),
            sent: self.probe.sent,
            failures: self.probe.failures,
            days_left: self.probe.days_left,
            results: &self.probe.results,
        }
    }
}
