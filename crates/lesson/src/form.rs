//! The format of a lesson file.
//!
//! This module defines only the syntax and its version; references are validated by [`mod@super::check`].

use serde::{Deserialize, Serialize};

use hoplight_curriculum::{Demand, Misconception};
use hoplight_model::{ComponentId, ContentError, Element, LessonId, QuestionId, RequestKind, ScenarioId, Text, ron_text};
use hoplight_sim::Command;

use super::act::{Act, Pace};
use super::condition::{Condition, RequestPart};
use super::question::Question;

/// The newest format version that this program reads.
pub const FORMAT: u32 = 1;

/// A lesson.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// Format version.
    pub format: u32,
    /// Identifier in commands and in the learner's progress.
    pub id: LessonId,
    /// Sort key on the course map, ascending.
    pub order: u32,
    /// The unit that the lesson belongs to.
    pub unit: Text,
    /// Title on the screen.
    pub title: Text,
    /// What the learner learns, in one sentence.
    pub summary: Text,
    /// Expected duration in minutes.
    pub minutes: u32,
    /// The infrastructure that the lesson runs on, until a step changes it.
    pub scenario: ScenarioId,
    /// Commands executed before the first step.
    #[serde(default)]
    pub setup: Vec<Command>,
    /// Figures that the screen withholds until a step explains them.
    #[serde(default)]
    pub hides: Vec<Readout>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// The quiz at the end.
    pub quiz: Vec<Question>,
    /// Questions of the question bank from earlier units, asked after the quiz.
    #[serde(default)]
    pub earlier: Vec<QuestionId>,
    /// Three to five sentences that say what the lesson taught, as one would say them aloud.
    #[serde(default)]
    pub recap: Vec<Text>,
}

/// One step, which teaches one idea.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Title of the step.
    pub title: Text,
    /// One to three short paragraphs.
    pub text: Vec<Text>,
    /// The infrastructure from this step on. It starts a new run, with the lesson's setup. If omitted, it stays unchanged.
    #[serde(default)]
    pub scenario: Option<ScenarioId>,
    /// The demands that the step teaches.
    #[serde(default)]
    pub teaches: Vec<Demand>,
    /// The misconceptions that the step contradicts in so many words.
    #[serde(default)]
    pub refutes: Vec<Misconception>,
    /// Figures that the lesson hides, and that the screen shows from this step on.
    #[serde(default)]
    pub shows: Vec<Readout>,
    /// Elements highlighted in the diagram.
    #[serde(default)]
    pub focus: Vec<Element>,
    /// The state in which the step begins.
    #[serde(default)]
    pub start: Start,
    /// Commands executed when the step begins. A learner may have skipped earlier steps, so `start` and these commands
    /// must establish *everything* the step needs. Killing an element that is already down is allowed.
    #[serde(default)]
    pub begin: Vec<Command>,
    /// The pace set when the step begins. If omitted, it stays unchanged. In a step at the trace pace, a step forward
    /// sends a visitor if no request is in flight.
    #[serde(default)]
    pub pace: Option<Pace>,
    /// The part at which the visitor that the step sends is shown first: earlier parts have been seen before. If omitted,
    /// the visitor is shown from the DNS lookup on.
    #[serde(default)]
    pub from: Option<RequestPart>,
    /// The hop, by its ends, on which the wiretap is placed when the step begins, wherever the learner comes from.
    #[serde(default)]
    pub tap: Option<(ComponentId, ComponentId)>,
    /// Whether time runs when the step begins.
    #[serde(default)]
    pub clock: Clock,
    /// What must happen before the learner can proceed.
    #[serde(default)]
    pub gate: StepGate,
    /// Text shown once the gate has passed. A prediction in a step without a reveal is judged at the next step's
    /// reveal.
    #[serde(default)]
    pub reveal: Option<Text>,
    /// Up to three hints, each more specific than the previous one.
    #[serde(default)]
    pub hints: Vec<Text>,
    /// Actions that pass the gate.
    #[serde(default)]
    pub solution: Vec<Act>,
    /// Replies to wrong acts.
    #[serde(default)]
    pub replies: Vec<StepReply>,
}

/// Figures on the screen that a lesson may withhold until it has explained them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Readout {
    /// The users' latencies.
    Latency,
    /// What the analysis says about the design: readable hops, single points of failure.
    Analysis,
    /// What the agents delivered.
    Agents,
}

/// What the author says when the learner does something wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepReply {
    /// When to say it: each time the condition begins to hold while the gate is closed.
    pub when: Condition,
    /// The text, at most three lines.
    pub say: Text,
}

/// Whether time runs when a step begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clock {
    /// Time stands still until the learner resumes it, so that nothing happens while the learner reads.
    #[default]
    Waits,
    /// Time runs: the step is about the running load.
    Runs,
}

/// The state in which a step begins when it is first entered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Start {
    /// Unchanged, as the learner left it.
    #[default]
    AsItIs,
    /// Everything that is down is restored first, and settings are reset.
    Repaired,
    /// As a new run, with the lesson's setup: with the authored roles of databases, empty queues and empty caches.
    Fresh,
}

