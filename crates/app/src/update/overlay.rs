//! Overlays of the diagram. An overlay is visible on the screen, so only turning it off needs a notice.

use crate::action::OverlayAction;
use crate::app::App;
use crate::notice::Notice;
use crate::stage::Stage;

impl App {
    pub(super) fn overlay_action(&mut self, action: OverlayAction) {
        self.on_stage(|stage, _| change(stage, action));
    }
}

fn change(stage: &mut Stage, action: OverlayAction) -> Option<Notice> {
    if stage.panels.overlays.is_suspended() {
        return Some(Notice::dim("Overlays are off until this question is answered."));
    }
    match action {
        OverlayAction::Next => stage.panels.overlays.next(),
        OverlayAction::Toggle => stage.panels.overlays.toggle(),
        OverlayAction::Show(overlay) => stage.panels.overlays.show(overlay),
        OverlayAction::NextChoice => {
            if !stage.panels.overlays.next_choice() {
                return Some(Notice::dim(match stage.panels.overlays.shown() {
                    Some(overlay) if overlay.choice().is_some() => "This overlay has no alternatives here.",
                    Some(_) => "This overlay shows everything at once.",
                    None => "No overlay is on.",
                }));
            }
        }
    }
    stage.panels.overlays.shown().is_none().then(|| Notice::dim("No overlay is on."))
}
