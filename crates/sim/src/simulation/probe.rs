//! The external probe: sending its requests, and reporting how they end.

use crate::event::Kind;
use crate::index::RequestIx;
use crate::journal::{EventKind, Observer};
use crate::outcome::{Failure, Outcome};
use crate::packet::Phase;
use crate::probe::{DAY, PROBE};
use crate::request::Request;
use crate::simulation::Simulation;
use crate::time::SECOND;
use crate::view::{ProbeResult, ProbeView};
use hoplight_model::TlsMode;
use hoplight_model::monitoring::KEPT_SAMPLES;
use hoplight_model::quantity::Seconds;

impl Simulation {
    /// Sends the first probe at once, if the probe is on.
    pub(super) fn schedule_probe(&mut self) {
        self.monitoring.probe.next =
            if self.monitoring.probe.interval.is_some() { self.clock.schedule(self.clock.now(), Kind::Probe, 0) } else { 0 };
    }

    /// Switches the probe on or off. Returns whether that made a difference.
    pub(super) fn set_probe<O: Observer>(&mut self, every: Option<Seconds>, observer: &mut O) -> bool {
        let interval = every.map(Seconds::nanos);
        if interval == self.monitoring.probe.interval {
            return false;
        }
        self.monitoring.probe.interval = interval;
        self.schedule_probe();
        if interval.is_none() {
            self.monitoring.probe.failures = 0;
            self.monitoring.probe.days_left = None;
            self.evaluate_probe(observer);
        }
        true
    }

    /// Time to ask.
    pub(super) fn probe_due<O: Observer>(&mut self, sequence: u64, observer: &mut O) {
        let Some(interval) = self.monitoring.probe.interval.filter(|_| sequence == self.monitoring.probe.next) else { return };
        self.monitoring.probe.next = self.clock.schedule(self.clock.now() + interval, Kind::Probe, 0);
        if self.requests.is_full() {
            self.record_probe(Err(Failure::Refused), 0, None, observer);
            return;
        }
        self.monitoring.probe.sent += 1;
        let (number, kind) = (PROBE | self.monitoring.probe.sent, self.monitoring.probe.kind);
        let phase = if self.plan.lookup.is_some() { Phase::Lookup } else { Phase::Connect };
        let request =
            self.requests.insert(Request::new(number, number, self.clock.draws_of(number), self.clock.now(), kind, phase));
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
        let (tag, took) = (record.tag(), self.clock.now() - record.born);
        let phase = record.carries.unwrap_or(record.phase);
        let shown = self.plan.tls != TlsMode::None && (phase == Phase::Exchange || outcome == Err(Failure::Certificate));
        let days_left = self
            .plan
            .certificate_until
            .filter(|_| shown)
            .map(|until| until.saturating_sub(self.clock.now().nanos()) as f64 / DAY);
        self.note(observer, Some(tag), EventKind::Probed { outcome, latency_ms: took as f64 / 1e6 });
        self.record_probe(outcome, took, days_left, observer);
        true
    }

    /// The probe reports, if a monitoring service runs.
    fn record_probe<O: Observer>(&mut self, outcome: Outcome, took: u64, days_left: Option<f64>, observer: &mut O) {
        if self.monitoring.probe.interval.is_none() || !self.is_monitored() {
            return;
        }
        let result = ProbeResult { at: self.clock.now(), outcome, latency_ms: took as f64 / 1e6, days_left };
        let probe = &mut self.monitoring.probe;
        probe.failures = if outcome.is_ok() { 0 } else { probe.failures.saturating_add(1) };
        probe.days_left = days_left.or(probe.days_left);
        if probe.results.len() == KEPT_SAMPLES {
            probe.results.pop_front();
        }
        probe.results.push_back(result);
        self.evaluate_probe(observer);
    }

    /// What the monitoring service knows from the external probe.
    pub fn probe(&self) -> ProbeView<'_> {
        ProbeView {
            interval_s: self.monitoring.probe.interval.map(|interval| interval as f64 / SECOND as f64),
            sent: self.monitoring.probe.sent,
            failures: self.monitoring.probe.failures,
            days_left: self.monitoring.probe.days_left,
            results: &self.monitoring.probe.results,
        }
    }
}
