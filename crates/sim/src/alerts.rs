//! Alerts: what the monitoring service makes of what was delivered to it.
//!
//! Rules on samples are judged when a sample arrives, once each; rules on silence once a second; rules on the site from
//! outside when the probe reports. Nothing here depends on how many requests there are. Must not look at stations or
//! requests: what was not delivered is not known. A threshold on a component whose agent fell silent says nothing, and that
//! is the lesson: only absence does.

use std::collections::VecDeque;
use std::sync::Arc;

use hoplight_model::monitoring::{AlertCondition, AlertRule, Scope};
use hoplight_model::{ComponentKind, Infrastructure, Metric};

use super::journal::{EventKind, Observer};
use super::monitoring::Series;
use super::plan::AgentPlan;
use super::simulation::Simulation;
use super::time::SimTime;
use super::view::{AlertEntry, AlertState, AlertView};
use crate::index::{AgentIx, AlertIx, GroupIx, IndexVec, StationIx};

/// Changes that the log keeps.
const KEPT_ENTRIES: usize = 500;

/// What one alert watches.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Subject {
    /// A component, as a row of its agent's samples.
    Row(usize),
    /// An agent.
    Agent,
    /// Several components together: their place among the groups.
    Group(GroupIx),
    /// The site from outside.
    Site,
}

/// A rule and one that it watches.
#[derive(Clone, Debug, PartialEq)]
struct AlertPlan {
    rule: u16,
    subject: Subject,
    station: Option<StationIx>,
    when: AlertCondition,
}

/// All alerts of an infrastructure: those of each agent in turn, then those of groups, then those of the site.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AlertsPlan {
    /// The stations of monitoring services.
    pub(super) services: Vec<StationIx>,
    alerts: IndexVec<AlertIx, AlertPlan>,
    of_agent: IndexVec<AgentIx, Vec<AlertIx>>,
    of_groups: Vec<AlertIx>,
    /// The stations among which one leads.
    groups: IndexVec<GroupIx, Vec<StationIx>>,
    of_site: Vec<AlertIx>,
}

impl AlertsPlan {
    /// Compiles the rules of `infra`; `entry` is the station that users connect to.
    pub(super) fn new(infra: &Infrastructure, agents: &IndexVec<AgentIx, AgentPlan>, entry: Option<StationIx>) -> Self {
        let services = infra.components().filter(|(_, component)| component.kind == ComponentKind::MonitoringService);
        let services: Vec<StationIx> = services.map(|(ix, _)| ix).collect();
        let rules = || (0u16..).zip(&infra.monitoring().alerts).filter(|_| !services.is_empty());
        let (mut alerts, mut of_agent) = (IndexVec::default(), IndexVec::default());
        for plan in agents {
            let start = alerts.len();
            for (rule, spec) in rules().filter(|(_, spec)| !spec.when.is_outside() && !spec.when.is_of_group()) {
                Self::of_agent(infra, (rule, spec), plan, entry, &mut alerts);
            }
            of_agent.push(alerts.indices().skip(start).collect());
        }
        let groups = Self::groups(infra, agents);
        let start = alerts.len();
        for (rule, spec) in rules().filter(|(_, spec)| spec.when.is_of_group()) {
            for (place, group) in groups.enumerate() {
                let (subject, station) = (Subject::Group(place), group.first().copied());
                alerts.push(AlertPlan { rule, subject, station, when: spec.when.clone() });
            }
        }
        let of_groups = alerts.indices().skip(start).collect();
        let start = alerts.len();
        for (rule, spec) in rules().filter(|(_, spec)| spec.when.is_outside()) {
            alerts.push(AlertPlan { rule, subject: Subject::Site, station: None, when: spec.when.clone() });
        }
        let of_site = alerts.indices().skip(start).collect();
        Self { services, alerts, of_agent, of_groups, groups, of_site }
    }

    /// Those among whom one must lead, where an agent watches one of them: the databases of a cluster, the balancers that
    /// share an address.
    fn groups(infra: &Infrastructure, agents: &IndexVec<AgentIx, AgentPlan>) -> IndexVec<GroupIx, Vec<StationIx>> {
        let pair = infra
            .components()
            .filter(|(_, component)| matches!(&component.kind, ComponentKind::LoadBalancer(spec) if spec.vrrp.is_some()));
        let clusters = infra.database_clusters().into_iter().chain([pair.map(|(ix, _)| ix).collect()]);
        let watched = |station: &StationIx| agents.iter().any(|agent| agent.watches.contains(station));
        clusters.filter(|group| group.len() > 1 && group.iter().any(watched)).collect()
    }

