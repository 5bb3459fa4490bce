//! Actions on the program.

/// Quits, confirms, shows the help, or changes a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppAction {
    /// Quits.
    Quit,
    /// Closes the panel or view, leaves the stage, or quits.
    Back,
    /// Dismisses the topmost of view, followed packet, overlay and selection. If there is none, goes back.
    Escape,
    /// Opens the selected line of the course map, continues a lesson, or submits marks.
    Enter,
    /// Shows or hides the help.
    Help,
    /// Shows the whiteboard notes of the selected element.
    Whiteboard,
    /// Selects the next colour theme.
    NextTheme,
    /// Turns ASCII-only drawing on or off.
    Ascii,
    /// Turns reduced motion on or off.
    ReducedMotion,
}

impl AppAction {
    /// Returns the name used in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quit => "quit",
            Self::Back => "back",
            Self::Escape => "escape",
            Self::Enter => "enter",
            Self::Help => "help",
            Self::Whiteboard => "whiteboard",
            Self::NextTheme => "next-theme",
            Self::Ascii => "ascii",
            Self::ReducedMotion => "reduced-motion",
        }
    }
}
