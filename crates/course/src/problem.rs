//! What can be wrong with a question file.

use std::fmt;
use std::ops::RangeInclusive;

use hoplight_model::{QuestionId, ScenarioId, Text};

/// A rule that a question file breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankProblem {
    /// The file has a newer format than the newest supported one.
    NewerFormat(u32, u32),
    /// The file has more questions than allowed.
    TooMany(usize, usize),
    /// Two questions have this id.
    SameId(QuestionId),
    /// The question is about no demand.
    AboutNothing,
    /// The question has this number of the named things.
    Count(&'static str, usize, RangeInclusive<usize>),
    /// The question has this number of right options.
    RightOptions(usize),
    /// All options are right.
    NoWrongOption,
    /// This number of sentences is false.
    FalseSentences(usize),
    /// Two items or options have the same text.
    SameText(Text),
    /// A text is empty.
    EmptyText,
    /// A text is longer than an 80x24 screen has room for.
    TooLong(Text, usize, usize),
    /// No scenario has this id.
    UnknownSite(ScenarioId),
    /// The right set is empty in this scenario.
    NothingToMark(ScenarioId),
    /// The scenario has no such element.
    NotInSite(String, ScenarioId),
    /// Requests of this kind fail in this scenario even without a loss.
    FailsAnyway(ScenarioId),
}

impl fmt::Display for BankProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewerFormat(found, newest) => {
                write!(f, "these questions have format {found}, this program reads up to {newest}: a newer hoplight is needed")
            }
            Self::TooMany(count, most) => write!(f, "the file has {count} questions; at most {most} are supported"),
            Self::SameId(id) => write!(f, "two questions have the id `{id}`"),
            Self::AboutNothing => write!(f, "`about` lists no demand"),
            Self::Count(what, count, allowed) => {
                write!(f, "the question has {count} {what}; it needs {} to {}", allowed.start(), allowed.end())
            }
            Self::RightOptions(count) => write!(f, "{count} options are right; exactly one must be"),
            Self::NoWrongOption => write!(f, "no option is wrong"),
            Self::FalseSentences(count) => write!(f, "{count} sentences have a correction; exactly one must be false"),
            Self::SameText(text) => write!(f, "two options have the text \"{text}\""),
            Self::EmptyText => write!(f, "a text is empty"),
            Self::TooLong(text, length, most) => {
                let start: String = text.chars().take(30).collect();
                write!(f, "the text \"{start}…\" has {length} characters; an 80x24 screen has room for {most}")
            }
            Self::UnknownSite(id) => write!(f, "no scenario has the id `{id}`"),
            Self::NothingToMark(id) => write!(f, "there is nothing to mark in `{id}`"),
            Self::NotInSite(element, id) => write!(f, "`{id}` has no {element}"),
            Self::FailsAnyway(id) => write!(f, "requests of this kind fail in `{id}` even without a loss"),
        }
    }
}
