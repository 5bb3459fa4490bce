//! Draws the packets, or a sample of them if there are too many.
//!
//! Sampling is by request number, so a packet does not flicker during its lifetime.

use std::collections::BTreeMap;

use ratatui::style::{Modifier, Style};

use crate::painter::Painter;
use crate::theme::Theme;
use hoplight_app::packets::cell;
use hoplight_app::slow_motion::VisitFailure;
use hoplight_layout::Cell;
use hoplight_model::firewall::RuleAction;
use hoplight_model::{ComponentIx, Hop, LinkIx, Protocol, RequestKind};
use hoplight_sim::{Activity, Heading, Motion, Packet, PacketContent, Phase};

use super::links::Incidents;
use super::{Canvas, PacketCount, Scene};

/// Limit on blocked and lost packets drawn per link.
const MOST_INCIDENTS: usize = 4;

/// Selects the packets to draw.
pub(super) fn sample(canvas: &Canvas<'_>) -> (Vec<Packet>, PacketCount) {
    let wanted = |packet: &Packet| match packet.cargo {
        PacketContent::Request { number, .. } => !canvas.only_followed || canvas.followed == Some(number),
        // Without load, a change can only come from the followed request.
        PacketContent::Replication => !canvas.only_followed || canvas.sim.rate() == 0.0,
        PacketContent::Metrics | PacketContent::Check { .. } => !canvas.only_followed,
    };
    let mut packets: Vec<Packet> = match canvas.motion {
        // Marks that would jump from frame to frame are left out; failures stay.
        _ if canvas.still => canvas.sim.packets().filter(|packet| wanted(packet) && is_special(canvas, packet)).collect(),
        Some(motion) => motion.packets.iter().filter(|packet| wanted(packet)).copied().collect(),
        None => canvas.sim.packets().filter(wanted).collect(),
    };
    let all = packets.len();
    thin_incidents(&mut packets);
    let kept = packets.len();
    let special = packets.iter().filter(|packet| is_special(canvas, packet)).count();
    let room = canvas.most_packets.saturating_sub(special).max(1);
    let mut share = 1u64;
    while (kept - special) as u64 > share * room as u64 {
        share *= 2;
    }
    if share > 1 {
        packets.retain(|packet| match packet.cargo {
            _ if is_special(canvas, packet) => true,
            PacketContent::Request { number, .. } => number.is_multiple_of(share),
            PacketContent::Metrics | PacketContent::Check { .. } => true,
            PacketContent::Replication => packet.link.index().is_multiple_of(2),
        });
        packets.truncate(canvas.most_packets.max(special));
    }
    let shown = PacketCount { drawn: packets.len(), hidden: all - packets.len() };
    (packets, shown)
}

/// Limits blocked and lost packets to a few per link, because they share a cell.
fn thin_incidents(packets: &mut Vec<Packet>) {
    let mut seen: BTreeMap<LinkIx, usize> = BTreeMap::new();
    packets.retain(|packet| {
        if matches!(packet.motion, Motion::Moving | Motion::AtFirewall(_)) {
            return true;
        }
        let count = seen.entry(packet.link).or_default();
        *count += 1;
        *count <= MOST_INCIDENTS
    });
}

/// Whether a packet is always drawn.
fn is_special(canvas: &Canvas<'_>, packet: &Packet) -> bool {
    let followed = matches!(packet.cargo, PacketContent::Request { number, .. } if canvas.followed == Some(number));
    followed || matches!(packet.motion, Motion::Blocked(_) | Motion::Lost)
}

