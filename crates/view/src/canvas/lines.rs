//! Draws the links, the words beside them, and where they cross a firewall on a side without a wall.
//!
//! Must not know packets, except for the words of an incident that takes the place of a link's word.

use std::collections::BTreeMap;

use ratatui::style::{Modifier, Style};

use crate::theme::Line;
use hoplight_layout::{Arrow, Cell, Junction, Label};
use hoplight_model::{Cipher, Element, Hop, Protocol};
use hoplight_sim::Fault;

use super::Scene;
use super::pen::{Pen, width};

/// The words of incidents, by position of the route.
pub(super) type Incidents = BTreeMap<usize, Vec<String>>;

/// How one link looks in this frame.
struct Look {
    line: Line,
    style: Style,
    /// The style of the word beside it.
    word: Style,
    cut: bool,
}

pub(super) fn draw(scene: &Scene<'_>, pen: &mut Pen<'_>, incidents: &Incidents) {
    let looks: Vec<Look> = scene.hops.iter().map(|hop| look(scene, hop)).collect();
    for junction in scene.canvas.layout.junctions() {
        let (glyph, style) = joint(scene, junction, &looks);
        pen.put(junction.cell, glyph, style);
    }
    let theme = scene.canvas.theme;
    let mut said_metrics = false;
    for (index, (route, look)) in scene.canvas.layout.routes().iter().zip(&looks).enumerate() {
        for gate in &route.gates {
            let layout = scene.canvas.layout;
            let walled = layout.walls().iter().any(|wall| wall.area.contains(gate.cell));
            let named = layout.tags().iter().any(|tag| tag.area.contains(gate.cell));
            if !walled && !named {
                pen.put(gate.cell, theme.glyphs.wall, theme.wall);
            }
        }
        if look.cut {
            pen.put(route.anchor, theme.glyphs.cut, theme.bad);
        }
        let Some(label) = route.label else { continue };
        if let Some(words) = incidents.get(&index) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            say(pen, label, &words, theme.bad);
        } else if look.cut {
            say(pen, label, &["cut"], theme.bad);
        } else if let Some(words) = fault(scene, &scene.hops[index]) {
            say(pen, label, &words.each_ref().map(String::as_str), theme.bad.add_modifier(Modifier::REVERSED));
        } else if look.line != Line::Metrics || !std::mem::replace(&mut said_metrics, true) {
            say(pen, label, words(scene, &scene.hops[index]), look.word);
        }
    }
}

/// What is wrong on a hop, in words, if anything is.
fn fault(scene: &Scene<'_>, hop: &Hop) -> Option<[String; 2]> {
    let (from, to) = (&scene.infra.component(hop.from).id, &scene.infra.component(hop.to).id);
    scene.faults.iter().find_map(|fault| match fault {
        Fault::Slow(Element::Hop(a, b), factor) if (a, b) == (from, to) => {
            Some([format!("slow: {} × as long", factor.get()), "slow".to_owned()])
        }
        Fault::Sniffer(a, b) if (a, b) == (from, to) => Some(["somebody listens".to_owned(), "spied".to_owned()]),
        _ => None,
    })
}

fn look(scene: &Scene<'_>, hop: &Hop) -> Look {
    let theme = scene.canvas.theme;
    let line = Line::of(scene.infra.link(hop.link).protocol, hop.cipher, hop.medium);
    let element = scene.infra.hop_element(hop.link);
    let cut = !scene.is_up(&element);
    let mut style = theme.line(line);
    let mut word = style;
    if let Some(stamp) = scene.canvas.stamp(&element) {
        style = theme.tone(stamp.tone);
        word = style.add_modifier(Modifier::REVERSED);
    }
    if cut {
        style = theme.dim.add_modifier(Modifier::DIM);
    }
    Look { line, style: scene.canvas.emphasis(&element, style), word: scene.canvas.emphasis(&element, word), cut }
}

