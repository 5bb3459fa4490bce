//! Alert state: pending, firing and resolved, and the conditions on samples.
//!
//! Rules on samples are evaluated once, when a sample arrives; rules on missing samples, once a second; rules on the
//! site as seen by the external probe, when the probe reports. The cost does not depend on the number of requests. A
//! threshold on a component whose agent is silent never fires: only an absence rule notices the silence.

use std::collections::VecDeque;

use hoplight_model::monitoring::{AlertCondition, Metric};

use crate::index::{AlertIx, IndexVec};
use crate::monitoring::Series;
use crate::time::{SECOND, SimTime};
use crate::view::AlertState;

/// Maximum number of log entries.
const KEPT_ENTRIES: usize = 500;

/// How long a firing change rule compares with the level before the change, like a rule that compares with an hour ago.
const REFERENCE: u64 = 3_600 * SECOND;

/// The state of one alert.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Standing {
    state: AlertState,
    since: SimTime,
    /// When the first of the consecutive samples that meet the condition was taken.
    holds_since: SimTime,
    /// For a firing change rule: the level before the change, and when the alert fired.
    reference: Option<(f64, SimTime)>,
}

/// A log entry: an alert that fired or was resolved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) at: SimTime,
    pub(super) alert: AlertIx,
    pub(super) state: AlertState,
}

/// The state of all alerts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Alerts {
    standings: IndexVec<AlertIx, Standing>,
    log: VecDeque<Entry>,
    /// Start of the current uninterrupted run of a monitoring service, to the second.
    listening_since: SimTime,
}

impl Alerts {
    pub(super) fn new(alerts: usize) -> Self {
        let standings = IndexVec::of(Standing::default(), alerts);
        Self { standings, log: VecDeque::new(), listening_since: SimTime::ZERO }
    }

    /// Start of the current uninterrupted run of a monitoring service, to the second.
    pub(super) const fn listening_since(&self) -> SimTime {
        self.listening_since
    }

    /// Records that no monitoring service is running now.
    pub(super) fn stop_listening(&mut self, now: SimTime) {
        self.listening_since = now;
    }

    /// The level before the change that a firing change rule has reported, kept for an hour. Without it, the alert
    /// would be resolved as soon as the change leaves the rule's window, whatever the level is then.
    pub(super) fn reference(&self, alert: AlertIx, now: SimTime) -> Option<f64> {
        let (level, since) = self.standings[alert].reference?;
        (now - since < REFERENCE).then_some(level)
    }

    /// Sets the level before the change, when the alert of a change rule fires.
    pub(super) fn set_reference(&mut self, alert: AlertIx, level: f64, now: SimTime) {
        self.standings[alert].reference = Some((level, now));
    }

    /// Updates an alert's state. `holds` says whether its condition is met at `moment`; the alert fires once the
    /// condition has been met for `patience` nanoseconds. Returns the new state if the alert fired or was resolved.
    pub(super) fn transition(
        &mut self,
        alert: AlertIx,
        holds: bool,
        moment: SimTime,
        patience: u64,
        now: SimTime,
    ) -> Option<AlertState> {
        let standing = &mut self.standings[alert];
        if holds && !matches!(standing.state, AlertState::Pending | AlertState::Firing) {
            standing.holds_since = moment;
        }
        let state = match (standing.state, holds) {
            (AlertState::Firing, true) => AlertState::Firing,
            (_, true) if moment - standing.holds_since.min(moment) >= patience => AlertState::Firing,
            (_, true) => AlertState::Pending,
            (AlertState::Firing | AlertState::Resolved, false) => AlertState::Resolved,
            (AlertState::Ok | AlertState::Pending, false) => AlertState::Ok,
        };
        if state == standing.state {
            return None;
        }
        (standing.state, standing.since, standing.reference) = (state, now, None);
        if !matches!(state, AlertState::Firing | AlertState::Resolved) {
            return None;
        }
        if self.log.len() == KEPT_ENTRIES {
            self.log.pop_front();
        }
        self.log.push_back(Entry { at: now, alert, state });
        Some(state)
    }

