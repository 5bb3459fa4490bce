//! What has to be sent so that a terminal that shows one frame shows another.
//!
//! ratatui's own comparison asks every cell for its width, also where nothing has changed, which is nearly everywhere: on a
//! screen of 120×40 that alone takes longer than to draw a frame. Here only cells that differ are looked at closely. Must
//! not know how they are sent.

use ratatui::buffer::{Buffer, Cell, CellWidth};

use super::ink::is;

/// The cells to send, with their columns and rows, in reading order.
#[derive(Clone, Debug)]
pub struct Changes<'a> {
    shown: &'a [Cell],
    next: &'a [Cell],
    columns: usize,
    at: usize,
    /// Up to here cells are sent whether they have changed or not: a wide character that stood there is gone.
    torn: usize,
}

/// The cells in which `next` differs from what is `shown`.
///
/// Both have the same area. As anywhere in ratatui, the cell behind a wide character is covered by it.
pub fn changes<'a>(shown: &'a Buffer, next: &'a Buffer) -> Changes<'a> {
    debug_assert_eq!(shown.area, next.area, "two frames of one screen");
    Changes { shown: &shown.content, next: &next.content, columns: usize::from(next.area.width).max(1), at: 0, torn: 0 }
}

/// Whether two cells look the same.
fn same(a: &Cell, b: &Cell) -> bool {
    is(a.symbol(), b.symbol())
        && a.fg == b.fg
        && a.bg == b.bg
        && a.modifier == b.modifier
        && a.underline_color == b.underline_color
}

/// Columns that a cell's symbol takes.
fn wide(cell: &Cell) -> usize {
    if cell.symbol().len() == 1 { 1 } else { usize::from(cell.cell_width()).max(1) }
}

impl<'a> Iterator for Changes<'a> {
    type Item = (u16, u16, &'a Cell);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.next.get(self.at..)?.iter().zip(self.shown.get(self.at..)?);
            let equal = if self.at < self.torn { 0 } else { rest.clone().take_while(|(next, shown)| same(next, shown)).count() };
            let at = self.at + equal;
            let (next, shown) = (self.next.get(at)?, self.shown.get(at)?);
            self.at = at + 1;
            let column = at % self.columns;
            // Half a wide character cannot stay: what stood under it is drawn again.
            let end = at + (self.columns - column);
            self.torn = self.torn.max((at + wide(shown)).min(end));
            // The wide character before this cell covers it.
            let before = column.checked_sub(1).and_then(|_| self.next.get(at - 1));
            if before.is_some_and(|before| wide(before) > 1) {
                continue;
            }
            let row = at / self.columns;
            return Some((u16::try_from(column).unwrap_or(u16::MAX), u16::try_from(row).unwrap_or(u16::MAX), next));
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Style};

    use super::*;

    /// What a terminal of one row shows: half a wide character is a blank.
    fn terminal(start: &Buffer, sent: &[(u16, u16, Cell)]) -> Vec<String> {
        let mut cells: Vec<Cell> = start.content.clone();
        let columns = usize::from(start.area.width);
        // The second half of a wide character, as the terminal keeps it.
        let mut covered = vec![false; cells.len()];
        let mut put = |at: usize, cell: &Cell, cells: &mut Vec<Cell>| {
            if covered[at] {
                cells[at - 1].set_symbol(" ");
                covered[at] = false;
            }
            if covered.get(at + 1) == Some(&true) {
                covered[at + 1] = false;
                cells[at + 1].set_symbol(" ");
            }
            cells[at] = cell.clone();
            if wide(cell) == 2 && !(at + 1).is_multiple_of(columns) {
                if covered.get(at + 2) == Some(&true) {
                    covered[at + 2] = false;
                    cells[at + 2].set_symbol(" ");
                }
                covered[at + 1] = true;
                let mut half = cell.clone();
                half.set_symbol(" ");
                cells[at + 1] = half;
            }
        };
        let all: Vec<Cell> = start.content.clone();
        let mut at = 0;
        while at < all.len() {
            put(at, &all[at], &mut cells);
            at += wide(&all[at]);
        }
        for (x, y, cell) in sent {
            put(usize::from(*y) * columns + usize::from(*x), cell, &mut cells);
        }
        cells.iter().map(|cell| format!("{}{:?}", cell.symbol(), cell.bg)).collect()
    }

    fn drawn(text: &[&str], colours: &[Color]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, u16::try_from(text.len()).expect("few")));
        for (y, line) in (0..).zip(text) {
            buffer.set_string(0, y, line, Style::new());
        }
        for (cell, colour) in buffer.content.iter_mut().zip(colours) {
            cell.bg = *colour;
        }
        buffer
    }

    fn sent(shown: &Buffer, next: &Buffer) -> Vec<(u16, u16, Cell)> {
        changes(shown, next).map(|(x, y, cell)| (x, y, cell.clone())).collect()
    }

    /// All that the shown frame's cells and the changes give is what the next frame gives from nothing.
    fn leads(shown: &Buffer, next: &Buffer) {
        let fresh = Buffer::empty(next.area);
        assert_eq!(terminal(shown, &sent(shown, next)), terminal(&fresh, &sent(&fresh, next)), "{shown:?} {next:?}");
    }

    #[test]
    fn only_what_differs_is_sent() {
        let (shown, mut next) = (drawn(&["web-1", "db-1"], &[]), drawn(&["web-2", "db-1"], &[]));
        next.content[7].fg = Color::Red;
        let places: Vec<_> = changes(&shown, &next).map(|(x, y, cell)| (x, y, cell.symbol().to_owned())).collect();
        assert_eq!(places, [(4, 0, "2".to_owned()), (1, 1, "b".to_owned())]);
        assert_eq!(changes(&next, &next).count(), 0);
    }

    #[test]
    fn wide_characters_come_and_go_whole() {
        let frames = ["abcdef", "コcdef", "aコdef", "ココef", "abコef", "aココf", "コbコf", "abcdコ", "コ", "a"];
        let ground = [Color::Red; 3];
        for shown in frames {
            for next in frames {
                for colours in [&[][..], &ground[..]] {
                    leads(&drawn(&[shown, "x"], &[]), &drawn(&[next, "y"], colours));
                    leads(&drawn(&[shown, "x"], colours), &drawn(&[next, "y"], &[]));
                }
            }
        }
    }

    #[test]
    fn it_agrees_with_ratatui_where_nothing_is_wide() {
        let texts = ["╭─db─╮", "│ ▰▱ │", "│UP  │", "╰────╯", "", "······"];
        for shown in texts {
            for next in texts {
                let (shown, next) = (drawn(&[shown, next], &[]), drawn(&[next, shown], &[Color::Blue]));
                let theirs: Vec<_> = shown.diff_iter(&next).map(|(x, y, cell)| (x, y, cell.clone())).collect();
                assert_eq!(sent(&shown, &next), theirs);
            }
        }
    }
}
