//! An answer as far as it is given.

use std::collections::BTreeSet;

use hoplight_course::{BankAnswer, PosedBody};
use hoplight_model::Element;

use crate::task::choices::Choices;

/// Maximum length of a typed number.
const MAX_DIGITS: usize = 12;

/// An answer as far as it is given.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Draft {
    /// One option is chosen.
    One(Choices),
    /// Any number of options is chosen.
    Any(Choices),
    /// The items chosen so far, in the learner's order; the cursor is that of the choices.
    Order {
        /// The items, of which none is chosen here: only its cursor is used.
        choices: Choices,
        /// The items in the learner's order.
        taken: Vec<usize>,
        /// Number of items.
        count: usize,
    },
    /// The typed number.
    Number(String),
    /// The marked elements.
    Marks(BTreeSet<Element>),
    /// The learner says it aloud; the key points are hidden.
    Aloud,
    /// The key points that the learner has named.
    Points(Choices),
}

impl Draft {
    /// No answer yet.
    pub(super) fn new(body: &PosedBody) -> Self {
        match body {
            PosedBody::One(options) => Self::One(Choices::new(options.len())),
            PosedBody::Any(options) => Self::Any(Choices::new(options.len())),
            PosedBody::Order { items, .. } => {
                Self::Order { choices: Choices::new(items.len()), taken: Vec::new(), count: items.len() }
            }
            PosedBody::Number(_) => Self::Number(String::new()),
            PosedBody::Mark { .. } => Self::Marks(BTreeSet::new()),
            PosedBody::Recall { .. } => Self::Aloud,
        }
    }

    /// Key points to compare with.
    pub(super) const fn points(count: usize) -> Self {
        Self::Points(Choices::new(count))
    }

    /// Moves the cursor.
    pub(super) fn step(&mut self, down: bool) {
        match self {
            Self::One(choices) | Self::Any(choices) | Self::Order { choices, .. } | Self::Points(choices) => choices.step(down),
            Self::Number(_) | Self::Marks(_) | Self::Aloud => {}
        }
    }

    /// Chooses an answer or, without a number, the one under the cursor. Returns whether there are answers to choose.
    pub(super) fn toggle(&mut self, number: Option<usize>) -> bool {
        match self {
            Self::One(choices) => {
                let number = number.unwrap_or(choices.cursor);
                let was_chosen = choices.chosen.contains(&number);
                let exists = choices.toggle(number);
                if exists {
                    choices.chosen.retain(|chosen| *chosen == number && !was_chosen);
                }
                exists
            }
            Self::Any(choices) | Self::Points(choices) => choices.toggle(number.unwrap_or(choices.cursor)),
            Self::Order { choices, taken, count } => {
                let number = number.unwrap_or(choices.cursor);
                if number >= *count {
                    return false;
                }
                choices.cursor = number;
                match taken.iter().position(|item| *item == number) {
                    Some(place) => drop(taken.remove(place)),
                    None => taken.push(number),
                }
                true
            }
            Self::Number(_) | Self::Marks(_) | Self::Aloud => false,
        }
    }

    /// Types a digit or a decimal point. Returns whether a number is asked for.
    pub(super) fn type_digit(&mut self, digit: char) -> bool {
        let Self::Number(text) = self else { return false };
        let digit = if digit == ',' { '.' } else { digit };
        if text.len() < MAX_DIGITS && !(digit == '.' && text.contains('.')) {
            text.push(digit);
        }
        true
    }

    /// Erases the last digit. Returns whether a number is asked for.
    pub(super) fn erase(&mut self) -> bool {
        let Self::Number(text) = self else { return false };
        text.pop();
        true
    }

    /// The answer to hand in, or what is missing.
    pub(super) fn answer(&self) -> Result<BankAnswer, &'static str> {
        match self {
            Self::One(choices) | Self::Any(choices) if choices.chosen.is_empty() => Err("Choose an answer first."),
            Self::One(choices) | Self::Any(choices) => Ok(BankAnswer::Chosen(choices.chosen.clone())),
            Self::Order { taken, count, .. } if taken.len() < *count => Err("Choose the items in order until each has a number."),
            Self::Order { taken, .. } => Ok(BankAnswer::Ordered(taken.clone())),
            Self::Number(text) => text.parse().map(BankAnswer::Number).map_err(|_| "Type a number first."),
            Self::Marks(marks) if marks.is_empty() => Err("Mark at least one element on the diagram first."),
            Self::Marks(marks) => Ok(BankAnswer::Marked(marks.clone())),
            Self::Aloud => Ok(BankAnswer::Recalled(BTreeSet::new())),
            Self::Points(choices) => Ok(BankAnswer::Recalled(choices.chosen.clone())),
        }
    }
}
