//! The checks of what a monitoring service is told to watch for.

use super::super::error::ContentError;
use super::super::infrastructure::Infrastructure;
use super::super::monitoring::{AlertCondition, AlertRule, KEPT_SAMPLES, Scope};
use super::Builder;

/// Most alert rules of one scenario.
const MAX_ALERTS: usize = 200;

impl Builder<'_> {
    /// Checks the alert rules and the probe against the rest of the scenario.
    pub(super) fn check_monitoring(&mut self, infra: &Infrastructure) {
        let whole = self.check_watch(infra);
        self.keep(whole);
        for rule in &infra.monitoring().alerts {
            let alert = self.check_alert(infra, rule);
            self.keep(alert);
        }
    }

    fn check_watch(&self, infra: &Infrastructure) -> Result<(), ContentError> {
        let whole = |message: String| Err(ContentError::in_list(self.file, self.text, "monitoring", message));
        let spec = infra.monitoring();
        if spec.alerts.len() > MAX_ALERTS {
            return whole(format!("{} alert rules, at most {MAX_ALERTS} are read", spec.alerts.len()));
        }
        let has_service = infra.components().any(|(_, component)| component.kind.is_monitoring_service());
        if spec.probe.is_some() && !has_service {
            return whole("a probe reports to a monitoring service, and there is none".into());
        }
        Ok(())
    }

    fn check_alert(&self, infra: &Infrastructure, rule: &AlertRule) -> Result<(), ContentError> {
        let name = rule.name.as_str();
        let wrong = |message: String| Err(self.error(name, message));
        match &rule.when {
            AlertCondition::Change { metric, .. } if !metric.is_averageable() => {
                return wrong(format!(
                    "`{name}` asks for the mean of {}: percentiles and ratios cannot be averaged",
                    metric.word()
                ));
            }
            AlertCondition::Absence { intervals: 0 } => {
                return wrong(format!("`{name}` needs at least one missed interval"));
            }
            AlertCondition::Probe { failures: 0 } => {
                return wrong(format!("`{name}` needs at least one failure"));
            }
            AlertCondition::Burn { long_s, short_s, .. } if short_s > long_s => {
                let (short, long) = (short_s.get(), long_s.get());
                return wrong(format!("`{name}` has a short window of {short} s above its long one of {long} s"));
            }
            _ => {}
        }
        if let Scope::Component(id) = &rule.on {
            let marks = [&*format!("\"{name}\""), "on"];
            let about = |message: String| ContentError::behind(self.file, self.text, "monitoring", &marks, id.as_str(), message);
            let Some(ix) = infra.find(id.as_str()) else {
                let known = infra.components().map(|(_, component)| component.id.as_str());
                return Err(about(format!("no component `{id}`")).suggest(id.as_str(), known));
            };
            let kind = &infra.component(ix).kind;
            let is_absence = matches!(rule.when, AlertCondition::Absence { .. });
            let (fits, wanted) = if kind.as_agent().is_some() {
                (is_absence, "watch components, not agents")
            } else {
                (!is_absence && kind.serves_requests(), "watch what agents sample; absence is of an agent")
            };
            if !fits {
                return Err(about(format!("`{name}` is on {} `{id}`: rules {wanted}", kind.word())));
            }
        }
        if rule.when.is_outside() && rule.on != Scope::Any {
            return wrong(format!("`{name}` is about the site as the probe sees it: it is on no component"));
        }
        if rule.when.is_of_group() && rule.on != Scope::Any {
            return wrong(format!("`{name}` is about several components together: it is on no single one"));
        }
        let reach = rule.when.reach_s();
        for (_, component) in infra.components() {
            let Some(agent) = component.kind.as_agent() else { continue };
            let kept = agent.interval_s.get() * KEPT_SAMPLES as f64;
            if reach > kept && spec_is_authored(infra) {
                return wrong(format!(
                    "`{name}` looks {reach} s back, but the service keeps {KEPT_SAMPLES} samples of `{}`: {kept} s",
                    component.id
                ));
            }
        }
        Ok(())
    }
}

/// Whether a file lists rules of its own. The usual ones look back as far as they can.
fn spec_is_authored(infra: &Infrastructure) -> bool {
    infra.monitoring().alerts != super::super::monitoring::usual_alerts()
}