/// What must happen before the learner can proceed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum StepGate {
    /// No condition.
    #[default]
    Continue,
    /// The goals are met in order: a goal counts only after all goals before it, so that "the site works" after "kill the
    /// web server" cannot be met too early. A goal that describes a state is open again if the state ends before the step
    /// does; see [`Condition::nature`].
    Goals(Vec<Goal>),
    /// A question that needs the right answer, with any number of tries.
    Ask(Question),
    /// A question that accepts any answer as a prediction.
    Predict(Question),
}

/// A goal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// Label beside the checkbox.
    pub label: Text,
    /// When the goal is met.
    pub when: Condition,
    /// An obvious wrong way, from the beginning of the step: it gets a reply and does not meet the goal. The content check
    /// plays it.
    #[serde(default)]
    pub wrong: Vec<Act>,
    /// For a goal that describes a state: what ends the state again after the solution. The content check plays it.
    #[serde(default)]
    pub broken_by: Vec<Act>,
}

/// The header common to all versions of a format.
#[derive(Deserialize)]
struct Header {
    format: u32,
}

/// Returns the format version of `text`.
///
/// Reads only the header, because a newer format may have unknown fields.
pub(super) fn format_of(file: &str, text: &str) -> Result<u32, ContentError> {
    ron_text::parse::<Header>(file, text).map(|header| header.format)
}

impl Lesson {
    /// Parses a lesson file.
    ///
    /// # Errors
    /// Returns the position, what was found and what was expected; or that a newer hoplight is required.
    pub fn from_ron(file: &str, text: &str) -> Result<Self, ContentError> {
        let newer = format_of(file, text).ok().filter(|format| *format > FORMAT);
        if let Some(format) = newer {
            let message =
                format!("this lesson has format {format}, this program reads up to {FORMAT}: a newer hoplight is needed");
            return Err(ContentError::at(file, text, None, message));
        }
        ron_text::parse(file, text)
    }

    /// The kind of the visitor that a step forward sends if no request is in flight: the last one that this step, numbered
    /// from 0, or a step before it sends, otherwise a read. `None` if the step is not about one request.
    pub fn visitor_at(&self, step: usize) -> Option<RequestKind> {
        let is_traced = self.steps.get(step)?.pace == Some(Pace::Trace);
        let sent = self.steps.iter().take(step.saturating_add(1)).rev().find_map(Step::sends);
        is_traced.then(|| sent.unwrap_or(RequestKind::Read))
    }

    /// Whether the screen withholds a figure in a step, numbered from 0: no step up to this one shows it.
    pub fn is_hidden_at(&self, step: usize, readout: Readout) -> bool {
        let mut up_to = self.steps.iter().take(step.saturating_add(1));
        self.hides.contains(&readout) && !up_to.any(|step| step.shows.contains(&readout))
    }

    /// Returns the infrastructure of a step, numbered from 0: the last one named at or before it. The quiz is about that of
    /// the last step.
    pub fn scenario_at(&self, step: usize) -> &ScenarioId {
        let mut up_to = self.steps.iter().take(step.saturating_add(1)).rev();
        up_to.find_map(|step| step.scenario.as_ref()).unwrap_or(&self.scenario)
    }

    /// Returns every infrastructure that the lesson names, with its own first. One may be named twice.
    pub fn scenarios(&self) -> impl Iterator<Item = &ScenarioId> {
        std::iter::once(&self.scenario).chain(self.steps.iter().filter_map(|step| step.scenario.as_ref()))
    }
}

impl Step {
    /// Returns the gate's question, if it has one.
    pub fn question(&self) -> Option<&Question> {
        match &self.gate {
            StepGate::Ask(question) | StepGate::Predict(question) => Some(question),
            StepGate::Continue | StepGate::Goals(_) => None,
        }
    }

    /// Returns the gate's goals; empty if it has none.
    pub fn goals(&self) -> &[Goal] {
        match &self.gate {
            StepGate::Goals(goals) => goals,
            StepGate::Continue | StepGate::Ask(_) | StepGate::Predict(_) => &[],
        }
    }

    /// The kind of the last request that the step sends when it begins.
    pub(super) fn sends(&self) -> Option<RequestKind> {
        self.begin.iter().rev().find_map(|command| if let Command::Send(kind) = command { Some(*kind) } else { None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_hidden_until_a_step_shows_it() {
        let text = r#"(format: 1, id: "x", order: 1, unit: "U", title: "T", summary: "S", minutes: 1, scenario: "s",
            hides: [Latency, Agents], quiz: [], steps: [
                (title: "a", text: []), (title: "b", text: [], shows: [Latency]), (title: "c", text: [])])"#;
        let lesson = Lesson::from_ron("x.ron", text).unwrap();
        let hidden = |readout| [0, 1, 2, 3].map(|step| lesson.is_hidden_at(step, readout));
        assert_eq!(hidden(Readout::Latency), [true, false, false, false]);
        assert_eq!(hidden(Readout::Agents), [true; 4], "no step shows it");
        assert_eq!(hidden(Readout::Analysis), [false; 4], "the lesson does not hide it");
    }
}
