//! Building blocks of panels and windows: lines with tones, rules and boxes.

use ratatui::style::{Modifier, Style};

use hoplight_app::{Line, Tone};
use hoplight_layout::Area;
use hoplight_model::text::columns;

pub(super) use crate::painter::Painter;

impl Painter<'_> {
    /// The style of a tone.
    pub(super) fn style(&self, tone: Tone) -> Style {
        self.theme.tone(tone)
    }

    /// Draws as much of a line as fits into `room` columns. Returns the column after it.
    pub(super) fn line(&mut self, x: u16, y: u16, room: u16, line: &Line) -> u16 {
        let end = x.saturating_add(room);
        line.spans.iter().fold(x, |at, (tone, text)| {
            let style = self.style(*tone);
            self.text(at, y, end.saturating_sub(at), text, style)
        })
    }

    /// Draws a line into `room` columns, ending in an ellipsis if it is truncated.
    pub(super) fn fit(&mut self, x: u16, y: u16, room: u16, line: &Line) {
        self.line(x, y, room, line);
        if line.width() > usize::from(room) && room > 0 {
            let (cut, dim) = (self.theme.glyphs.ellipsis, self.theme.dim);
            self.put(x + room - 1, y, cut, dim);
        }
    }

    /// Whether nothing is drawn in a cell.
    pub(super) fn is_blank(&self, x: u16, y: u16) -> bool {
        let at = self.rect(Area::new(x, y, 1, 1));
        self.buf.cell((at.x, at.y)).is_none_or(|cell| cell.symbol() == " ")
    }

    /// Adds a modifier to a part of a row.
    pub(super) fn weigh(&mut self, x: u16, y: u16, width: u16, weight: Modifier) {
        self.restyle(Area::new(x, y, width, 1), Style::new().add_modifier(weight));
    }

    /// Draws a horizontal rule with a title on the left and a word on the right.
    pub(super) fn rule(&mut self, x: u16, y: u16, width: u16, title: &Line, right: &str) {
        let (dash, style) = (self.theme.glyphs.border.horizontal, self.theme.border);
        for column in x..x.saturating_add(width) {
            self.put(column, y, dash, style);
        }
        let right_width = columns(right).saturating_add(4);
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

    /// Draws a box with a title over everything behind it.
    pub(super) fn frame(&mut self, x: u16, y: u16, width: u16, height: u16, title: &str) {
        self.clear(x, y, width, height);
        self.border(Area::new(x, y, width, height), self.theme.glyphs.border, self.theme.border);
        let name = self.theme.name;
        self.text(x.saturating_add(2), y, width.saturating_sub(4), &format!(" {title} "), name);
    }
}
