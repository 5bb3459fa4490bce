//! The format of a question file.

use serde::{Deserialize, Serialize};

use hoplight_curriculum::{Demand, Misconception};
use hoplight_lesson::{Choice, MarkTarget};
use hoplight_model::{ComponentId, Element, QuestionId, RequestKind, ScenarioId, ServerId, Text};

use crate::number::NumberFamily;

/// A question of the bank.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankQuestion {
    /// Name of the question in lessons, commands and the learner's progress.
    pub id: QuestionId,
    /// The demands that it asks about; at least one.
    pub about: Vec<Demand>,
    /// What it asks, and how it is answered.
    pub ask: BankAsk,
}

/// What a question asks, and how it is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum BankAsk {
    /// One option is right.
    Choice {
        /// The question.
        stem: Text,
        /// The options.
        choices: Vec<Choice>,
    },
    /// Any number of options is right.
    Several {
        /// The question.
        stem: Text,
        /// The options.
        choices: Vec<Choice>,
    },
    /// Put items in order.
    Order {
        /// The question.
        stem: Text,
        /// The items, in the right order.
        items: Vec<Text>,
        /// Why this order is right.
        why: Text,
    },
    /// A number to compute, with fresh parameters each time.
    Number(NumberFamily),
    /// Mark elements on the diagram. The right set is computed.
    Mark {
        /// The question.
        stem: Text,
        /// The infrastructures that it can be about.
        sites: Vec<ScenarioId>,
        /// The elements to mark.
        target: MarkTarget,
        /// Why this set is right.
        why: Text,
    },
    /// Predict what a loss means for requests. The answer is computed.
    Predict {
        /// The infrastructures that it can be about.
        sites: Vec<ScenarioId>,
        /// What is lost.
        lose: BankLoss,
        /// The kind of request.
        kind: RequestKind,
        /// Why it is so.
        why: Text,
    },
    /// Find the false sentence of a write-up.
    FalseSentence {
        /// The question.
        stem: Text,
        /// The sentences, of which exactly one has a correction.
        sentences: Vec<Statement>,
    },
    /// Explain freely, then compare with the key points.
    Recall {
        /// What to explain.
        stem: Text,
        /// What a good answer contains.
        points: Vec<Text>,
    },
}

/// A sentence of a write-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The sentence.
    pub says: Text,
    /// What is right instead. Only the false sentence has it.
    #[serde(default)]
    pub correction: Option<Text>,
    /// The misconception behind the false sentence, if it is a published one.
    #[serde(default)]
    pub belief: Option<Misconception>,
}

/// What a prediction takes away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BankLoss {
    /// A server loses power.
    Server(ServerId),
    /// A component fails.
    Component(ComponentId),
    /// A link is cut.
    Link(ComponentId, ComponentId),
}

impl BankLoss {
    /// The element that is lost.
    pub fn element(&self) -> Element {
        match self {
            Self::Server(id) => Element::Server(id.clone()),
            Self::Component(id) => Element::Component(id.clone()),
            Self::Link(from, to) => Element::Hop(from.clone(), to.clone()),
        }
    }
}

impl BankQuestion {
    /// The infrastructures that the question can be about; empty if it needs none.
    pub fn sites(&self) -> &[ScenarioId] {
        match &self.ask {
            BankAsk::Mark { sites, .. } | BankAsk::Predict { sites, .. } => sites,
            BankAsk::Choice { .. }
            | BankAsk::Several { .. }
            | BankAsk::Order { .. }
            | BankAsk::Number(_)
            | BankAsk::FalseSentence { .. }
            | BankAsk::Recall { .. } => &[],
        }
    }

    /// The text of the question; `None` if posing it writes the text.
    pub const fn stem(&self) -> Option<&Text> {
        match &self.ask {
            BankAsk::Choice { stem, .. }
            | BankAsk::Several { stem, .. }
            | BankAsk::Order { stem, .. }
            | BankAsk::Mark { stem, .. }
            | BankAsk::FalseSentence { stem, .. }
            | BankAsk::Recall { stem, .. } => Some(stem),
            BankAsk::Number(_) | BankAsk::Predict { .. } => None,
        }
    }

    /// What a prediction takes away; `None` for other questions.
    pub const fn loss(&self) -> Option<&BankLoss> {
        match &self.ask {
            BankAsk::Predict { lose, .. } => Some(lose),
            BankAsk::Choice { .. }
            | BankAsk::Several { .. }
            | BankAsk::Order { .. }
            | BankAsk::Number(_)
            | BankAsk::Mark { .. }
            | BankAsk::FalseSentence { .. }
            | BankAsk::Recall { .. } => None,
        }
    }

    /// The options of a question that is answered by choosing; empty for others.
    pub fn choices(&self) -> &[Choice] {
        match &self.ask {
            BankAsk::Choice { choices, .. } | BankAsk::Several { choices, .. } => choices,
            BankAsk::Order { .. }
            | BankAsk::Number(_)
            | BankAsk::Mark { .. }
            | BankAsk::Predict { .. }
            | BankAsk::FalseSentence { .. }
            | BankAsk::Recall { .. } => &[],
        }
    }

    /// The misconceptions that wrong answers of the question stand for.
    pub fn beliefs(&self) -> Vec<Misconception> {
        match &self.ask {
            BankAsk::FalseSentence { sentences, .. } => sentences.iter().filter_map(|sentence| sentence.belief).collect(),
            _ => self.choices().iter().filter_map(|choice| choice.belief).collect(),
        }
    }

    /// How the question is answered, in a word.
    pub const fn kind(&self) -> &'static str {
        match self.ask {
            BankAsk::Choice { .. } => "choice",
            BankAsk::Several { .. } => "several",
            BankAsk::Order { .. } => "order",
            BankAsk::Number(_) => "number",
            BankAsk::Mark { .. } => "mark",
            BankAsk::Predict { .. } => "predict",
            BankAsk::FalseSentence { .. } => "false-sentence",
            BankAsk::Recall { .. } => "recall",
        }
    }
}
