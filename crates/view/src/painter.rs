//! The painter, through which all drawing goes: characters and text, clipped to an area and restricted to the
//! characters that the theme allows.
//!
//! Every write goes through [`Painter::cell`], so drawing never panics, however small the buffer is.

use ratatui::buffer::{Buffer, Cell as BufferCell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use hoplight_layout::{Area, Arrow, Cell};
use hoplight_model::text::{clusters, columns, is_printable};

use crate::theme::{LineGlyphs, Theme};

/// Draws into an area of a buffer. Coordinates are relative to the area's top left, or to the canvas if it is scrolled.
pub(crate) struct Painter<'a> {
    pub(crate) buf: &'a mut Buffer,
    pub(crate) area: Rect,
    /// The canvas cell shown at the area's top left; not zero if the canvas is scrolled.
    origin: Cell,
    pub(crate) theme: &'a Theme,
}

/// Replaces a cell's style; [`BufferCell::set_style`] would patch it.
fn restyle(cell: &mut BufferCell, style: Style) {
    cell.fg = style.fg.unwrap_or(Color::Reset);
    cell.bg = style.bg.unwrap_or(Color::Reset);
    cell.underline_color = style.underline_color.unwrap_or(Color::Reset);
    cell.modifier = style.add_modifier.difference(style.sub_modifier);
}

impl<'a> Painter<'a> {
    pub(crate) fn new(buf: &'a mut Buffer, area: Rect, theme: &'a Theme) -> Self {
        Self::scrolled(buf, area, Cell::new(0, 0), theme)
    }

    /// Creates a painter with `origin` at the top left of its area.
    pub(crate) fn scrolled(buf: &'a mut Buffer, area: Rect, origin: Cell, theme: &'a Theme) -> Self {
        let area = area.intersection(buf.area);
        Self { buf, area, origin, theme }
    }

    /// Returns the area's size in columns and rows.
    pub(crate) const fn size(&self) -> (u16, u16) {
        (self.area.width, self.area.height)
    }

    /// Converts a part of the area to buffer coordinates, clipped to the area.
    pub(crate) fn rect(&self, part: Area) -> Rect {
        let (x, right) = (part.x.saturating_sub(self.origin.x), part.right().saturating_sub(self.origin.x));
        let (y, bottom) = (part.y.saturating_sub(self.origin.y), part.bottom().saturating_sub(self.origin.y));
        let (left, top) = (self.area.x.saturating_add(x), self.area.y.saturating_add(y));
        Rect::new(left, top, right - x, bottom - y).intersection(self.area)
    }

    fn cell(&mut self, x: u16, y: u16) -> Option<&mut BufferCell> {
        let (x, y) = (x.checked_sub(self.origin.x)?, y.checked_sub(self.origin.y)?);
        if x >= self.area.width || y >= self.area.height {
            return None;
        }
        self.buf.cell_mut((self.area.x + x, self.area.y + y))
    }

    /// Draws one character.
    pub(crate) fn put(&mut self, x: u16, y: u16, c: char, style: Style) {
        let shown = self.theme.shown(c);
        if let Some(cell) = self.cell(x, y) {
            restyle(cell.set_char(shown), style);
        }
    }

    /// Draws one character at a cell of the canvas.
    pub(crate) fn put_at(&mut self, cell: Cell, c: char, style: Style) {
        self.put(cell.x, cell.y, c, style);
    }

    /// Draws as much of a text as fits into `room` columns. Returns the column after it.
    pub(crate) fn text(&mut self, x: u16, y: u16, room: u16, text: &str, style: Style) -> u16 {
        let end = x.saturating_add(room).min(self.origin.x.saturating_add(self.area.width));
        let mut at = x;
        if text.is_ascii() {
            // Fast path: ASCII needs no segmentation and no width lookup.
            for c in text.chars().filter(|c| !c.is_ascii_control()) {
                if at >= end {
                    break;
                }
                self.put(at, y, c, style);
                at += 1;
            }
            return at;
        }
        for (cluster, wide) in clusters(text) {
            let wide = u16::try_from(wide).unwrap_or(u16::MAX);
            if wide > end.saturating_sub(at) {
                break;
            }
            self.put_cluster(at, y, cluster, wide, style);
            at += wide;
        }
        at
    }

