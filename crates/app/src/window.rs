//! Windows over the screen: a list with a filter, and a description of the selected row below it.
//!
//! While a window is open, it takes all keys, and the simulation is paused. Each row has the action that Enter runs.

mod add;
mod compare;
mod drill;
mod explanation;
mod faults;
pub(crate) mod findings;
mod glossary;
mod jump;
pub mod kind;
mod log;
mod palette;
mod review;
mod search;
mod settings;
pub mod state;

use hoplight_layout::Area;

use crate::app::App;
use crate::line::{Line, Page};
use crate::regions;
use crate::tone::Tone;
use crate::window::kind::WindowKind;

/// A row of a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowRow {
    /// The line, truncated if it is too long. Enter runs its action.
    pub line: Line,
    /// Right-aligned text: a key or a time.
    pub right: String,
    /// The description, shown while the row is selected.
    pub about: String,
    /// Words that are not shown, and by which a search finds the row.
    pub found_by: String,
}

/// Returns the areas of the open window, or `None` if none is open or the screen is too small.
pub fn area(app: &App) -> Option<WindowAreas> {
    let window = app.window.as_ref()?;
    let (columns, rows) = app.size();
    if regions::too_small(columns, rows) {
        return None;
    }
    let areas = WindowAreas::of(columns, rows, window.kind);
    // If the stage has no room for the timeline, the log shows it.
    let wants = window.kind == WindowKind::Log && app.stage().is_some_and(|stage| stage.timeline_area().height == 0);
    Some(if wants { areas.with_timeline() } else { areas })
}

/// The areas of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowAreas {
    /// The window, including its border.
    pub outer: Area,
    /// The filter.
    pub prompt: Area,
    /// The timeline, if the window shows it.
    pub timeline: Area,
    /// The rows.
    pub list: Area,
    /// The description of the selected row.
    pub about: Area,
}

impl WindowAreas {
    /// Returns the areas for a screen size. They do not depend on the content, so the window does not move while the user
    /// types.
    pub fn of(columns: u16, rows: u16, kind: WindowKind) -> Self {
        let width = columns.saturating_sub(4).min(100);
        let height = rows.saturating_sub(2).min(36);
        let outer = Area { x: (columns - width) / 2, y: (rows - height) / 2, width, height };
        let inner = |y: u16, height: u16| Area { x: outer.x + 2, y, width: width.saturating_sub(4), height };
        let about = kind.about().min(height.saturating_sub(6));
        let list = height.saturating_sub(4 + about);
        Self {
            outer,
            prompt: inner(outer.y + 1, 1),
            timeline: Area::default(),
            list: inner(outer.y + 2, list),
            about: inner(outer.y + 3 + list, about),
        }
    }

    /// Adds a row for the timeline above the list.
    fn with_timeline(self) -> Self {
        let Area { x, y, width, height } = self.list;
        Self {
            timeline: Area { x, y, width, height: 1 },
            list: Area { x, y: y + 1, width, height: height.saturating_sub(1) },
            ..self
        }
    }
}

/// Returns the name of the first term that a row of the glossary refers to.
pub(super) fn next_term(app: &App, filter: &str, row: usize) -> Option<String> {
    glossary::next(app, filter, row)
}

/// Returns the rows that match a filter, best first.
pub fn rows(app: &App, kind: WindowKind, filter: &str) -> Vec<WindowRow> {
    match kind {
        WindowKind::Palette => palette::rows(app, filter),
        WindowKind::Glossary => glossary::rows(app, filter),
        WindowKind::Compare => compare::rows(app, filter),
        WindowKind::Faults => faults::rows(app, filter),
        WindowKind::Log => log::rows(app, filter),
        WindowKind::Jump => jump::rows(app, filter),
        WindowKind::Add => add::rows(app, filter),
        WindowKind::Settings => settings::rows(app, filter),
        WindowKind::Value(field) => settings::value(app, field, filter),
        WindowKind::Findings => findings::rows(app, filter),
        WindowKind::Probes => drill::probes(app, filter),
        WindowKind::Suspects => drill::suspects(app, filter),
        WindowKind::Remedies => drill::remedies(app, filter),
        WindowKind::Review => review::rows(app, filter),
        WindowKind::Explanation => explanation::rows(app, filter),
    }
}

/// Returns the description of the selected row in lines of `width` columns, or a hint if no row matches the filter.
pub fn about(app: &App, kind: WindowKind, row: Option<&WindowRow>, width: u16) -> Vec<Line> {
    let mut page = Page::new(width);
    // Computed for the selected row only, since it needs a trial run.
    if let Some(why) = row.and_then(|row| faults::refusal(app, row)) {
        page.text(Tone::Warn, &format!("Not now: {why}."));
    }
    let tone = if row.is_some() { kind.tone() } else { Tone::Dim };
    let typed = app.window.as_ref().is_some_and(|window| !window.filter().trim().is_empty());
    page.text(tone, row.map_or(kind.nothing(typed), |row| row.about.as_str()));
    page.lines()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_inside_the_window_on_every_screen() {
        let sizes = [(80, 24), (120, 40), (200, 60), (1000, 400)];
        for ((columns, rows), kind) in
            sizes.into_iter().flat_map(|size| [WindowKind::Palette, WindowKind::Glossary].map(|kind| (size, kind)))
        {
            let parts = WindowAreas::of(columns, rows, kind);
            let bottom = parts.outer.y + parts.outer.height;
            assert!(parts.prompt.y > parts.outer.y && parts.list.y > parts.prompt.y);
            assert!(parts.list.height >= 10, "{parts:?}");
            assert!(
                parts.about.y > parts.list.y + parts.list.height - 1 && parts.about.y + parts.about.height < bottom,
                "{parts:?}"
            );
            assert!(parts.outer.x + parts.outer.width <= columns && bottom <= rows);
        }
    }
}
