//! Draws servers, components, firewalls and agents.

use ratatui::style::Style;

use hoplight_layout::{Area, Block, Cell, Frame, Owner, Tag};
use hoplight_model::text::{columns, width};
use hoplight_model::{Component, Element, ServerId};
use hoplight_sim::Health;
use hoplight_text::description::zone_labels;

use crate::painter::Painter;

use super::Scene;
use super::packets;
use super::status_lines;

/// Utilisation from which the cores of a server count as full.
const FULL: f64 = 0.95;

pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>) {
    let layout = scene.canvas.layout;
    layout.frames().iter().for_each(|frame| draw_frame(scene, painter, frame));
    layout.blocks().iter().for_each(|block| draw_block(scene, painter, block));
    layout.walls().iter().for_each(|wall| draw_wall(scene, painter, wall.firewall, wall.area));
    layout.tags().iter().for_each(|tag| draw_tag(scene, painter, tag));
}

/// A border with rounded corners and a title.
fn draw_frame(scene: &Scene<'_>, painter: &mut Painter<'_>, frame: &Frame) {
    let theme = scene.canvas.theme;
    let (element, name, notes) = match &frame.owner {
        Owner::Server(id) => {
            let label = scene.infra.server(id).and_then(|server| server.label.as_deref()).unwrap_or_default();
            (Element::Server(id.clone()), id.as_str(), server_notes(scene, id, label))
        }
        Owner::Component(ix) => {
            let component = scene.infra.component(*ix);
            let label = second_name(component).unwrap_or_default();
            (scene.element(*ix), component.id.as_str(), vec![(label.to_owned(), theme.dim)])
        }
    };
    let up = scene.is_up(&element);
    let glyphs = if up { theme.glyphs.border } else { theme.glyphs.broken };
    let chosen = scene.canvas.selected == Some(&element);
    let style = match (up, chosen) {
        (true, false) => theme.border,
        (true, true) => theme.focus,
        (false, _) => theme.off,
    };
    let style = if has_failed(scene, &frame.owner) { theme.bad } else { style };
    painter.border(frame.area, glyphs, style);
    title(scene, painter, frame.area, &element, name, &notes, up);
    zone(scene, painter, frame);
}

/// What a server's title says after its name, longest first: its label, and how busy its cores are.
fn server_notes(scene: &Scene<'_>, id: &ServerId, label: &str) -> Vec<(String, Style)> {
    let theme = scene.canvas.theme;
    let Some(cpu) = scene.canvas.sim.cpu(id).filter(|_| !scene.canvas.is_plan) else {
        return vec![(label.to_owned(), theme.dim)];
    };
    let style = if cpu.utilisation >= FULL { theme.bad } else { theme.dim };
    let percent = format!("CPU {:.0} %", cpu.utilisation * 100.0);
    let both = if label.is_empty() { percent.clone() } else { format!("{label} {} {percent}", theme.glyphs.dot) };
    vec![(both, style), (percent, style), (label.to_owned(), theme.dim)]
}

/// Whether a box is the browser's during a total outage.
fn has_failed(scene: &Scene<'_>, owner: &Owner) -> bool {
    let is_browser = |ix| scene.infra.component(ix).kind.is_browser();
    matches!(owner, Owner::Component(ix) if is_browser(*ix)) && hoplight_app::outage::is_total(scene.canvas.sim)
}

/// Names a firewall on the top border of its box, or else downwards in its wall.
fn wall_name(scene: &Scene<'_>, painter: &mut Painter<'_>, name: &str, wall: Area, style: Style) {
    let Some(frame) = scene.canvas.layout.frames().iter().map(|frame| frame.area).find(|area| area.overlaps(wall)) else {
        return;
    };
    let wide = columns(name);
    let mut is_free = |x: u16| (x - 1..=x + wide).all(|x| painter.char_at(x, frame.y).is_some_and(|c| !c.is_alphanumeric()));
    let last = frame.right().saturating_sub(wide + 1);
    // After the title, a name would read as a part of it. The wall of one component is named above it.
    let at =
        if wall.x > frame.x { (wall.x..=last).find(|x| is_free(*x)) } else { (frame.x + 3..=last).rev().find(|x| is_free(*x)) };
    if let Some(x) = at {
        painter.label(Cell::new(x, frame.y), name, wide, style);
    } else if let Some(y) = frame.y.checked_sub(1).filter(|y| is_blank(scene, Area::new(wall.x, *y, wide, 1))) {
        painter.label(Cell::new(wall.x, y), name, wide, style);
    } else if usize::from(wall.height) > width(name) {
        for (y, letter) in (wall.y..).zip(name.chars()) {
            painter.put(wall.x, y, letter, style);
        }
    }
}

