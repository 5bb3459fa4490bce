//! Actions on windows.

use crate::window::kind::WindowKind;

/// Opens a window, or acts on the open one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowAction {
    /// Opens a window.
    Open(WindowKind),
    /// Selects a row of the open window.
    Choose(usize),
    /// Runs the action of a row of the open window.
    Enter(usize),
    /// Closes the open window.
    Close,
}

impl WindowAction {
    /// Returns the name used in settings.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Open(kind) => kind.name(),
            Self::Choose(_) | Self::Enter(_) | Self::Close => None,
        }
    }
}
