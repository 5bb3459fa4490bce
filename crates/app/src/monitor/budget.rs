//! The error budget: how many failures an objective allows, and how many of them have happened.
//!
//! Counts delivered samples. Only alert rules judge them.

use hoplight_model::ComponentIx;
use hoplight_model::monitoring::AlertCondition;
use hoplight_sim::SimTime;

use crate::stage::Stage;

/// A component's error budget over the samples that the service keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// The component.
    pub component: ComponentIx,
    /// The promised fraction of good responses.
    pub objective: f64,
    /// Seconds from the oldest kept sample to now.
    pub window_s: f64,
    /// Responses in the kept samples.
    pub answers: u64,
    /// Errors among them.
    pub errors: u64,
    /// The burn rate over the rule's short window: 1 uses the budget up exactly; `None` without a response in the window.
    pub rate: Option<f64>,
    /// The burn rate at which the rule fires.
    pub pages_at: f64,
}

impl Budget {
    /// Errors relative to those that the objective allows: 1 is the whole budget. `None` without a response.
    pub fn burnt(&self) -> Option<f64> {
        burn(self.errors, self.answers, self.objective)
    }
}

/// (errors ÷ answers) ÷ (1 − objective).
fn burn(errors: u64, answers: u64, objective: f64) -> Option<f64> {
    let allowed = (1.0 - objective) * answers as f64;
    if answers == 0 { None } else { Some(if errors == 0 { 0.0 } else { errors as f64 / allowed }) }
}

/// The budgets of all burn-rate rules, one for each component, by its first rule.
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
        assert_eq!(burn(0, 1000, 1.0), Some(0.0), "an objective without a budget is kept as long as nothing fails");
        assert_eq!(burn(1, 1000, 1.0), Some(f64::INFINITY));
    }
}