/// Whether neither a link nor its label is in an area between the boxes.
fn is_blank(scene: &Scene<'_>, area: Area) -> bool {
    let layout = scene.canvas.layout;
    let has_link = |cell| layout.junctions().binary_search_by_key(&cell, |junction| junction.cell).is_ok();
    let labels = || layout.routes().iter().filter_map(|route| route.label);
    area.right() <= layout.size().0 && !area.cells().any(has_link) && !labels().any(|label| label.area.overlaps(area))
}

/// The name after a component's id: its label, or its software; `None` if neither says more than the id.
fn second_name(component: &Component) -> Option<&str> {
    let named = component.label.is_some() || component.software.is_some();
    Some(component.label()).filter(|label| named && !label.eq_ignore_ascii_case(component.id.as_str()))
}

/// Draws the zone's name on the bottom border, left of the agents' names.
fn zone(scene: &Scene<'_>, painter: &mut Painter<'_>, frame: &Frame) {
    let Some(zone) = frame.zone else { return };
    let theme = scene.canvas.theme;
    let Area { x, .. } = frame.area;
    let bottom = frame.area.bottom() - 1;
    let tags = scene.canvas.layout.tags().iter().map(|tag| tag.area).filter(|tag| frame.area.overlaps(*tag));
    let end = tags.map(|tag| tag.x).min().unwrap_or(frame.area.right() - 1);
    // An agent's name starts with a space, which separates it from the zone's name.
    let wide = |word: &str| columns(word).saturating_add(1).saturating_add(u16::from(end + 1 == frame.area.right()));
    let fits = |word: &&str| x + 1 + wide(word) <= end;
    if let Some(word) = zone_labels(zone).into_iter().find(fits) {
        let wide = wide(word);
        // Leave a dash in front if possible, so that the name reads as part of the border.
        let start = if x + 2 + wide < end { x + 2 } else { x + 1 };
        painter.put(start, bottom, ' ', theme.border);
        let used = painter.label(Cell::new(start + 1, bottom), word, wide, theme.dim);
        if start + 1 + used < end {
            painter.put(start + 1 + used, bottom, ' ', theme.border);
        }
    }
}

fn title(
    scene: &Scene<'_>,
    painter: &mut Painter<'_>,
    area: Area,
    element: &Element,
    name: &str,
    notes: &[(String, Style)],
    up: bool,
) {
    let theme = scene.canvas.theme;
    let room = area.width.saturating_sub(4);
    let state = if up { "" } else { " OFF" };
    let roomy = usize::from(room) >= width(name) + width(state) + 2;
    let mut at = Cell::new(area.x + if roomy { 2 } else { 1 }, area.y);
    let (badge, badge_style) = scene.canvas.badge(element).unwrap_or((' ', theme.border));
    painter.put_at(at, badge, badge_style);
    at.x += 1;
    let down = matches!(element, Element::Server(_)) && !up;
    let name_style = if up { theme.name } else { theme.dim };
    let names = columns(state);
    at.x +=
        painter.label(at, name, room.saturating_sub(if down { names } else { 0 }), scene.canvas.emphasis(element, name_style));
    if let Some(stamp) = scene.canvas.stamp(element).filter(|_| at.x + 1 < area.right()) {
        let (sign, style) = scene.canvas.sign(stamp);
        painter.put_at(at, sign, style);
        at.x += 1;
    }
    if down {
        at.x += painter.label(at, state, names, theme.bad);
    } else {
        let left = usize::from(area.right().saturating_sub(at.x));
        let said = notes.iter().filter(|(note, _)| !note.is_empty());
        let mut dotted = said.map(|(note, style)| (format!(" {} {note}", theme.glyphs.dot), *style));
        if let Some((dot, style)) = dotted.find(|(dot, _)| left >= width(dot) + 2) {
            at.x += painter.label(at, &dot, room, style);
        }
    }
    if at.x + 1 < area.right() {
        painter.put_at(at, ' ', theme.border);
    }
}

