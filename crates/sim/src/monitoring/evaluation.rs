//! Evaluation of the alert rules: on samples when one arrives, on missing samples once a second, on the site as seen by
//! the external probe when the probe reports.

use hoplight_model::monitoring::{AlertCondition, MISSED_INTERVALS};

use super::Monitoring;
use super::alerts::{holds, level_before};
use crate::index::{AgentIx, AlertIx};
use crate::journal::{EventKind, Observer, tell};
use crate::messages::{Sample, Scrape};
use crate::plan::{AgentPlan, AlertPlan, Plan, Subject};
use crate::time::SimTime;
use crate::view::ComponentSample;

impl Monitoring {
    /// Evaluates the rules on missing samples and on groups. Called once a second while a monitoring service is
    /// running.
    pub(crate) fn evaluate_silence<O: Observer>(&mut self, plan: &Plan, now: SimTime, observer: &mut O) {
        for agent in self.agents.indices() {
            self.evaluate_absence(agent, plan, now, observer);
            if self.is_silent(agent, plan, now) {
                self.reset_silent_rows(agent, plan, now, observer);
            }
        }
        self.evaluate_groups(plan, now, observer);
    }

    /// Checks that each group has exactly one leader and that all its members run, from the last samples of agents that are
    /// not silent.
    fn evaluate_groups<O: Observer>(&mut self, plan: &Plan, now: SimTime, observer: &mut O) {
        for alert in plan.alerts.of_groups.iter().copied() {
            let AlertPlan {
                subject: Subject::Group(group),
                when: when @ (AlertCondition::Leaders { for_s } | AlertCondition::Redundancy { for_s }),
                ..
            } = &plan.alerts.alerts[alert]
            else {
                continue;
            };
            let group = &plan.alerts.groups[*group];
            let (mut reported, mut leaders, mut missing) = (0, 0, 0);
            for agent in self.agents.indices().filter(|agent| !self.is_silent(*agent, plan, now)) {
                let series = plan.agents[agent].watches.iter().zip(&self.agents[agent].series);
                for (_, series) in series.filter(|(watched, _)| group.contains(watched)) {
                    let Some((_, ComponentSample { leads, .. })) = series.back() else { continue };
                    missing += usize::from(leads.is_none());
                    reported += usize::from(leads.is_some());
                    leaders += u32::from(*leads == Some(true));
                }
            }
            // A member that has not reported may be the leader.
            let is_led_badly = leaders > 1 || leaders == 0 && reported >= group.len();
            let holds = if matches!(when, AlertCondition::Redundancy { .. }) { missing > 0 } else { is_led_badly };
            let patience = for_s.map_or(0, hoplight_model::quantity::Seconds::nanos);
            self.transition(alert, holds, (now, patience), plan, now, observer);
        }
    }

    /// Evaluates the absence rules of one agent.
    fn evaluate_absence<O: Observer>(&mut self, agent: AgentIx, plan: &Plan, now: SimTime, observer: &mut O) {
        for alert in plan.alerts.of_agent[agent].iter().copied() {
            if let AlertCondition::Absence { intervals } = plan.alerts.alerts[alert].when {
                let absent = self.silence(agent, now) > u64::from(intervals) * plan.agents[agent].interval;
                self.transition(alert, absent, (now, 0), plan, now, observer);
            }
        }
    }

    /// Clears the alerts on a silent agent's samples: old samples are not evidence.
    fn reset_silent_rows<O: Observer>(&mut self, agent: AgentIx, plan: &Plan, now: SimTime, observer: &mut O) {
        for alert in plan.alerts.of_agent[agent].iter().copied() {
            if matches!(plan.alerts.alerts[alert].subject, Subject::Row(_)) {
                self.transition(alert, false, (now, 0), plan, now, observer);
            }
        }
    }

