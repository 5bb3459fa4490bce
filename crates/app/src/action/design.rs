//! Actions of the topology editor.

use hoplight_layout::Arrow;
use hoplight_model::Element;

use crate::editor::form::FieldId;
use crate::editor::part::AddedPart;

/// Opens the topology editor, or edits the drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DesignAction {
    /// Opens or leaves the editor.
    Toggle,
    /// Opens the list of parts to add.
    Add,
    /// Adds a part.
    AddPart(AddedPart),
    /// Starts a link at the selected element, or ends the started one there.
    Connect,
    /// Connects two elements, as by a drag.
    Join(Element, Element),
    /// Chooses the next or previous possible end of the started link.
    NextEnd(bool),
    /// Starts or ends moving the selected box with the arrow keys.
    Move,
    /// Moves the selected box by one place.
    Shift(Arrow),
    /// Moves the box of an element by columns and rows.
    Place(Element, i16, i16),
    /// Copies the server of the selected element with everything on it.
    Copy,
    /// Removes the selected element.
    Delete,
    /// Asks for a new name.
    Rename,
    /// Ends a started act or, if there is none, opens the settings of the selected element.
    Confirm,
    /// Opens the settings of the selected element or, without one, of the site.
    Settings,
    /// Changes a setting to its next value, or asks for one.
    Change(FieldId),
    /// Sets a setting to a value.
    Set(FieldId, String),
    /// Replaces the rules of the selected firewall by those that the drawn links need.
    FitRules,
    /// Undoes the last act.
    Undo,
    /// Redoes the last act that was undone.
    Redo,
    /// Saves the design.
    Save,
    /// Opens the list of findings.
    Findings,
    /// Continues unsaved work of an earlier session on the mission or exam.
    Continue,
}

impl DesignAction {
    /// Returns the name used in settings.
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Toggle => "editor",
            Self::Add => "add-part",
            Self::Connect => "connect",
            Self::Move => "move-box",
            Self::Copy => "copy-branch",
            Self::Delete => "delete",
            Self::Rename => "rename",
            Self::Confirm => "confirm",
            Self::Settings => "edit-settings",
            Self::FitRules => "fit-rules",
            Self::Undo => "undo",
            Self::Redo => "redo",
            Self::Save => "save",
            Self::Findings => "findings",
            Self::Continue => "continue-unsaved",
            Self::AddPart(_)
            | Self::Join(..)
            | Self::NextEnd(_)
            | Self::Shift(_)
            | Self::Place(..)
            | Self::Change(_)
            | Self::Set(..) => return None,
        })
    }
}
