//! The error budget: how many errors an objective allows, and how many have occurred.
//!
//! The budget counts delivered samples. Only alert rules evaluate them.

use hoplight_model::ComponentIx;
use hoplight_model::monitoring::AlertCondition;
use hoplight_sim::SimTime;

use crate::stage::Stage;

/// A component's error budget over the retained samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// The component.
    pub component: ComponentIx,
    /// The objective: the promised fraction of successful responses.
    pub objective: f64,
    /// Seconds from the oldest retained sample to now.
    pub window_s: f64,
    /// Number of responses in the retained samples.
    pub answers: u64,
    /// Number of errors among them.
    pub errors: u64,
    /// Burn rate over the rule's short window: at 1, the budget is used up exactly. `None` if the window has no responses.
    pub rate: Option<f64>,
    /// Burn rate at which the rule fires.
    pub pages_at: f64,
}

impl Budget {
    /// Returns the fraction of the budget that is used up: 1 is the whole budget. `None` without responses.
    pub fn burnt(&self) -> Option<f64> {
        burn(self.errors, self.answers, self.objective)
    }
}

/// Computes (errors ÷ answers) ÷ (1 − objective).
fn burn(errors: u64, answers: u64, objective: f64) -> Option<f64> {
    let allowed = (1.0 - objective) * answers as f64;
    if answers == 0 { None } else { Some(if errors == 0 { 0.0 } else { errors as f64 / allowed }) }
}

/// Returns the budgets of all burn-rate rules, one per component, from the component's first rule.
pub fn budgets(stage: &Stage) -> Vec<Budget> {
    let sim = stage.sim();
    let mut budgets: Vec<Budget> = Vec::new();
    for alert in sim.alerts() {
        let rule = stage.infra().monitoring().alerts.iter().find(|rule| rule.name.as_str() == alert.rule);
        let Some(AlertCondition::Burn { rate, short_s, objective, .. }) = rule.map(|rule| &rule.when) else { continue };
        let Some(component) = alert.subject.filter(|subject| budgets.iter().all(|known| known.component != *subject)) else {
            continue;
        };
        let counted = |since: Option<SimTime>| {
            let samples = sim.samples(component).filter(|(taken, _)| since.is_none_or(|since| *taken > since));
            samples.fold((0, 0), |(errors, answers), (_, sample)| {
                (errors + u64::from(sample.errors), answers + u64::from(sample.answers))
            })
        };
        let (errors, answers) = counted(None);
        let newest = sim.samples(component).next_back().map(|(taken, _)| *taken);
        let short = newest.map(|newest| SimTime::from_nanos(newest.nanos().saturating_sub(short_s.nanos())));
        let (short_errors, short_answers) = counted(short);
        let oldest = sim.samples(component).next().map_or(sim.now(), |(taken, _)| *taken);
        budgets.push(Budget {
            component,
            objective: objective.get(),
            window_s: sim.now().since(oldest).as_secs_f64(),
            answers,
            errors,
            rate: burn(short_errors, short_answers, objective.get()),
            pages_at: rate.get(),
        });
    }
    budgets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_error_in_a_thousand_uses_up_three_nines() {
        assert_eq!(burn(0, 0, 0.999), None);
        assert_eq!(burn(0, 5, 0.999), Some(0.0));
        assert!((burn(1, 1000, 0.999).unwrap() - 1.0).abs() < 1e-9);
        assert!((burn(5, 1000, 0.99).unwrap() - 0.5).abs() < 1e-9);
        assert_eq!(burn(0, 1000, 1.0), Some(0.0), "an objective of 1 is met as long as nothing fails");
        assert_eq!(burn(1, 1000, 1.0), Some(f64::INFINITY));
    }
}
