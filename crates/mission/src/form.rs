//! The format of a mission file.
//!
//! This module defines only the syntax and its version; [`mod@super::check`] validates a mission as a whole.

use serde::{Deserialize, Serialize};

use hoplight_model::draft::Edit;
use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentId, MissionId, ScenarioId, Text};

use super::goal::MissionGoal;
use super::trial::Trial;

/// The newest format version that this program reads.
pub const FORMAT: u32 = 1;

/// A series of missions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Ladder {
    /// From one server to stage 3. Each mission starts from the previous one's design.
    FromZero,
    /// Finished designs that have to satisfy one more demand.
    UnderConstraints,
}

impl Ladder {
    /// All ladders, in listing order.
    pub const ALL: [Self; 2] = [Self::FromZero, Self::UnderConstraints];

    /// Heading of the ladder in lists.
    pub const fn title(self) -> &'static str {
        match self {
            Self::FromZero => "From zero to stage 3",
            Self::UnderConstraints => "Under constraints",
        }
    }
}

/// A mission as written in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissionForm {
    /// Format version.
    pub format: u32,
    /// Name of the mission in commands and in the learner's progress.
    pub id: MissionId,
    /// The ladder that it belongs to.
    pub ladder: Ladder,
    /// Sort key within the ladder, ascending.
    pub order: u32,
    /// Title on the screen.
    pub title: Text,
    /// Expected duration in minutes.
    pub minutes: u32,
    /// The problem as the learner meets it: one to three short paragraphs.
    pub problem: Vec<Text>,
    /// What has to be true in the end, in one sentence that does not name the solution.
    pub task: Text,
    /// The design that the learner starts from.
    pub start: MissionStart,
    /// Components that the learner must keep, such as the database with the data.
    #[serde(default)]
    pub keep: Vec<ComponentId>,
    /// The runs in which goals are measured.
    #[serde(default)]
    pub trials: Vec<Trial>,
    /// The goals. The mission is passed when all of them are met.
    pub goals: Vec<MissionGoal>,
    /// Three hints, each more specific than the previous one.
    pub hints: Vec<Text>,
    /// Edits of the starting design that pass the mission: the best known solution.
    pub solution: Vec<Edit>,
    /// What the mission teaches.
    pub taught: TaughtElement,
    /// The mechanism, in two to four sentences, shown on passing. `{before:GOAL}` and `{after:GOAL}` are replaced by the
    /// figures measured on the starting design and on the learner's, for a goal or for `cost`.
    pub explanation: Vec<Text>,
    /// What the remedy costs, in one sentence. Placeholders as in `explanation`.
    pub price: Text,
}

/// The design that a mission starts from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissionStart {
    /// Where it comes from.
    pub from: DesignOrigin,
    /// Edits made before the learner sees it.
    #[serde(default)]
    pub changes: Vec<Edit>,
}

/// Where a starting design comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DesignOrigin {
    /// A scenario of the program.
    Scenario(ScenarioId),
    /// The stored solution of another mission.
    SolutionOf(MissionId),
    /// A scenario in the mission's file.
    Inline(Box<Scenario>),
}

/// The element that a mission teaches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaughtElement {
    /// Its name, such as "a health check that reaches the application".
    pub element: Text,
    /// Edits that take it out of the solution. The result must fail the mission.
    pub without: Vec<Edit>,
}