/// The character of a cell where links run, meet or cross.
fn joint(scene: &Scene<'_>, junction: &Junction, looks: &[Look]) -> (char, Style) {
    let glyphs = &scene.canvas.theme.glyphs;
    let on_top = |a: &&(usize, u8)| {
        let look = &looks[a.0];
        let chosen = look.style.add_modifier.contains(Modifier::REVERSED | Modifier::BOLD);
        (!chosen, importance(look.line), a.0)
    };
    let Some((top, top_arms)) = junction.strands.iter().min_by_key(on_top) else { return (' ', Style::new()) };
    let look = &looks[*top];
    let arms = junction.strands.iter().fold(0, |arms, (_, more)| arms | more);
    if let Some(head) = junction.head {
        return (glyphs.heads[head.index()], look.style);
    }
    let alike = junction.strands.iter().all(|(strand, _)| looks[*strand].line == look.line);
    if alike {
        return (glyphs.line(look.line).of(arms), look.style);
    }
    if arms == *top_arms {
        return (glyphs.line(look.line).of(arms), look.style);
    }
    let flat = Arrow::Left.arm() | Arrow::Right.arm();
    let glyph = match (look.line, *top_arms) {
        _ if glyphs.ascii => '+',
        (Line::Tls, arms) if arms == flat => '╪',
        (Line::Tls, _) => '╫',
        _ => glyphs.border.joints[usize::from(arms)],
    };
    (glyph, look.style)
}

/// Which line is drawn where two kinds meet: what anyone may read is never hidden.
const fn importance(line: Line) -> u8 {
    match line {
        Line::Plain => 0,
        Line::Tls => 1,
        Line::Loopback => 2,
        Line::Dns => 3,
        Line::Metrics => 4,
    }
}

/// What is said beside a link, the fullest first.
fn words(scene: &Scene<'_>, hop: &Hop) -> &'static [&'static str] {
    match (scene.infra.link(hop.link).protocol, hop.cipher) {
        (Protocol::Http, Cipher::Plaintext) => &["HTTP plain!", "plain!", "!"],
        (Protocol::Http, Cipher::TlsThrough) => &["TLS through", "TLS thru", "TLS"],
        (Protocol::Http, Cipher::Tls) => &["HTTP in TLS", "TLS"],
        (Protocol::Sql, Cipher::Plaintext) => &["SQL plain!", "plain!", "SQL!", "!"],
        (Protocol::Sql, _) => &["SQL in TLS", "TLS"],
        (Protocol::Replication, Cipher::Plaintext) => &["binlog plain!", "binlog!", "plain!", "rep!", "!"],
        (Protocol::Replication, _) => &["binlog in TLS", "TLS"],
        (Protocol::Dns, _) => &["DNS plain", "DNS"],
        (Protocol::Vrrp, _) => &["VRRP"],
        (Protocol::Metrics, _) => &["metrics in TLS", "metrics", "TLS"],
    }
}

/// Writes the first wording that fits.
fn say(pen: &mut Pen<'_>, label: Label, words: &[&str], style: Style) {
    let room = label.area.width;
    let Some(word) = words.iter().find(|word| width(word) <= usize::from(room)) else { return };
    let rest = room - u16::try_from(width(word)).unwrap_or(room);
    let x = match label.side {
        Some(Arrow::Right) => label.area.x,
        Some(Arrow::Left) => label.area.x + rest,
        _ => label.area.x + rest / 2,
    };
    pen.text(Cell::new(x, label.area.y), word, room, style);
}

/// Pointer, tick, finger or an overlay's sign on the links, over everything else.
pub(super) fn badges(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let canvas = scene.canvas;
    if canvas.selected.is_none() && canvas.focus.is_empty() && canvas.marks.is_empty() && canvas.stamps.is_empty() {
        return;
    }
    for route in canvas.layout.routes() {
        let element = scene.infra.hop_element(route.link);
        let sign = || canvas.stamp(&element).map(|stamp| canvas.sign(stamp));
        if let Some((badge, style)) = canvas.badge(&element).or_else(sign) {
            pen.put(route.anchor, badge, style);
        }
    }
}

/// The sign of a wiretap, beside the middle of its link.
pub(super) fn tap(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let canvas = scene.canvas;
    let Some(route) = canvas.layout.routes().iter().find(|route| canvas.tapped == Some(route.link)) else { return };
    let last = route.cells.len().saturating_sub(1);
    let middle = route.cells.iter().position(|cell| *cell == route.anchor).unwrap_or(last / 2);
    // The middle itself is the pointer's, the last cell the arrowhead's.
    let beside = if middle + 1 < last { middle + 1 } else { middle.saturating_sub(1) };
    let Some(cell) = route.cells.get(beside) else { return };
    let style = canvas.theme.secret.add_modifier(Modifier::REVERSED | Modifier::BOLD);
    pen.put(*cell, canvas.theme.glyphs.tap, style);
}
