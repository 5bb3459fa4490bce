//! The overview map of a canvas that is larger than its window: all boxes, with the visible part highlighted.

use ratatui::style::Style;

use hoplight_layout::{Area, Cell, Map, Owner};
use hoplight_model::Element;

use crate::painter::Painter;

use super::Scene;

/// Draws the map over a window of this size, in columns and rows.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>, map: Map, window: (u16, u16)) {
    let layout = scene.canvas.layout;
    let theme = scene.canvas.theme;
    let pan = scene.canvas.pan;
    let at = |cell: Cell| Cell::new(cell.x + pan.x, cell.y + pan.y);
    for cell in map.area.cells() {
        painter.put_at(at(cell), ' ', theme.text);
    }
    let Cell { x, y } = at(Cell::new(map.area.x, map.area.y));
    painter.border(Area { x, y, ..map.area }, theme.glyphs.border, theme.border);
    painter.label(at(Cell::new(map.area.x + 2, map.area.y)), " map ", map.area.width.saturating_sub(4), theme.name);
    words_beside(painter, map.area, pan);
    let seen = map.area_of(Area::new(pan.x, pan.y, window.0, window.1));
    for cell in seen.cells() {
        painter.put_at(at(cell), theme.glyphs.dot, theme.accent);
    }
    for frame in layout.frames() {
        let element = match &frame.owner {
            Owner::Server(id) => Element::Server(id.clone()),
            Owner::Component(ix) => scene.element(*ix),
        };
        let chosen = scene.canvas.selected == Some(&element);
        let (glyph, style) = match (scene.is_up(&element), chosen) {
            (_, true) => (theme.glyphs.pointer, theme.focus),
            // In ASCII, a bar looks like a border.
            (true, false) if theme.glyphs.ascii => (theme.glyphs.cursor, theme.text),
            (true, false) => (theme.glyphs.bar[0], theme.text),
            (false, false) => (theme.glyphs.failed, theme.bad),
        };
        for cell in map.area_of(frame.area).cells() {
            painter.put_at(at(cell), glyph, style);
        }
    }
}

/// Blanks the visible rest of words that the map partly covers.
fn words_beside(painter: &mut Painter<'_>, area: Area, pan: Cell) {
    let is_letter = |painter: &mut Painter<'_>, cell: Cell| painter.char_at(cell.x, cell.y).is_some_and(char::is_alphanumeric);
    for y in (area.y..area.bottom()).map(|y| y + pan.y) {
        let mut right = area.right() + pan.x;
        let mut left = area.x + pan.x;
        while is_letter(painter, Cell::new(right, y)) {
            painter.put(right, y, ' ', Style::new());
            right += 1;
        }
        // `!` marks a readable hop's label; elsewhere it may be part of a line in ASCII.
        if right > area.right() + pan.x && painter.char_at(right, y) == Some('!') {
            painter.put(right, y, ' ', Style::new());
        }
        while left > 0 && is_letter(painter, Cell::new(left - 1, y)) {
            left -= 1;
            painter.put(left, y, ' ', Style::new());
        }
    }
}
