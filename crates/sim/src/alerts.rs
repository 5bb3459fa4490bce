//! Alerts: what the monitoring service makes of what was delivered to it.
//!
//! Rules on samples are judged when a sample arrives, once each; rules on silence once a second; rules on the site from
//! outside when the probe reports. Nothing here depends on how many requests there are.
//! What was not delivered is not known. A threshold on a component whose agent
//! fell silent says nothing, and that is the lesson: only absence does.

use std::collections::VecDeque;

use hoplight_model::monitoring::AlertCondition;

use crate::index::{AlertIx, IndexVec};
use crate::monitoring::Series;
use crate::time::SimTime;
use crate::view::AlertState;

/// Changes that the log keeps.
pub(crate) const KEPT_ENTRIES: usize = 500;

/// Where one alert stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Standing {
    pub(crate) state: AlertState,
    pub(crate) since: SimTime,
    /// When the first sample of those was taken for which the condition has held ever since.
    pub(crate) holds_since: SimTime,
}

/// A change that the log keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) at: SimTime,
    pub(crate) alert: AlertIx,
    pub(crate) state: AlertState,
}

/// The alerts' state.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Alerts {
    pub(crate) standings: IndexVec<AlertIx, Standing>,
    pub(crate) log: VecDeque<Entry>,
    /// Since when the service listens without a break, to the second.
    pub(super) listening_since: SimTime,
}

impl Alerts {
    pub(super) fn new(alerts: usize) -> Self {
        let standings = IndexVec::of(Standing::default(), alerts);
        Self { standings, log: VecDeque::new(), listening_since: SimTime::ZERO }
    }

    pub(super) fn footprint(&self) -> usize {
        self.standings.len() * size_of::<Standing>() + self.log.len() * size_of::<Entry>()
    }
}

/// Whether a rule on samples holds for the newest one.
pub(crate) fn holds(when: &AlertCondition, series: &Series, interval: u64) -> bool {
    let Some((newest, sample)) = series.back() else { return false };
    // The samples of the last `window` nanoseconds, newest first.
    let last =
        |window: u64| series.iter().rev().take_while(move |(taken, _)| *newest - *taken < window).map(|(_, sample)| sample);
    match when {
        AlertCondition::Threshold { metric, is, .. } => sample.metric(*metric).is_some_and(|value| is.holds(value)),
        AlertCondition::Change { metric, by, within_s, floor } => {
            let window = within_s.nanos();
            let (mut newer, mut older) = (Mean::default(), Mean::default());
            for (taken, sample) in series.iter().rev().take_while(|(taken, _)| *newest - *taken < window) {
                let half = if *newest - *taken < window / 2 { &mut newer } else { &mut older };
                sample.metric(*metric).into_iter().for_each(|value| half.add(value));
            }
            // A half of which most is missing says nothing.
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
        | AlertCondition::Certificate { .. }
        | AlertCondition::Leaders { .. }
        | AlertCondition::Probe { .. } => false,
    }
}

/// The mean of some values.
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
