//! The windows that can be opened.

use crate::tone::Tone;

/// The kind of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WindowKind {
    /// Everything that can be done or opened.
    Palette,
    /// The glossary.
    Glossary,
    /// The fault menu.
    Faults,
    /// The event log.
    Log,
    /// Moments to jump to.
    Jump,
    /// Designs to compare with.
    Compare,
}

impl WindowKind {
    /// The name in settings of the action that opens it. The window to compare with has none: another action opens it.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Palette => Some("palette"),
            Self::Glossary => Some("glossary"),
            Self::Faults => Some("faults"),
            Self::Log => Some("log"),
            Self::Jump => Some("jump"),
            Self::Compare => None,
        }
    }

    /// The title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Palette => "Command palette",
            Self::Glossary => "Glossary",
            Self::Compare => "Compare with",
            Self::Faults => "Faults",
            Self::Log => "Event log",
            Self::Jump => "Jump to a moment",
        }
    }

    /// The prompt while nothing is typed.
    pub const fn prompt(self) -> &'static str {
        match self {
            Self::Palette | Self::Glossary | Self::Compare | Self::Faults | Self::Log => "type to search",
            Self::Jump => "type a moment: 12.5, or -3 or +10 from now",
        }
    }

    /// The text if the filter leaves nothing.
    pub(super) const fn nothing(self, typed: bool) -> &'static str {
        match self {
            Self::Log if !typed => "No events yet.",
            Self::Palette | Self::Compare | Self::Faults => "No match.",
            Self::Log => "No matching event. Filter by class: alert, fault, restore, command, reaction, failure, refused.",
            Self::Jump => "Type seconds since the start, such as 12.5, or from now, such as -3 or +10.",
            Self::Glossary => "No matching term.",
        }
    }

    /// The row that is chosen at first. The newest entry of a log is its last.
    pub(crate) const fn first(self, rows: usize) -> usize {
        match self {
            Self::Palette | Self::Compare | Self::Glossary | Self::Faults => 0,
            Self::Log | Self::Jump => rows.saturating_sub(1),
        }
    }

    /// Rows for the explanation of the chosen row.
    pub(super) const fn about(self) -> u16 {
        match self {
            // The explanation itself.
            Self::Glossary => 7,
            // Users, agents, alert, repair, and why it would do nothing now.
            Self::Faults => 5,
            _ => 3,
        }
    }

    /// The keys of the window.
    pub const fn keys(self) -> &'static str {
        match self {
            Self::Glossary => "Up, Down choose  Enter goes to the first of “See”  Esc closes",
            Self::Log | Self::Jump => "Up, Down choose  Enter goes there  Esc closes",
            _ => "Up, Down choose  Enter does it  Esc closes",
        }
    }

    /// The tone of the explanation.
    pub(super) const fn tone(self) -> Tone {
        match self {
            Self::Glossary => Tone::Text,
            _ => Tone::Dim,
        }
    }
}
