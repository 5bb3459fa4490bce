//! Read access for the screen: goals, hints, tries, marks, and reveals.

use hoplight_model::{Element, Text};

use super::super::condition::Baseline;
use super::super::figure::Figure;
use super::super::form::StepGate;
use super::super::marks::Review;
use super::super::outcome::Reveal;
use super::super::question::Question;
use super::{LessonRun, Place, QuestionState};

impl LessonRun {
    /// The goals of the step, with whether each is met.
    pub fn goals(&self) -> impl Iterator<Item = (&Text, bool)> {
        let current = self.current();
        let goals = current.map_or(&[][..], |(_, step)| step.goals());
        let is_met = move |number| current.is_some_and(|(state, _)| state.is_met(number));
        goals.iter().enumerate().map(move |(number, goal)| (&goal.label, is_met(number)))
    }

    /// The author's reply to what the learner has done wrong.
    pub fn said(&self) -> Option<&Text> {
        let (state, step) = self.current()?;
        step.replies.get(state.said?).map(|reply| &reply.say)
    }

    /// Number of replies given in this step.
    pub fn replied(&self) -> u32 {
        self.current().map_or(0, |(state, _)| state.replied)
    }

    /// A figure measured when the step's gate passed.
    pub fn figure(&self, figure: Figure) -> Option<&String> {
        self.current()?.0.figures.get(&figure)
    }

    /// The texts that appear once the gate has passed, as one.
    pub(in super::super) fn passed_texts(&self) -> String {
        self.step().map_or_else(String::new, |step| step.text.iter().chain(&step.reveal).map(Text::as_str).collect())
    }

    /// The step's baseline; `None` before the first observation, and outside steps.
    pub fn baseline(&self) -> Option<&Baseline> {
        self.current()?.0.baseline()
    }

    /// The order in which the options of the current question are shown: for each position, the option's number in the
    /// file, from 0.
    pub fn option_order(&self) -> Vec<usize> {
        self.option_order_at(self.place)
    }

    fn option_order_at(&self, place: Place) -> Vec<usize> {
        let (question, number) = match place {
            Place::Step(number) => (self.lesson.steps.get(number).and_then(|step| step.question()), number),
            Place::Quiz(number) => (self.lesson.quiz.get(number), self.steps.len() + number),
            Place::Finished => (None, 0),
        };
        let options = question.map_or(0, |question| question.choices().len());
        let place = u64::try_from(number).unwrap_or(u64::MAX);
        self.shuffle.map_or_else(|| (0..options).collect(), |shuffle| shuffle.order(&self.lesson.id, place, options))
    }

    /// Whether the learner has skipped the current question, so that its right answer is shown.
    pub fn is_given_up(&self) -> bool {
        self.question_state().is_some_and(|question| question.given_up)
    }

    /// The submitted marks compared with the right set, until a mark changes. For a skipped question, the marks that were set.
    pub fn review(&self) -> Option<&Review> {
        self.question_state()?.review.as_ref()
    }

    /// The questions of the quiz that were not answered correctly on the first try, in order.
    pub fn missed(&self) -> impl Iterator<Item = &Question> {
        let is_missed = |state: &QuestionState| state.first != Some(true);
        self.lesson.quiz.iter().zip(&self.quiz).filter(move |(_, state)| is_missed(state)).map(|(question, _)| question)
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
        self.question_state().map_or(&[], |question| &question.tried)
    }

    /// The marked elements.
    pub fn marks(&self) -> impl Iterator<Item = &Element> {
        self.question_state().into_iter().flat_map(|question| &question.marks)
    }

    /// Whether the current question is answered correctly.
    pub fn is_solved(&self) -> bool {
        self.question_state().is_some_and(|question| question.solved)
    }

    /// What the step reveals, once its gate has passed.
    pub fn reveal(&self) -> Option<Reveal<'_>> {
        let Place::Step(number) = self.place else { return None };
        let (state, step) = self.current()?;
        if matches!(step.gate, StepGate::Continue) || !state.has_passed(step) {
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
        let choice = question.choices().get(*self.steps.get(number)?.question.tried.first()?)?;
        Some((choice.right, &choice.why))
    }
}
