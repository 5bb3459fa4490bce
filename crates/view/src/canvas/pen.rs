//! Writes into cells, inside the canvas only, with the theme's characters only.
//!
//! The one place of the canvas that touches the buffer, so nothing else can leave it. Must not know what is drawn.

use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthChar;

use crate::ink;
use crate::theme::Theme;
use hoplight_layout::Cell;

/// A pen over a part of a buffer, through which a part of the canvas is seen.
pub(super) struct Pen<'a> {
    buf: &'a mut Buffer,
    area: Rect,
    /// The cell that stands at the area's top left.
    origin: Cell,
    theme: &'a Theme,
}

/// How wide a text is on the screen.
pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().filter_map(UnicodeWidthChar::width).sum() }
}

impl<'a> Pen<'a> {
    pub(super) fn new(buf: &'a mut Buffer, area: Rect, origin: Cell, theme: &'a Theme) -> Self {
        let area = area.intersection(buf.area);
        Self { buf, area, origin, theme }
    }

    /// One character.
    pub(super) fn put(&mut self, cell: Cell, c: char, style: Style) {
        let (Some(x), Some(y)) = (cell.x.checked_sub(self.origin.x), cell.y.checked_sub(self.origin.y)) else { return };
        if x >= self.area.width || y >= self.area.height {
            return;
        }
        if let Some(target) = self.buf.cell_mut((self.area.x + x, self.area.y + y)) {
            ink::write(target, self.theme.shown(c), style);
        }
    }

    /// Text in at most `room` columns, with an ellipsis if it is cut. Returns the columns that it took.
    pub(super) fn text(&mut self, cell: Cell, text: &str, room: u16, style: Style) -> u16 {
        let whole = width(text) <= usize::from(room);
        let most = if whole { room } else { room.saturating_sub(1) };
        let mut used = 0;
        for c in text.chars() {
            let wide = match c.width() {
                Some(0) | None => continue,
                // A replacement in ASCII takes one column.
                Some(_) if self.theme.glyphs.ascii => 1,
                Some(wide) => u16::try_from(wide).unwrap_or(1),
            };
            if used + wide > most || cell.x.saturating_add(used + wide) > self.origin.x.saturating_add(self.area.width) {
                break;
            }
            self.put(Cell::new(cell.x + used, cell.y), c, style);
            if wide == 2 {
                self.put(Cell::new(cell.x + used + 1, cell.y), ' ', style);
            }
            used += wide;
        }
        if !whole && room > 0 {
            self.put(Cell::new(cell.x + used, cell.y), self.theme.glyphs.ellipsis, style);
            used += 1;
        }
        used
    }

    /// The character that a cell in sight shows.
    pub(super) fn seen(&self, cell: Cell) -> Option<char> {
        let (x, y) = (cell.x.checked_sub(self.origin.x)?, cell.y.checked_sub(self.origin.y)?);
        if x >= self.area.width || y >= self.area.height {
            return None;
        }
        let seen = self.buf.cell((self.area.x + x, self.area.y + y))?;
        // What is skipped was not drawn in this frame.
        if seen.diff_option == CellDiffOption::Skip { None } else { seen.symbol().chars().next() }
    }

    /// Lines in the middle of the canvas.
    pub(super) fn centred(&mut self, lines: &[String]) {
        let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let top = self.area.height.saturating_sub(count) / 2;
        for (y, line) in (top..).zip(lines) {
            let wide = u16::try_from(width(line)).unwrap_or(u16::MAX);
            let x = self.area.width.saturating_sub(wide) / 2;
            self.text(Cell::new(x, y), line, self.area.width, self.theme.text);
        }
    }
}
