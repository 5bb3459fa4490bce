//! Actions on the course map.

/// Selects or opens a line of the course map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CourseAction {
    /// Selects the first line.
    First,
    /// Selects the last line.
    Last,
    /// Selects a line.
    Choose(usize),
    /// Opens a line. Also available on the stage.
    Open(usize),
}

impl CourseAction {
    /// Returns the name used in settings.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::First => Some("first-line"),
            Self::Last => Some("last-line"),
            Self::Choose(_) | Self::Open(_) => None,
        }
    }
}
