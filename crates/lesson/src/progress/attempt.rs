//! A finished attempt at an activity.

use std::collections::{BTreeMap, BTreeSet};

use hoplight_curriculum::{Demand, Misconception};

use crate::outcome::Score;

/// A finished attempt at an activity, as the application measured it. It has no time, since the core knows no clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityAttempt {
    /// Kind and name of the activity, such as `lesson/where-tls-ends`, `practice/www-record-type` or `exam/2`.
    pub activity: String,
    /// The seed that determined what was asked and in which order.
    pub seed: u64,
    /// The result: questions of a quiz, goals of a mission, points of a drill, per cent of an exam or a review.
    pub score: Score,
    /// Results of parts of the activity.
    pub parts: BTreeMap<AttemptPart, Score>,
    /// The demands about which the learner answered everything right.
    pub shown: BTreeSet<Demand>,
    /// The demands about which an answer was wrong.
    pub missed: BTreeSet<Demand>,
    /// The misconceptions behind the wrong answers.
    pub beliefs: BTreeSet<Misconception>,
}

/// A part of an activity that has a result of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttemptPart {
    /// Requirements that a drawing meets.
    Drawn,
    /// Points for explanations by chosen statements, which the program graded.
    Explained,
    /// Points for explanations said aloud, which the learner graded.
    SelfGraded,
    /// Points for questions about the learner's own drawing.
    Defended,
    /// Whether the cause of an incident was named.
    Diagnosed,
    /// Whether the harm of an incident was ended, or all goals of a mission were met.
    Repaired,
}

impl AttemptPart {
    /// All parts.
    pub const ALL: [Self; 6] = [Self::Drawn, Self::Explained, Self::SelfGraded, Self::Defended, Self::Diagnosed, Self::Repaired];

    /// Name of the part in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drawn => "drawn",
            Self::Explained => "explained",
            Self::SelfGraded => "self-graded",
            Self::Defended => "defended",
            Self::Diagnosed => "diagnosed",
            Self::Repaired => "repaired",
        }
    }
}

impl ActivityAttempt {
    /// Creates an attempt without parts, demands and misconceptions.
    pub fn new(activity: impl Into<String>, seed: u64, score: Score) -> Self {
        Self {
            activity: activity.into(),
            seed,
            score,
            parts: BTreeMap::new(),
            shown: BTreeSet::new(),
            missed: BTreeSet::new(),
            beliefs: BTreeSet::new(),
        }
    }

    /// Records answers about demands. One wrong answer makes a demand missed, whatever other answers were right.
    pub fn judge(&mut self, about: &[Demand], is_right: bool) {
        for demand in about {
            if !is_right {
                self.missed.insert(*demand);
                self.shown.remove(demand);
            } else if !self.missed.contains(demand) {
                self.shown.insert(*demand);
            }
        }
    }
}
