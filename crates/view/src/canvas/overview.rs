//! A small map of a canvas that is larger than its window: where the boxes are, and which part is seen.
//!
//! Must not know what runs in a box, but whether it is up.

use ratatui::style::Style;

use hoplight_layout::{Area, Arrow, Cell, Map, Owner};
use hoplight_model::Element;

use super::Scene;
use super::pen::Pen;

/// Draws the map over a window of so many columns and rows.
pub(super) fn draw(scene: &Scene<'_>, pen: &mut Pen<'_>, map: Map, window: (u16, u16)) {
    let layout = scene.canvas.layout;
    let theme = scene.canvas.theme;
    let pan = scene.canvas.pan;
    let at = |cell: Cell| Cell::new(cell.x + pan.x, cell.y + pan.y);
    for cell in map.area.cells() {
        pen.put(at(cell), ' ', theme.text);
    }
    border(scene, pen, map.area, pan);
    pen.text(at(Cell::new(map.area.x + 2, map.area.y)), " map ", map.area.width.saturating_sub(4), theme.name);
    words_beside(pen, map.area, pan);
    let seen = map.area_of(Area::new(pan.x, pan.y, window.0, window.1));
    for cell in seen.cells() {
        pen.put(at(cell), theme.glyphs.dot, theme.accent);
    }
    for frame in layout.frames() {
        let element = match &frame.owner {
            Owner::Server(id) => Element::Server(id.clone()),
            Owner::Component(ix) => scene.element(*ix),
        };
        let chosen = scene.canvas.selected == Some(&element);
        let (glyph, style) = match (scene.is_up(&element), chosen) {
            (_, true) => (theme.glyphs.pointer, theme.focus),
            // In ASCII, the sign of a bar looks like a border.
            (true, false) if theme.glyphs.ascii => (theme.glyphs.cursor, theme.text),
            (true, false) => (theme.glyphs.bar[0], theme.text),
            (false, false) => (theme.glyphs.failed, theme.bad),
        };
        for cell in map.area_of(frame.area).cells() {
            pen.put(at(cell), glyph, style);
        }
    }
}

/// Rubs out the rest of words of which the map hides the other part.
fn words_beside(pen: &mut Pen<'_>, area: Area, pan: Cell) {
    let is_letter = |pen: &Pen<'_>, cell: Cell| pen.seen(cell).is_some_and(char::is_alphanumeric);
    for y in (area.y..area.bottom()).map(|y| y + pan.y) {
        let mut right = area.right() + pan.x;
        let mut left = area.x + pan.x;
        while is_letter(pen, Cell::new(right, y)) {
            pen.put(Cell::new(right, y), ' ', Style::new());
            right += 1;
        }
        // The mark of a readable hop belongs to its label; elsewhere it may be a line in ASCII.
        if right > area.right() + pan.x && pen.seen(Cell::new(right, y)) == Some('!') {
            pen.put(Cell::new(right, y), ' ', Style::new());
        }
        while left > 0 && is_letter(pen, Cell::new(left - 1, y)) {
            left -= 1;
            pen.put(Cell::new(left, y), ' ', Style::new());
        }
    }
}

fn border(scene: &Scene<'_>, pen: &mut Pen<'_>, area: Area, pan: Cell) {
    let (glyphs, style) = (&scene.canvas.theme.glyphs.border, scene.canvas.theme.border);
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    let mut put = |x: u16, y: u16, c: char| pen.put(Cell::new(x + pan.x, y + pan.y), c, style);
    for x in area.x..=right {
        put(x, area.y, glyphs.horizontal);
        put(x, bottom, glyphs.horizontal);
    }
    for y in area.y..=bottom {
        put(area.x, y, glyphs.vertical);
        put(right, y, glyphs.vertical);
    }
    let corner = |a: Arrow, b: Arrow| glyphs.of(a.arm() | b.arm());
    put(area.x, area.y, corner(Arrow::Right, Arrow::Down));
    put(right, area.y, corner(Arrow::Left, Arrow::Down));
    put(area.x, bottom, corner(Arrow::Right, Arrow::Up));
    put(right, bottom, corner(Arrow::Left, Arrow::Up));
}
