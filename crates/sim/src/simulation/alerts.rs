//! Alerts: when which rules are evaluated, and how an alert changes state.

use crate::alerts::{Entry, KEPT_ENTRIES, Standing, holds};
use crate::index::{AgentIx, AlertIx};
use crate::journal::{EventKind, Observer};
use crate::plan::{AlertPlan, Subject};
use crate::simulation::Simulation;
use crate::time::SimTime;
use crate::view::{AlertEntry, AlertState, AlertView};
use hoplight_model::monitoring::AlertCondition;
use std::sync::Arc;

impl Simulation {
    /// Whether a monitoring service runs.
    pub(super) fn is_monitored(&self) -> bool {
        self.plan.alerts.services.iter().any(|service| self.health(*service).is_up())
    }

    /// Once a second: who fell silent?
    pub(super) fn evaluate_silence<O: Observer>(&mut self, observer: &mut O) {
        if !self.is_monitored() {
            self.monitoring.alerts.listening_since = self.clock.now();
            return;
        }
        for agent in self.monitoring.agents.indices() {
            self.evaluate_absence(agent, observer);
            if self.is_silent(agent) {
                self.reset_silent_rows(agent, observer);
            }
        }
        self.evaluate_groups(observer);
    }

    /// Judges whether exactly one leads, by the last samples of agents that are not silent.
    fn evaluate_groups<O: Observer>(&mut self, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        for alert in plan.alerts.of_groups.iter().copied() {
            let AlertPlan { subject: Subject::Group(group), when: AlertCondition::Leaders { for_s }, .. } =
                &plan.alerts.alerts[alert]
            else {
                continue;
            };
            let group = &plan.alerts.groups[*group];
            let (mut told, mut leaders) = (0, 0);
            for agent in self.monitoring.agents.indices().filter(|agent| !self.is_silent(*agent)) {
                let series = plan.agents[agent].watches.iter().zip(&self.monitoring.agents[agent].series);
                for (_, series) in series.filter(|(watched, _)| group.contains(watched)) {
                    let leads = series.back().and_then(|(_, sample)| sample.leads);
                    told += usize::from(leads.is_some());
                    leaders += u32::from(leads == Some(true));
                }
            }
            // One of whom nothing is known may lead.
            let holds = leaders > 1 || leaders == 0 && told >= group.len();
            let patience = for_s.map_or(0, hoplight_model::quantity::Seconds::nanos);
            self.transition(alert, holds, self.clock.now(), patience, observer);
        }
    }

    /// Judges whether an agent is missed.
    fn evaluate_absence<O: Observer>(&mut self, agent: AgentIx, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        for alert in plan.alerts.of_agent[agent].iter().copied() {
            if let AlertCondition::Absence { intervals } = plan.alerts.alerts[alert].when {
                let absent = self.silence(agent) > u64::from(intervals) * plan.agents[agent].interval;
                self.transition(alert, absent, self.clock.now(), 0, observer);
            }
        }
    }

    /// Old samples prove nothing: what the last one of a silent agent said is taken back.
    pub(super) fn reset_silent_rows<O: Observer>(&mut self, agent: AgentIx, observer: &mut O) {
        for alert in self.plan.alerts.of_agent[agent].clone() {
            if matches!(self.plan.alerts.alerts[alert].subject, Subject::Row(_)) {
                self.transition(alert, false, self.clock.now(), 0, observer);
            }
        }
    }

    /// Judges the alerts of one agent on a sample that has just arrived.
    pub(super) fn evaluate_sample<O: Observer>(&mut self, agent: AgentIx, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        let interval = plan.agents[agent].interval;
        self.evaluate_absence(agent, observer);
        for alert in plan.alerts.of_agent[agent].iter().copied() {
            let AlertPlan { subject: Subject::Row(row), when, .. } = &plan.alerts.alerts[alert] else { continue };
            let Some(series) = self.monitoring.agents[agent].series.get(*row) else { continue };
            let Some((taken, _)) = series.back() else { continue };
            let (holds, taken) = (holds(when, series, interval), *taken);
            let patience = match when {
                AlertCondition::Threshold { for_s: Some(seconds), .. } => seconds.nanos(),
                _ => 0,
            };
            self.transition(alert, holds, taken, patience, observer);
        }
    }

    /// Judges the alerts of the site from outside, on what the probe reported.
    pub(super) fn evaluate_probe<O: Observer>(&mut self, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        for alert in plan.alerts.of_site.iter().copied() {
            let holds = match &plan.alerts.alerts[alert].when {
                AlertCondition::Probe { failures } => self.monitoring.probe.failures >= u32::from(*failures),
                AlertCondition::Certificate { days } => self.monitoring.probe.days_left.is_some_and(|left| left <= days.get()),
                _ => false,
            };
            self.transition(alert, holds, self.clock.now(), 0, observer);
        }
    }

    /// Moves one alert on: its condition `holds` or not at `moment`, and has to hold for `patience` nanoseconds.
    fn transition<O: Observer>(&mut self, alert: AlertIx, holds: bool, moment: SimTime, patience: u64, observer: &mut O) {
        let standing = &mut self.monitoring.alerts.standings[alert];
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
        (standing.state, standing.since) = (state, self.clock.now());
        if !matches!(state, AlertState::Firing | AlertState::Resolved) {
            return;
        }
        if self.monitoring.alerts.log.len() == KEPT_ENTRIES {
            self.monitoring.alerts.log.pop_front();
        }
        self.monitoring.alerts.log.push_back(Entry { at: self.clock.now(), alert, state });
        let AlertPlan { rule, station, .. } = self.plan.alerts.alerts[alert];
        self.note(observer, None, EventKind::Alert { rule, subject: station, state });
    }

    /// Where every alert stands: for each agent in authored order, then for the site as the external probe sees it.
    pub fn alerts(&self) -> Vec<AlertView<'_>> {
        let standings = self.plan.alerts.alerts.iter().zip(&self.monitoring.alerts.standings);
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
        self.monitoring.alerts.log.iter().map(|entry| {
            let plan = &self.plan.alerts.alerts[entry.alert];
            let (rule, subject) = (self.rule_name(plan.rule), plan.station);
            AlertEntry { at: entry.at, rule, subject, state: entry.state }
        })
    }

    fn rule_name(&self, rule: u16) -> &str {
        self.infra.monitoring().alerts.get(usize::from(rule)).map_or("", |rule| rule.name.as_str())
    }
}
