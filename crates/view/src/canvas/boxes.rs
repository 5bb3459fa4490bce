//! Draws servers, components, firewalls and agents.
//!
//! Must not know links or packets.

use ratatui::style::{Modifier, Style};

use hoplight_layout::{Area, Arrow, Block, Cell, Frame, Owner, Tag, short_agent};
use hoplight_model::{Component, Element};
use hoplight_sim::Health;

use super::Scene;
use super::facts::{self, Fact};
use super::pen::{Pen, width};

pub(super) fn draw(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let layout = scene.canvas.layout;
    layout.frames().iter().for_each(|frame| draw_frame(scene, pen, frame));
    layout.blocks().iter().for_each(|block| draw_block(scene, pen, block));
    layout.walls().iter().for_each(|wall| draw_wall(scene, pen, wall.firewall, wall.area));
    layout.tags().iter().for_each(|tag| draw_tag(scene, pen, tag));
}

/// A border with rounded corners and a title.
fn draw_frame(scene: &Scene<'_>, pen: &mut Pen<'_>, frame: &Frame) {
    let theme = scene.canvas.theme;
    let (element, name, note) = match &frame.owner {
        Owner::Server(id) => {
            let note = scene.infra.server(id).and_then(|server| server.label.as_deref()).unwrap_or_default();
            (Element::Server(id.clone()), id.as_str(), note)
        }
        Owner::Component(ix) => {
            let component = scene.infra.component(*ix);
            // A name that would be cut gives way to the id, which tells it from its neighbours.
            let fits = width(component.label()) + 4 <= usize::from(frame.area.width);
            (scene.element(*ix), if fits { component.label() } else { component.id.as_str() }, "")
        }
    };
    let up = scene.is_up(&element);
    let glyphs = if up { &theme.glyphs.border } else { &theme.glyphs.broken };
    let chosen = scene.canvas.selected == Some(&element);
    let style = match (up, chosen) {
        (true, false) => theme.border,
        (true, true) => theme.focus,
        (false, _) => theme.dim.add_modifier(Modifier::DIM),
    };
    let Area { x, y, .. } = frame.area;
    let (right, bottom) = (frame.area.right() - 1, frame.area.bottom() - 1);
    for column in x + 1..right {
        pen.put(Cell::new(column, y), glyphs.horizontal, style);
        pen.put(Cell::new(column, bottom), glyphs.horizontal, style);
    }
    for row in y + 1..bottom {
        pen.put(Cell::new(x, row), glyphs.vertical, style);
        pen.put(Cell::new(right, row), glyphs.vertical, style);
    }
    let corners = [(x, y, Arrow::Right, Arrow::Down), (right, y, Arrow::Left, Arrow::Down)];
    let lower = [(x, bottom, Arrow::Right, Arrow::Up), (right, bottom, Arrow::Left, Arrow::Up)];
    for (column, row, a, b) in corners.into_iter().chain(lower) {
        pen.put(Cell::new(column, row), glyphs.of(a.arm() | b.arm()), style);
    }
    title(scene, pen, frame.area, &element, name, note, up);
    zone(scene, pen, frame);
}

/// The zone, on the bottom border at the left, where the agents' names leave room for it.
fn zone(scene: &Scene<'_>, pen: &mut Pen<'_>, frame: &Frame) {
    let Some(zone) = frame.zone else { return };
    let theme = scene.canvas.theme;
    let Area { x, .. } = frame.area;
    let bottom = frame.area.bottom() - 1;
    let tags = scene.canvas.layout.tags().iter().map(|tag| tag.area).filter(|tag| frame.area.overlaps(*tag));
    let end = tags.map(|tag| tag.x).min().unwrap_or(frame.area.right() - 1);
    // An agent's name brings the blank behind the word with it.
    let wide =
        |word: &str| u16::try_from(width(word) + 1).unwrap_or(u16::MAX).saturating_add(u16::from(end + 1 == frame.area.right()));
    let fits = |word: &&str| x + 1 + wide(word) <= end;
    if let Some(word) = zone.words().into_iter().find(fits) {
        let wide = wide(word);
        // A dash before it where there is room, so that it reads as a part of the border.
        let start = if x + 2 + wide < end { x + 2 } else { x + 1 };
        pen.put(Cell::new(start, bottom), ' ', theme.border);
        let used = pen.text(Cell::new(start + 1, bottom), word, wide, theme.dim);
        if start + 1 + used < end {
            pen.put(Cell::new(start + 1 + used, bottom), ' ', theme.border);
        }
    }
}

