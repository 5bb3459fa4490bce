//! Monitoring: what agents sample, and the series that the service at the far end keeps.
//!
//! The service knows only what was delivered to it. It must not look at stations; `alerts` judges what stands here.

use std::collections::VecDeque;

use hoplight_model::monitoring::{KEPT_SAMPLES, MISSED_INTERVALS};
use hoplight_model::{ComponentIx, Metric};

use super::gauges::Gauge;
use super::journal::{EventKind, Observer};
use super::plan::{AgentPlan, Plan};
use super::simulation::Simulation;
use super::station::Station;
use super::time::{SECOND, SimTime};
use super::view::{AgentView, ComponentSample, Percentiles};
use crate::index::{AgentIx, IndexVec, StationIx, count};

/// Weight of the newest sample in the smoothed rate (EWMA).
pub const NEWEST_WEIGHT: f64 = 0.35;

/// A set of measurements on its way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) agent: AgentIx,
    pub(super) taken: SimTime,
    pub(super) rows: Vec<ComponentSample>,
}

/// What an agent read of one component's counters.
#[derive(Clone, Debug, Default, PartialEq)]
struct Reading {
    counter: u64,
    busy_time: u128,
    gauge: Gauge,
}

/// One component's samples at the service, oldest first.
pub(super) type Series = VecDeque<(SimTime, ComponentSample)>;

/// One agent: its last reading, and what the service holds of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AgentState {
    last: Option<(SimTime, Vec<Reading>)>,
    taken: Option<SimTime>,
    /// When it arrived.
    arrived: Option<SimTime>,
    smoothed: Option<f64>,
    rows: Vec<ComponentSample>,
    history: Vec<f32>,
    /// Samples that arrived.
    delivered: u64,
    /// A series for each component that the agent watches.
    pub(super) series: Vec<Series>,
}

impl AgentState {
    /// An agent that has never been heard of and watches so many components.
    pub(super) fn new(watches: usize) -> Self {
        let series = vec![Series::new(); watches];
        Self {
            last: None,
            taken: None,
            arrived: None,
            smoothed: None,
            rows: Vec::new(),
            history: Vec::new(),
            delivered: 0,
            series,
        }
    }

    /// The agent reads its server's counters. The first reading after a start has nothing to compare with.
    pub(super) fn read(
        &mut self,
        index: AgentIx,
        agent: &AgentPlan,
        plan: &Plan,
        (stations, gauges): (&mut IndexVec<StationIx, Station>, &IndexVec<StationIx, Gauge>),
        now: SimTime,
    ) -> Option<Sample> {
        let mut readings = Vec::with_capacity(agent.watches.len());
        for watched in &agent.watches {
            let station = &mut stations[*watched];
            station.settle(now);
            let gauge = gauges[*watched].clone();
            readings.push(Reading { counter: station.counter, busy_time: station.busy_time, gauge });
        }
        let last = self.last.replace((now, readings));
        let (then, before) = last?;
        let elapsed = now - then;
        let (_, after) = self.last.as_ref()?;
        if elapsed == 0 || agent.watches.is_empty() {
            return None;
        }
        let rows = agent.watches.iter().zip(before.iter().zip(after)).map(|(watched, (before, after))| {
            let slots = f64::from(plan.stations[*watched].slots);
            let waiting = count(stations[*watched].queue.len());
            let busy_time = after.busy_time - before.busy_time;
            let utilisation = (busy_time as f64 / (elapsed as f64 * slots)).clamp(0.0, 1.0);
            // Counters have been reset by a restart: they count from zero.
            let zero = Reading::default();
            let before = if before.gauge.starts == after.gauge.starts { before } else { &zero };
            after.since(before, *watched, elapsed, utilisation, waiting)
        });
        Some(Sample { agent: index, taken: now, rows: rows.collect() })
    }

    /// The agent's process has ended: it remembers nothing.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }

    /// A sample arrives at the service. Returns whether it is newer than what is known.
    fn deliver(&mut self, sample: Sample, subject: Option<StationIx>, now: SimTime) -> bool {
        self.arrived = Some(now);
        self.delivered += 1;
        if self.taken.is_some_and(|taken| taken > sample.taken) {
            return false;
        }
        self.taken = Some(sample.taken);
        let headline = sample.rows.iter().find(|row| Some(row.component) == subject).map(|row| row.qps);
        if let Some(qps) = headline {
            self.smoothed = Some(self.smoothed.map_or(qps, |old| old + NEWEST_WEIGHT * (qps - old)));
            if self.history.len() == KEPT_SAMPLES {
                self.history.remove(0);
            }
            #[expect(clippy::cast_possible_truncation, reason = "a history is drawn, not computed with")]
            self.history.push(qps as f32);
        }
        for (series, row) in self.series.iter_mut().zip(&sample.rows) {
            if series.len() == KEPT_SAMPLES {
                series.pop_front();
            }
            series.push_back((sample.taken, *row));
        }
        self.rows = sample.rows;
        true
    }

