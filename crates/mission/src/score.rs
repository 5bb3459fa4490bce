//! The score of a passed mission.

use super::mission::Mission;
use super::report::MissionReport;

/// A score: stars, and what they depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        let is_frugal = cost <= best_cost;
        let is_short = moves <= best_moves + best_moves.div_ceil(5);
        let stars = if report.passed() { 1 + u8::from(is_frugal) + u8::from(is_short) } else { 0 };
        Some(Self { stars, cost, best_cost, moves, best_moves })
    }
}
