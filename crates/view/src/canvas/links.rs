//! Draws the links, their labels, and the points where a link passes through a firewall on a side without a wall.

use std::collections::BTreeMap;

use ratatui::style::{Modifier, Style};

use crate::theme::LinkStyle;
use hoplight_layout::{Arrow, Cell, Junction, Label};
use hoplight_model::behaviour::{has_port_80, hop_on_port_80};
use hoplight_model::firewall::RuleAction;
use hoplight_model::text::columns;
use hoplight_model::{Cipher, DatabaseRole, Element, Hop, Protocol};
use hoplight_sim::Fault;

use crate::painter::Painter;

use super::Scene;

/// Labels of blocked and lost packets by route index, longest wording first.
pub(super) type Incidents = BTreeMap<usize, Vec<String>>;

/// A link as drawn in this frame.
struct DrawnLink {
    kind: LinkStyle,
    style: Style,
    /// Style of the label.
    word: Style,
    cut: bool,
}

pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>, incidents: &Incidents) {
    let looks: Vec<DrawnLink> = scene.hops.iter().map(|hop| look(scene, hop)).collect();
    for junction in scene.canvas.layout.junctions() {
        let (glyph, style) = joint(scene, junction, &looks);
        painter.put_at(junction.cell, glyph, style);
    }
    let theme = scene.canvas.theme;
    let mut said_metrics = false;
    for (index, (route, look)) in scene.canvas.layout.routes().iter().zip(&looks).enumerate() {
        for gate in &route.gates {
            let layout = scene.canvas.layout;
            let walled = layout.walls().iter().any(|wall| wall.area.contains(gate.cell));
            let named = layout.tags().iter().any(|tag| tag.area.contains(gate.cell));
            // A glyph in a border must not damage a name.
            let columns = gate.cell.x.saturating_sub(1)..=gate.cell.x + 1;
            let mut around = columns.filter_map(|x| painter.char_at(x, gate.cell.y));
            let is_text = around.any(char::is_alphanumeric) && is_border_row(scene, gate.cell);
            if !walled && !named && !is_text {
                painter.put_at(gate.cell, theme.glyphs.wall, theme.wall);
            }
        }
        if look.cut {
            painter.put_at(route.anchor, theme.glyphs.cut, theme.bad);
        }
        let Some(label) = route.label else { continue };
        if let Some(words) = incidents.get(&index) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            say(painter, label, &words, theme.bad);
        } else if look.cut {
            say(painter, label, &["cut"], theme.bad);
        } else if let Some(words) = fault(scene, &scene.hops[index]) {
            say(painter, label, &words.each_ref().map(String::as_str), theme.bad.add_modifier(Modifier::REVERSED));
        } else if look.kind != LinkStyle::Metrics || !std::mem::replace(&mut said_metrics, true) {
            let rate = scene.canvas.still.then(|| scene.rate(&scene.hops[index])).flatten();
            let on_port_80 = has_plaintext_visits(scene, &scene.hops[index]);
            let usual = if on_port_80 { PORT_80 } else { words(scene, &scene.hops[index]) };
            let style =
                if on_port_80 { scene.canvas.emphasis(&scene.infra.hop_element(route.link), theme.plain) } else { look.word };
            let rated = rate
                .map_or_else(Vec::new, |rate| usual.iter().map(|word| format!("{word} {rate}")).chain([rate.clone()]).collect());
            let words: Vec<&str> = rated.iter().map(String::as_str).chain(usual.iter().copied()).collect();
            say(painter, label, &words, style);
        }
    }
}

/// The label of a link in TLS that also carries plaintext, longest wording first.
const PORT_80: &[&str] = &["TLS, :80 plain!", ":80 plain!", ":80!"];

/// Whether visits in plaintext reach port 80 at the end of a link in TLS.
fn has_plaintext_visits(scene: &Scene<'_>, hop: &Hop) -> bool {
    let infra = scene.infra;
    let hsts = infra.http().hsts;
    infra.traffic().http_share.get() > 0.0
        && hop.cipher != Cipher::Plaintext
        && has_port_80(infra, hop.link)
        && hsts.is_none_or(|hsts| !hsts.preload)
        && hop_on_port_80(infra, hop.link).guards.iter().all(|guard| guard.verdict.action == RuleAction::Allow)
}