    /// What the service knows, `now`.
    pub(super) fn view(&self, agent: &AgentPlan, now: SimTime) -> AgentView<'_> {
        let age = now - self.taken.unwrap_or(SimTime::ZERO).min(now);
        AgentView {
            agent: agent.station,
            subject: agent.subject.map(|subject| subject),
            interval_s: agent.interval as f64 / SECOND as f64,
            taken: self.taken,
            age_s: self.taken.map(|_| age as f64 / SECOND as f64),
            stale: age > u64::from(MISSED_INTERVALS) * agent.interval,
            qps: self.smoothed,
            components: &self.rows,
            history: &self.history,
            delivered: self.delivered,
        }
    }

    pub(super) fn footprint(&self) -> usize {
        let series: usize = self.series.iter().map(|series| series.len() * size_of::<(SimTime, ComponentSample)>()).sum();
        let readings = self.last.iter().flat_map(|(_, readings)| readings);
        series + readings.map(|reading| size_of::<Reading>() + reading.gauge.footprint()).sum::<usize>()
    }
}

impl Reading {
    /// What happened between two readings of one process.
    fn since(&self, before: &Self, component: ComponentIx, elapsed: u64, utilisation: f64, waiting: u32) -> ComponentSample {
        let (gauge, older) = (&self.gauge, &before.gauge);
        let per_second = |count: u64| count as f64 * SECOND as f64 / elapsed as f64;
        let count = |after: u64, before: u64| u32::try_from(after.saturating_sub(before)).unwrap_or(u32::MAX);
        let latency = gauge.latency.percentiles_since(&older.latency, [0.50, 0.95, 0.99]);
        ComponentSample {
            component,
            qps: per_second(self.counter.saturating_sub(before.counter)),
            utilisation,
            waiting,
            answers: count(gauge.answers, older.answers),
            errors: count(gauge.errors, older.errors),
            failed_handshakes: per_second(gauge.failed_handshakes.saturating_sub(older.failed_handshakes)),
            latency: latency.map(|nanos| {
                let [p50_ms, p95_ms, p99_ms] = nanos.map(|nanos| nanos / 1e6);
                Percentiles { p50_ms, p95_ms, p99_ms }
            }),
            connections: None,
            lag_s: None,
            leads: None,
        }
    }
}

impl Simulation {
    /// Adds to what an agent counted what it asks a component for: its connections, its lag, whether it leads.
    pub(super) fn ask_state(&self, row: &mut ComponentSample) {
        let station = row.component;
        let (plan, state) = (&self.plan.stations[station], &self.stations[station]);
        if !self.health(station).is_up() {
            return;
        }
        let used = state.present.saturating_add(state.leaked);
        row.connections = Option::from(plan.connections).map(|most: u32| (f64::from(used) / f64::from(most.max(1))).min(1.0));
        if let Some(database) = self.database(row.component) {
            row.leads = Some(database.writable);
            row.lag_s = (!database.writable).then(|| database.lag_s.unwrap_or(f64::INFINITY));
        }
        let mut pair = self.plan.pair.iter().zip(&self.routers);
        row.leads = row.leads.or_else(|| pair.find(|(plan, _)| plan.station == station).map(|(_, router)| router.is_master()));
    }

    /// A sample arrives at the monitoring service.
    pub(super) fn sample_arrives<O: Observer>(&mut self, sample: Sample, observer: &mut O) {
        let agent = sample.agent;
        let plan = &self.plan.agents[agent];
        let (station, subject) = (plan.station, plan.subject);
        // What was said before a silence does not count towards "for so long".
        if self.is_silent(agent) {
            self.judge_silent_rows(agent, observer);
        }
        let is_news = self.agents[agent].deliver(sample, subject, self.now);
        self.note(observer, None, EventKind::Delivered { agent: station });
        if is_news {
            self.judge_sample(agent, observer);
        }
    }

    /// Whether no sample of an agent arrived for more than three of its intervals.
    pub(super) fn is_silent(&self, agent: AgentIx) -> bool {
        self.silence(agent) > u64::from(MISSED_INTERVALS) * self.plan.agents[agent].interval
    }

    /// How long ago the last sample of an agent arrived, in nanoseconds. While the service was not listening, nobody was
    /// silent.
    pub(super) fn silence(&self, agent: AgentIx) -> u64 {
        let arrived = self.agents[agent].arrived.unwrap_or(SimTime::ZERO);
        self.now - arrived.max(self.alerts.listening_since)
    }

    /// The delivered samples of one metric of a component, oldest first, with the times at which they were taken; at least
    /// the last 120 of each agent that watches it are kept. Empty if no agent does.
    pub fn series(&self, component: ComponentIx, metric: Metric) -> Vec<(SimTime, f64)> {
        self.samples(component).filter_map(|(taken, sample)| Some((*taken, sample.metric(metric)?))).collect()
    }

    /// The delivered samples of a component whole, as [`Self::series`] gives one metric of them.
    pub fn samples(&self, component: ComponentIx) -> impl DoubleEndedIterator<Item = &(SimTime, ComponentSample)> {
        let watches = self.plan.agents.iter().zip(&self.agents).find_map(|(plan, state)| {
            let row = plan.watches.iter().position(|watched| *watched == component)?;
            state.series.get(row)
        });
        watches.into_iter().flatten()
    }
}