    fn of_agent(
        infra: &Infrastructure,
        (rule, spec): (u16, &AlertRule),
        plan: &AgentPlan,
        entry: Option<StationIx>,
        alerts: &mut IndexVec<AlertIx, AlertPlan>,
    ) {
        let named = |station: StationIx, id| infra.component(station).id == id;
        if matches!(spec.when, AlertCondition::Absence { .. }) {
            // An agent that has nothing to sample sends nothing, and nobody misses it.
            let wanted = match &spec.on {
                Scope::Any => !plan.watches.is_empty(),
                Scope::Entry => entry.is_some_and(|entry| plan.watches.contains(&entry)),
                Scope::Component(id) => named(plan.station, id.clone()),
            };
            if wanted {
                let (subject, station) = (Subject::Agent, Some(plan.station));
                alerts.push(AlertPlan { rule, subject, station, when: spec.when.clone() });
            }
            return;
        }
        let metric = if let AlertCondition::Threshold { metric, .. } = spec.when { Some(metric) } else { None };
        for (row, watched) in plan.watches.iter().copied().enumerate() {
            let component = infra.component(watched);
            let is_database = matches!(component.kind, ComponentKind::Database(_));
            // What a component cannot have needs no alert.
            let can_be = match metric {
                Some(Metric::Lag) => {
                    is_database
                        && infra
                            .database_clusters()
                            .iter()
                            .any(|cluster| cluster.len() > 1 && cluster.iter().any(|ix| *ix == watched))
                }
                Some(Metric::Connections) => component.station().connections.is_some(),
                _ => true,
            };
            if !can_be {
                continue;
            }
            let wanted = match &spec.on {
                Scope::Any => true,
                Scope::Entry => entry == Some(watched),
                Scope::Component(id) => named(watched, id.clone()),
            };
            if wanted {
                let (subject, station) = (Subject::Row(row), Some(watched));
                alerts.push(AlertPlan { rule, subject, station, when: spec.when.clone() });
            }
        }
    }

    /// How many alerts there are.
    pub(super) fn len(&self) -> usize {
        self.alerts.len()
    }
}

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
struct Entry {
    at: SimTime,
    alert: AlertIx,
    state: AlertState,
}

/// The alerts' state.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Alerts {
    standings: IndexVec<AlertIx, Standing>,
    log: VecDeque<Entry>,
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

impl Simulation {
    /// Whether a monitoring service runs.
    pub(super) fn is_monitored(&self) -> bool {
        self.plan.alerts.services.iter().any(|service| self.health(*service).is_up())
    }

    /// Once a second: who fell silent?
    pub(super) fn judge_silence<O: Observer>(&mut self, observer: &mut O) {
        if !self.is_monitored() {
            self.alerts.listening_since = self.now;
            return;
        }
        for agent in self.agents.indices() {
            self.judge_absence(agent, observer);
            if self.is_silent(agent) {
                self.judge_silent_rows(agent, observer);
            }
        }
        self.judge_groups(observer);
    }

    /// Judges whether exactly one leads, by the last samples of agents that are not silent.
    fn judge_groups<O: Observer>(&mut self, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        for alert in plan.alerts.of_groups.iter().copied() {
            let AlertPlan { subject: Subject::Group(group), when: AlertCondition::Leaders { for_s }, .. } =
                &plan.alerts.alerts[alert]
            else {
                continue;
            };
            let group = &plan.alerts.groups[*group];
            let (mut told, mut leaders) = (0, 0);
            for agent in self.agents.indices().filter(|agent| !self.is_silent(*agent)) {
                let series = plan.agents[agent].watches.iter().zip(&self.agents[agent].series);
                for (_, series) in series.filter(|(watched, _)| group.contains(watched)) {
                    let leads = series.back().and_then(|(_, sample)| sample.leads);
                    told += usize::from(leads.is_some());
                    leaders += u32::from(leads == Some(true));
                }
            }
            // One of whom nothing is known may lead.
            let holds = leaders > 1 || leaders == 0 && told >= group.len();
            let patience = for_s.map_or(0, hoplight_model::quantity::Seconds::nanos);
            self.turn(alert, holds, self.now, patience, observer);
        }
    }