    /// Draws a grapheme cluster. All columns after its first are blank: the terminal fills them with the rest of the
    /// cluster, and an ASCII replacement takes only one column. If the cluster contains a character that must not reach
    /// a terminal, such as a tag or a joiner, only its first character is drawn.
    fn put_cluster(&mut self, x: u16, y: u16, cluster: &str, wide: u16, style: Style) {
        let mut chars = cluster.chars();
        let Some(first) = chars.next().filter(|_| wide > 0) else { return };
        if chars.next().is_none() || self.theme.glyphs.ascii || self.theme.glyphs.console || !cluster.chars().all(is_printable) {
            self.put(x, y, if is_printable(first) { first } else { ' ' }, style);
        } else if let Some(cell) = self.cell(x, y) {
            restyle(cell.set_symbol(cluster), style);
        }
        for behind in 1..wide {
            self.put(x.saturating_add(behind), y, ' ', style);
        }
    }

    /// Draws a text into `room` columns, ending in an ellipsis if it is truncated. Returns the number of columns drawn.
    pub(crate) fn label(&mut self, at: Cell, text: &str, room: u16, style: Style) -> u16 {
        if columns(text) <= room {
            return self.text(at.x, at.y, room, text, style).saturating_sub(at.x);
        }
        let Some(room) = room.checked_sub(1) else { return 0 };
        let end = self.text(at.x, at.y, room, text, style);
        self.put(end, at.y, self.theme.glyphs.ellipsis, style);
        end.saturating_sub(at.x).saturating_add(1)
    }

    /// Returns the character of a cell, if the cell is in the area.
    pub(crate) fn char_at(&mut self, x: u16, y: u16) -> Option<char> {
        self.cell(x, y)?.symbol().chars().next()
    }

    /// Patches the style of cells that are already drawn.
    pub(crate) fn restyle(&mut self, part: Area, style: Style) {
        let cells = self.rect(part);
        self.buf.set_style(cells, style);
    }

    /// Clears a part of the area.
    pub(crate) fn clear(&mut self, x: u16, y: u16, width: u16, height: u16) {
        let cells = self.rect(Area::new(x, y, width, height));
        for row in cells.rows() {
            row.positions().for_each(|at| self.buf[at].reset());
            // Also clear a wide character that extends into the part.
            let before = row.x.checked_sub(1).and_then(|x| self.buf.cell_mut((x, row.y)));
            if let Some(before) = before.filter(|cell| columns(cell.symbol()) > 1) {
                before.set_symbol(" ");
            }
        }
    }

    /// Draws a border along the edges of an area.
    pub(crate) fn border(&mut self, area: Area, glyphs: LineGlyphs, style: Style) {
        if area.width < 2 || area.height < 2 {
            return;
        }
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        for x in area.x + 1..right {
            self.put(x, area.y, glyphs.horizontal, style);
            self.put(x, bottom, glyphs.horizontal, style);
        }
        for y in area.y + 1..bottom {
            self.put(area.x, y, glyphs.vertical, style);
            self.put(right, y, glyphs.vertical, style);
        }
        for (x, towards_x) in [(area.x, Arrow::Right), (right, Arrow::Left)] {
            for (y, towards_y) in [(area.y, Arrow::Down), (bottom, Arrow::Up)] {
                self.put(x, y, glyphs.of(towards_x.arm() | towards_y.arm()), style);
            }
        }
    }

