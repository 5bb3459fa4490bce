//! The external probe: sending its requests, and reporting how they end.

use hoplight_model::TlsMode;
use hoplight_model::quantity::Seconds;

use crate::index::RequestIx;
use crate::journal::{EventKind, Observer};
use crate::outcome::{Failure, Outcome};
use crate::packet::Phase;
use crate::request::Request;
use crate::simulation::Simulation;
use crate::view::ProbeView;

impl Simulation {
    /// Turns the probe on or off, or changes its interval. Returns whether anything changed.
    pub(super) fn set_probe<O: Observer>(&mut self, every: Option<Seconds>, observer: &mut O) -> bool {
        let changed = self.monitoring.probe.set(every.map(Seconds::nanos), &mut self.clock);
        if changed && every.is_none() {
            self.monitoring.evaluate_probe(&self.plan, self.clock.now(), observer);
        }
        changed
    }

    /// Sends a probe.
    pub(super) fn probe_due<O: Observer>(&mut self, sequence: u64, observer: &mut O) {
        if !self.monitoring.probe.schedule_next(sequence, &mut self.clock) {
            return;
        }
        // The service runs the probe, so it stops with the service.
        if !self.plan.alerts.services.is_empty() && !self.is_monitored() {
            return;
        }
        if let Some(failure) = self.cannot_begin() {
            self.record_probe(Err(failure), 0, None, observer);
            return;
        }
        let (number, kind) = self.monitoring.probe.send();
        let phase = if self.plan.lookup.is_some() { Phase::Lookup } else { Phase::Connect };
        let request =
            self.requests.insert(Request::new(number, number, self.clock.draws_of(number), self.clock.now(), kind, phase));
        self.note(observer, Some((number, kind)), EventKind::Probes);
        self.arm_deadline(request, self.plan.browser, 0, self.plan.patience);
        self.browser_sends(request, observer);
    }

    /// Handles the end of a probe's request.
    pub(super) fn probe_ended<O: Observer>(&mut self, request: RequestIx, outcome: Outcome, observer: &mut O) {
        let record = &self.requests[request];
        let (tag, took) = (record.tag(), self.clock.now() - record.born);
        let phase = record.carries.unwrap_or(record.phase);
        let shown = self.plan.tls != TlsMode::None && (phase == Phase::Exchange || outcome == Err(Failure::Certificate));
        let until = self.plan.certificate_until.filter(|_| shown);
        let valid_for = until.map(|until| until.saturating_sub(self.clock.now().nanos()));
        self.note(observer, Some(tag), EventKind::Probed { outcome, latency_ms: took as f64 / 1e6 });
        self.record_probe(outcome, took, valid_for, observer);
    }

    /// Reports the result of a probe to the monitoring service, if one is running.
    fn record_probe<O: Observer>(&mut self, outcome: Outcome, took: u64, valid_for: Option<u64>, observer: &mut O) {
        if self.monitoring.probe.is_on() && self.is_monitored() {
            self.monitoring.probe.report(outcome, took, valid_for, self.clock.now());
            self.monitoring.evaluate_probe(&self.plan, self.clock.now(), observer);
        }
    }

    /// The external probe's results, as received by the monitoring service.
    pub fn probe(&self) -> ProbeView<'_> {
        self.monitoring.probe.view()
    }
}
