//! Questions of steps and quizzes, answered by choosing an option or by marking elements on the diagram.

use serde::{Deserialize, Serialize};

use hoplight_curriculum::{Demand, Misconception};
use hoplight_model::Text;

use super::marks::MarkTarget;

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question's text.
    pub stem: Text,
    /// The demands that it asks about.
    #[serde(default)]
    pub about: Vec<Demand>,
    /// How the question is answered.
    pub ask: Ask,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Ask {
    /// By choosing one of several options.
    Choice(Vec<Choice>),
    /// By marking elements on the diagram. The right set is computed when the marks are submitted.
    Mark {
        /// The elements to mark.
        target: MarkTarget,
        /// Why this set is right.
        why: Text,
    },
}

/// An option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Text of the option.
    pub text: Text,
    /// Why the option is right or wrong.
    pub why: Text,
    /// Whether the option is right.
    #[serde(default)]
    pub right: bool,
    /// The misconception that makes a wrong option plausible, if it is a published one.
    #[serde(default)]
    pub belief: Option<Misconception>,
}

impl Question {
    /// Returns the options; empty for a question answered on the diagram.
    pub fn choices(&self) -> &[Choice] {
        match &self.ask {
            Ask::Choice(choices) => choices,
            Ask::Mark { .. } => &[],
        }
    }

    /// Returns the elements to mark, if the question is answered on the diagram.
    pub fn target(&self) -> Option<MarkTarget> {
        match &self.ask {
            Ask::Choice(_) => None,
            Ask::Mark { target, .. } => Some(*target),
        }
    }
}
