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
const KEPT_ENTRIES: usize = 500;

/// Where one alert stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Standing {
    state: AlertState,
    since: SimTime,
    /// When the first sample of those was taken for which the condition has held ever since.
    holds_since: SimTime,
}

/// A change that the log keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) at: SimTime,
    pub(super) alert: AlertIx,
    pub(super) state: AlertState,
}

/// The alerts' state.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Alerts {
    standings: IndexVec<AlertIx, Standing>,
    log: VecDeque<Entry>,
    /// Since when the service listens without a break, to the second.
    listening_since: SimTime,
}

impl Alerts {
    pub(super) fn new(alerts: usize) -> Self {
        let standings = IndexVec::of(Standing::default(), alerts);
        Self { standings, log: VecDeque::new(), listening_since: SimTime::ZERO }
    }

    /// Since when the service listens without a break, to the second.
    pub(super) const fn listening_since(&self) -> SimTime {
        self.listening_since
    }

    /// No service runs now.
    pub(super) fn stop_listening(&mut self, now: SimTime) {
        self.listening_since = now;
    }

    /// Moves one alert on: its condition `holds` or not at `moment`, and has to hold for `patience` nanoseconds. Returns
    /// whether it fired or resolved, if it did either.
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
        (standing.state, standing.since) = (state, now);
        if !matches!(state, AlertState::Firing | AlertState::Resolved) {
            return None;
        }
        if self.log.len() == KEPT_ENTRIES {
            self.log.pop_front();
        }
        self.log.push_back(Entry { at: now, alert, state });
        Some(state)
    }

    /// Takes over the state and log of alerts from before a rebuild; `pairs` names each new alert with the old one.
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

    /// The state of each alert, and since when it is in that state.
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

/// Whether a rule on samples holds for the newest one.
pub(super) fn holds(when: &AlertCondition, series: &Series, interval: u64) -> bool {
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
