//! The score of a passed mission.

use serde::{Deserialize, Serialize};

use super::mission::Mission;
use super::report::MissionReport;

/// A score: stars, and what they depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissionScore {
    /// From 0 to 3: one for meeting all goals, one more for costing no more than the best known solution, one more for
    /// needing at most a fifth more moves.
    pub stars: u8,
    /// The cost in units.
    pub cost: u32,
    /// The cost of the best known solution.
    pub best_cost: u32,
    /// The number of moves.
    pub moves: u32,
    /// The number of moves of the best known solution.
    pub best_moves: u32,
}

impl MissionScore {
    /// The score of a report; `None` if the design could not be built.
    pub fn of(mission: &Mission, report: &MissionReport) -> Option<Self> {
        let (cost, moves) = (report.cost?, report.moves?);
        let (best_cost, best_moves) = (mission.best_cost(), mission.best_moves());
        let score = Self { stars: 0, cost, best_cost, moves, best_moves };
        let stars = if report.passed() { 1 + u8::from(score.is_frugal()) + u8::from(score.is_short()) } else { 0 };
        Some(Self { stars, ..score })
    }

    /// Whether the design costs no more than the best known solution.
    pub fn is_frugal(&self) -> bool {
        self.cost <= self.best_cost
    }

    /// Whether the design needs at most a fifth more moves than the best known solution.
    pub fn is_short(&self) -> bool {
        self.moves <= self.best_moves + self.best_moves.div_ceil(5)
    }
}