    /// Handles the result of a scrape at the service that sent it. `sample` is what the agent returned; a failed scrape
    /// has none, and the service knows nothing about the components until the next scrape succeeds.
    pub(crate) fn receive_scrape<O: Observer>(
        &mut self,
        (scrape, up): (Scrape, bool),
        sample: Option<Sample>,
        plan: &Plan,
        now: SimTime,
        observer: &mut O,
    ) {
        let agent = scrape.agent;
        if self.record_scrape(scrape, up) {
            tell(observer, now, None, || EventKind::Target { agent: plan.agents[agent].station, up });
        }
        for alert in plan.alerts.of_agent[agent].iter().copied() {
            if let AlertCondition::TargetDown { for_s } = &plan.alerts.alerts[alert].when {
                let patience = for_s.map_or(0, hoplight_model::quantity::Seconds::nanos);
                self.transition(alert, !up, (scrape.sent, patience), plan, now, observer);
            }
        }
        if !up {
            self.reset_silent_rows(agent, plan, now, observer);
        }
        if let Some(sample) = sample {
            self.receive(sample, plan, now, observer);
        }
    }

    /// Evaluates the alerts of one agent on a sample that has just arrived.
    fn evaluate_sample<O: Observer>(&mut self, agent: AgentIx, plan: &Plan, now: SimTime, observer: &mut O) {
        let interval = plan.agents[agent].interval;
        self.evaluate_absence(agent, plan, now, observer);
        for alert in plan.alerts.of_agent[agent].iter().copied() {
            let AlertPlan { subject: Subject::Row(row), when, .. } = &plan.alerts.alerts[alert] else { continue };
            let series = &self.agents[agent].series[*row];
            let (taken, _) = *series.back().expect("a sample was just added to each row");
            let holds = holds(when, series, interval, self.alerts.reference(alert, now));
            let level = level_before(when, series);
            let patience = match when {
                AlertCondition::Threshold { for_s: Some(seconds), .. } => seconds.nanos(),
                _ => 0,
            };
            let changed = self.transition(alert, holds, (taken, patience), plan, now, observer);
            if let Some(level) = level.filter(|_| changed && holds) {
                self.alerts.set_reference(alert, level, now);
            }
        }
    }

    /// Evaluates the alerts on the site as seen by the external probe, after the probe has reported.
    pub(crate) fn evaluate_probe<O: Observer>(&mut self, plan: &Plan, now: SimTime, observer: &mut O) {
        for alert in plan.alerts.of_site.iter().copied() {
            let holds = match &plan.alerts.alerts[alert].when {
                AlertCondition::Probe { failures } => self.probe.failures() >= u32::from(*failures),
                AlertCondition::Certificate { days } => self.probe.days_left().is_some_and(|left| left <= days.get()),
                _ => false,
            };
            self.transition(alert, holds, (now, 0), plan, now, observer);
        }
    }

    /// Updates an alert's state and reports the change to the observer. Returns whether the alert fired or was resolved.
    fn transition<O: Observer>(
        &mut self,
        alert: AlertIx,
        holds: bool,
        (moment, patience): (SimTime, u64),
        plan: &Plan,
        now: SimTime,
        observer: &mut O,
    ) -> bool {
        let changed = self.alerts.transition(alert, holds, moment, patience, now);
        if let Some(state) = changed {
            let AlertPlan { rule, station, .. } = plan.alerts.alerts[alert];
            tell(observer, now, None, || EventKind::Alert { rule, subject: station, state });
        }
        changed.is_some()
    }

    /// Handles a sample that arrives at the monitoring service.
    pub(crate) fn receive<O: Observer>(&mut self, sample: Sample, plan: &Plan, now: SimTime, observer: &mut O) {
        let agent = sample.agent;
        let AgentPlan { station, subject, .. } = plan.agents[agent];
        // Samples from before a silence do not count towards a rule's duration.
        if self.is_silent(agent, plan, now) {
            self.reset_silent_rows(agent, plan, now, observer);
        }
        let is_news = self.agents[agent].deliver(sample, subject, now);
        tell(observer, now, None, || EventKind::Delivered { agent: station });
        if is_news {
            self.evaluate_sample(agent, plan, now, observer);
        }
    }

    /// Whether no sample of an agent has arrived for more than three of its intervals.
    fn is_silent(&self, agent: AgentIx, plan: &Plan, now: SimTime) -> bool {
        self.agents[agent].is_down() || self.silence(agent, now) > u64::from(MISSED_INTERVALS) * plan.agents[agent].interval
    }

    /// Nanoseconds since the last sample of an agent arrived. Time before the monitoring service started does not
    /// count.
    fn silence(&self, agent: AgentIx, now: SimTime) -> u64 {
        let arrived = self.agents[agent].arrived.unwrap_or(SimTime::ZERO);
        now - arrived.max(self.alerts.listening_since())
    }
}
