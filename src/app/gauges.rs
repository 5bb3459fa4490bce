//! Where the gauges stand: a line for each agent where there is room, else one line that some of them share.
//!
//! The mouse and the screen use the same places. Must not know what a gauge shows.

use crate::layout::Area;

use super::stage::Stage;

/// Gauges that share a line at most.
const MOST_IN_A_LINE: u16 = 4;

/// The areas of the gauges, in the order of [`crate::sim::Simulation::agents`]: as many as have room.
pub fn places(stage: &Stage) -> Vec<Area> {
    let area = stage.regions.gauges;
    let count = u16::try_from(stage.sim().agents().len()).unwrap_or(u16::MAX);
    if count == 0 {
        return Vec::new();
    }
    if stage.regions.wide {
        return (0..count.min(area.height)).map(|row| Area { y: area.y + row, height: 1, ..area }).collect();
    }
    let count = count.min(MOST_IN_A_LINE);
    let width = area.width / count;
    (0..count).map(|place| Area { x: area.x + place * width, width, height: area.height.min(1), ..area }).collect()
}
