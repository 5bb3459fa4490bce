//! What going back leaves next. The footer names it, and the same decision is executed.

use hoplight_lesson::Pace;

use crate::editor::Pending;
use crate::stage::Stage;
use crate::view::View;

/// Something on the stage that going back closes, turns off or clears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dismissal {
    /// A link or move that is not complete.
    Pending,
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
    /// The topology editor.
    Editor,
}

impl Dismissal {
    /// Returns what going back leaves next, or `None` if it leaves the stage. Only with `all`, packet, overlay and selection
    /// count.
    pub fn next(stage: &Stage, all: bool) -> Option<Self> {
        let playback = &stage.session.playback;
        let is_pending = stage.editor.as_ref().is_some_and(|editor| editor.pending.is_some());
        let in_order = [
            (is_pending, Self::Pending),
            // A comparison covers the panel, so the panel is not what the user sees.
            (stage.panels.view == View::Compare, Self::Comparison),
            (stage.panels.show_detail && (!stage.viewport.regions.wide || stage.editor.is_some()), Self::Panel),
            (stage.panels.view == View::Monitor, Self::Monitoring),
            (all && playback.pace == Pace::Live && playback.followed.is_some(), Self::Packet),
            (all && stage.panels.overlays.shown().is_some(), Self::Overlay),
            (all && stage.session.selected.is_some(), Self::Selection),
            (stage.editor.is_some() && stage.task.is_none(), Self::Editor),
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
            Self::Pending => {
                let pending = stage.editor.as_mut().and_then(|editor| editor.pending.take());
                if let Some(Pending::Link(link)) = pending {
                    stage.session.selected = Some(link.from);
                }
            }
            Self::Editor => stage.editor = None,
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
            Self::Pending => "cancel",
            Self::Editor => "leave editor",
        }
    }
}
