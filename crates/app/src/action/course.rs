//! Actions on the course map.

/// Chooses or opens a line of the course map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CourseAction {
    /// Chooses the first line.
    First,
    /// Chooses the last line.
    Last,
    /// Chooses a line.
    Choose(usize),
    /// Opens a line; works on the stage as well.
    Open(usize),
}

impl CourseAction {
    /// The name in settings.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::First => Some("first-line"),
            Self::Last => Some("last-line"),
            Self::Choose(_) | Self::Open(_) => None,
        }
    }
}