/// Draws a component's lines: name and state, load, then as many status lines as fit.
fn draw_block(scene: &Scene<'_>, painter: &mut Painter<'_>, block: &Block) {
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
        painter.put(block.area.x, block.area.y, badge, style);
    }
    let (word, word_style) = match station.health {
        _ if scene.canvas.is_plan => ("", theme.dim),
        Health::Up => ("UP", theme.good),
        Health::Hung => ("hung", theme.bad),
        Health::Crashed => ("down", theme.bad),
        Health::PoweredOff => ("off", theme.bad),
    };
    let down = !station.health.is_up();
    let state = columns(word);
    let called = component.id.as_str();
    // Move the state to the next line if it would truncate the name.
    let state_below = down && serves && !lone && width(called) + usize::from(state) + 1 > usize::from(room);
    if (serves || !lone || down)
        && let Some(y) = rows.next()
    {
        let name = if lone { "" } else { called };
        let name_style = if down { theme.dim } else { theme.name };
        let name_room = if state_below { room } else { room.saturating_sub(state + 1) };
        let mut used = painter.label(Cell::new(x, y), name, name_room, scene.canvas.emphasis(&element, name_style));
        // Use the same name whether the component is up or down.
        let label = second_name(component).filter(|label| !lone && used + columns(label) + 6 <= room);
        if let Some(label) = label {
            used += 1 + painter.label(Cell::new(x + used + 1, y), label, room, theme.dim);
        }
        // Right-align the state over the bar if there is room; otherwise place it after the name.
        let at = if lone { x } else { x + (used + 1).max(if serves { state_column(room, state) } else { 0 }) };
        if !state_below {
            painter.label(Cell::new(at, y), word, state, word_style);
        }
    }
    let below = if state_below { word } else { "" };
    if scene.canvas.is_plan {
        if let Some(y) = rows.next() {
            let tier = component.kind.tier().map_or("", hoplight_text::description::tier);
            let words = [component.kind.word(), tier];
            let fitting = words.iter().find(|word| width(word) <= usize::from(room) && !word.is_empty());
            painter.label(Cell::new(x, y), fitting.unwrap_or(&words[0]), room, theme.dim);
        }
        return;
    }
    if serves && let Some(y) = rows.next() {
        bar(scene, painter, Cell::new(x, y), room, if down { Err((below, word_style)) } else { Ok(station.utilisation) });
    }
    let request = scene.followed.as_ref().filter(|request| request.component == block.component);
    // In a box with a single line left, that line says more than the request's activity, which the message repeats.
    let has_room = rows.len() > 1;
    if let Some(request) = request
        && let Some(y) = if has_room { rows.next() } else { rows.clone().next() }
    {
        let marked = request.style.patch(theme.selected);
        painter.put(block.area.x, y, request.glyph, marked);
        let words = request.words.iter().find(|words| width(words) <= usize::from(room)).unwrap_or(&request.words[1]);
        painter.label(Cell::new(x, y), if has_room { words } else { "" }, room, request.style);
    }
    if let Some(words) = packets::failure(scene.canvas, block.component)
        && let Some(y) = rows.next()
    {
        let fitting = words.iter().find(|words| width(words) <= usize::from(room)).or(words.last());
        painter.label(Cell::new(x, y), fitting.map_or("", |words| words), room, theme.bad);
    }
    if let Some(stamp) = stamp.filter(|stamp| !stamp.words.is_empty())
        && let Some(y) = rows.next()
    {
        // Beside the name, the pointer takes precedence over the sign.
        if let Some((sign, style)) = sign {
            painter.put(block.area.x, y, sign, style);
        }
        let words = stamp.words.iter().find(|words| width(words) <= usize::from(room)).or(stamp.words.last());
        painter.label(Cell::new(x, y), words.map_or("", |words| words), room, theme.tone(stamp.tone));
    }
    for line in status_lines::of(scene, block.component, &station, rows.len()) {
        let style = if down && line.style == theme.text { theme.dim } else { line.style };
        let texts = line.rows(room, rows.len());
        for (text, y) in texts.into_iter().zip(&mut rows) {
            painter.label(Cell::new(x, y), text, room, style);
        }
    }
    if !scene.canvas.stamps.is_empty() && stamp.is_none() {
        recede(scene, painter, block.area, &element);
    }
}

