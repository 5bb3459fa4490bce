//! Actions on the overlays of the diagram.

use crate::overlay::kind::Overlay;

/// Changes which overlay is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverlayAction {
    /// Shows the next overlay; after the last one, none.
    Next,
    /// Turns the overlay off, or turns the most recent one back on.
    Toggle,
    /// Shows this overlay, or turns it off if it is on.
    Show(Overlay),
    /// Selects the overlay's next option: another kind of request, version, domain or loss.
    NextChoice,
}

impl OverlayAction {
    /// Returns the name used in settings.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Next => Some("next-overlay"),
            Self::Toggle => Some("overlay"),
            Self::NextChoice => Some("overlay-choice"),
            Self::Show(_) => None,
        }
    }
}
