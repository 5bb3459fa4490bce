//! A finished lesson as an attempt.

use super::super::form::StepGate;
use super::super::progress::attempt::ActivityAttempt;
use super::super::question::Question;
use super::{LessonRun, QuestionState};

impl LessonRun {
    /// The attempt: the quiz, and the questions of the steps.
    ///
    /// Only first answers count. Predictions do not: a learner who predicts has not been taught yet.
    pub fn finished_attempt(&self) -> ActivityAttempt {
        let seed = self.shuffle.map_or(0, |shuffle| shuffle.learner);
        let mut attempt = ActivityAttempt::new(format!("lesson/{}", self.lesson.id), seed, self.score());
        for (step, state) in self.lesson.steps.iter().zip(&self.steps) {
            if let StepGate::Ask(question) = &step.gate {
                judge(&mut attempt, question, &state.question);
            }
        }
        for (question, state) in self.lesson.quiz.iter().zip(&self.quiz) {
            judge(&mut attempt, question, state);
        }
        attempt
    }
}

/// Adds the first answer to a question.
fn judge(attempt: &mut ActivityAttempt, question: &Question, state: &QuestionState) {
    let Some(is_right) = state.first else { return };
    attempt.judge(&question.about, is_right);
    let chosen = state.tried.first().and_then(|choice| question.choices().get(*choice));
    attempt.beliefs.extend(chosen.filter(|choice| !choice.right).and_then(|choice| choice.belief));
}
