//! Paints lines of text into cells, with the theme's styles and characters, inside the screen only.
//!
//! Must not know what is painted.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthChar;

use crate::ink;
use crate::theme::Theme;
use hoplight_app::{Line, Tone};

/// Paints into an area of a buffer; columns and rows count from the area's top left.
pub(super) struct Painter<'a> {
    pub(super) buf: &'a mut Buffer,
    pub(super) area: Rect,
    pub(super) theme: &'a Theme,
}

impl<'a> Painter<'a> {
    pub(super) fn new(buf: &'a mut Buffer, area: Rect, theme: &'a Theme) -> Self {
        let area = area.intersection(buf.area);
        Self { buf, area, theme }
    }

    /// The style of a tone.
    pub(super) fn style(&self, tone: Tone) -> Style {
        self.theme.tone(tone)
    }

    /// One character; outside the area it is left out.
    pub(super) fn put(&mut self, x: u16, y: u16, c: char, style: Style) {
        if x >= self.area.width || y >= self.area.height {
            return;
        }
        if let Some(cell) = self.buf.cell_mut((self.area.x + x, self.area.y + y)) {
            ink::write(cell, self.theme.shown(c), style);
        }
    }

    /// Text in at most `room` columns. Returns the column behind it.
    pub(super) fn text(&mut self, x: u16, y: u16, room: u16, text: &str, style: Style) -> u16 {
        let end = x.saturating_add(room).min(self.area.width);
        let mut at = x;
        for c in text.chars() {
            let shown = self.theme.shown(c);
            let wide = u16::try_from(shown.width().unwrap_or(0)).unwrap_or(0);
            if wide == 0 {
                continue;
            }
            if at + wide > end {
                break;
            }
            self.put(at, y, c, style);
            for behind in 1..wide {
                self.put(at + behind, y, ' ', style);
            }
            at += wide;
        }
        at
    }

    /// A line in at most `room` columns. Returns the column behind it.
    pub(super) fn line(&mut self, x: u16, y: u16, room: u16, line: &Line) -> u16 {
        let end = x.saturating_add(room);
        line.spans.iter().fold(x, |at, (tone, text)| {
            let style = self.style(*tone);
            self.text(at, y, end.saturating_sub(at), text, style)
        })
    }

    /// A line in at most `room` columns; where it is cut, it says so.
    pub(super) fn fit(&mut self, x: u16, y: u16, room: u16, line: &Line) {
        self.line(x, y, room, line);
        if line.width() > usize::from(room) && room > 0 {
            let (cut, dim) = (self.theme.glyphs.ellipsis, self.theme.dim);
            self.put(x + room - 1, y, cut, dim);
        }
    }

    /// Adds weight to what is there.
    pub(super) fn weigh(&mut self, x: u16, y: u16, width: u16, weight: Modifier) {
        for column in x..x.saturating_add(width).min(self.area.width) {
            if let Some(cell) = self.buf.cell_mut((self.area.x + column, self.area.y + y)) {
                cell.modifier.insert(weight);
            }
        }
    }

    /// Empties a part of the screen.
    pub(super) fn clear(&mut self, x: u16, y: u16, width: u16, height: u16) {
        for row in y..y.saturating_add(height).min(self.area.height) {
            for column in x..x.saturating_add(width).min(self.area.width) {
                if let Some(cell) = self.buf.cell_mut((self.area.x + column, self.area.y + row)) {
                    ink::fade(cell);
                }
            }
        }
    }

    /// A horizontal rule with a title at its left and a word at its right.
    pub(super) fn rule(&mut self, x: u16, y: u16, width: u16, title: &Line, right: &str) {
        let (dash, style) = (self.theme.glyphs.border.horizontal, self.theme.border);
        for column in x..x.saturating_add(width) {
            self.put(column, y, dash, style);
        }
        let right_width = u16::try_from(right.chars().count()).unwrap_or(u16::MAX).saturating_add(4);
        let room = width.saturating_sub(4).saturating_sub(if right.is_empty() { 0 } else { right_width });
        if title.width() > 0 {
            let mut end = self.line(x + 3, y, room, title);
            if title.width() > usize::from(room) && room > 0 {
                let (cut, dim) = (self.theme.glyphs.ellipsis, self.theme.dim);
                end = end.min(x + 2 + room);
                self.put(end, y, cut, dim);
                end += 1;
            }
            self.put(x + 2, y, ' ', style);
            self.put(end, y, ' ', style);
        }
        if !right.is_empty() && right_width < width {
            let from = x + width - right_width;
            let dim = self.theme.dim;
            self.text(from, y, right_width, &format!(" {right} "), dim);
        }
    }

    /// A box with a title over whatever was there.
    pub(super) fn frame(&mut self, x: u16, y: u16, width: u16, height: u16, title: &str) {
        if width < 2 || height < 2 {
            return;
        }
        self.clear(x, y, width, height);
        let (border, style) = (self.theme.glyphs.border, self.theme.border);
        let (right, bottom) = (x + width - 1, y + height - 1);
        for column in x + 1..right {
            self.put(column, y, border.horizontal, style);
            self.put(column, bottom, border.horizontal, style);
        }
        for row in y + 1..bottom {
            self.put(x, row, border.vertical, style);
            self.put(right, row, border.vertical, style);
        }
        // Arms as bits: up, right, down, left.
        for (column, row, arms) in [(x, y, 0b0110), (right, y, 0b1100), (x, bottom, 0b0011), (right, bottom, 0b1001)] {
            self.put(column, row, border.of(arms), style);
        }
        let name = self.theme.name;
        self.text(x + 2, y, width.saturating_sub(4), &format!(" {title} "), name);
    }
}
