//! Monitoring: what agents sample, and the time series that the monitoring service keeps.
//!
//! Only agents read stations; the service knows only what was delivered to it. `evaluation` applies the alert rules to
//! the kept series.

mod alerts;
mod carry;
mod evaluation;

use std::collections::VecDeque;

use hoplight_model::ComponentIx;
use hoplight_model::monitoring::{KEPT_SAMPLES, MISSED_INTERVALS, ProbeSpec};

use crate::gauges::Gauge;
use crate::index::{AgentIx, IndexVec, MessageIx, StationIx};
use crate::messages::{Message, Messages, Sample, Scrape};
use crate::packet::Packet;
use crate::plan::{AgentPlan, AlertPlan, Plan, Reporting};
use crate::probe::Probe;
use crate::stations::Stations;
use crate::time::{SECOND, SimTime};
use crate::view::{AgentView, AlertState, ComponentSample, Percentiles};
use crate::watchdog::Watchdog;
use alerts::Alerts;

/// Weight of the newest sample in the smoothed rate (EWMA).
pub const NEWEST_WEIGHT: f64 = 0.35;

/// An agent's reading of one component's counters.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reading {
    pub(crate) counter: u64,
    pub(crate) busy_time: u128,
    pub(crate) gauge: Gauge,
}

/// One component's samples at the service, oldest first.
pub(super) type Series = VecDeque<(SimTime, ComponentSample)>;

/// The state of agents, the counters they read, and the alerts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Monitoring {
    agents: IndexVec<AgentIx, AgentState>,
    /// Each component's performance counters.
    gauges: IndexVec<StationIx, Gauge>,
    /// The state of the alert rules.
    alerts: Alerts,
    pub(crate) probe: Probe,
    pub(crate) watchdog: Watchdog,
    /// The changes of whether a monitoring service runs.
    service_log: VecDeque<(SimTime, bool)>,
    /// Samples in transit, and scrapes.
    messages: Messages,
}

impl Monitoring {
    pub(crate) fn new(plan: &Plan, probe: Option<ProbeSpec>) -> Self {
        Self {
            agents: plan.agents.iter().map(|agent| AgentState::new(agent.watches.len())).collect(),
            gauges: IndexVec::of(Gauge::default(), plan.stations.len()),
            alerts: Alerts::new(plan.alerts.len()),
            probe: Probe::new(probe),
            watchdog: Watchdog::default(),
            service_log: VecDeque::new(),
            messages: Messages::default(),
        }
    }

    /// The counters of a component that an agent watches.
    pub(crate) fn gauge(&mut self, station: StationIx) -> &mut Gauge {
        &mut self.gauges[station]
    }

    /// Resets the counters of a process that has ended. If it is an agent that pushes, or the service that scrapes an
    /// agent, discards the last reading; the service's scrapes end.
    pub(crate) fn stop(&mut self, station: StationIx, plan: &Plan) {
        self.gauges[station].restart();
        for (agent, state) in self.agents.iter_mut_enumerated() {
            let AgentPlan { station: own, reporting, .. } = plan.agents[agent];
            match reporting {
                Reporting::Scrape(link) if plan.hops[link].from == station => {
                    state.forget();
                    self.messages.cancel(link);
                }
                Reporting::None | Reporting::Push(_) if own == station => state.forget(),
                Reporting::None | Reporting::Push(_) | Reporting::Scrape(_) => {}
            }
        }
    }

    /// Records whether a monitoring service runs now.
    pub(crate) fn note_service(&mut self, runs: bool, now: SimTime) {
        if self.service_log.back().is_none_or(|(_, last)| *last) != runs {
            if self.service_log.len() == KEPT_SAMPLES {
                self.service_log.pop_front();
            }
            self.service_log.push_back((now, runs));
        }
    }

