//! The format of a review file.
//!
//! This module defines only the syntax and its version; [`mod@super::check`] checks a review as a whole.

use hoplight_curriculum::Misconception;
use hoplight_model::draft::Edit;
use hoplight_model::scenario::Scenario;
use hoplight_model::{ScenarioId, Text};
use serde::{Deserialize, Serialize};

use super::fact::ReviewFact;
use super::rule_name::RuleName;

/// The newest format version that this program reads.
pub(super) const FORMAT: u32 = 1;

/// A set of reviews.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ReviewSet {
    /// The five write-ups of stage 2.
    WriteUps,
    /// Other designs from published write-ups.
    Published,
}

impl ReviewSet {
    /// All sets, in listing order.
    pub const ALL: [Self; 2] = [Self::WriteUps, Self::Published];

    /// Heading of the set in lists.
    pub const fn title(self) -> &'static str {
        match self {
            Self::WriteUps => "Five write-ups of stage 2",
            Self::Published => "Other published designs",
        }
    }
}

/// A review as written in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewForm {
    /// Format version.
    pub format: u32,
    /// Name of the review in commands and in the learner's progress: lower-case letters, digits and hyphens.
    pub id: Text,
    /// The set that it belongs to.
    pub set: ReviewSet,
    /// Sort key within the set, ascending.
    pub order: u32,
    /// Title on the screen.
    pub title: Text,
    /// Expected duration in minutes.
    pub minutes: u32,
    /// The design that the text describes.
    pub design: ReviewOrigin,
    /// The repaired design.
    pub repaired: ReviewOrigin,
    /// The text, in six to twelve sentences.
    pub sentences: Vec<ReviewSentence>,
    /// Which elements to mark.
    pub elements: ElementQuestion,
    /// The most important findings of the design, which the repaired design does not have.
    pub findings: Vec<RuleName>,
    /// Findings that the design does not have.
    pub distractors: Vec<ReviewDistractor>,
}

/// Where a design comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ReviewOrigin {
    /// A scenario of the program.
    Scenario(ScenarioId),
    /// A scenario in the review's file.
    Inline(Box<Scenario>),
    /// The design of the review, with these edits. Only for the repaired design.
    Edits(Vec<Edit>),
}

/// A sentence of the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewSentence {
    /// The sentence.
    pub says: Text,
    /// Whether it is right.
    pub verdict: SentenceVerdict,
    /// Why, in one or two sentences.
    pub why: Text,
    /// What the verdict rests on.
    pub proof: SentenceProof,
}

/// The verdict on a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SentenceVerdict {
    /// It is true of the design, or in general.
    Right,
    /// It is wrong.
    Wrong,
    /// It mentions something that the diagram does not have, or claims something of it that does not apply.
    NotDrawn,
}

impl SentenceVerdict {
    /// Whether the learner has to mark the sentence.
    pub const fn is_marked(self) -> bool {
        match self {
            Self::Right => false,
            Self::Wrong | Self::NotDrawn => true,
        }
    }

    /// The verdict in a few words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::NotDrawn => "not in the diagram",
        }
    }
}

/// What a verdict rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SentenceProof {
    /// Facts about the design, all of which hold: they contradict a wrong sentence, and support a right one.
    Drawing(Vec<ReviewFact>),
    /// A published misconception. It is not about the diagram, so nothing can be checked.
    Belief(Misconception),
    /// General knowledge. It is not about the diagram, so nothing can be checked.
    Knowledge,
}

/// The question about elements. The elements that the rules find are the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElementQuestion {
    /// The question.
    pub ask: Text,
    /// The rules.
    pub rules: Vec<RuleName>,
}

/// A finding that the design does not have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewDistractor {
    /// The rule.
    pub rule: RuleName,
    /// Why it finds nothing here, in one sentence.
    pub why: Text,
}
