//! A small map of a canvas that is larger than its window: where the boxes are, and which part is seen.
//!
//! Must not know what runs in a box, but whether it is up.

use crate::layout::{Area, Arrow, Cell, Map, Owner};
use crate::model::Element;

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
            (true, false) => (theme.glyphs.bar[0], theme.text),
            (false, false) => (theme.glyphs.failed, theme.bad),
        };
        for cell in map.area_of(frame.area).cells() {
            pen.put(at(cell), glyph, style);
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
