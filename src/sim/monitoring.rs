//! Monitoring: what agents sample, and what the service at the far end knows.
//!
//! The service knows only what was delivered to it. It must not look at stations.

use crate::model::ComponentIx;

use super::plan::{AgentPlan, Plan};
use super::station::Station;
use super::time::{SECOND, SimTime};
use super::view::{AgentView, ComponentSample};

/// Samples without delivery after which an agent counts as stale.
const MISSED_INTERVALS: u64 = 3;
/// Weight of the newest sample in the smoothed rate (EWMA).
const NEWEST_WEIGHT: f64 = 0.35;
/// Samples kept for the history.
const HISTORY: usize = 120;

/// A set of measurements on its way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) agent: u32,
    pub(super) taken: SimTime,
    pub(super) rows: Vec<ComponentSample>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Reading {
    counter: u64,
    busy_time: u64,
}

/// One agent: its last reading, and what the service holds of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct AgentState {
    last: Option<(SimTime, Vec<Reading>)>,
    taken: Option<SimTime>,
    smoothed: Option<f64>,
    rows: Vec<ComponentSample>,
    history: Vec<f32>,
    /// Samples that arrived.
    delivered: u64,
}

impl AgentState {
    /// The agent reads its server's counters. The first reading after a start has nothing to compare with.
    pub(super) fn read(
        &mut self,
        index: u32,
        agent: &AgentPlan,
        plan: &Plan,
        stations: &mut [Station],
        now: SimTime,
    ) -> Option<Sample> {
        let mut readings = Vec::with_capacity(agent.watches.len());
        for watched in &agent.watches {
            let station = &mut stations[*watched as usize];
            station.settle(now);
            readings.push(Reading { counter: station.counter, busy_time: station.busy_time });
        }
        let last = self.last.replace((now, readings.clone()));
        let (then, before) = last?;
        let elapsed = now - then;
        if elapsed == 0 || agent.watches.is_empty() {
            return None;
        }
        let rows = agent.watches.iter().zip(before.iter().zip(&readings)).map(|(watched, (before, after))| {
            // A counter that fell has been reset by a restart: it counts from zero.
            let count = after.counter.checked_sub(before.counter).unwrap_or(after.counter);
            let slots = f64::from(plan.stations[*watched as usize].slots);
            ComponentSample {
                component: ComponentIx::new(*watched as usize),
                qps: count as f64 * SECOND as f64 / elapsed as f64,
                utilisation: ((after.busy_time - before.busy_time) as f64 / (elapsed as f64 * slots)).clamp(0.0, 1.0),
                waiting: u32::try_from(stations[*watched as usize].queue.len()).unwrap_or(u32::MAX),
            }
        });
        Some(Sample { agent: index, taken: now, rows: rows.collect() })
    }

    /// The agent's process has ended: it remembers nothing.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }

    /// A sample arrives at the service.
    pub(super) fn deliver(&mut self, sample: Sample, subject: Option<u32>) {
        self.delivered += 1;
        if self.taken.is_some_and(|taken| taken > sample.taken) {
            return;
        }
        self.taken = Some(sample.taken);
        let headline =
            sample.rows.iter().find(|row| Some(row.component.index()) == subject.map(|s| s as usize)).map(|row| row.qps);
        if let Some(qps) = headline {
            self.smoothed = Some(self.smoothed.map_or(qps, |old| old + NEWEST_WEIGHT * (qps - old)));
            if self.history.len() == HISTORY {
                self.history.remove(0);
            }
            #[expect(clippy::cast_possible_truncation, reason = "a history is drawn, not computed with")]
            self.history.push(qps as f32);
        }
        self.rows = sample.rows;
    }

    /// What the service knows, `now`.
    pub(super) fn view(&self, agent: &AgentPlan, now: SimTime) -> AgentView<'_> {
        let age = now - self.taken.unwrap_or(SimTime::ZERO).min(now);
        AgentView {
            agent: ComponentIx::new(agent.station as usize),
            subject: agent.subject.map(|subject| ComponentIx::new(subject as usize)),
            interval_s: agent.interval as f64 / SECOND as f64,
            taken: self.taken,
            age_s: self.taken.map(|_| age as f64 / SECOND as f64),
            stale: age > MISSED_INTERVALS * agent.interval,
            qps: self.smoothed,
            components: &self.rows,
            history: &self.history,
            delivered: self.delivered,
        }
    }
}
