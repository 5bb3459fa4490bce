//! Sheets: pages of text over the screen, scrolled by lines or by whole pages. The simulation is paused while one is open.

pub mod state;

use hoplight_layout::Area;

use crate::app::App;
use crate::help::{self, LegendSign};
use crate::key::{Code, Key};
use crate::line::Line;
use crate::scroll::scrolled;
use crate::whiteboard;

pub use state::{Sheet, SheetKind};

/// Returns the lines of a sheet for `width` columns. `drawn` renders a sign of the legend in at most 12 columns.
pub fn lines(app: &App, kind: SheetKind, width: u16, drawn: impl Fn(LegendSign) -> String) -> Vec<Line> {
    match kind {
        SheetKind::Help => help::lines(app, width, drawn),
        SheetKind::Whiteboard => whiteboard::lines(app, width),
    }
}

/// Returns the columns of the text on a screen of `columns` columns.
pub fn text_width(columns: u16) -> u16 {
    columns.min(92).saturating_sub(8)
}

/// Returns the area of a sheet with `count` lines, including its border.
pub fn area(columns: u16, rows: u16, count: usize) -> Area {
    let count = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(2);
    let width = text_width(columns) + 4;
    let height = if count > rows { rows.saturating_sub(2) } else { count };
    Area { x: columns.saturating_sub(width) / 2, y: rows.saturating_sub(height) / 2, width, height }
}

/// Returns the number of visible lines, and the largest scroll offset.
pub fn room(app: &App, kind: SheetKind) -> (u16, u16) {
    let (columns, rows) = app.size();
    // All signs have the same width, so a placeholder gives the right layout.
    let count = lines(app, kind, text_width(columns), |_| String::new()).len();
    let room = area(columns, rows, count).height.saturating_sub(2);
    (room, u16::try_from(count.saturating_sub(usize::from(room))).unwrap_or(u16::MAX))
}

impl App {
    /// Returns the scroll offset of the open sheet.
    pub fn sheet_scroll(&self) -> Option<u16> {
        self.sheet.map(|sheet| sheet.scroll)
    }

    /// Scrolls the open sheet, or closes it if `by` is `None`.
    pub(super) fn scroll_sheet(&mut self, by: Option<i16>) {
        let Some(Sheet { kind, scroll }) = self.sheet else { return };
        let (_, most) = room(self, kind);
        self.sheet = by.map(|by| Sheet { kind, scroll: scrolled(scroll, by, most) });
    }

    /// Returns by how many lines a key scrolls the open sheet; `None` if it closes the sheet.
    pub(super) fn sheet_lines(&self, key: Key) -> Option<i16> {
        let (room, most) = room(self, self.sheet?.kind);
        let page = i16::try_from(room.max(1)).unwrap_or(i16::MAX);
        let all = i16::try_from(most).unwrap_or(i16::MAX);
        match key.code {
            Code::Down | Code::Char('j') => Some(1),
            Code::Up | Code::Char('k') => Some(-1),
            Code::PageDown | Code::Char(' ') => Some(page),
            Code::PageUp => Some(-page),
            Code::Home => Some(-all),
            Code::End => Some(all),
            Code::Char(_)
            | Code::Enter
            | Code::Esc
            | Code::Tab
            | Code::BackTab
            | Code::Backspace
            | Code::Left
            | Code::Right
            | Code::Delete
            | Code::Insert
            | Code::F(_) => None,
        }
    }
}
