//! Actions on the program as a whole.

/// Leaves, confirms, asks for help, or changes a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppAction {
    /// Ends the program.
    Quit,
    /// Closes the panel or view, leaves the stage, or ends the program.
    Back,
    /// Dismisses the uppermost of view, followed packet, overlay and selection. If there is none, goes back.
    Escape,
    /// Opens the chosen line of the course map, continues a lesson, or submits marks.
    Enter,
    /// Shows or hides the help.
    Help,
    /// Selects the next colour theme.
    NextTheme,
    /// Turns ASCII-only drawing on or off.
    Ascii,
    /// Turns reduced motion on or off.
    ReducedMotion,
}

impl AppAction {
    /// The name in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quit => "quit",
            Self::Back => "back",
            Self::Escape => "escape",
            Self::Enter => "enter",
            Self::Help => "help",
            Self::NextTheme => "next-theme",
            Self::Ascii => "ascii",
            Self::ReducedMotion => "reduced-motion",
        }
    }
}
