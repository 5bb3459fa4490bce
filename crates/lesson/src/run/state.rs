//! The learner's state in one step: goals met, replies given, hints shown.

use std::collections::BTreeMap;

use hoplight_sim::SimTime;

use super::super::condition::{Baseline, Nature, Observation};
use super::super::figure::Figure;
use super::super::form::{Step, StepGate};
use super::super::outcome::Changed;
use super::QuestionState;

/// The learner's state in one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StepState {
    pub(super) begun: bool,
    /// The baseline, and when the step began.
    began: Option<(Baseline, SimTime)>,
    /// When each goal was met; `None` if it is open.
    met: Vec<Option<SimTime>>,
    /// For each reply: whether its condition held at the last observation.
    held: Vec<bool>,
    /// The reply that is shown.
    pub(super) said: Option<usize>,
    /// Number of replies given in this step.
    pub(super) replied: u32,
    pub(super) hints: usize,
    pub(super) solution: bool,
    pub(super) question: QuestionState,
    /// Figures measured when the gate passed.
    pub(super) figures: BTreeMap<Figure, String>,
}

impl StepState {
    /// The baseline; `None` until the first observation.
    pub(super) fn baseline(&self) -> Option<&Baseline> {
        self.began.as_ref().map(|(baseline, _)| baseline)
    }

    /// The state after a restart of the step: hints already shown stay.
    pub(super) fn restarted(&self) -> Self {
        Self { hints: self.hints, solution: self.solution, ..Self::default() }
    }

    /// Whether a goal is met.
    pub(super) fn is_met(&self, goal: usize) -> bool {
        self.met.get(goal).copied().flatten().is_some()
    }

    /// Whether the gate has passed.
    pub(super) fn has_passed(&self, step: &Step) -> bool {
        match &step.gate {
            StepGate::Continue => true,
            StepGate::Goals(goals) => (0..goals.len()).all(|goal| self.is_met(goal)),
            StepGate::Ask(_) => self.question.solved || self.question.given_up,
            StepGate::Predict(_) => self.question.first.is_some(),
        }
    }

    /// Evaluates goals and replies. If `is_over`, the learner has left the step before, and goals stay as they are met.
    pub(super) fn observe(&mut self, step: &Step, seen: &Observation<'_>, is_over: bool) -> Changed {
        let now = seen.sim.now();
        let is_first = self.began.is_none();
        let (baseline, began) = self.began.get_or_insert_with(|| (seen.into(), now));
        if baseline.selected.as_ref() != seen.selected {
            baseline.selected = None;
        }
        if baseline.followed != seen.followed {
            baseline.followed = None;
        }
        // After a rewind to before a goal was met, the next window starts here.
        *began = (*began).min(now);
        self.met.resize(step.goals().len(), None);
        self.met.iter_mut().flatten().for_each(|at| *at = (*at).min(now));

        let (mut newly, mut reopened, mut is_open) = (Vec::new(), Vec::new(), false);
        baseline.fresh = *began;
        for (number, (goal, met)) in step.goals().iter().zip(&mut self.met).enumerate() {
            if let Some(at) = *met {
                if !is_over && goal.when.nature() == Nature::State && !goal.when.holds(seen, baseline) {
                    *met = None;
                    reopened.push(number);
                    is_open = true;
                } else {
                    baseline.fresh = baseline.fresh.max(at);
                }
            } else if !is_open && goal.when.holds(seen, baseline) {
                *met = Some(now);
                baseline.fresh = now;
                newly.push(number);
            } else {
                is_open = true;
            }
        }
        if !reopened.is_empty() {
            self.figures.clear();
        }
        let replied = self.reply(step, seen, is_first);
        match (newly.is_empty(), is_open) {
            (false, false) => Changed::Passed(newly),
            (false, true) => Changed::Goals(newly),
            (true, _) if !reopened.is_empty() => Changed::Reopened(reopened),
            (true, _) if replied => Changed::Replied,
            (true, _) => Changed::Nothing,
        }
    }

    /// Gives the author's reply to what newly holds. Returns whether there is one.
    fn reply(&mut self, step: &Step, seen: &Observation<'_>, is_first: bool) -> bool {
        if step.replies.is_empty() {
            return false;
        }
        let has_passed = self.has_passed(step);
        let Some((baseline, _)) = &self.began else { return false };
        self.held.resize(step.replies.len(), false);
        let mut replied = false;
        for (number, (reply, held)) in step.replies.iter().zip(&mut self.held).enumerate() {
            let holds = reply.when.holds(seen, baseline);
            let held_before = std::mem::replace(held, holds);
            if holds && !held_before && !is_first && !has_passed {
                self.said = Some(number);
                self.replied += 1;
                replied = true;
            }
            if !holds && self.said == Some(number) {
                self.said = None;
            }
        }
        replied
    }
}