    /// Draws lines centred in the area.
    pub(crate) fn centred(&mut self, lines: &[String]) {
        let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let top = self.area.height.saturating_sub(count) / 2;
        for (y, line) in (top..).zip(lines) {
            let x = self.area.width.saturating_sub(columns(line)) / 2;
            self.label(Cell::new(x, y), line, self.area.width, self.theme.text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Palette;

    const SIZE: Rect = Rect::new(0, 0, 8, 2);

    fn row(buf: &Buffer, y: u16) -> String {
        (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect()
    }

    fn drawn(ascii: bool, paint: impl FnOnce(&mut Painter<'_>)) -> Buffer {
        let mut buf = Buffer::empty(SIZE);
        paint(&mut Painter::new(&mut buf, SIZE, &Theme::new(Palette::Dark, ascii)));
        buf
    }

    #[test]
    fn a_cluster_takes_the_columns_that_it_is_measured_with() {
        for (text, symbols, columns) in [
            ("web-1", "web-1   ", 5),
            ("日本db", "日 本 db  ", 6),
            ("cafe\u{301}s", "cafe\u{301}s   ", 5),
            ("👍🏽 ok", "👍🏽  ok   ", 5),
            ("a日本語字", "a日 本 語  ", 7),
            ("\u{301}a\tb", "ab      ", 2),
            ("a\u{e0041}b\u{202e}", "ab      ", 2),
            ("é\u{e0041}b", "éb      ", 2),
            ("👩\u{200d}💻x", "👩 x     ", 3),
        ] {
            let mut end = 0;
            let buf = drawn(false, |painter| end = painter.text(0, 0, 8, text, Style::new()));
            assert_eq!(row(&buf, 0), symbols);
            assert_eq!(end, columns, "{text}");
        }
    }

    #[test]
    fn a_wide_character_blanks_the_cell_that_it_covers() {
        let buf = drawn(false, |painter| {
            painter.text(0, 0, 8, "········", Style::new());
            painter.text(1, 0, 8, "日", Style::new());
        });
        assert_eq!(row(&buf, 0), "·日 ·····");
    }

    #[test]
    fn a_replacement_in_ascii_keeps_the_columns() {
        let buf = drawn(true, |painter| _ = painter.text(0, 0, 8, "日→e\u{301}x", Style::new()));
        assert_eq!(row(&buf, 0), "? >ex   ");
    }

    #[test]
    fn a_label_that_is_cut_ends_in_an_ellipsis() {
        for (text, room, symbols, used) in [
            ("web-1", 5, "web-1   ", 5),
            ("web-1", 4, "web…    ", 4),
            ("日本", 4, "日 本     ", 4),
            ("日本", 3, "日 …     ", 3),
            ("日本", 2, "…       ", 1),
            ("x", 0, "        ", 0),
        ] {
            let buf = drawn(false, |painter| assert_eq!(painter.label(Cell::new(0, 0), text, room, Style::new()), used));
            assert_eq!(row(&buf, 0), symbols);
        }
    }

    #[test]
    fn a_character_replaces_the_whole_style() {
        let buf = drawn(false, |painter| {
            painter.put(0, 0, 'a', Style::new().fg(Color::Red).bg(Color::Blue));
            painter.put(0, 0, 'b', Style::new().fg(Color::Green));
        });
        assert_eq!((buf[(0, 0)].fg, buf[(0, 0)].bg), (Color::Green, Color::Reset));
    }

    #[test]
    fn clearing_leaves_no_half_of_a_wide_character() {
        let buf = drawn(false, |painter| {
            painter.text(0, 0, 8, "日本語", Style::new());
            painter.clear(3, 0, 2, 2);
        });
        assert_eq!(row(&buf, 0), "日       ");
    }

    #[test]
    fn a_scrolled_area_shows_a_part() {
        let mut buf = Buffer::empty(SIZE);
        let theme = Theme::default();
        let mut painter = Painter::scrolled(&mut buf, Rect::new(1, 0, 4, 1), Cell::new(10, 5), &theme);
        painter.text(8, 5, 20, "abcdefgh", Style::new());
        painter.put(10, 4, 'X', Style::new());
        painter.put(10, 6, 'X', Style::new());
        assert_eq!(painter.char_at(10, 5), Some('c'));
        assert_eq!(painter.char_at(9, 5), None);
        assert_eq!(row(&buf, 0), " cdef   ");
        assert_eq!(row(&buf, 1), "        ");
    }

    #[test]
    fn nothing_outside_the_buffer_panics() {
        let theme = Theme::default();
        for size in [Rect::new(0, 0, 0, 0), Rect::new(0, 0, 1, 1), Rect::new(3, 3, 2, 1), SIZE] {
            for area in [Rect::new(0, 0, 0, 0), Rect::new(4, 0, 200, 200), Rect::new(u16::MAX, u16::MAX, 1, 1), size] {
                for origin in [Cell::new(0, 0), Cell::new(u16::MAX, u16::MAX)] {
                    let mut buf = Buffer::empty(size);
                    let mut painter = Painter::scrolled(&mut buf, area, origin, &theme);
                    for at in [0, 1, 7, u16::MAX] {
                        painter.put(at, at, '日', Style::new());
                        painter.text(at, at, u16::MAX, "日本語 ", Style::new());
                        painter.label(Cell::new(at, at), "日本語", 2, Style::new());
                        painter.clear(at, at, u16::MAX, u16::MAX);
                        painter.restyle(Area::new(at, at, u16::MAX, u16::MAX), Style::new());
                        painter.char_at(at, at);
                    }
                    painter.centred(&["日本語".to_owned()]);
                }
            }
        }
    }
}