fn title(scene: &Scene<'_>, pen: &mut Pen<'_>, area: Area, element: &Element, name: &str, note: &str, up: bool) {
    let theme = scene.canvas.theme;
    let room = area.width.saturating_sub(4);
    let state = if up { "" } else { " OFF" };
    let roomy = usize::from(room) >= width(name) + width(state) + 2;
    let mut at = Cell::new(area.x + if roomy { 2 } else { 1 }, area.y);
    let (badge, badge_style) = scene.canvas.badge(element).unwrap_or((' ', theme.border));
    pen.put(at, badge, badge_style);
    at.x += 1;
    let down = matches!(element, Element::Server(_)) && !up;
    let name_style = if up { theme.name } else { theme.dim };
    let names = u16::try_from(width(state)).unwrap_or(0);
    at.x += pen.text(at, name, room.saturating_sub(if down { names } else { 0 }), scene.canvas.emphasis(element, name_style));
    if let Some(stamp) = scene.canvas.stamp(element).filter(|_| at.x + 1 < area.right()) {
        let (sign, style) = scene.canvas.sign(stamp);
        pen.put(at, sign, style);
        at.x += 1;
    }
    if down {
        at.x += pen.text(at, state, names, theme.bad);
    } else if !note.is_empty() && usize::from(area.right().saturating_sub(at.x)) >= width(note) + 6 {
        let noted = format!(" {} {note}", theme.glyphs.dot);
        at.x += pen.text(at, &noted, room, theme.dim);
    }
    if at.x + 1 < area.right() {
        pen.put(at, ' ', theme.border);
    }
}

/// A component's lines: name and state, load, and as many facts as there is room for.
fn draw_block(scene: &Scene<'_>, pen: &mut Pen<'_>, block: &Block) {
    let theme = scene.canvas.theme;
    let component = scene.infra.component(block.component);
    let element = scene.element(block.component);
    let station = scene.canvas.sim.station(block.component);
    let lone = matches!(&scene.canvas.layout.frames()[block.frame].owner, Owner::Component(_));
    let serves = component.kind.serves_requests();
    let (x, room) = (block.area.x + 1, block.area.width.saturating_sub(1));
    let mut rows = block.area.y..block.area.bottom();
    let stamp = scene.canvas.stamp(&element);
    let sign = stamp.map(|stamp| scene.canvas.sign(stamp));
    if let Some((badge, style)) = scene.canvas.badge(&element).or(sign)
        && !lone
    {
        pen.put(Cell::new(block.area.x, block.area.y), badge, style);
    }
    let (word, word_style) = match station.health {
        Health::Up => ("UP", theme.good),
        Health::Hung => ("hung", theme.bad),
        Health::Crashed => ("down", theme.bad),
        Health::PoweredOff => ("off", theme.bad),
    };
    let down = !station.health.is_up();
    let state = u16::try_from(width(word)).unwrap_or(0);
    // It is called the same whether it is up or not.
    let called = called(component, room.saturating_sub(3));
    // A name is not cut for the sake of a word that can stand in the line below.
    let told_below = down && serves && !lone && width(called) + usize::from(state) + 1 > usize::from(room);
    if (serves || !lone || down)
        && let Some(y) = rows.next()
    {
        let name = if lone { "" } else { called };
        let name_style = if down { theme.dim } else { theme.name };
        let name_room = if told_below { room } else { room.saturating_sub(state + 1) };
        let used = pen.text(Cell::new(x, y), name, name_room, scene.canvas.emphasis(&element, name_style));
        // The word stands at the right where there is room to tell it from the next name, else after the name.
        let at = if lone { x } else { x + (used + 1).max(if serves { state_column(room, state) } else { 0 }) };
        if !told_below {
            pen.text(Cell::new(at, y), word, state, word_style);
        }
    }
    let below = if told_below { word } else { "" };
    if serves && let Some(y) = rows.next() {
        bar(scene, pen, Cell::new(x, y), room, if down { Err((below, word_style)) } else { Ok(station.utilisation) });
    }
    let guest = scene.guest.as_ref().filter(|guest| guest.component == block.component);
    if let Some(guest) = guest
        && let Some(y) = rows.next()
    {
        let marked = guest.style.patch(theme.selected);
        pen.put(Cell::new(block.area.x, y), guest.glyph, marked);
        let words = guest.words.iter().find(|words| width(words) <= usize::from(room)).unwrap_or(&guest.words[1]);
        pen.text(Cell::new(x, y), words, room, guest.style);
    }
    if let Some(stamp) = stamp.filter(|stamp| !stamp.words.is_empty())
        && let Some(y) = rows.next()
    {
        // The pointer may have taken the sign's place beside the name.
        if let Some((sign, style)) = sign {
            pen.put(Cell::new(block.area.x, y), sign, style);
        }
        let words = stamp.words.iter().find(|words| width(words) <= usize::from(room)).or(stamp.words.last());
        pen.text(Cell::new(x, y), words.map_or("", |words| words), room, theme.tone(stamp.tone));
    }
    for (y, fact) in rows.zip(facts::of(scene, block.component, &station)) {
        let Fact { words, style } = fact;
        let style = if down && style == theme.text { theme.dim } else { style };
        let fitting = words.iter().find(|text| width(text) <= usize::from(room)).or(words.last());
        pen.text(Cell::new(x, y), fitting.map_or("", |text| text), room, style);
    }
}