    /// The times at which the last monitoring service ended, and a monitoring service started again, oldest first.
    pub(crate) fn service_log(&self) -> impl ExactSizeIterator<Item = (SimTime, bool)> + '_ {
        self.service_log.iter().copied()
    }

    /// Records the result of a scrape. Returns whether it differs from the one before; the first one is expected to
    /// succeed.
    pub(super) fn record_scrape(&mut self, scrape: Scrape, up: bool) -> bool {
        let series = &mut self.agents[scrape.agent].up;
        let before = series.back().is_none_or(|(_, up)| *up);
        if series.len() == KEPT_SAMPLES {
            series.pop_front();
        }
        series.push_back((scrape.sent, up));
        before != up
    }

    /// The results of the last scrapes of an agent, oldest first: when the service sent each, and whether it succeeded.
    pub(crate) fn up(&self, agent: StationIx, plan: &Plan) -> impl DoubleEndedIterator<Item = (SimTime, bool)> {
        let state = plan.agents.iter().zip(&self.agents).find(|(plan, _)| plan.station == agent);
        state.into_iter().flat_map(|(_, state)| state.up.iter().copied())
    }

    /// Records that no monitoring service is running.
    pub(crate) fn stop_listening(&mut self, now: SimTime) {
        self.alerts.stop_listening(now);
    }

    /// Reads the counters of an agent's server. Returns no sample for the first reading after a start, which has no
    /// earlier reading to compare with.
    pub(crate) fn read(&mut self, agent: AgentIx, plan: &Plan, stations: &mut Stations, now: SimTime) -> Option<Sample> {
        self.agents[agent].read(agent, &plan.agents[agent], plan, (stations, &self.gauges), now)
    }

    /// Adds a sample that leaves for the monitoring service.
    pub(crate) fn send(&mut self, message: Message) -> MessageIx {
        self.messages.insert(message)
    }

    /// Removes and returns a sample that has arrived.
    pub(crate) fn take_message(&mut self, message: MessageIx) -> Message {
        self.messages.take(message)
    }

    /// The samples in transit, as packets.
    pub(crate) fn packets(&self, now: SimTime) -> impl Iterator<Item = Packet> + '_ {
        self.messages.packets(now)
    }

    /// The service's view of each agent.
    /// While no service runs, all of it is stale.
    pub(crate) fn views<'a>(
        &'a self,
        plan: &'a Plan,
        is_monitored: bool,
        now: SimTime,
    ) -> impl Iterator<Item = AgentView<'a>> + 'a {
        let view = move |plan: &'a AgentPlan, state: &'a AgentState| {
            let view = state.view(plan, now);
            AgentView { stale: view.stale || !is_monitored, ..view }
        };
        plan.agents.iter().zip(&self.agents).map(move |(plan, state)| view(plan, state))
    }

    /// The delivered samples of a component, oldest first.
    pub(crate) fn samples(
        &self,
        component: StationIx,
        plan: &Plan,
    ) -> impl DoubleEndedIterator<Item = &(SimTime, ComponentSample)> + use<'_> {
        let series = plan.agents.iter().zip(&self.agents).find_map(|(plan, state)| {
            let row = plan.watches.iter().position(|watched| *watched == component)?;
            state.series.get(row)
        });
        series.into_iter().flatten()
    }

    /// Each alert with its state and the time at which it entered that state.
    pub(crate) fn alerts<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = (&'a AlertPlan, AlertState, SimTime)> + 'a {
        plan.alerts.alerts.iter().zip(self.alerts.states()).map(|(plan, (state, since))| (plan, state, since))
    }

    /// The kept state changes of alerts, oldest first.
    pub(crate) fn alert_log<'a>(
        &'a self,
        plan: &'a Plan,
    ) -> impl ExactSizeIterator<Item = (SimTime, &'a AlertPlan, AlertState)> + 'a {
        self.alerts.log().map(|entry| (entry.at, &plan.alerts.alerts[entry.alert], entry.state))
    }

    pub(crate) fn footprint(&self) -> usize {
        let gauges: usize = self.gauges.iter().map(Gauge::footprint).sum();
        let agents: usize = self.agents.iter().map(AgentState::footprint).sum();
        gauges + agents + self.alerts.footprint()
    }
}