/// Dims a block without a stamp while an overlay is shown.
fn recede(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area, element: &Element) {
    let is_marked = scene.canvas.selected == Some(element) || scene.canvas.focus.contains(element);
    if !is_marked {
        let dim = scene.canvas.theme.dim;
        painter.restyle(area, Style::reset().patch(dim));
    }
}

/// Returns the column of the state, right-aligned with the bar's percentage.
fn state_column(room: u16, state: u16) -> u16 {
    (bar_cells(room) + 5).min(room).saturating_sub(state)
}

/// Returns the number of bar cells that fit before the percentage.
fn bar_cells(room: u16) -> u16 {
    room.saturating_sub(5).min(16)
}

/// Draws the utilisation as a bar and a percentage, or the state of a component that is down.
fn bar(scene: &Scene<'_>, painter: &mut Painter<'_>, at: Cell, room: u16, utilisation: Result<f64, (&str, Style)>) {
    let theme = scene.canvas.theme;
    let cells = bar_cells(room);
    let share = match utilisation {
        Ok(share) if share.is_finite() => share.clamp(0.0, 1.0),
        Ok(_) => 0.0,
        Err((word, style)) => {
            for x in at.x..at.x + cells {
                painter.put(x, at.y, theme.glyphs.cut, theme.dim);
            }
            painter.label(Cell::new(at.x + cells, at.y), &format!("{word:>5}"), room.saturating_sub(cells), style);
            return;
        }
    };
    let style = theme.load(share);
    for step in 0..cells {
        // Any load lights the first cell; only full load lights the last.
        let full =
            share > f64::from(step) / f64::from(cells.max(1)) + if step == 0 { 0.004 } else { 0.5 / f64::from(cells.max(1)) };
        let (glyph, style) = if full { (theme.glyphs.bar[0], style) } else { (theme.glyphs.bar[1], theme.dim) };
        painter.put(at.x + step, at.y, glyph, style);
    }
    painter.label(Cell::new(at.x + cells, at.y), &format!("{:>4.0}%", share * 100.0), room.saturating_sub(cells), theme.text);
}

fn draw_wall(scene: &Scene<'_>, painter: &mut Painter<'_>, firewall: hoplight_model::ComponentIx, area: Area) {
    let theme = scene.canvas.theme;
    let element = scene.element(firewall);
    let up = scene.is_up(&element);
    // The firewall of a pair that is not active is dimmed.
    let rests = scene.canvas.sim.is_active_firewall(firewall) == Some(false);
    let usual = if rests { theme.dim } else { theme.wall };
    let (glyph, usual) = if up { (theme.glyphs.wall, usual) } else { (theme.glyphs.cut, theme.dim) };
    let style: Style = scene.canvas.emphasis(&element, usual);
    for cell in area.cells() {
        painter.put_at(cell, glyph, style);
    }
    wall_name(scene, painter, scene.infra.component(firewall).id.as_str(), area, style);
    let sign = scene.canvas.stamp(&element).map(|stamp| scene.canvas.sign(stamp));
    let badge = scene.canvas.badge(&element);
    // The pointer takes the middle, and the sign moves to the top.
    if let Some((sign, style)) = sign.filter(|_| badge.is_some()) {
        painter.put(area.x, area.y, sign, style);
    }
    if let Some((badge, style)) = badge.or(sign) {
        painter.put_at(area.centre(), badge, style);
    }
}

fn draw_tag(scene: &Scene<'_>, painter: &mut Painter<'_>, tag: &Tag) {
    let theme = scene.canvas.theme;
    let component = scene.infra.component(tag.component);
    let element = scene.element(tag.component);
    let up = scene.is_up(&element);
    let name = component.id.as_str();
    let sign = scene.canvas.stamp(&element).map(|stamp| scene.canvas.sign(stamp));
    let (badge, badge_style) = match scene.canvas.badge(&element).or(sign) {
        Some(badge) => badge,
        None if up => (' ', theme.text),
        None => (theme.glyphs.cut, theme.bad),
    };
    painter.put(tag.area.x, tag.area.y, badge, badge_style);
    let usual = if up { theme.text } else { theme.dim };
    let end = if up { theme.text } else { theme.bad };
    let room = tag.area.width.saturating_sub(2);
    let used = painter.label(Cell::new(tag.area.x + 1, tag.area.y), name, room, scene.canvas.emphasis(&element, usual));
    painter.put(tag.area.x + 1 + used, tag.area.y, if up { ' ' } else { theme.glyphs.cut }, end);
}
