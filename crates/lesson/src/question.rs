//! Questions: with options to choose from, or answered on the diagram.
//!
//! Must not know who asks: a step or the quiz.

use serde::{Deserialize, Serialize};

use hoplight_model::Text;

use super::marks::MarkTarget;

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What is asked.
    pub stem: Text,
    /// How it is answered.
    pub ask: Ask,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Ask {
    /// One of some options.
    Choice(Vec<Choice>),
    /// On the diagram. The right set is computed when the marks are submitted.
    Mark {
        /// What is to be marked.
        target: MarkTarget,
        /// Why it is that set.
        why: Text,
    },
}

/// An option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What it says.
    pub text: Text,
    /// Why it is right or wrong.
    pub why: Text,
    /// Whether it is the right one.
    #[serde(default)]
    pub right: bool,
}

impl Question {
    /// The options; none for a question that is answered on the diagram.
    pub fn choices(&self) -> &[Choice] {
        match &self.ask {
            Ask::Choice(choices) => choices,
            Ask::Mark { .. } => &[],
        }
    }

    /// What is to be marked, if the question is answered on the diagram.
    pub fn target(&self) -> Option<MarkTarget> {
        match &self.ask {
            Ask::Choice(_) => None,
            Ask::Mark { target, .. } => Some(*target),
        }
    }
}
