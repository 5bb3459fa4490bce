//! Draws a port scan: each filtered port knocks at the wall of a firewall, and bounces off it.

use hoplight_layout::{Cell, Wall};
use hoplight_sim::Port;

use crate::painter::Painter;

use super::Scene;

/// Columns by which a knock bounces back.
const BOUNCE: f64 = 3.0;

/// Draws the last scan if its picture is not over yet.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>) {
    let Some(share) = scene.canvas.scanned else { return };
    let theme = scene.canvas.theme;
    // Without motion, the knocks stay at the wall.
    let back = if scene.canvas.still { 0 } else { whole(share * BOUNCE) };
    for wall in scene.canvas.layout.walls() {
        let rows = wall.area.y..wall.area.bottom();
        for y in rows.take(filtered(scene, wall)) {
            let is_badge = back == 0 && Cell::new(wall.area.x, y) == wall.area.centre();
            let Some(x) = wall.area.x.checked_sub(back) else { continue };
            if !is_badge && (back == 0 || painter.char_at(x, y) == Some(' ')) {
                painter.put(x, y, theme.glyphs.failed, theme.bad);
            }
        }
    }
}

/// The number of ports on which the last scan got no response from the servers behind a wall.
fn filtered(scene: &Scene<'_>, wall: &Wall) -> usize {
    let Some(spec) = scene.infra.component(wall.firewall).kind.as_firewall() else { return 0 };
    let findings = scene.canvas.sim.findings().iter();
    findings.filter(|finding| finding.says == Port::Filtered && spec.servers.contains(&finding.server)).count()
}

/// The whole part of a small number that is not negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of columns between zero and BOUNCE")]
const fn whole(number: f64) -> u16 {
    number as u16
}
