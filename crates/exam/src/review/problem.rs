//! Mistakes of a review file, as data, with their messages.

use hoplight_model::draft::EditError;
use hoplight_model::{ScenarioId, Text};
use hoplight_text::edit_error;

use super::form::FORMAT;
use super::limits::{DISTRACTORS, FINDINGS, MOST_RATE, MOST_SERVERS, SENTENCES};
use super::rule_name::RuleName;

/// A mistake of a review. Sentences and edits are counted from one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each mistake is")]
pub enum ReviewProblem {
    #[error("format {0} is newer than this program, which reads format {FORMAT}")]
    Format(u32),
    #[error("`{0}` is no name of a review: use lower-case letters, digits and hyphens")]
    BadName(Text),
    #[error("review `{0}` is also in {1}")]
    Duplicate(Text, String),
    #[error("reviews `{0}` and `{1}` have the same place in their set")]
    SamePlace(Text, Text),
    #[error("a text of this review is empty")]
    EmptyText,
    #[error("a review has {least} to {most} sentences; this one has {0}", least = SENTENCES.start(), most = SENTENCES.end())]
    Sentences(usize),
    #[error("a review has right and wrong sentences; this one has {right} right and {wrong} wrong ones")]
    OneSided { right: usize, wrong: usize },
    #[error("a review expects {least} to {most} findings; this one expects {0}", least = FINDINGS.start(), most = FINDINGS.end())]
    Findings(usize),
    #[error(
        "a review has {least} to {most} distractors; this one has {0}",
        least = DISTRACTORS.start(),
        most = DISTRACTORS.end()
    )]
    Distractors(usize),
    #[error("the rule `{0}` is listed twice")]
    SameRule(RuleName),
    #[error("the question about elements names no rule")]
    NoElementRule,
    #[error("sentence {0} cites no facts")]
    NoFacts(usize),

    #[error("no scenario `{0}`")]
    UnknownScenario(ScenarioId),
    #[error("only the repaired design can be given by edits")]
    EditsOfNothing,
    #[error("edit {0} of the repaired design is refused: {reason}", reason = edit_error(.1))]
    Edit(usize, EditError),
    #[error("the design cannot be built: {0}")]
    Broken(String),
    #[error("the repaired design cannot be built: {0}")]
    RepairedBroken(String),
    #[error("a design has at most {MOST_SERVERS} servers and components on no server; this one has {0}")]
    TooLarge(usize),
    #[error("a design has at most {MOST_RATE} requests per second; this one has {0}")]
    HighRate(String),

    #[error("fact {fact} of sentence {sentence} names an element that the design does not have")]
    UnknownElement { sentence: usize, fact: usize },
    #[error("fact {fact} of sentence {sentence} does not hold on the design")]
    FalseFact { sentence: usize, fact: usize },
    #[error("the rule `{0}` finds no element of the diagram")]
    FindsNoElement(RuleName),
    #[error("the rule `{0}` is expected, but finds nothing")]
    NotFound(RuleName),
    #[error("the rule `{0}` is expected, and still finds something in the repaired design")]
    NotRepaired(RuleName),
    #[error("the rule `{0}` is a distractor, but finds something")]
    DistractorFound(RuleName),
}