/// The followed request while it is inside a component and so not drawn on a link.
pub(super) struct FollowedRequest {
    pub(super) component: ComponentIx,
    pub(super) glyph: char,
    pub(super) style: Style,
    /// Its activity there, longest wording first.
    pub(super) words: [&'static str; 2],
}

/// Returns the followed request if it is inside a component.
pub(super) fn followed_request(canvas: &Canvas<'_>) -> Option<FollowedRequest> {
    let (component, kind, words) = if let Some(motion) = canvas.motion {
        let visit = motion.visits.iter().find(|visit| Some(visit.number) == canvas.followed)?;
        (visit.component, visit.kind, ["is here", "here"])
    } else {
        let present = canvas.sim.present(canvas.followed?)?;
        let (component, words) = match present.doing {
            Activity::Served(component) => (component, ["being served", "served"]),
            Activity::Waits(component) => (component, ["waits in queue", "waits"]),
            Activity::Pauses(component) => (component, ["will retry", "retries"]),
            Activity::Travels(..) | Activity::Lost(_) => return None,
        };
        (component, present.kind, words)
    };
    let (pair, style) = shape(canvas.theme, kind);
    Some(FollowedRequest { component, glyph: pair[0], style, words })
}

/// Returns the glyphs and style for a kind of request.
fn shape(theme: &Theme, kind: RequestKind) -> ([char; 2], Style) {
    match kind {
        RequestKind::Static => (theme.glyphs.static_page, theme.static_page),
        RequestKind::Read => (theme.glyphs.read, theme.read),
        RequestKind::Write => (theme.glyphs.write, theme.write),
    }
}

/// Returns labels for blocked and lost packets.
pub(super) fn incidents(scene: &Scene<'_>, packets: &[Packet]) -> Incidents {
    let mut incidents = Incidents::new();
    let failed = scene.canvas.theme.glyphs.failed;
    let lost = scene.canvas.theme.glyphs.lost;
    for packet in packets {
        let words = match packet.motion {
            Motion::Blocked(guard) => {
                let rule = guard.verdict.rule.map_or("default".to_owned(), |rule| format!("rule {rule}"));
                let action = match guard.verdict.action {
                    RuleAction::Allow => "blocks",
                    RuleAction::Drop => "drops",
                    RuleAction::Reject => "rejects",
                    RuleAction::Reset => "resets",
                };
                vec![format!("{failed} {rule} {action}"), format!("{failed} {rule}"), format!("{failed} {action}"), failed.into()]
            }
            Motion::Lost => vec![format!("{lost} no answer"), format!("{lost} lost"), lost.into()],
            Motion::Moving | Motion::AtFirewall(_) => continue,
        };
        let route = scene.canvas.layout.routes().binary_search_by_key(&packet.link, |route| route.link);
        if let Ok(index) = route {
            incidents.insert(index, words);
        }
    }
    incidents
}

pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>, packets: &[Packet]) {
    let layout = scene.canvas.layout;
    let mut spots: Vec<(Cell, u8, char, Style)> = Vec::with_capacity(packets.len());
    for packet in packets {
        let Ok(index) = layout.routes().binary_search_by_key(&packet.link, |route| route.link) else { continue };
        let Some(cell) = cell(&layout.routes()[index], packet) else { continue };
        let (weight, glyph, style) = look(scene, packet, &scene.hops[index]);
        spots.push((cell, weight, glyph, style));
    }
    // The most important packet of a cell is drawn last.
    spots.sort_by_key(|(cell, weight, ..)| (*cell, *weight));
    let mut rest = spots.as_slice();
    while let Some((cell, ..)) = rest.first() {
        let together = rest.iter().take_while(|spot| spot.0 == *cell).count();
        let (_, _, glyph, style) = rest[together - 1];
        painter.put_at(*cell, glyph, style);
        rest = &rest[together..];
    }
}

