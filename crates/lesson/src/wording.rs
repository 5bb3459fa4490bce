//! Messages for refused moves, answers and marks.

use std::fmt;

use hoplight_model::Text;
use hoplight_text::{Part, Phrase, phrase};

use super::outcome::{Refusal, Stay};

impl Stay {
    /// The reason as a message.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::GoalsOpen(labels) => {
                let labels: Vec<&str> = labels.iter().map(Text::as_str).collect();
                phrase![goals(labels.len()), " open: ", Part::name(labels.join("; "))]
            }
            Self::NotAnswered => phrase!["answer the question first"],
            Self::NotPredicted => phrase!["make a prediction first: any answer counts"],
            Self::NotMarked => phrase!["mark the elements on the diagram and submit them first"],
            Self::InQuiz => phrase!["finish the quiz first"],
            Self::AtStart => phrase!["this is the first step"],
            Self::AtEnd => phrase!["the lesson is over"],
        }
    }
}

fn goals(count: usize) -> Phrase {
    match count {
        1 => phrase!["one goal is"],
        2 => phrase!["two goals are"],
        3 => phrase!["three goals are"],
        more => phrase![more, " goals are"],
    }
}

impl Refusal {
    /// The reason as a message.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::NoQuestion => phrase!["there is no question here"],
            Self::AlreadyAnswered => phrase!["this question is already answered"],
            Self::NoSuchOption { options } => phrase!["choose an option from 1 to ", *options],
            Self::MarksWanted => phrase!["answer this question on the diagram"],
            Self::OptionWanted => phrase!["answer this question with a number"],
            Self::CannotMark { element, wanted } => {
                phrase![element, " cannot be marked: the question asks for ", *wanted]
            }
            Self::NothingMarked => phrase!["nothing is marked"],
        }
    }
}

impl fmt::Display for Stay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.phrase().fmt(f)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.phrase().fmt(f)
    }
}
