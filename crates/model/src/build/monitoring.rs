//! Checks of alert rules and the external probe.

use super::Builder;
use crate::infrastructure::{Infrastructure, LinkIx};
use crate::link::Protocol;
use crate::monitoring::{AlertCondition, AlertRule, DeadMansSwitchSpec, KEPT_SAMPLES, Scope, usual_alerts};
use crate::problem::{AlertProblem, Listed, Problem, ProblemKind, ProblemPath};

/// Maximum number of alert rules in one scenario.
const MAX_ALERTS: usize = 200;

impl Builder {
    /// Checks the alert rules and the probe against the rest of the scenario.
    pub(super) fn check_monitoring(&mut self, infra: &Infrastructure) {
        self.keep(check_service(infra));
        self.keep(check_reporting(infra));
        for (number, rule) in infra.monitoring().alerts.iter().enumerate() {
            let alert = self.check_alert(infra, number, rule);
            self.keep(alert);
        }
    }

    fn check_alert(&self, infra: &Infrastructure, number: usize, rule: &AlertRule) -> Result<(), Problem> {
        let at = |field| ProblemPath::root().field("monitoring").field("alerts").index(number).field(field);
        let wrong =
            |problem, field| Err(Problem { path: at(field), kind: ProblemKind::Alert { rule: rule.name.clone(), problem } });
        match &rule.when {
            AlertCondition::Change { metric, .. } if !metric.is_averageable() => {
                return wrong(AlertProblem::NotAverageable(*metric), "when");
            }
            AlertCondition::Absence { intervals: 0 } => return wrong(AlertProblem::NoInterval, "when"),
            AlertCondition::Probe { failures: 0 } => return wrong(AlertProblem::NoFailure, "when"),
            AlertCondition::Burn { long_s, short_s, .. } if short_s > long_s => {
                return wrong(AlertProblem::Windows { short_s: short_s.get(), long_s: long_s.get() }, "when");
            }
            AlertCondition::Threshold { .. }
            | AlertCondition::Change { .. }
            | AlertCondition::Absence { .. }
            | AlertCondition::Certificate { .. }
            | AlertCondition::Burn { .. }
            | AlertCondition::Leaders { .. }
            | AlertCondition::Redundancy { .. }
            | AlertCondition::TargetDown { .. }
            | AlertCondition::Probe { .. } => {}
        }
        if let Scope::Component(id) = &rule.on {
            let kind = &infra.component(self.known_component(id, || at("on"))?).kind;
            let is_absence = rule.when.is_of_agent();
            let fits = if kind.as_agent().is_some() { is_absence } else { !is_absence && kind.serves_requests() };
            if !fits {
                return wrong(AlertProblem::WrongComponent(id.clone(), Box::new(kind.clone())), "on");
            }
        }
        if rule.when.is_outside() && rule.on != Scope::Any {
            return wrong(AlertProblem::SiteScope, "on");
        }
        if rule.when.is_of_group() && rule.on != Scope::Any {
            return wrong(AlertProblem::GroupScope, "on");
        }
        let reach_s = rule.when.reach_s();
        for (_, component) in infra.components() {
            let Some(agent) = component.kind.as_agent() else { continue };
            let kept_s = agent.interval_s.get() * KEPT_SAMPLES as f64;
            if reach_s > kept_s && is_authored(infra) {
                let agent = component.id.clone();
                return wrong(AlertProblem::Reach { reach_s, agent, samples: KEPT_SAMPLES, kept_s }, "when");
            }
        }
        Ok(())
    }
}

fn check_service(infra: &Infrastructure) -> Result<(), Problem> {
    let at = |field| ProblemPath::root().field("monitoring").field(field);
    let spec = infra.monitoring();
    let count = spec.alerts.len();
    if count > MAX_ALERTS {
        let kind = ProblemKind::TooMany { list: Listed::Alerts, count, most: MAX_ALERTS };
        return Err(Problem { path: at("alerts"), kind });
    }
    if let Some(DeadMansSwitchSpec { interval_s, timeout_s }) = spec.dead_mans_switch
        && timeout_s <= interval_s
    {
        let kind = ProblemKind::DeadMansSwitch { interval_s: interval_s.get(), timeout_s: timeout_s.get() };
        return Err(Problem { path: at("dead_mans_switch").field("timeout_s"), kind });
    }
    let has_service = infra.components().any(|(_, component)| component.kind.is_monitoring_service());
    if spec.probe.is_some() && !has_service {
        return Err(Problem { path: at("probe"), kind: ProblemKind::ProbeWithoutService });
    }
    if spec.dead_mans_switch.is_some() && !has_service {
        return Err(Problem { path: at("dead_mans_switch"), kind: ProblemKind::SwitchWithoutService });
    }
    Ok(())
}

/// Checks that each agent pushes its samples or is scraped, not both: the service would count every request twice.
fn check_reporting(infra: &Infrastructure) -> Result<(), Problem> {
    for (ix, component) in infra.components().filter(|(_, component)| component.kind.as_agent().is_some()) {
        let metrics = |link: &LinkIx| infra.link(*link).protocol == Protocol::Metrics;
        let pushes = infra.links_from(ix).into_iter().find(metrics);
        let scraped = infra.links().map(|(link, _)| link).filter(metrics).find(|link| infra.ends(*link).1 == ix);
        if let (Some(push), Some(scrape)) = (pushes, scraped) {
            let kind = ProblemKind::PushedAndScraped {
                agent: component.id.clone(),
                service: infra.component(infra.ends(scrape).0).id.clone(),
            };
            let later = push.index().max(scrape.index());
            return Err(Problem { path: ProblemPath::record("links", later).field("to"), kind });
        }
    }
    Ok(())
}

/// Whether the scenario lists its own rules. The default rules are exempt from the check: they use the samples that
/// exist.
fn is_authored(infra: &Infrastructure) -> bool {
    infra.monitoring().alerts != usual_alerts()
}
