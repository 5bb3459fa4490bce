//! Read access for the screen: goals, hints, tries, marks, and reveals.

use hoplight_model::{Element, Text};

use super::super::form::StepGate;
use super::super::outcome::Reveal;
use super::{LessonRun, Place};

impl LessonRun {
    /// The goals of the step, with whether each is met.
    pub fn goals(&self) -> impl Iterator<Item = (&Text, bool)> {
        let (met, goals) = self.current().map_or((0, &[][..]), |(state, step)| (state.goals_met, step.goals()));
        goals.iter().enumerate().map(move |(number, goal)| (&goal.label, number < met))
    }

    /// The hints shown so far.
    pub fn hints(&self) -> &[Text] {
        self.current().map_or(&[], |(state, step)| step.hints.get(..state.hints).unwrap_or_default())
    }

    /// Whether the step's solution is shown.
    pub fn solution_shown(&self) -> bool {
        self.current().is_some_and(|(state, _)| state.solution)
    }

    /// The options tried for the current question, in order, numbered from 0.
    pub fn tried(&self) -> &[usize] {
        self.reply().map_or(&[], |reply| &reply.tried)
    }

    /// The marked elements.
    pub fn marks(&self) -> impl Iterator<Item = &Element> {
        self.reply().into_iter().flat_map(|reply| &reply.marks)
    }

    /// Whether the current question is answered correctly.
    pub fn is_solved(&self) -> bool {
        self.reply().is_some_and(|reply| reply.solved)
    }

    /// What the step reveals, once its gate has passed.
    pub fn reveal(&self) -> Option<Reveal<'_>> {
        let Place::Step(number) = self.place else { return None };
        let (state, step) = self.current()?;
        if matches!(step.gate, StepGate::Continue) || !step.is_passed(state) {
            return None;
        }
        let text = step.reveal.as_ref();
        let own = text.and_then(|_| self.judgement(number));
        // A prediction in a step without a reveal is judged in the next step, which shows the result.
        let before = number.checked_sub(1).filter(|n| self.lesson.steps.get(*n).is_some_and(|step| step.reveal.is_none()));
        let prediction = own.or_else(|| before.and_then(|number| self.judgement(number)));
        (text.is_some() || prediction.is_some()).then_some(Reveal { text, prediction })
    }

    /// The verdict on the prediction made at a step.
    fn judgement(&self, number: usize) -> Option<(bool, &Text)> {
        let StepGate::Predict(question) = &self.lesson.steps.get(number)?.gate else { return None };
        let choice = question.choices().get(*self.steps.get(number)?.reply.tried.first()?)?;
        Some((choice.right, &choice.why))
    }
}
