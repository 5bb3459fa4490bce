//! Judging remedies: each one is compared with a run in which it was not applied.

use std::collections::BTreeSet;
use std::time::Duration;

use hoplight_sim::{Command, SimTime, Simulation};

use super::DrillRun;
use crate::harm::{Harm, harm};
use crate::remedy::{Attempt, Effect, JUDGED_AFTER_S};

/// Difference of failed requests below which two runs count as equal: requests that were in flight differ by chance.
const FEWEST: u64 = 10;

/// The state before a remedy.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    simulation: Simulation,
    /// Failed requests of users until then.
    failed: u64,
}

impl Trial {
    pub(super) fn new(simulation: &Simulation, failed: u64) -> Self {
        Self { simulation: simulation.clone(), failed }
    }

    /// Continues the run without the remedy. Returns the number of failed requests and the harm at the end.
    fn without(mut self, others: &[(SimTime, &Command)], until: SimTime, usual_p95: Option<f64>) -> (u64, BTreeSet<Harm>) {
        let before = self.simulation.totals().failed;
        for (at, command) in others {
            self.simulation.advance(*at, &mut ());
            // Without the remedy, a later command may have nothing to change.
            let _ = self.simulation.apply(command, &mut ());
        }
        self.simulation.advance(until, &mut ());
        (self.simulation.totals().failed - before, harm(&self.simulation, usual_p95))
    }
}

impl Attempt {
    pub(super) const fn is_refused(&self) -> bool {
        matches!(self.effect, Effect::Refused(_) | Effect::NotAvailable)
    }
}

impl DrillRun {
    /// Judges the remedies that are old enough.
    pub(super) fn judge_attempts(&mut self) {
        for place in 0..self.attempts.len() {
            let is_due = self.now().since(self.attempts[place].at) >= Duration::from_secs(JUDGED_AFTER_S);
            if let Some(trial) = self.trials[place].take_if(|_| is_due) {
                self.attempts[place].effect = self.judged(place, trial);
            }
        }
    }

    fn judged(&self, place: usize, trial: Trial) -> Effect {
        let (at, failed_before) = (self.attempts[place].at, trial.failed);
        let later = self.attempts.iter().skip(place + 1).filter(|attempt| !attempt.is_refused());
        let mut others: Vec<(SimTime, &Command)> = later.map(|attempt| (attempt.at, &attempt.command)).collect();
        others.extend(self.injected.iter().filter(|(when, _)| *when > at).map(|(when, command)| (*when, command)));
        others.sort_by_key(|(when, _)| *when);
        let (failed_without, harm_without) = trial.without(&others, self.now(), self.usual_p95);
        let failed = self.evidence.failed - failed_before;
        let is_less = |a: u64, b: u64| a + FEWEST < b && a * 10 < b * 8;
        let (ended, caused) = (harm_without.difference(&self.harm).count(), self.harm.difference(&harm_without).count());
        if is_less(failed_without, failed) || (caused > ended && !is_less(failed, failed_without)) {
            Effect::Hurt
        } else if is_less(failed, failed_without) || ended > 0 {
            Effect::Helped
        } else {
            Effect::Nothing
        }
    }

    /// Credits the last remedy before the mitigation, whose effect may take longer than the others' to show: caches of names
    /// have to expire first.
    pub(super) fn credit(&mut self, place: usize) {
        self.trials[place] = None;
        self.attempts[place].effect = Effect::Helped;
    }
}
