//! Learner input within a step or a question: answers, marks and hint requests.
//!
//! None of these methods moves to another step.

use std::collections::BTreeMap;

use hoplight_model::{Element, Infrastructure};

use super::super::figure::Figure;
use super::super::form::StepGate;
use super::super::marks::Review;
use super::super::outcome::{Answered, Hinted, Refusal, Solved, Submitted, Toggled};
use super::super::question::Ask;
use super::{LessonRun, Place};

impl LessonRun {
    pub(super) fn predicts(&self) -> bool {
        self.step().is_some_and(|step| matches!(step.gate, StepGate::Predict(_)))
    }

    /// Chooses an option, numbered from 0 as in the file; [`Self::option_order`] says where it is shown.
    pub fn answer(&mut self, choice: usize) -> Answered {
        let Some(question) = self.question() else { return Answered::Refused(Refusal::NoQuestion) };
        let Ask::Choice(choices) = &question.ask else { return Answered::Refused(Refusal::MarksWanted) };
        let options = choices.len();
        let Some(chosen) = choices.get(choice).cloned() else {
            return Answered::Refused(Refusal::NoSuchOption { options });
        };
        let predicts = self.predicts();
        let Some(state) = self.question_state_mut() else { return Answered::Refused(Refusal::NoQuestion) };
        if state.solved || state.given_up || predicts && state.first.is_some() {
            return Answered::Refused(Refusal::AlreadyAnswered);
        }
        state.tried.push(choice);
        state.first.get_or_insert(chosen.right);
        state.solved = chosen.right && !predicts;
        match (predicts, chosen.right) {
            (true, _) => Answered::Predicted,
            (false, true) => Answered::Right(chosen.why),
            (false, false) => Answered::Wrong(chosen.why),
        }
    }

    /// Toggles the mark of an element for the current question.
    pub fn toggle_mark(&mut self, infra: &Infrastructure, element: Element) -> Toggled {
        let Some(question) = self.question() else { return Toggled::Refused(Refusal::NoQuestion) };
        let Some(target) = question.target() else { return Toggled::Refused(Refusal::OptionWanted) };
        if !target.admits(infra, &element) {
            return Toggled::Refused(Refusal::CannotMark { element, wanted: target.noun() });
        }
        let Some(state) = self.question_state_mut() else { return Toggled::Refused(Refusal::NoQuestion) };
        if state.solved || state.given_up {
            return Toggled::Refused(Refusal::AlreadyAnswered);
        }
        state.review = None;
        if state.marks.remove(&element) {
            return Toggled::Unmarked;
        }
        state.marks.insert(element);
        Toggled::Marked
    }

    /// Compares the marks with the right set, which is computed from the current infrastructure.
    pub fn submit_marks(&mut self, infra: &Infrastructure) -> Submitted {
        let Some(question) = self.question() else { return Submitted::Refused(Refusal::NoQuestion) };
        let Ask::Mark { target, why } = &question.ask else { return Submitted::Refused(Refusal::OptionWanted) };
        let (right, why) = (target.right(infra), why.clone());
        let predicts = self.predicts();
        let Some(state) = self.question_state_mut() else { return Submitted::Refused(Refusal::NoQuestion) };
        if state.solved || state.given_up || predicts && state.first.is_some() {
            return Submitted::Refused(Refusal::AlreadyAnswered);
        }
        if state.marks.is_empty() && !right.is_empty() {
            return Submitted::Refused(Refusal::NothingMarked);
        }
        let review = Review::of(&state.marks, &right);
        let (missing, extra) = (review.missing.len(), review.surplus.len());
        let all = missing == 0 && extra == 0;
        state.review = (!predicts).then_some(review);
        state.first.get_or_insert(all);
        state.solved = all && !predicts;
        match (predicts, all) {
            (true, _) => Submitted::Predicted,
            (false, true) => Submitted::Right(why),
            (false, false) => Submitted::Wrong { missing, extra },
        }
    }

    /// Shows the next hint.
    pub fn hint(&mut self) -> Hinted {
        let Place::Step(number) = self.place else { return Hinted::NotNeeded };
        let (Some(state), Some(step)) = (self.steps.get_mut(number), self.lesson.steps.get(number)) else {
            return Hinted::NotNeeded;
        };
        if state.has_passed(step) {
            return Hinted::NotNeeded;
        }
        match step.hints.get(state.hints) {
            Some(text) => {
                state.hints += 1;
                Hinted::Hint { text: text.clone(), number: state.hints, of: step.hints.len() }
            }
            None => Hinted::SolutionNext,
        }
    }

    /// Shows the solution once all hints are shown.
    pub fn solution(&mut self) -> Solved {
        let Place::Step(number) = self.place else { return Solved::NotNeeded };
        let (Some(state), Some(step)) = (self.steps.get_mut(number), self.lesson.steps.get(number)) else {
            return Solved::NotNeeded;
        };
        if step.solution.is_empty() || state.has_passed(step) {
            return Solved::NotNeeded;
        }
        match step.hints.len().saturating_sub(state.hints) {
            0 => {
                state.solution = true;
                Solved::Shown(step.solution.clone())
            }
            left => Solved::HintsFirst(left),
        }
    }

    /// Keeps figures measured when the gate passed.
    pub(in super::super) fn keep_figures(&mut self, figures: BTreeMap<Figure, String>) {
        if let Place::Step(number) = self.place
            && let Some(state) = self.steps.get_mut(number)
        {
            state.figures = figures;
        }
    }
}