/// Whether a cell is in the top border of a box.
fn is_border_row(scene: &Scene<'_>, cell: Cell) -> bool {
    scene.canvas.layout.frames().iter().any(|frame| frame.area.y == cell.y && frame.area.contains(cell))
}

/// Returns the label of a fault on a hop, longest wording first.
fn fault(scene: &Scene<'_>, hop: &Hop) -> Option<[String; 2]> {
    let (from, to) = (&scene.infra.component(hop.from).id, &scene.infra.component(hop.to).id);
    scene.faults.iter().find_map(|fault| match fault {
        Fault::Slow(Element::Hop(a, b), factor) if (a, b) == (from, to) => {
            Some([format!("slowed down ×{}", factor.get()), "slow".to_owned()])
        }
        Fault::Sniffer(a, b) if (a, b) == (from, to) => Some(["traffic sniffed".to_owned(), "spied".to_owned()]),
        _ => None,
    })
}

fn look(scene: &Scene<'_>, hop: &Hop) -> DrawnLink {
    let theme = scene.canvas.theme;
    let kind = match LinkStyle::of(scene.infra.link(hop.link).protocol, hop.cipher, hop.medium) {
        LinkStyle::Tls | LinkStyle::Plain | LinkStyle::Loopback if scene.canvas.hides_ciphers => LinkStyle::Untold,
        kind => kind,
    };
    let element = scene.infra.hop_element(hop.link);
    let cut = !scene.is_up(&element);
    let mut style = theme.link(kind);
    let mut word = style;
    if let Some(stamp) = scene.canvas.stamp(&element) {
        style = theme.tone(stamp.tone);
        word = style.add_modifier(Modifier::REVERSED);
    }
    if cut {
        style = theme.off;
    }
    DrawnLink { kind, style: scene.canvas.emphasis(&element, style), word: scene.canvas.emphasis(&element, word), cut }
}

/// Returns the character of a cell in which links run, meet or cross.
fn joint(scene: &Scene<'_>, junction: &Junction, looks: &[DrawnLink]) -> (char, Style) {
    let glyphs = &scene.canvas.theme.glyphs;
    let on_top = |a: &&(usize, u8)| {
        let look = &looks[a.0];
        let chosen = look.style.add_modifier.contains(Modifier::REVERSED | Modifier::BOLD);
        (!chosen, importance(look.kind), a.0)
    };
    let Some((top, top_arms)) = junction.strands.iter().min_by_key(on_top) else { return (' ', Style::new()) };
    let look = &looks[*top];
    let arms = junction.strands.iter().fold(0, |arms, (_, more)| arms | more);
    if let Some(head) = junction.head {
        return (glyphs.heads[head.index()], look.style);
    }
    let alike = junction.strands.iter().all(|(strand, _)| looks[*strand].kind == look.kind);
    if alike {
        return (glyphs.link(look.kind).of(arms), look.style);
    }
    if arms == *top_arms {
        return (glyphs.link(look.kind).of(arms), look.style);
    }
    let flat = Arrow::Left.arm() | Arrow::Right.arm();
    let glyph = match (look.kind, *top_arms) {
        _ if glyphs.ascii => '+',
        (LinkStyle::Tls, arms) if arms == flat => '╪',
        (LinkStyle::Tls, _) => '╫',
        _ => glyphs.border.joints[usize::from(arms)],
    };
    (glyph, look.style)
}

/// Precedence where two kinds of link meet: a readable link is never hidden.
const fn importance(kind: LinkStyle) -> u8 {
    match kind {
        LinkStyle::Plain => 0,
        LinkStyle::Tls => 1,
        LinkStyle::Loopback | LinkStyle::Untold => 2,
        LinkStyle::Dns => 3,
        LinkStyle::Metrics => 4,
    }
}

