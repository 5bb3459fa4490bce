//! The kinds of windows.

use crate::editor::form::FieldId;
use crate::tone::Tone;

/// The kind of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WindowKind {
    /// All actions, elements, lessons and infrastructures.
    Palette,
    /// The glossary.
    Glossary,
    /// The fault menu.
    Faults,
    /// The event log.
    Log,
    /// Times to jump to.
    Jump,
    /// Designs to compare with.
    Compare,
    /// Parts to add to the drawing.
    Add,
    /// The settings of the selected element or of the site.
    Settings,
    /// A value for a setting.
    Value(FieldId),
    /// What a review of the drawing says.
    Findings,
    /// Probes of an incident drill.
    Probes,
    /// Causes that can be named in an incident drill.
    Suspects,
    /// Remedies of an incident drill.
    Remedies,
    /// The findings to choose from in a design review.
    Review,
    /// The typed explanation of an exam.
    Explanation,
}

impl WindowKind {
    /// Returns the name in settings of the action that opens the window. `Compare` has none: [`ViewAction::Compare`] opens it.
    ///
    /// [`ViewAction::Compare`]: crate::action::ViewAction::Compare
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Palette => Some("palette"),
            Self::Glossary => Some("glossary"),
            Self::Faults => Some("faults"),
            Self::Log => Some("log"),
            Self::Jump => Some("jump"),
            Self::Probes => Some("probes"),
            Self::Suspects => Some("name-cause"),
            Self::Remedies => Some("remedies"),
            // Their own actions open them.
            Self::Compare | Self::Add | Self::Settings | Self::Value(_) | Self::Findings | Self::Review | Self::Explanation => {
                None
            }
        }
    }

    /// Returns the title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Palette => "Command palette",
            Self::Glossary => "Glossary",
            Self::Compare => "Compare with",
            Self::Faults => "Faults",
            Self::Log => "Event log",
            Self::Jump => "Jump to a time",
            Self::Add => "Add",
            Self::Settings => "Settings",
            Self::Value(_) => "Value",
            Self::Findings => "Findings",
            Self::Probes => "Send a probe",
            Self::Suspects => "Name the cause",
            Self::Remedies => "Try a remedy",
            Self::Review => "Which findings apply to this design?",
            Self::Explanation => "Explain it in your own words",
        }
    }

    /// Returns the prompt for an empty filter.
    pub const fn prompt(self) -> &'static str {
        match self {
            Self::Palette
            | Self::Glossary
            | Self::Compare
            | Self::Faults
            | Self::Log
            | Self::Add
            | Self::Settings
            | Self::Findings
            | Self::Probes
            | Self::Suspects
            | Self::Remedies
            | Self::Review => "type to search",
            Self::Value(_) => "empty: the default",
            Self::Explanation => "type your answer, as you would say it",
            Self::Jump => "type a time: 12.5, or -3 or +10 from now",
        }
    }

    /// Returns the text for a filter without matches.
    pub(super) const fn nothing(self, typed: bool) -> &'static str {
        match self {
            Self::Log if !typed => "No events yet.",
            Self::Findings if !typed => "No findings.",
            Self::Palette
            | Self::Compare
            | Self::Faults
            | Self::Add
            | Self::Settings
            | Self::Value(_)
            | Self::Findings
            | Self::Probes
            | Self::Suspects
            | Self::Remedies
            | Self::Review => "No match.",
            Self::Log => "No matching event. Filter by class: alert, fault, restore, command, reaction, failure, refused.",
            Self::Explanation => "Type the whole answer before you look at the key points. Then you compare the two yourself.",
            Self::Jump => "Type seconds since the start, such as 12.5, or from now, such as -3 or +10.",
            Self::Glossary => "No matching term.",
        }
    }

    /// Returns the initially selected row. The newest entry of a log is its last row.
    pub(crate) const fn first(self, rows: usize) -> usize {
        match self {
            Self::Palette
            | Self::Compare
            | Self::Glossary
            | Self::Faults
            | Self::Add
            | Self::Settings
            | Self::Value(_)
            | Self::Findings
            | Self::Probes
            | Self::Suspects
            | Self::Remedies
            | Self::Review => 0,
            Self::Log | Self::Jump | Self::Explanation => rows.saturating_sub(1),
        }
    }

    /// Returns the number of rows for the description of the selected row.
    pub(super) const fn about(self) -> u16 {
        match self {
            // Definitions are long.
            Self::Glossary => 7,
            // Users, agents, alert, fix, and why the row would have no effect now.
            Self::Faults | Self::Findings | Self::Review | Self::Value(_) => 5,
            _ => 3,
        }
    }

    /// Returns the key help of the window.
    pub const fn keys(self) -> &'static str {
        match self {
            Self::Glossary => "Up, Down choose  Enter goes to the first of “See”  Esc closes",
            Self::Log | Self::Jump => "Up, Down choose  Enter goes there  Esc closes",
            Self::Settings => "Up, Down choose  Enter changes it  Esc closes",
            Self::Value(_) => "Enter sets it  Esc goes back",
            Self::Findings => "Up, Down choose  Enter selects the place  Esc closes",
            Self::Review => "Up, Down choose  Enter marks it  Esc closes",
            Self::Explanation => "Enter shows the key points  Esc keeps the text for later",
            Self::Add => "Up, Down choose  Enter adds it  Esc closes",
            Self::Probes => "Up, Down choose  Enter sends it  Esc closes",
            Self::Suspects => "Up, Down choose  Enter names it  Esc closes",
            Self::Palette | Self::Faults | Self::Compare | Self::Remedies => "Up, Down choose  Enter runs it  Esc closes",
        }
    }

    /// Returns the tone of the description.
    pub(super) const fn tone(self) -> Tone {
        match self {
            Self::Glossary => Tone::Text,
            _ => Tone::Dim,
        }
    }
}
