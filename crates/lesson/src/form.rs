//! The form of a lesson file.
//!
//! Only what a file may say, and the version of the form. What a lesson refers to is checked in [`mod@super::check`].

use serde::{Deserialize, Serialize};

use hoplight_model::{ContentError, Element, LessonId, ScenarioId, Text, ron_text};
use hoplight_sim::Command;

use super::act::{Act, Pace};
use super::condition::Condition;
use super::question::Question;

/// The newest form that this program reads.
pub const FORMAT: u32 = 1;

/// A lesson.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// Version of the form.
    pub format: u32,
    /// Its name in commands and in the learner's progress.
    pub id: LessonId,
    /// Its place on the course map, from low to high.
    pub order: u32,
    /// The unit that it belongs to.
    pub unit: Text,
    /// Its name on the screen.
    pub title: Text,
    /// What one learns, in a sentence.
    pub summary: Text,
    /// How long it takes.
    pub minutes: u32,
    /// The infrastructure that it runs on.
    pub scenario: ScenarioId,
    /// What is done before the first step.
    #[serde(default)]
    pub setup: Vec<Command>,
    /// The steps.
    pub steps: Vec<Step>,
    /// The questions at the end.
    pub quiz: Vec<Question>,
}

/// One step: one idea.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name.
    pub title: Text,
    /// One to three short paragraphs.
    pub text: Vec<Text>,
    /// What the diagram points out.
    #[serde(default)]
    pub focus: Vec<Element>,
    /// In what state the step begins.
    #[serde(default)]
    pub start: Start,
    /// What is done then. A learner may have skipped the steps before, so `start` and these commands bring about *all* that
    /// the step needs; to kill what is down already is no mistake.
    #[serde(default)]
    pub begin: Vec<Command>,
    /// The pace that the step begins with; time goes on then, even if the learner had stopped it. By default all stays as it
    /// is.
    #[serde(default)]
    pub pace: Option<Pace>,
    /// What must happen before the next step.
    #[serde(default)]
    pub gate: Gate,
    /// Shown once the gate has passed. A prediction without a reveal is judged at the reveal of the step after it.
    #[serde(default)]
    pub reveal: Option<Text>,
    /// Up to three hints, each saying more than the one before.
    #[serde(default)]
    pub hints: Vec<Text>,
    /// What passes the gate.
    #[serde(default)]
    pub solution: Vec<Act>,
}

/// In what state a step begins when it is first entered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Start {
    /// As the learner left everything.
    #[default]
    AsItIs,
    /// Everything that is down is restored first.
    Repaired,
}

/// What must happen before the next step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Gate {
    /// Nothing.
    #[default]
    Continue,
    /// Each goal is met once. They are met in order: a goal counts only after those above it, so that "the site works"
    /// after "kill the web server" cannot be met beforehand.
    Goals(Vec<Goal>),
    /// The right answer. Any number of tries.
    Ask(Question),
    /// Any answer.
    Predict(Question),
}

/// A goal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// What it says beside its box.
    pub label: Text,
    /// When it is met.
    pub when: Condition,
}

/// What every version of a form begins with.
#[derive(Deserialize)]
struct Header {
    format: u32,
}

/// The version of the form in which `text` is written.
///
/// It is read apart from the rest, since a newer form may have fields that are unknown here.
pub(super) fn format_of(file: &str, text: &str) -> Result<u32, ContentError> {
    ron_text::parse::<Header>(file, text).map(|header| header.format)
}

impl Lesson {
    /// Reads a lesson file's text.
    ///
    /// # Errors
    /// Names the place, what was found and what was expected; says so if a newer hoplight is needed.
    pub fn from_ron(file: &str, text: &str) -> Result<Self, ContentError> {
        let newer = format_of(file, text).ok().filter(|format| *format > FORMAT);
        if let Some(format) = newer {
            let message =
                format!("this lesson has format {format}, this program reads up to {FORMAT}: a newer hoplight is needed");
            return Err(ContentError::at(file, text, None, message));
        }
        ron_text::parse(file, text)
    }
}

impl Step {
    /// The question of the gate, if it has one.
    pub fn question(&self) -> Option<&Question> {
        match &self.gate {
            Gate::Ask(question) | Gate::Predict(question) => Some(question),
            Gate::Continue | Gate::Goals(_) => None,
        }
    }

    /// The goals of the gate.
    pub fn goals(&self) -> &[Goal] {
        match &self.gate {
            Gate::Goals(goals) => goals,
            _ => &[],
        }
    }
}
