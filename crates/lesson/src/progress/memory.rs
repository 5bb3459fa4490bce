//! What the practice queue remembers about a learner and one question.

use serde::{Deserialize, Serialize};

/// A learner's memory of one question, in integers: the same answers give the same file on every platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// Time until the chance to recall the answer has fallen to 90 %, in thousandths of a day.
    pub stability: u32,
    /// Difficulty of the question for this learner, in thousandths.
    pub difficulty: u32,
    /// Day of the latest answer, in days since 1970-01-01.
    pub last_day: u32,
    /// Day on which the question is due again, in days since 1970-01-01.
    pub due_day: u32,
    /// Number of answers.
    pub reviews: u32,
    /// Number of wrong answers to a question that had been answered right before.
    pub lapses: u32,
    /// Whether the latest answer was right.
    pub was_right: bool,
    /// Number of different days with a right answer.
    pub right_days: u32,
}

impl Memory {
    /// Returns the memory of two machines of one learner: the one with more answers, then the later one.
    ///
    /// The other fields only make the choice independent of the order of the two.
    pub(super) fn joined(self, other: Self) -> Self {
        let order = |memory: &Self| {
            let Self { stability, difficulty, last_day, due_day, reviews, lapses, was_right, right_days } = *memory;
            (reviews, last_day, right_days, lapses, due_day, stability, difficulty, was_right)
        };
        std::cmp::max_by_key(self, other, order)
    }
}
