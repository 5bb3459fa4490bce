//! Click and wheel actions on the timeline.

use hoplight_layout::Area;
use hoplight_sim::SimTime;

use crate::action::TimeAction;
use crate::events::{self, TimelineMark};
use crate::stage::Stage;

/// Returns the action of a click on a column: jumps to the mark at that column, or to the column's time.
pub(crate) fn moment_at(stage: &Stage, area: Area, column: u16) -> TimeAction {
    let area = events::strip(area);
    let (span, column) = (stage.span(), column.saturating_sub(area.x));
    let here = |mark: &&TimelineMark| events::column(mark.at, span, area.width) == column;
    let marked = stage.known_marks().into_iter().rev().map(|(_, mark)| mark).find(here).map(TimelineMark::recall);
    marked.unwrap_or_else(|| TimeAction::Seek(events::moment(column, span, area.width)))
}

/// Returns the time one column later or earlier, within the known run.
pub(super) fn beside(stage: &Stage, area: Area, forward: bool) -> SimTime {
    let (strip, span) = (events::strip(area), stage.span());
    let now = events::column(stage.sim().now(), span, strip.width);
    let to = if forward { (now + 1).min(strip.width.saturating_sub(1)) } else { now.saturating_sub(1) };
    let marks = stage.known_marks().into_iter().map(|(_, mark)| mark.at);
    let marked = marks.rev().find(|at| events::column(*at, span, strip.width) == to);
    marked.unwrap_or_else(|| events::moment(to, span, strip.width))
}
