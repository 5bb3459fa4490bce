//! Actions on the overlay of the diagram.

use crate::overlay::kind::Overlay;

/// Changes which overlay is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverlayAction {
    /// Shows the next overlay; after the last one, none.
    Next,
    /// Turns the overlay off, or turns on the last one shown.
    Toggle,
    /// Shows this overlay, or turns it off if it is shown.
    Show(Overlay),
    /// Shows the overlay's next choice: another kind of request, version, domain or loss.
    NextChoice,
}

impl OverlayAction {
    /// The name in settings.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Next => Some("next-overlay"),
            Self::Toggle => Some("overlay"),
            Self::NextChoice => Some("overlay-choice"),
            Self::Show(_) => None,
        }
    }
}
