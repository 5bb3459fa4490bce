//! A frame as a file: plain text, text with ANSI colours, or SVG.
//!
//! All three are pure functions of the frame's cells, so the same frame always produces the same bytes.

mod ansi;
pub(super) mod colour;
mod lines;
mod svg;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use hoplight_model::text::columns;

pub use ansi::ansi;
pub use svg::{Paper, svg};

/// Returns the frame as plain text, without trailing spaces.
pub fn text(frame: &Buffer) -> String {
    let row = |row: Vec<Painted<'_>>| {
        let symbols: String = row.iter().map(|cell| cell.symbol).collect();
        format!("{}\n", symbols.trim_end())
    };
    rows(frame).map(row).collect()
}

/// A symbol with its position, in columns from the frame's left.
#[derive(Clone, Copy, Debug)]
struct Painted<'a> {
    column: u16,
    width: u16,
    symbol: &'a str,
    look: CellStyle,
}

/// Colours and modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
struct CellStyle {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Painted<'_> {
    fn is_blank(&self) -> bool {
        self.symbol.chars().all(|c| c == ' ')
    }

    /// Whether the cell looks like an empty one.
    fn is_unseen(&self) -> bool {
        let seen = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
        self.is_blank() && self.look.bg == Color::Reset && !self.look.modifier.intersects(seen)
    }
}

/// Returns the frame's symbols row by row, without the cells covered by a wide symbol.
fn rows(frame: &Buffer) -> impl Iterator<Item = Vec<Painted<'_>>> {
    let row = usize::from(frame.area.width).max(1);
    frame.content.chunks(row).map(|cells| {
        let mut painted: Vec<Painted<'_>> = Vec::with_capacity(cells.len());
        for (column, cell) in (0_u16..).zip(cells) {
            if painted.last().is_some_and(|last| column < last.column + last.width) {
                continue;
            }
            let width = columns(cell.symbol()).max(1);
            let look = CellStyle { fg: cell.fg, bg: cell.bg, modifier: cell.modifier };
            painted.push(Painted { column, width, symbol: cell.symbol(), look });
        }
        painted
    })
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    /// Returns a frame with a wide character, a character that XML escapes, a reversed space and colours.
    pub(super) fn frame() -> Buffer {
        let mut frame = Buffer::empty(Rect::new(0, 0, 12, 3));
        frame.set_string(1, 0, "漢<&b", Style::new().red().bold());
        frame.set_string(0, 1, " ", Style::new().reversed());
        frame.set_string(1, 1, "a  c", Style::new().fg(Color::Indexed(79)));
        frame.set_string(10, 1, "▰▱", Style::new());
        frame
    }

    #[test]
    fn text_has_a_line_a_row_and_a_wide_character_once() {
        assert_eq!(text(&frame()), " 漢<&b\n a  c     ▰▱\n\n");
    }

    #[test]
    fn a_wide_symbol_covers_two_columns() {
        let frame = frame();
        let first = rows(&frame).next().unwrap();
        let columns: Vec<(u16, u16)> = first.iter().map(|cell| (cell.column, cell.width)).take(4).collect();
        assert_eq!(columns, [(0, 1), (1, 2), (3, 1), (4, 1)]);
    }

    #[test]
    fn an_empty_frame_is_no_text() {
        assert_eq!(text(&Buffer::empty(Rect::new(0, 0, 0, 0))), "");
    }
}
