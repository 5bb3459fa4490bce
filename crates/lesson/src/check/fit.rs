//! Checks that texts fit the lesson panel on the smallest screen, 80×24: six lines of 78 columns.
//!
//! The first line is the title.

use hoplight_model::Text;
use hoplight_model::text::{width, wrap};

use super::super::form::{Lesson, Step, StepGate};
use super::super::markup::filled;
use super::super::question::{Ask, Question};
use super::Report;
use super::problem::LessonProblem;

/// Width of the panel in columns.
pub(super) const COLUMNS: usize = 78;
/// Lines below the title.
pub(super) const LINES: usize = 5;
/// Maximum lines of a step's text, a reveal or a reason.
pub(super) const TEXT_LINES: usize = 3;
/// Maximum lines of a hint.
const HINT_LINES: usize = 2;
/// Maximum lines of a sentence of the recap.
const RECAP_LINES: usize = 2;
/// Maximum columns of a title.
const TITLE: usize = 40;
/// Maximum columns of a goal's label: two goals share a line, each with a checkbox.
const LABEL: usize = 34;
/// Maximum columns of an option, without its number.
const OPTION: usize = 72;
/// Prefix of the reason for a wrong prediction.
const JUDGED: &str = "You predicted otherwise. ";
/// Longest label of a key, used to measure texts with key placeholders.
const KEY: &str = "space";

/// Longest usual figure, used to measure texts with figures.
const FIGURE: &str = "1000 ms";

/// A text with placeholders filled by the longest labels.
fn longest(text: &str) -> String {
    filled(text, |_| KEY.into(), |_| FIGURE.into())
}

/// Number of panel lines that a text takes.
fn lines(text: &str) -> usize {
    wrap(&longest(text), COLUMNS).len()
}

impl Report<'_> {
    pub(super) fn texts(&mut self, lesson: &Lesson) {
        self.wide(&lesson.title, TITLE, "a title");
        self.high(&lesson.summary, HINT_LINES, "a summary");
        for (number, step) in lesson.steps.iter().enumerate() {
            self.step_texts(step);
            let judge = if step.reveal.is_some() { Some(step) } else { lesson.steps.get(number + 1) };
            if let (StepGate::Predict(question), Some(judge)) = (&step.gate, judge) {
                self.judgement_texts(question, judge);
            }
        }
        for question in &lesson.quiz {
            self.question_texts(question, 0);
        }
        for sentence in &lesson.recap {
            self.high(sentence, RECAP_LINES, "a sentence of the recap");
        }
    }

    fn step_texts(&mut self, step: &Step) {
        self.wide(&step.title, TITLE, "a title");
        step.text.iter().for_each(|text| self.placeholders(text));
        let text: usize = step.text.iter().map(|text| lines(text)).sum();
        if text > TEXT_LINES {
            self.about(&step.title, &LessonProblem::LongText(text));
        }
        for goal in step.goals() {
            self.wide(&goal.label, LABEL, "a goal's label");
        }
        if text + step.goals().len().div_ceil(2) > LINES {
            self.about(&step.title, &LessonProblem::LongTextAndGoals);
        }
        for hint in &step.hints {
            self.high(hint, HINT_LINES, "a hint");
        }
        for reply in &step.replies {
            self.high(&reply.say, TEXT_LINES, "a reply");
        }
        if let Some(reveal) = &step.reveal {
            self.high(reveal, TEXT_LINES, "a reveal");
        }
        if let Some(question) = step.question() {
            self.question_texts(question, text);
        }
    }

    /// A reveal and the verdict on a prediction are shown together.
    fn judgement_texts(&mut self, question: &Question, judge: &Step) {
        let reveal = judge.reveal.as_ref().map_or(0, |reveal| lines(reveal));
        for choice in question.choices() {
            let all = reveal + lines(&format!("{JUDGED}{}", choice.why));
            if all > LINES {
                self.about(&choice.text, &LessonProblem::LongJudgement(judge.title.as_str().to_owned(), all));
            }
        }
    }

    fn question_texts(&mut self, question: &Question, above: usize) {
        self.placeholders(&question.stem);
        let options = match &question.ask {
            Ask::Choice(choices) => {
                for choice in choices {
                    self.wide(&choice.text, OPTION, "an option");
                    self.high(&choice.why, TEXT_LINES, "a reason");
                }
                choices.len()
            }
            Ask::Mark { why, .. } => {
                self.high(why, TEXT_LINES, "a reason");
                1
            }
        };
        let all = above + lines(&question.stem) + options;
        if all > LINES {
            self.about(&question.stem, &LessonProblem::LongQuestion(all));
        }
    }

    fn wide(&mut self, text: &Text, most: usize, part: &'static str) {
        self.placeholders(text);
        let width = width(&longest(text));
        if width > most || width == 0 {
            self.about(text, &LessonProblem::Width { part, most, found: width });
        }
    }

    fn high(&mut self, text: &Text, most: usize, part: &'static str) {
        self.placeholders(text);
        let height = lines(text);
        if height > most {
            self.about(text, &LessonProblem::Height { part, most, found: height });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(lines(""), 1);
        assert_eq!(lines(&"a".repeat(78)), 1);
        assert_eq!(lines(&format!("{} b", "a".repeat(77))), 2);
        assert_eq!(lines(&"word ".repeat(32)), 3);
        assert_eq!(lines(&"{key:kill} ".repeat(13)), 1, "a key counts as its label");
    }
}