    /// Judges whether an agent is missed.
    fn judge_absence<O: Observer>(&mut self, agent: AgentIx, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        for alert in plan.alerts.of_agent[agent].iter().copied() {
            if let AlertCondition::Absence { intervals } = plan.alerts.alerts[alert].when {
                let absent = self.silence(agent) > u64::from(intervals) * plan.agents[agent].interval;
                self.turn(alert, absent, self.now, 0, observer);
            }
        }
    }

    /// Old samples prove nothing: what the last one of a silent agent said is taken back.
    pub(super) fn judge_silent_rows<O: Observer>(&mut self, agent: AgentIx, observer: &mut O) {
        for alert in self.plan.alerts.of_agent[agent].clone() {
            if matches!(self.plan.alerts.alerts[alert].subject, Subject::Row(_)) {
                self.turn(alert, false, self.now, 0, observer);
            }
        }
    }

    /// Judges the alerts of one agent on a sample that has just arrived.
    pub(super) fn judge_sample<O: Observer>(&mut self, agent: AgentIx, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        let interval = plan.agents[agent].interval;
        self.judge_absence(agent, observer);
        for alert in plan.alerts.of_agent[agent].iter().copied() {
            let AlertPlan { subject: Subject::Row(row), when, .. } = &plan.alerts.alerts[alert] else { continue };
            let Some(series) = self.agents[agent].series.get(*row) else { continue };
            let Some((taken, _)) = series.back() else { continue };
            let (holds, taken) = (holds(when, series, interval), *taken);
            let patience = match when {
                AlertCondition::Threshold { for_s: Some(seconds), .. } => seconds.nanos(),
                _ => 0,
            };
            self.turn(alert, holds, taken, patience, observer);
        }
    }

    /// Judges the alerts of the site from outside, on what the probe reported.
    pub(super) fn judge_probe<O: Observer>(&mut self, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        for alert in plan.alerts.of_site.iter().copied() {
            let holds = match &plan.alerts.alerts[alert].when {
                AlertCondition::Probe { failures } => self.probe.failures >= u32::from(*failures),
                AlertCondition::Certificate { days } => self.probe.days_left.is_some_and(|left| left <= days.get()),
                _ => false,
            };
            self.turn(alert, holds, self.now, 0, observer);
        }
    }

    /// Moves one alert on: its condition `holds` or not at `moment`, and has to hold for `patience` nanoseconds.
    fn turn<O: Observer>(&mut self, alert: AlertIx, holds: bool, moment: SimTime, patience: u64, observer: &mut O) {
        let standing = &mut self.alerts.standings[alert];
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
            return;
        }
        (standing.state, standing.since) = (state, self.now);
        if !matches!(state, AlertState::Firing | AlertState::Resolved) {
            return;
        }
        if self.alerts.log.len() == KEPT_ENTRIES {
            self.alerts.log.pop_front();
        }
        self.alerts.log.push_back(Entry { at: self.now, alert, state });
        let AlertPlan { rule, station, .. } = self.plan.alerts.alerts[alert];
        self.note(observer, None, EventKind::Alert { rule, subject: station, state });
    }

    /// Where every alert stands: for each agent in authored order, then for the site as the external probe sees it.
    pub fn alerts(&self) -> Vec<AlertView<'_>> {
        let standings = self.plan.alerts.alerts.iter().zip(&self.alerts.standings);
        let view = |(plan, standing): (&AlertPlan, &Standing)| AlertView {
            rule: self.rule_name(plan.rule),
            subject: plan.station,
            state: standing.state,
            since: standing.since,
        };
        standings.map(view).collect()
    }

    /// The last 500 times that an alert fired or resolved, oldest first.
    pub fn alert_log(&self) -> impl ExactSizeIterator<Item = AlertEntry<'_>> {
        self.alerts.log.iter().map(|entry| {
            let plan = &self.plan.alerts.alerts[entry.alert];
            let (rule, subject) = (self.rule_name(plan.rule), plan.station);
            AlertEntry { at: entry.at, rule, subject, state: entry.state }
        })
    }

    fn rule_name(&self, rule: u16) -> &str {
        self.infra.monitoring().alerts.get(usize::from(rule)).map_or("", |rule| rule.name.as_str())
    }
}

/// Whether a rule on samples holds for the newest one.
fn holds(when: &AlertCondition, series: &Series, interval: u64) -> bool {
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
struct Mean {
    sum: f64,
    count: u64,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1;
    }

    fn mean(self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum / self.count as f64 }
    }
}
