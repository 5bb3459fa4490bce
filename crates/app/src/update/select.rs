//! The selection, the followed request and the wiretap. Nothing here changes the simulation.

use hoplight_lesson::Pace;
use hoplight_model::RequestKind;

use crate::action::{SelectAction, SiteAction, ViewAction};
use crate::app::{App, Screen};
use crate::keymap::Keymap;
use crate::notice::Notice;
use crate::stage::Stage;
use crate::update::hides_detail;
use crate::view::View;
use crate::{detail, monitor};

impl App {
    pub(super) fn select_action(&mut self, action: &SelectAction) {
        if let (Screen::Home, SelectAction::Move(arrow)) = (&self.screen, action) {
            self.move_on_course_map(*arrow);
            return;
        }
        if self.select_in_drill(action) || (*action == SelectAction::Wiretap && self.tap_in_drill()) {
            return;
        }
        self.on_stage(|stage, keymap| select(stage, keymap, action));
    }
}

fn select(stage: &mut Stage, keymap: &Keymap, action: &SelectAction) -> Option<Notice> {
    let monitors = stage.panels.view == View::Monitor;
    match action {
        SelectAction::Move(arrow) => {
            let moved = if monitors { monitor::go(stage, *arrow) } else { stage.move_selection(*arrow) };
            if !moved {
                return Some(Notice::dim("No element in that direction."));
            }
        }
        SelectAction::Next => cycle(stage, true),
        SelectAction::Previous => cycle(stage, false),
        SelectAction::Element(element) => stage.session.selected = Some(element.clone()),
        SelectAction::Monitored(item) => {
            monitor::look_at(stage, *item);
            return None;
        }
        SelectAction::Clear => {
            stage.session.selected = None;
            stage.session.follow(None);
            return None;
        }
        SelectAction::Deselect => {
            stage.session.selected = None;
            return None;
        }
        SelectAction::Follow(number) => {
            stage.session.follow(Some(*number));
            return None;
        }
        SelectAction::NextPacket => {
            let next = stage.next_packet();
            // The trace pace always follows a request: it would follow the same one again.
            let playback = &stage.session.playback;
            if next.is_none() && playback.pace == Pace::Trace && playback.followed.is_some() {
                return Some(Notice::dim("No other packet is on the canvas: this one is still followed."));
            }
            if next.is_none() && playback.followed.is_none() {
                let key = keymap.label(SiteAction::Send(RequestKind::Write));
                return Some(Notice::dim(format!("No packet is on the canvas: press {key} to send a login.")));
            }
            stage.session.follow(next);
            return next.is_none().then(|| Notice::dim("That was the last packet on the canvas. No packet is followed now."));
        }
        SelectAction::Wiretap => return Some(tap(stage, &keymap.label(ViewAction::TogglePanel))),
    }
    // If the panel does not show the selected element, describe it in the status line.
    let brief = stage.panels.view == View::Canvas && hides_detail(stage);
    if brief { detail::brief(stage, &keymap.label(ViewAction::TogglePanel)) } else { None }
}

fn cycle(stage: &mut Stage, forward: bool) {
    if stage.panels.view == View::Monitor {
        monitor::cycle(stage, forward);
    } else {
        stage.cycle_selection(forward);
    }
}

/// Starts or stops the wiretap. `info` is the key that toggles the panel.
fn tap(stage: &mut Stage, info: &str) -> Notice {
    let before = stage.session.wiretap().cloned();
    if !stage.toggle_wiretap() {
        return Notice::dim("Select a hop first: a wiretap captures the messages on one hop.");
    }
    match (stage.session.wiretap(), before) {
        (Some((from, to)), _) => {
            let text = format!("Wiretap on {from} → {to}.");
            // On a small screen, the newest captured message is shown above the status line, and the lesson stays.
            let stays = hides_detail(stage);
            stage.panels.show_detail |= !stage.viewport.regions.wide && !stays;
            Notice::dim(if stays { format!("{text} {info} shows all that it captures.") } else { text })
        }
        (None, Some((from, to))) => Notice::dim(format!("Wiretap on {from} → {to} removed.")),
        (None, None) => Notice::dim("No wiretap."),
    }
}
