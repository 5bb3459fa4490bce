//! The result of an evaluation: whether each goal is met, and the figures that say why.

use hoplight_model::{ComponentId, MissionId, RequestKind, Text};

use super::case::CaseSubject;

/// The result of an evaluation of a design.
#[derive(Clone, Debug, PartialEq)]
pub struct MissionReport {
    /// The mission.
    pub mission: MissionId,
    /// Why the design could not be judged. Then no goal is met, and none has a figure.
    pub obstacle: Option<MissionObstacle>,
    /// The goals, in authored order.
    pub goals: Vec<GoalReport>,
    /// The cost of the design in units; `None` if it could not be built.
    pub cost: Option<u32>,
    /// Number of moves from the starting design; `None` if the design could not be built.
    pub moves: Option<u32>,
}

/// The result for one goal.
#[derive(Clone, Debug, PartialEq)]
pub struct GoalReport {
    /// Name of the goal.
    pub name: Text,
    /// Whether the goal is met.
    pub met: bool,
    /// What was measured in the worst case; `None` if the design was not judged, or has nothing to measure.
    pub measured: Option<GoalFigure>,
    /// The worst case, if the goal has several.
    pub worst: Option<CaseSubject>,
    /// The kind of request with that figure, if the goal judges several.
    pub kind: Option<RequestKind>,
}

/// A measured or computed value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GoalFigure {
    /// A share of requests, from 0 to 1.
    Share(f64),
    /// A latency in milliseconds.
    Latency(f64),
    /// A time in seconds.
    Time(f64),
    /// No request succeeded, so there is no latency.
    NoneServed,
    /// Something that did not happen during the trial.
    Never,
    /// A number of acknowledged writes.
    Writes(u64),
    /// A number of pages to the operator.
    Pages(u64),
    /// A number of servers, out of all that count.
    Servers(u32, u32),
    /// A number of hops.
    Hops(u32),
    /// A number of ports or rules.
    Openings(u32),
    /// Whether a property holds.
    Holds(bool),
    /// A number of cost units.
    Units(u32),
}

/// Why a design is not judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MissionObstacle {
    /// The design has this many problems that prevent it from being built.
    CannotBuild(usize),
    /// The design has more servers than an evaluation can try.
    TooLarge(usize),
    /// A component that the mission keeps is missing.
    Missing(ComponentId),
    /// No request of this kind succeeds, although nothing is wrong.
    NothingWorks(RequestKind),
}

impl MissionReport {
    /// Whether the mission is passed: all goals are met.
    pub fn passed(&self) -> bool {
        self.obstacle.is_none() && self.goals.iter().all(|goal| goal.met)
    }

    /// The result of a goal.
    pub fn goal(&self, name: &str) -> Option<&GoalReport> {
        self.goals.iter().find(|goal| goal.name.as_str() == name)
    }
}