    /// Carries over the state and log of alerts across a rebuild; `pairs` maps each new alert to the old one.
    pub(super) fn carry(&mut self, old: &Self, pairs: &[(AlertIx, AlertIx)]) {
        for (alert, known) in pairs {
            self.standings[*alert] = old.standings[*known];
        }
        let renamed = |entry: &Entry| {
            let alert = pairs.iter().find(|(_, known)| *known == entry.alert)?.0;
            Some(Entry { alert, ..*entry })
        };
        self.log = old.log.iter().filter_map(renamed).collect();
    }

    /// Each alert's state and the time at which it entered that state.
    pub(super) fn states(&self) -> impl Iterator<Item = (AlertState, SimTime)> + '_ {
        self.standings.iter().map(|standing| (standing.state, standing.since))
    }

    /// The kept changes, oldest first.
    pub(super) fn log(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.log.iter()
    }

    pub(super) fn footprint(&self) -> usize {
        self.standings.len() * size_of::<Standing>() + self.log.len() * size_of::<Entry>()
    }
}

/// The means of a metric in the newer and the older half of a window that ends with the newest sample.
fn halves(metric: Metric, window: u64, series: &Series) -> (Mean, Mean) {
    let (mut newer, mut older) = (Mean::default(), Mean::default());
    let Some((newest, _)) = series.back() else { return (newer, older) };
    for (taken, sample) in series.iter().rev().take_while(|(taken, _)| *newest - *taken < window) {
        let half = if *newest - *taken < window / 2 { &mut newer } else { &mut older };
        sample.metric(metric).into_iter().for_each(|value| half.add(value));
    }
    (newer, older)
}

/// The level from which a change rule measures the change; `None` for other rules.
pub(super) fn level_before(when: &AlertCondition, series: &Series) -> Option<f64> {
    match when {
        AlertCondition::Change { metric, within_s, .. } => Some(halves(*metric, within_s.nanos(), series).1.mean()),
        AlertCondition::Threshold { .. }
        | AlertCondition::Burn { .. }
        | AlertCondition::Absence { .. }
        | AlertCondition::TargetDown { .. }
        | AlertCondition::Certificate { .. }
        | AlertCondition::Leaders { .. }
        | AlertCondition::Redundancy { .. }
        | AlertCondition::Probe { .. } => None,
    }
}

/// Whether a condition on samples holds for the newest one. `reference` replaces the older half of a change rule's window.
pub(super) fn holds(when: &AlertCondition, series: &Series, interval: u64, reference: Option<f64>) -> bool {
    let Some((newest, sample)) = series.back() else { return false };
    // The samples of the last `window` nanoseconds, newest first.
    let last =
        |window: u64| series.iter().rev().take_while(move |(taken, _)| *newest - *taken < window).map(|(_, sample)| sample);
    match when {
        AlertCondition::Threshold { metric, is, .. } => sample.metric(*metric).is_some_and(|value| is.holds(value)),
        AlertCondition::Change { metric, by, within_s, floor } => {
            let window = within_s.nanos();
            let (newer, older) = halves(*metric, window, series);
            if let Some(level) = reference {
                return newer.count > 0 && by.holds(level, newer.mean());
            }
            // The older half needs at least half of its samples to be a baseline.
            let enough = window / 2 / interval.max(1) / 2;
            let known = newer.count > 0 && older.count > enough;
            known && older.mean() >= floor.get() && by.holds(older.mean(), newer.mean())
        }
        AlertCondition::Burn { rate, long_s, short_s, objective } => [long_s, short_s].into_iter().all(|window| {
            let (errors, answers) = last(window.nanos()).fold((0u64, 0u64), |(errors, answers), sample| {
                (errors + u64::from(sample.errors), answers + u64::from(sample.answers))
            });
            let budget = 1.0 - objective.get();
            errors > 0 && errors as f64 >= rate.get() * budget * answers as f64
        }),
        AlertCondition::Absence { .. }
        | AlertCondition::TargetDown { .. }
        | AlertCondition::Certificate { .. }
        | AlertCondition::Leaders { .. }
        | AlertCondition::Redundancy { .. }
        | AlertCondition::Probe { .. } => false,
    }
}

/// Accumulates the mean of a series of values.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mean {
    pub(crate) sum: f64,
    pub(crate) count: u64,
}

impl Mean {
    pub(crate) fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1;
    }

    pub(crate) fn mean(self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum / self.count as f64 }
    }
}
