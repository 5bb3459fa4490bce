//! Areas of the agents' gauges: one row per agent, or one shared row on a small screen.

use hoplight_layout::Area;
use hoplight_lesson::Readout;

use crate::stage::Stage;

/// Maximum number of gauges in a shared row.
const MOST_IN_A_LINE: u16 = 4;
/// Columns at the end of a shared row for the number of hidden gauges.
pub const MORE: u16 = 9;

/// Returns the areas of the gauges that fit, in the order of [`hoplight_sim::Simulation::agents`]; none before a lesson has
/// explained them.
pub fn places(stage: &Stage) -> Vec<Area> {
    let area = stage.viewport.regions.gauges;
    let count = u16::try_from(stage.sim().agents().len()).unwrap_or(u16::MAX);
    if count == 0 || stage.hides(Readout::Agents) {
        return Vec::new();
    }
    if stage.viewport.regions.wide {
        return (0..count.min(area.height)).map(|row| Area { y: area.y + row, height: 1, ..area }).collect();
    }
    // If not all fit, one more is hidden to make room for their number.
    let (count, room) =
        if count > MOST_IN_A_LINE { (MOST_IN_A_LINE - 1, area.width.saturating_sub(MORE)) } else { (count, area.width) };
    let width = room / count;
    (0..count).map(|place| Area { x: area.x + place * width, width, height: area.height.min(1), ..area }).collect()
}
