//! What is looked at closely: the packet that is followed, and the hop that somebody listens on.
//!
//! Must not change the simulation.

use super::super::action::Action;
use super::super::{Notice, Stage};
use super::{dim, hides_detail};

/// Follows a packet, or lets go of it; listens, or stops that. `info` is the key of the panel.
pub(super) fn watch(stage: &mut Stage, action: &Action, info: &str) -> Option<Notice> {
    match action {
        Action::Follow(number) => stage.follow_only(Some(*number)),
        Action::NextPacket => {
            let next = stage.next_packet();
            stage.follow_only(next);
            return next.is_none().then(|| dim("No packet is followed: this was the last one on the canvas."));
        }
        Action::Wiretap => return Some(tap(stage, info)),
        _ => {
            stage.selected = None;
            stage.follow_only(None);
        }
    }
    None
}

/// Places the wiretap, or takes it away.
fn tap(stage: &mut Stage, info: &str) -> Notice {
    let before = stage.wiretap.clone();
    if !stage.toggle_wiretap() {
        return dim("A wiretap listens on a hop: select one first.");
    }
    match (&stage.wiretap, before) {
        (Some((from, to)), _) => {
            let text = format!("You listen on {from} → {to}.");
            // There, what is heard takes the place of the lesson.
            let hides = hides_detail(stage);
            stage.show_detail |= !stage.regions.wide;
            dim(&if hides { format!("{text} {info} shows the lesson again.") } else { text })
        }
        (None, Some((from, to))) => dim(&format!("Nobody listens on {from} → {to} any more.")),
        (None, None) => dim("Nobody listens."),
    }
}