/// One agent: its last reading, and what the service has received from it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AgentState {
    last: Option<(SimTime, Vec<Reading>)>,
    taken: Option<SimTime>,
    /// When the last sample arrived.
    arrived: Option<SimTime>,
    smoothed: Option<f64>,
    rows: Vec<ComponentSample>,
    history: Vec<f32>,
    /// Number of samples that have arrived.
    delivered: u64,
    /// One series per watched component.
    series: Vec<Series>,
    /// For an agent that is scraped, the result of each scrape: the series `up`.
    up: VecDeque<(SimTime, bool)>,
}

impl AgentState {
    /// An agent that watches `watches` components and has not reported yet.
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
            up: VecDeque::new(),
        }
    }

    /// Reads the counters of the agent's server. The first reading after a start has no earlier reading to compare
    /// with.
    pub(super) fn read(
        &mut self,
        index: AgentIx,
        agent: &AgentPlan,
        plan: &Plan,
        (stations, gauges): (&mut Stations, &IndexVec<StationIx, Gauge>),
        now: SimTime,
    ) -> Option<Sample> {
        let mut readings = Vec::with_capacity(agent.watches.len());
        for watched in &agent.watches {
            let station = &mut stations[*watched];
            station.settle(now);
            let gauge = gauges[*watched].clone();
            readings.push(Reading { counter: station.counter(), busy_time: station.busy_time(now), gauge });
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
            let waiting = stations[*watched].waiting();
            let busy_time = after.busy_time - before.busy_time;
            let utilisation = (busy_time as f64 / (elapsed as f64 * slots)).clamp(0.0, 1.0);
            // A restart has reset the counters, so they count from zero.
            let zero = Reading::default();
            let before = if before.gauge.starts == after.gauge.starts { before } else { &zero };
            after.since(before, *watched, elapsed, utilisation, waiting)
        });
        Some(Sample { agent: index, taken: now, rows: rows.collect() })
    }

    /// Discards the last reading, because the agent's process has ended.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }

    /// Stores a sample that arrives at the service. Returns whether it is newer than all earlier ones.
    pub(crate) fn deliver(&mut self, sample: Sample, subject: Option<StationIx>, now: SimTime) -> bool {
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
            #[expect(clippy::cast_possible_truncation, reason = "the history is only drawn")]
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

    /// The service's view of the agent at `now`.
    pub(super) fn view(&self, agent: &AgentPlan, now: SimTime) -> AgentView<'_> {
        let age = now - self.taken.unwrap_or(SimTime::ZERO).min(now);
        AgentView {
            agent: agent.station,
            subject: agent.subject,
            interval_s: agent.interval as f64 / SECOND as f64,
            taken: self.taken,
            age_s: self.taken.map(|_| age as f64 / SECOND as f64),
            is_scraped: agent.reporting.is_scrape(),
            up: self.up.back().map(|(_, up)| *up),
            stale: self.is_down() || age > u64::from(MISSED_INTERVALS) * agent.interval,
            qps: self.smoothed,
            components: &self.rows,
            history: &self.history,
            delivered: self.delivered,
        }
    }

    /// Whether the last scrape of the agent failed.
    pub(super) fn is_down(&self) -> bool {
        self.up.back().is_some_and(|(_, up)| !*up)
    }

    pub(super) fn footprint(&self) -> usize {
        let series: usize = self.series.iter().map(|series| series.len() * size_of::<(SimTime, ComponentSample)>()).sum();
        let readings = self.last.iter().flat_map(|(_, readings)| readings);
        series + readings.map(|reading| size_of::<Reading>() + reading.gauge.footprint()).sum::<usize>()
    }
}

impl Reading {
    /// Returns the sample for the interval between two readings of the same process.
    pub(crate) fn since(
        &self,
        before: &Self,
        component: ComponentIx,
        elapsed: u64,
        utilisation: f64,
        waiting: u32,
    ) -> ComponentSample {
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
            cpu: None,
            connections: None,
            hit_ratio: None,
            evictions: None,
            lag_s: None,
            leads: None,
            backends_down: None,
            semi_sync: None,
        }
    }
}