/// The label where it has room, else the name in the file, if that has.
fn called(component: &Component, room: u16) -> &str {
    let (label, id) = (component.label(), component.id.as_str());
    if width(label) > usize::from(room) && width(id) <= usize::from(room) { id } else { label }
}

/// The column of the state word: above the end of the bar's number.
fn state_column(room: u16, state: u16) -> u16 {
    (bar_cells(room) + 5).min(room).saturating_sub(state)
}

/// How many cells of a bar fit before its number.
fn bar_cells(room: u16) -> u16 {
    room.saturating_sub(5).min(16)
}

/// How busy a component is, as a bar and a number; or the word for why it is not.
fn bar(scene: &Scene<'_>, pen: &mut Pen<'_>, at: Cell, room: u16, utilisation: Result<f64, (&str, Style)>) {
    let theme = scene.canvas.theme;
    let cells = bar_cells(room);
    let share = match utilisation {
        Ok(share) if share.is_finite() => share.clamp(0.0, 1.0),
        Ok(_) => 0.0,
        Err((word, style)) => {
            for x in at.x..at.x + cells {
                pen.put(Cell::new(x, at.y), theme.glyphs.cut, theme.dim);
            }
            pen.text(Cell::new(at.x + cells, at.y), &format!("{word:>5}"), room.saturating_sub(cells), style);
            return;
        }
    };
    let style = theme.load(share);
    for step in 0..cells {
        // A bar with any load shows one cell; only a full one shows all.
        let full =
            share > f64::from(step) / f64::from(cells.max(1)) + if step == 0 { 0.004 } else { 0.5 / f64::from(cells.max(1)) };
        let (glyph, style) = if full { (theme.glyphs.bar[0], style) } else { (theme.glyphs.bar[1], theme.dim) };
        pen.put(Cell::new(at.x + step, at.y), glyph, style);
    }
    pen.text(Cell::new(at.x + cells, at.y), &format!("{:>4.0}%", share * 100.0), room.saturating_sub(cells), theme.text);
}

fn draw_wall(scene: &Scene<'_>, pen: &mut Pen<'_>, firewall: hoplight_model::ComponentIx, area: Area) {
    let theme = scene.canvas.theme;
    let element = scene.element(firewall);
    let up = scene.is_up(&element);
    let (glyph, usual) = if up { (theme.glyphs.wall, theme.wall) } else { (theme.glyphs.cut, theme.dim) };
    let style: Style = scene.canvas.emphasis(&element, usual);
    for cell in area.cells() {
        pen.put(cell, glyph, style);
    }
    let sign = scene.canvas.stamp(&element).map(|stamp| scene.canvas.sign(stamp));
    let badge = scene.canvas.badge(&element);
    // A pointer takes the middle; then the sign stands above it.
    if let Some((sign, style)) = sign.filter(|_| badge.is_some()) {
        pen.put(Cell::new(area.x, area.y), sign, style);
    }
    if let Some((badge, style)) = badge.or(sign) {
        pen.put(area.centre(), badge, style);
    }
}

fn draw_tag(scene: &Scene<'_>, pen: &mut Pen<'_>, tag: &Tag) {
    let theme = scene.canvas.theme;
    let component = scene.infra.component(tag.component);
    let element = scene.element(tag.component);
    let up = scene.is_up(&element);
    let short;
    let name = if tag.short {
        short = short_agent(component);
        &short
    } else {
        component.label()
    };
    let sign = scene.canvas.stamp(&element).map(|stamp| scene.canvas.sign(stamp));
    let (badge, badge_style) = match scene.canvas.badge(&element).or(sign) {
        Some(badge) => badge,
        None if up => (' ', theme.text),
        None => (theme.glyphs.cut, theme.bad),
    };
    pen.put(Cell::new(tag.area.x, tag.area.y), badge, badge_style);
    let usual = if up { theme.text } else { theme.dim };
    let end = if up { theme.text } else { theme.bad };
    let room = tag.area.width.saturating_sub(2);
    let used = pen.text(Cell::new(tag.area.x + 1, tag.area.y), name, room, scene.canvas.emphasis(&element, usual));
    pen.put(Cell::new(tag.area.x + 1 + used, tag.area.y), if up { ' ' } else { theme.glyphs.cut }, end);
}