/// Returns the label of a link, longest wording first.
fn words(scene: &Scene<'_>, hop: &Hop) -> &'static [&'static str] {
    let role = scene.infra.component(hop.from).kind.as_database().map(|spec| spec.role);
    if scene.canvas.hides_ciphers {
        return bare_word(scene.infra.link(hop.link).protocol);
    }
    match (scene.infra.link(hop.link).protocol, hop.cipher) {
        // Galera sends the write set of each transaction to all members.
        (Protocol::Replication, Cipher::Plaintext) if role == Some(DatabaseRole::MultiPrimary) => {
            &["write sets plain!", "write sets"]
        }
        (Protocol::Http, Cipher::Plaintext) => &["HTTP plain!", "plain!", "HTTP"],
        (Protocol::Http, Cipher::TlsThrough) => &["TLS through", "TLS"],
        (Protocol::Http, Cipher::Tls) => &["HTTP in TLS", "TLS"],
        (Protocol::Cache, Cipher::Plaintext) if scene.infra.component(hop.to).kind.as_session_store().is_some() => {
            &["sessions plain!", "plain!", "sessions"]
        }
        (Protocol::Cache, Cipher::Plaintext) => &["cache plain!", "plain!", "cache"],
        (Protocol::Cache, _) => &["cache in TLS", "TLS"],
        (Protocol::Sql, Cipher::Plaintext) => &["SQL plain!", "plain!", "SQL"],
        (Protocol::Sql, _) => &["SQL in TLS", "TLS"],
        (Protocol::Replication, Cipher::Plaintext) => &["binlog plain!", "binlog"],
        (Protocol::Replication, _) => &["binlog in TLS", "TLS"],
        (Protocol::Dns, _) => &["DNS plain", "DNS"],
        (Protocol::Vrrp, _) => &["VRRP"],
        (Protocol::Metrics, Cipher::Plaintext) => &["metrics plain", "metrics"],
        (Protocol::Metrics, _) => &["metrics in TLS", "metrics"],
    }
}

/// Returns the label of a link that does not say whether it is encrypted.
const fn bare_word(protocol: Protocol) -> &'static [&'static str] {
    match protocol {
        Protocol::Http => &["HTTP"],
        Protocol::Cache => &["cache"],
        Protocol::Sql => &["SQL"],
        Protocol::Replication => &["replication", "repl."],
        Protocol::Dns => &["DNS"],
        Protocol::Vrrp => &["VRRP"],
        Protocol::Metrics => &["metrics"],
    }
}

/// Draws the first wording that fits.
fn say(painter: &mut Painter<'_>, label: Label, words: &[&str], style: Style) {
    let room = label.area.width;
    let Some(word) = words.iter().find(|word| columns(word) <= room) else { return };
    let rest = room - columns(word);
    let x = match label.side {
        Some(Arrow::Right) => label.area.x,
        Some(Arrow::Left) => label.area.x + rest,
        _ => label.area.x + rest / 2,
    };
    painter.label(Cell::new(x, label.area.y), word, room, style);
}

/// Draws pointers, marks and overlay signs on the links, over everything else.
pub(super) fn badges(scene: &Scene<'_>, painter: &mut Painter<'_>) {
    let canvas = scene.canvas;
    let has_marks = !canvas.marks.is_empty() || canvas.review.is_some();
    if canvas.selected.is_none() && canvas.focus.is_empty() && !has_marks && canvas.stamps.is_empty() {
        return;
    }
    for route in canvas.layout.routes() {
        let element = scene.infra.hop_element(route.link);
        let sign = || canvas.stamp(&element).map(|stamp| canvas.sign(stamp));
        if let Some((badge, style)) = canvas.badge(&element).or_else(sign) {
            painter.put_at(route.anchor, badge, style);
        }
    }
}

/// Draws the wiretap beside the middle of its link.
pub(super) fn tap(scene: &Scene<'_>, painter: &mut Painter<'_>) {
    let canvas = scene.canvas;
    let Some(route) = canvas.layout.routes().iter().find(|route| canvas.tapped == Some(route.link)) else { return };
    let last = route.cells.len().saturating_sub(1);
    let middle = route.cells.iter().position(|cell| *cell == route.anchor).unwrap_or(last / 2);
    // The middle is reserved for the pointer, the last cell for the arrowhead.
    let beside = if middle + 1 < last { middle + 1 } else { middle.saturating_sub(1) };
    let Some(cell) = route.cells.get(beside) else { return };
    let style = canvas.theme.secret.add_modifier(Modifier::REVERSED | Modifier::BOLD);
    painter.put_at(*cell, canvas.theme.glyphs.tap, style);
}
