//! First-run tips: one line at a time, until the learner has followed it or has had time to read it.
//!
//! Tips appear in the status line when nothing else does. The progress file records which tips have been shown.

use std::time::Duration;

use hoplight_layout::Arrow;
use hoplight_model::RequestKind;

use crate::action::{Action, EditAction, OverlayAction, SelectAction, SiteAction, TimeAction, WindowAction};
use crate::keymap::Keymap;
use crate::stage::Stage;
use crate::window::kind::WindowKind;

/// A tip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tip {
    /// How to select.
    Select,
    /// How to pause.
    Pause,
    /// How to kill.
    Kill,
    /// How to change TLS.
    Tls,
    /// How to show the overlays.
    Overlay,
    /// How to look up a term.
    Glossary,
    /// How to send a request.
    Send,
    /// How to find all other actions.
    Palette,
}

impl Tip {
    /// All tips, in order.
    pub const ALL: [Self; 8] =
        [Self::Select, Self::Pause, Self::Kill, Self::Tls, Self::Overlay, Self::Glossary, Self::Send, Self::Palette];

    /// Returns the name in the progress file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::Pause => "pause",
            Self::Kill => "kill",
            Self::Tls => "tls",
            Self::Overlay => "overlay",
            Self::Glossary => "glossary",
            Self::Send => "send",
            Self::Palette => "palette",
        }
    }

    /// Whether an action shows that the learner no longer needs the tip.
    pub(super) const fn is_done_by(self, action: &Action) -> bool {
        match self {
            Self::Select => matches!(
                action,
                Action::Select(SelectAction::Move(_) | SelectAction::Next | SelectAction::Previous | SelectAction::Element(_))
            ),
            Self::Pause => matches!(action, Action::Time(TimeAction::Pause | TimeAction::StepForward)),
            Self::Kill => matches!(action, Action::Site(SiteAction::KillOrRestore)),
            Self::Tls => matches!(action, Action::Edit(EditAction::CycleTls)),
            Self::Overlay => matches!(action, Action::Overlay(OverlayAction::Next)),
            Self::Glossary => matches!(action, Action::Window(WindowAction::Open(WindowKind::Glossary))),
            Self::Send => matches!(action, Action::Site(SiteAction::Send(_))),
            Self::Palette => matches!(action, Action::Window(WindowAction::Open(WindowKind::Palette))),
        }
    }

    /// Returns the action of the first key that the tip names.
    pub(super) fn action(self) -> Action {
        match self {
            Self::Select => SelectAction::Move(Arrow::Right).into(),
            Self::Pause => TimeAction::Pause.into(),
            Self::Kill => SiteAction::KillOrRestore.into(),
            Self::Tls => EditAction::CycleTls.into(),
            Self::Overlay => OverlayAction::Next.into(),
            Self::Glossary => WindowAction::Open(WindowKind::Glossary).into(),
            Self::Send => SiteAction::Send(RequestKind::Write).into(),
            Self::Palette => WindowAction::Open(WindowKind::Palette).into(),
        }
    }

    /// Whether the tip applies to the current state.
    pub(super) fn fits(self, stage: &Stage) -> bool {
        match self {
            Self::Kill => stage.can_kill(),
            Self::Overlay => !stage.panels.overlays.is_suspended() && stage.panels.overlays.shown().is_none(),
            Self::Pause => !stage.session.playback.paused,
            Self::Select | Self::Tls | Self::Glossary | Self::Send | Self::Palette => true,
        }
    }

    /// Returns the text.
    pub(super) fn text(self, keymap: &Keymap) -> String {
        let key = keymap.label(self.action());
        match self {
            Self::Select => "the arrow keys and the mouse select an element".to_owned(),
            Self::Pause => format!("{key} pauses; {} steps one hop", keymap.label(TimeAction::StepForward)),
            Self::Kill => format!("{key} kills or restores the selected element"),
            Self::Tls => format!("{key} changes the TLS mode; watch which hops are readable"),
            Self::Overlay => format!("{key} shows the analysis on the diagram, such as all readable hops"),
            Self::Glossary => format!("{key} explains the terms on the screen"),
            Self::Send => format!("{key} sends one login and follows it"),
            Self::Palette => format!("{key} searches all actions by name"),
        }
    }
}

/// The current tip, and how long it has been shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tips {
    pub(super) shown: Option<Tip>,
    /// Wall time since the tip appeared, or since the last one disappeared.
    pub(super) since: Duration,
}

impl Tips {
    /// Returns the current tip.
    pub const fn shown(self) -> Option<Tip> {
        self.shown
    }
}
