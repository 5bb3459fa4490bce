//! Which sheet is open, and how far it is scrolled.

/// The content of a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetKind {
    /// The legend, and the keys of the current screen.
    Help,
    /// The notes on the selected element.
    Whiteboard,
}

impl SheetKind {
    /// Returns the title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Help => "help",
            Self::Whiteboard => "at the whiteboard",
        }
    }
}

/// An open sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The content.
    pub kind: SheetKind,
    /// Index of the first visible line.
    pub scroll: u16,
}
