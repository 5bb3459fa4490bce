//! Writes characters into the cells of a frame.
//!
//! To give a cell its symbol takes longer than all else, and most cells get the one that they had a frame ago. So a frame is
//! drawn over an earlier one: [`begin`] takes the styles away and marks every cell as old, `write` keeps a symbol that is
//! right already, and `finish` blanks what is still old. Must not know what is drawn.

use ratatui::buffer::{Buffer, Cell, CellDiffOption};
use ratatui::style::{Color, Modifier, Style};

/// How a cell is marked as old until the frame is finished.
const OLD: CellDiffOption = CellDiffOption::Skip;

/// Makes a buffer with any earlier frame ready for the next one.
pub fn begin(frame: &mut Buffer) {
    frame.content.iter_mut().for_each(fade);
}

/// Blanks all that was not drawn since [`begin`]. Changes nothing in a frame that was drawn into an empty buffer.
pub(super) fn finish(frame: &mut Buffer) {
    for cell in frame.content.iter_mut().filter(|cell| cell.diff_option == OLD) {
        cell.diff_option = CellDiffOption::None;
        if cell.symbol() != " " {
            cell.set_symbol(" ");
        }
    }
}

/// Empties a cell.
pub(super) fn fade(cell: &mut Cell) {
    cell.fg = Color::Reset;
    cell.bg = Color::Reset;
    cell.underline_color = Color::Reset;
    cell.modifier = Modifier::empty();
    cell.diff_option = OLD;
}

/// Makes a cell show `c` in a style, whatever it was before.
pub(super) fn write(cell: &mut Cell, c: char, style: Style) {
    let mut bytes = [0; 4];
    let symbol = c.encode_utf8(&mut bytes);
    if !is(cell.symbol(), symbol) {
        cell.set_symbol(symbol);
    }
    cell.fg = style.fg.unwrap_or(Color::Reset);
    cell.bg = style.bg.unwrap_or(Color::Reset);
    cell.underline_color = style.underline_color.unwrap_or(Color::Reset);
    cell.modifier = style.add_modifier.difference(style.sub_modifier);
    cell.diff_option = CellDiffOption::None;
}

/// Whether two symbols are the same. Nearly all have one byte, as letters, or three, as lines: no call for those.
pub(super) fn is(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    a.len() == b.len()
        && match a.len() {
            1 => a.first() == b.first(),
            3 => a.first_chunk::<3>() == b.first_chunk(),
            _ => a == b,
        }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn a_written_cell_is_as_if_built_anew() {
        let style = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD).remove_modifier(Modifier::ITALIC);
        for before in ["コ", "a", " ", "─"] {
            for c in ('\u{20}'..'\u{3000}').filter(|c| !c.is_control()) {
                let mut built = Cell::default();
                built.set_char(c).set_style(style);
                let mut written = Cell::new(before);
                written.set_style(Style::new().bg(Color::Blue).add_modifier(Modifier::ITALIC));
                write(&mut written, c, style);
                assert_eq!(written, built, "{c:?}");
            }
        }
    }

    #[test]
    fn nothing_of_the_earlier_frame_is_left() {
        let mut frame = Buffer::with_lines(["web-1 ▰▰▱"]);
        frame.set_style(frame.area, Style::new().bg(Color::Blue).add_modifier(Modifier::BOLD));
        begin(&mut frame);
        write(&mut frame.content[0], 'w', Style::new());
        write(&mut frame.content[1], 'x', Style::new());
        // A style alone counts, on a blank.
        frame.content[8].bg = Color::Red;
        finish(&mut frame);
        let mut fresh = Buffer::with_lines(["wx       "]);
        fresh.content[8].bg = Color::Red;
        assert_eq!(frame, fresh);
        assert_eq!(frame.area, Rect::new(0, 0, 9, 1));
    }
}
