//! The timeline: the run in one row, with a mark for each event and a cursor at the current time.

use hoplight_app::events::{EventClass, column, strip};
use hoplight_app::{Line, Stage, Tone};
use hoplight_layout::Area;

use super::paint::Painter;

/// Draws the timeline.
pub(super) fn draw(stage: &Stage, row: Area, painter: &mut Painter<'_>) {
    if row.height == 0 {
        return;
    }
    let area = strip(row);
    let (span, now) = (stage.span(), stage.sim().now());
    let (past, to_come) = (painter.theme.border, painter.theme.dim);
    let glyphs = &painter.theme.glyphs;
    let (line, dotted, cursor) = (glyphs.border.horizontal, glyphs.faint.horizontal, glyphs.cursor);
    let at_now = column(now, span, area.width);
    for at in 0..area.width {
        // After a rewind, later events are still known, so the future is drawn dotted.
        let (c, style) = if at <= at_now { (line, past) } else { (dotted, to_come) };
        painter.put(area.x + at, area.y, c, style);
    }
    let (from, to) = (format!("{:>5.0} s ", span.0.as_secs_f64()), format!(" {:.0} s", span.1.as_secs_f64()));
    painter.line(row.x, row.y, area.x - row.x, &Line::new(Tone::Dim, from));
    let behind = area.x + area.width;
    painter.line(behind, row.y, (row.x + row.width).saturating_sub(behind), &Line::new(Tone::Dim, to));
    let marks = stage.known_marks();
    // The most severe mark in a column is drawn last.
    for sort in [EventClass::Reaction, EventClass::Command, EventClass::Restore, EventClass::Fault, EventClass::Alert] {
        let (mark, style) = (painter.theme.glyphs.mark(sort), painter.theme.tone(tone(sort)));
        for (_, known) in marks.iter().filter(|(_, known)| known.sort == sort) {
            painter.put(area.x + column(known.at, span, area.width), area.y, mark, style);
        }
    }
    let style = painter.theme.selected;
    let x = area.x + at_now;
    let marked = marks.iter().any(|(_, mark)| column(mark.at, span, area.width) == at_now);
    if marked {
        painter.weigh(x, area.y, 1, style.add_modifier);
    } else {
        let accent = painter.theme.accent;
        painter.put(x, area.y, cursor, accent);
    }
}

/// The tone of a mark.
const fn tone(sort: EventClass) -> Tone {
    match sort {
        EventClass::Fault | EventClass::Alert => Tone::Bad,
        EventClass::Failure | EventClass::Refused => Tone::Warn,
        EventClass::Restore => Tone::Good,
        EventClass::Command => Tone::Accent,
        EventClass::Reaction => Tone::Dim,
    }
}
