//! The monitoring screen, in the canvas' place.
//!
//! Must not look at a station: it shows what was delivered.

use crate::app::{Line, Stage, Tone};
use crate::layout::Area;

use super::paint::Painter;

/// Draws the screen.
pub(super) fn draw(stage: &Stage, area: Area, painter: &mut Painter<'_>) {
    let agents = stage.sim().agents();
    painter.clear(area.x, area.y, area.width, area.height);
    let title = Line::new(Tone::Name, "monitoring").with(Tone::Dim, ": what the agents delivered, and nothing else");
    painter.rule(area.x, area.y, area.width, &title, "");
    for (y, agent) in (area.y + 1..area.y + area.height).zip(&agents) {
        let id = &stage.infra().component(agent.agent).id;
        let qps = agent.qps.map_or_else(|| "no data".to_owned(), |qps| format!("{qps:.0}/s"));
        painter.line(area.x + 1, y, area.width.saturating_sub(2), &Line::new(Tone::Text, format!("{id}  {qps}")));
    }
}
