//! The layout of the screen: a pure function of its size.

use hoplight_layout::Area;

/// Minimum size of the screen.
pub const MINIMUM: (u16, u16) = (80, 24);
/// Minimum size at which panels are placed beside the canvas.
const WIDE: (u16, u16) = (116, 32);

/// The areas of the stage. An area that does not fit is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Regions {
    /// Title, pace, time.
    pub header: Area,
    /// The diagram.
    pub canvas: Area,
    /// The lesson, or the selected element.
    pub panel: Area,
    /// The selected element, if there is room for both.
    pub detail: Area,
    /// The agents' gauges.
    pub gauges: Area,
    /// The messages.
    pub messages: Area,
    /// The status line.
    pub status: Area,
    /// The timeline; empty if it does not fit.
    pub timeline: Area,
    /// The journal.
    pub journal: Area,
    /// The available keys.
    pub footer: Area,
    /// Whether the panel is beside the canvas.
    pub wide: bool,
}

/// Whether a screen is too small to draw on.
pub fn too_small(columns: u16, rows: u16) -> bool {
    columns < MINIMUM.0 || rows < MINIMUM.1
}

/// Whether panels fit beside the canvas.
pub fn is_wide((columns, rows): (u16, u16)) -> bool {
    columns >= WIDE.0 && rows >= WIDE.1
}

/// Splits the stage into areas. Each of `agents` gauges gets its own row if there is room, and a lesson its own panel.
pub fn stage(columns: u16, rows: u16, agents: u16, lesson: bool) -> Regions {
    if too_small(columns, rows) {
        return Regions::default();
    }
    let row = |y: u16, height: u16| Area { x: 0, y, width: columns, height };
    let (header, footer) = (row(0, 1), row(rows - 1, 1));
    if !is_wide((columns, rows)) {
        let panel = 6 + (rows - MINIMUM.1) / 3;
        let panel = panel.min(12);
        return Regions {
            header,
            canvas: row(1, rows - 5 - panel),
            panel: row(rows - 4 - panel, panel),
            gauges: row(rows - 4, 1),
            messages: row(rows - 3, 1),
            status: row(rows - 2, 1),
            footer,
            ..Regions::default()
        };
    }
    let side = (columns / 3).clamp(36, 66).min(columns - 80);
    let gauges = agents.clamp(1, 4 + (rows - WIDE.1) / 6);
    let journal = 3 + (rows - WIDE.1) / 8;
    let messages = 2 + (rows - WIDE.1) / 28;
    let bottom = 1 + gauges + messages + 1 + 1 + journal + 1;
    let (left, top) = (columns - side, rows - bottom);
    let main = |y: u16, height: u16| Area { x: 0, y, width: columns, height };
    let detail = if lesson { (top - 1) * 8 / 20 } else { 0 };
    Regions {
        header,
        canvas: Area { x: 0, y: 1, width: left, height: top - 1 },
        panel: Area { x: left, y: 1, width: side, height: top - 1 - detail },
        detail: Area { x: left, y: top - detail, width: side, height: detail },
        gauges: main(top + 1, gauges),
        messages: main(top + 1 + gauges, messages),
        status: main(top + 1 + gauges + messages, 1),
        timeline: main(top + 2 + gauges + messages, 1),
        journal: main(top + 3 + gauges + messages, journal),
        footer,
        wide: true,
    }
}

/// Splits the stage of an incident drill: the pages, the panel and, if there is room, a second page. There are no gauges, no
/// timeline and no journal, which would show the truth.
pub fn drill(columns: u16, rows: u16) -> Regions {
    if too_small(columns, rows) {
        return Regions::default();
    }
    let row = |y: u16, height: u16| Area { x: 0, y, width: columns, height };
    let (header, footer, status) = (row(0, 1), row(rows - 1, 1), row(rows - 2, 1));
    if !is_wide((columns, rows)) {
        let panel = (7 + (rows - MINIMUM.1) / 3).min(12);
        return Regions {
            header,
            canvas: row(1, rows - 4 - panel),
            panel: row(rows - 3 - panel, panel),
            messages: row(rows - 3, 1),
            status,
            footer,
            ..Regions::default()
        };
    }
    let side = (columns / 3).clamp(36, 66).min(columns - 80);
    let (left, messages) = (columns - side, 2);
    let top = rows - 2 - messages;
    let detail = (top - 1) * 8 / 20;
    Regions {
        header,
        canvas: Area { x: 0, y: 1, width: left, height: top - 1 },
        panel: Area { x: left, y: 1, width: side, height: top - 1 - detail },
        detail: Area { x: left, y: top - detail, width: side, height: detail },
        messages: row(top, messages),
        status,
        footer,
        wide: true,
        ..Regions::default()
    }
}

/// Returns the area of a comparison: everything except the header, the status line and the footer.
pub fn comparison_area(size: (u16, u16)) -> Area {
    Area::new(0, 1, size.0, size.1.saturating_sub(3))
}

/// Returns the areas of the course map: the list, and beside it the description and preview of the selected line.
pub fn home(columns: u16, rows: u16) -> (Area, Area, Area) {
    if too_small(columns, rows) {
        return Default::default();
    }
    let list = Area { x: 0, y: 2, width: (columns * 2 / 5).clamp(36, 46), height: rows - 3 };
    let right = columns - list.width;
    let about_height = if columns >= WIDE.0 { 7 } else { rows - 3 };
    let about = Area { x: list.width, y: 2, width: right, height: about_height };
    let preview = Area { x: list.width, y: 2 + about_height, width: right, height: rows - 3 - about_height };
    (list, about, preview)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_inside_the_screen_and_never_overlap() {
        for (columns, rows) in [(80, 24), (100, 30), (115, 31), (116, 32), (120, 40), (200, 60), (1000, 400)] {
            for r in [stage(columns, rows, 3, false), stage(columns, rows, 3, true), drill(columns, rows)] {
                let parts =
                    [r.header, r.canvas, r.panel, r.detail, r.gauges, r.messages, r.status, r.timeline, r.journal, r.footer];
                let mut cells = vec![false; usize::from(columns) * usize::from(rows)];
                for part in parts {
                    for y in part.y..part.y + part.height {
                        for x in part.x..part.x + part.width {
                            let cell = &mut cells[usize::from(y) * usize::from(columns) + usize::from(x)];
                            assert!(!*cell, "{columns}×{rows}: {x},{y} twice");
                            *cell = true;
                        }
                    }
                }
                assert!(r.canvas.width >= 80 && r.canvas.height >= 13, "{columns}×{rows}: {:?}", r.canvas);
            }
        }
    }
}
