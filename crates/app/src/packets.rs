//! Packets on the canvas: their cells, and the packet that a click or a key follows.

use hoplight_layout::{Cell, LinkRoute};
use hoplight_lesson::Pace;
use hoplight_model::hop::Guard;
use hoplight_sim::{Motion, Packet, PacketContent};

use crate::stage::Stage;

/// Returns the cell of a packet on its link's route.
pub fn cell(route: &LinkRoute, packet: &Packet) -> Option<Cell> {
    let gate = |guard: &Guard| route.gates.iter().find(|gate| gate.firewall == guard.firewall).map(|gate| gate.cell);
    let on_line = || {
        let last = route.cells.len().checked_sub(1)?;
        let place = if packet.position.is_finite() { packet.position.clamp(0.0, 1.0) } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the number of cells")]
        let index = (place * last as f64).round() as usize;
        route.cells.get(index).copied()
    };
    match &packet.motion {
        Motion::AtFirewall(guard) | Motion::Blocked(guard) => gate(guard).or_else(on_line),
        Motion::Moving | Motion::Lost => on_line(),
    }
}

impl Stage {
    /// Returns the request whose packet is at a canvas cell; if there are several, one of the most important kind.
    pub fn packet_at(&self, at: Cell) -> Option<u64> {
        let only = self.session.playback.followed.filter(|_| self.session.playback.pace == Pace::Trace);
        let mut found = None;
        let packets = self.slow_motion().map_or_else(|| self.sim().packets().collect(), |motion| motion.packets);
        for packet in packets {
            let PacketContent::Request { number, kind, .. } = packet.cargo else { continue };
            let Ok(index) = self.viewport.layout.routes().binary_search_by_key(&packet.link, |route| route.link) else {
                continue;
            };
            if only.is_none_or(|only| only == number) && cell(&self.viewport.layout.routes()[index], &packet) == Some(at) {
                found = found.max(Some((kind, number)));
            }
        }
        found.map(|(_, number)| number)
    }

    /// Returns the request after the followed one, in order of arrival, or `None` after the last.
    pub fn next_packet(&self) -> Option<u64> {
        let after = self.session.playback.followed.unwrap_or(0);
        let number = |packet: &Packet| match packet.cargo {
            PacketContent::Request { number, orphan: false, .. } => Some(number),
            PacketContent::Request { .. } | PacketContent::Metrics | PacketContent::Replication | PacketContent::Check { .. } => {
                None
            }
        };
        let numbers: Vec<u64> = match self.slow_motion() {
            Some(motion) => {
                let inside = motion.visits.iter().map(|visit| visit.number);
                inside.chain(motion.packets.iter().filter_map(number)).collect()
            }
            None => self.sim().packets().filter_map(|packet| number(&packet)).collect(),
        };
        numbers.into_iter().filter(|number| *number > after).min()
    }
}
