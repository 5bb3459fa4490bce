//! What is looked at: the selection, the window over a large canvas, what lies over the picture, a row of the monitoring
//! screen. Must not change the simulation.

use hoplight_layout::{Arrow, Cell};
use hoplight_lesson::Pace;

use super::super::action::Action;
use super::super::{Notice, Stage, View, monitor};
use super::dim;

/// Selects something, or looks at a row of the monitoring screen where that is shown.
pub(super) fn select(stage: &mut Stage, action: &Action) -> Option<Notice> {
    let monitors = stage.view == View::Monitor;
    match action {
        Action::Move(arrow) => {
            let moved = if monitors { monitor::go(stage, *arrow) } else { stage.move_selection(*arrow) };
            return (!moved).then(|| dim("There is nothing further in that direction."));
        }
        Action::Next | Action::Previous if monitors => monitor::cycle(stage, *action == Action::Next),
        Action::Next | Action::Previous => stage.cycle_selection(*action == Action::Next),
        Action::Watch(item) => monitor::look_at(stage, *item),
        Action::Select(element) => stage.selected = Some(element.clone()),
        _ => {}
    }
    None
}

/// Columns and rows by which a key moves the window.
const PAN: (i16, i16) = (12, 5);

/// Moves the window over a canvas that is larger than it.
pub(super) fn look(stage: &mut Stage, action: &Action) -> Option<Notice> {
    if !stage.is_larger() {
        return Some(dim("The whole picture is on the screen."));
    }
    let (columns, rows) = match action {
        Action::Pan(Arrow::Right) => (PAN.0, 0),
        Action::Pan(Arrow::Left) => (-PAN.0, 0),
        Action::Pan(Arrow::Down) => (0, PAN.1),
        Action::Pan(Arrow::Up) => (0, -PAN.1),
        Action::LookAt(x, y) => {
            stage.centre_on(Cell::new(*x, *y));
            return None;
        }
        _ => {
            stage.overview = !stage.overview;
            return None;
        }
    };
    (!stage.pan_by(columns, rows)).then(|| dim("This is the edge of the picture."))
}

/// Closes the panel of a small screen, or else another view; `all` lets go of more: of the packet that was chosen to be
/// followed, an overlay, the selection. One thing at a time. Returns whether there was one.
pub(super) fn let_go(stage: &mut Stage, all: bool) -> bool {
    if stage.show_detail && !stage.regions.wide {
        stage.show_detail = false;
        stage.scroll = 0;
    } else if stage.view != View::Canvas {
        stage.leave_view();
    } else if !all {
        return false;
    } else if stage.playback.pace == Pace::Live && stage.playback.followed.is_some() {
        stage.follow_only(None);
    } else if !stage.overlays.put_out() {
        return stage.selected.take().is_some();
    }
    true
}

/// Changes what lies over the picture. What an overlay shows says itself; only its end needs a word.
pub(super) fn lay(stage: &mut Stage, action: &Action) -> Option<Notice> {
    if stage.overlays.is_veiled() {
        return Some(dim("An overlay would answer this question: mark first, then look."));
    }
    match action {
        Action::NextOverlay => stage.overlays.next(),
        Action::Overlay => stage.overlays.toggle(),
        Action::Lay(overlay) => stage.overlays.lay(*overlay),
        _ if !stage.overlays.choose() => {
            return Some(dim(match stage.overlays.shown() {
                Some(overlay) if overlay.choice().is_some() => "There is nothing to choose from here.",
                Some(_) => "This overlay shows everything at once.",
                None => "No overlay is on.",
            }));
        }
        _ => {}
    }
    stage.overlays.shown().is_none().then(|| dim("The picture is drawn as usual."))
}