/// Draws the requests inside components in the first column of their boxes, newest last, as many as there is room for.
pub(super) fn draw_visits(scene: &Scene<'_>, painter: &mut Painter<'_>) {
    let Some(motion) = scene.canvas.motion.filter(|_| !scene.canvas.only_followed) else { return };
    for block in scene.canvas.layout.blocks() {
        // The first row has the pointer and the name.
        let mut rows = block.area.y + 1..block.area.bottom();
        let inside = motion.visits.iter().filter(|visit| visit.component == block.component && !visit.phase.opens());
        for (visit, y) in inside.zip(&mut rows) {
            let (pair, style) = shape(scene.canvas.theme, visit.kind);
            let (glyph, style) = match visit.failure {
                Some(_) => (scene.canvas.theme.glyphs.failed, scene.canvas.theme.bad),
                None if !scene.canvas.stamps.is_empty() => (pair[0], scene.canvas.theme.dim),
                None => (pair[0], style),
            };
            painter.put(block.area.x, y, glyph, style);
        }
    }
}

/// The failure that a component's box shows: the latest one in the slow motion.
pub(super) fn failure(canvas: &Canvas<'_>, component: ComponentIx) -> Option<Vec<String>> {
    let visits = canvas.motion?.visits.iter().filter(|visit| visit.component == component);
    visits.max_by_key(|visit| (visit.failure.is_some(), visit.number))?.failure.map(VisitFailure::words)
}

/// Returns the weight, glyph and style of a packet.
fn look(scene: &Scene<'_>, packet: &Packet, hop: &Hop) -> (u8, char, Style) {
    let theme = scene.canvas.theme;
    let glyphs = &theme.glyphs;
    match packet.motion {
        Motion::Blocked(_) => return (30, glyphs.failed, theme.bad),
        Motion::Lost => return (29, glyphs.lost, theme.bad),
        Motion::Moving | Motion::AtFirewall(_) => {}
    }
    let (number, kind, phase, ok, orphan) = match packet.cargo {
        PacketContent::Request { number, kind, phase, ok, orphan } => (number, kind, phase, ok, orphan),
        PacketContent::Metrics => return (1, glyphs.sample, theme.text),
        PacketContent::Replication => return (2, glyphs.change, theme.replication),
        PacketContent::Check { passed } => return (1, glyphs.check, if passed { theme.good } else { theme.bad }),
    };
    let (pair, style) = shape(theme, kind);
    let pair = if phase == Phase::Lookup { glyphs.lookup } else { pair };
    let answer = packet.heading == Heading::Response;
    // A login's form has the password; other requests and statements have the session.
    let protocol = scene.infra.link(hop.link).protocol;
    let is_on_port_80 = phase.is_plaintext() && scene.infra.component(hop.from).kind.is_browser();
    // While a question asks which hops are encrypted, a readable packet looks like any other.
    let tells = !scene.canvas.hides_ciphers;
    let readable = tells && (hop.is_exposed() || is_on_port_80) && phase.is_exchange() && !answer;
    let secrets = if is_on_port_80 { scene.infra.secrets_on_port_80(kind) } else { scene.infra.secrets(kind) };
    let (mut weight, mut glyph, mut style) = (if answer { 5 } else { 6 }, pair[usize::from(answer)], style);
    if is_on_port_80 && tells {
        // On the line of a link in TLS, only the packet shows that this visit is in plaintext.
        style = theme.plain;
    }
    if phase.opens() {
        style = style.remove_modifier(Modifier::BOLD);
        weight = 4;
    }
    if readable && kind.is_write() && protocol == Protocol::Http && !secrets.is_empty() {
        (weight, style) = (15, theme.secret);
    } else if readable && (protocol == Protocol::Sql || is_on_port_80 || !secrets.is_empty()) {
        style = style.add_modifier(Modifier::UNDERLINED);
        weight = 8;
    }
    if answer && !ok {
        (weight, glyph, style) = (20, glyphs.failed, theme.bad);
    }
    if orphan || (!scene.canvas.stamps.is_empty() && ok) {
        (weight, style) = (3, if orphan { theme.off } else { theme.dim });
    }
    if scene.canvas.followed == Some(number) {
        (weight, style) = (40, style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED));
    }
    (weight, glyph, style)
}
