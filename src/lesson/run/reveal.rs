//! What a passed gate shows: the step's reveal, and the judgement of a prediction.
//!
//! Must not change anything.

use crate::model::Text;

use super::super::form::Gate;
use super::super::outcome::Reveal;
use super::{LessonRun, Place};

impl LessonRun {
    /// What the step reveals, once its gate has passed.
    pub fn reveal(&self) -> Option<Reveal<'_>> {
        let Place::Step(number) = self.place else { return None };
        let (state, step) = self.current()?;
        if matches!(step.gate, Gate::Continue) || !step.is_passed(state) {
            return None;
        }
        let text = step.reveal.as_ref();
        let own = text.and_then(|_| self.judgement(number));
        // A prediction without a reveal of its own waits for the step that shows what happens.
        let before = number.checked_sub(1).filter(|n| self.lesson.steps.get(*n).is_some_and(|step| step.reveal.is_none()));
        let prediction = own.or_else(|| before.and_then(|number| self.judgement(number)));
        (text.is_some() || prediction.is_some()).then_some(Reveal { text, prediction })
    }

    /// The prediction made at a step, judged.
    fn judgement(&self, number: usize) -> Option<(bool, &Text)> {
        let Gate::Predict(question) = &self.lesson.steps.get(number)?.gate else { return None };
        let choice = question.choices().get(*self.steps.get(number)?.reply.tried.first()?)?;
        Some((choice.right, &choice.why))
    }
}
