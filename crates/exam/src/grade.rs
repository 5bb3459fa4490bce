//! Grading of an explanation: by the learner, point by point, or computed from chosen statements.

use std::collections::BTreeSet;

use hoplight_curriculum::Misconception;
use serde::{Deserialize, Serialize};

use crate::content::{ExplainItem, ExplainSubject};
use hoplight_curriculum::Seeded;

/// The learner's grade for one key point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PointGrade {
    /// The answer contained it.
    Yes,
    /// The answer contained a part of it.
    Partly,
    /// The answer did not contain it.
    No,
}

/// A statement to choose, or to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExamStatement<'a> {
    /// Position in the item: the true statements first, then the wrong ones.
    pub place: usize,
    /// The statement.
    pub says: &'a str,
    /// What is right instead, if it is wrong.
    pub correction: Option<&'a str>,
}

/// How the learner answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExplainAnswer {
    /// A grade for each key point, in order.
    SelfGraded(Vec<PointGrade>),
    /// The places of the chosen statements.
    Chosen(BTreeSet<usize>),
    /// Skipped.
    Skipped,
}

/// Points earned, out of the points that can be earned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExamScore {
    /// Half points earned.
    pub halves: u32,
    /// Half points that can be earned.
    pub of: u32,
}

impl ExamScore {
    /// Share of the points, from 0 to 1; 0 if none can be earned.
    pub fn share(self) -> f64 {
        if self.of == 0 { 0.0 } else { f64::from(self.halves) / f64::from(self.of) }
    }

    /// Whether every point was earned.
    pub const fn is_full(self) -> bool {
        self.halves == self.of
    }

    /// The two scores together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { halves: self.halves + other.halves, of: self.of + other.of }
    }
}

/// An answer to an item, with its score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Explained {
    pub(crate) about: ExplainSubject,
    pub(crate) score: ExamScore,
    /// Whether the learner graded the answer.
    pub(crate) is_self_graded: bool,
    /// The misconceptions behind the wrong statements that were chosen.
    pub(crate) beliefs: BTreeSet<Misconception>,
}

impl Explained {
    pub(crate) fn new(item: &ExplainItem, answer: &ExplainAnswer) -> Self {
        let beliefs = match answer {
            ExplainAnswer::Chosen(places) => {
                let wrong = places.iter().filter_map(|place| item.wrong.get(place.checked_sub(item.right.len())?));
                wrong.filter_map(|statement| statement.belief).collect()
            }
            ExplainAnswer::SelfGraded(_) | ExplainAnswer::Skipped => BTreeSet::new(),
        };
        let is_self_graded = match answer {
            ExplainAnswer::SelfGraded(_) => true,
            ExplainAnswer::Chosen(_) | ExplainAnswer::Skipped => false,
        };
        Self { about: item.about, score: item.grade(answer), is_self_graded, beliefs }
    }
}

impl PointGrade {
    const fn halves(self) -> u32 {
        match self {
            Self::Yes => 2,
            Self::Partly => 1,
            Self::No => 0,
        }
    }
}

impl ExplainItem {
    /// The statements, in an order that the seed determines.
    pub fn statements(&self, seed: u64) -> Vec<ExamStatement<'_>> {
        let right = self.right.iter().map(|says| (says.as_str(), None));
        let wrong = self.wrong.iter().map(|wrong| (wrong.says.as_str(), Some(wrong.correction.as_str())));
        let place = |(place, (says, correction))| ExamStatement { place, says, correction };
        let mut statements: Vec<ExamStatement<'_>> = right.chain(wrong).enumerate().map(place).collect();
        let name = self.id.bytes().fold(seed, |seed, byte| seed.rotate_left(7) ^ u64::from(byte));
        Seeded::new(name).shuffle(&mut statements);
        statements
    }

    /// Grades an answer. A chosen wrong statement cancels a chosen true one, so choosing everything or nothing earns little.
    /// Missing grades count as no, and grades beyond the last point are ignored.
    pub fn grade(&self, answer: &ExplainAnswer) -> ExamScore {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX / 4);
        match answer {
            ExplainAnswer::SelfGraded(grades) => {
                let halves = grades.iter().take(self.points.len()).map(|grade| grade.halves()).sum();
                ExamScore { halves, of: 2 * count(self.points.len()) }
            }
            ExplainAnswer::Chosen(places) => {
                let right = places.iter().filter(|place| **place < self.right.len()).count();
                let all = self.right.len() + self.wrong.len();
                let wrong = places.iter().filter(|place| (self.right.len()..all).contains(*place)).count();
                ExamScore { halves: 2 * count(right.saturating_sub(wrong)), of: 2 * count(self.right.len()) }
            }
            ExplainAnswer::Skipped => ExamScore { halves: 0, of: 2 * count(self.points.len()) },
        }
    }
}
