//! What going back leaves next. The footer names it, and the same decision is executed.

use hoplight_lesson::Pace;

use crate::stage::Stage;
use crate::view::View;

/// Something on the stage that going back closes, turns off or clears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dismissal {
    /// The comparison.
    Comparison,
    /// The panel of a small screen.
    Panel,
    /// The monitoring screen.
    Monitoring,
    /// The followed packet.
    Packet,
    /// The overlay.
    Overlay,
    /// The selection.
    Selection,
}

impl Dismissal {
    /// Returns what going back leaves next, or `None` if it leaves the stage. Only with `all`, packet, overlay and selection
    /// count.
    pub fn next(stage: &Stage, all: bool) -> Option<Self> {
        let playback = &stage.session.playback;
        let in_order = [
            // A comparison covers the panel, so the panel is not what the user sees.
            (stage.panels.view == View::Compare, Self::Comparison),
            (stage.panels.show_detail && !stage.viewport.regions.wide, Self::Panel),
            (stage.panels.view == View::Monitor, Self::Monitoring),
            (all && playback.pace == Pace::Live && playback.followed.is_some(), Self::Packet),
            (all && stage.panels.overlays.shown().is_some(), Self::Overlay),
            (all && stage.session.selected.is_some(), Self::Selection),
        ];
        in_order.into_iter().find(|(is_on, _)| *is_on).map(|(_, dismissal)| dismissal)
    }

    /// Leaves it.
    pub(crate) fn perform(self, stage: &mut Stage) {
        match self {
            Self::Panel => {
                stage.panels.show_detail = false;
                stage.panels.scroll = 0;
            }
            Self::Comparison | Self::Monitoring => stage.panels.leave_view(),
            Self::Packet => stage.session.follow(None),
            Self::Overlay => {
                stage.panels.overlays.end_brief();
                stage.panels.overlays.turn_off();
            }
            Self::Selection => stage.session.selected = None,
        }
    }

    /// Returns the footer's label.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Panel => "close panel",
            Self::Comparison => "end comparison",
            Self::Monitoring => "diagram",
            Self::Packet => "unfollow",
            Self::Overlay => "overlay off",
            Self::Selection => "deselect",
        }
    }
}
