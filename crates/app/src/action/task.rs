//! Actions of tasks other than lessons.

/// Works on a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskAction {
    /// Measures the design against the goals of the mission.
    Measure,
    /// Shows the next hint.
    Hint,
    /// Opens the next task.
    Next,
}

impl TaskAction {
    /// Returns the name used in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Measure => "measure",
            Self::Hint => "mission-hint",
            Self::Next => "next-task",
        }
    }
}
