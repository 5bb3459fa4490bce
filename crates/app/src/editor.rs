//! The topology editor: a mode of the stage in which keys change the design while it runs.
//!
//! ```text
//!  key ──DesignAction──▶ compose ──edits──▶ Session::edit_whole ──▶ the run continues on the new drawing
//!                                                │
//!                                                └─▶ Checks: findings of the new drawing, for the panel
//! ```
//!
//! The drawing and its history belong to the session; this is what only the screen needs.

pub mod checks;
pub mod form;
pub mod panel;
pub mod part;

use std::sync::Arc;

use hoplight_model::scenario::Scenario;
use hoplight_model::{Element, ScenarioId};

use checks::Checks;

/// The state of the editor.
#[derive(Clone, Debug)]
pub struct Editor {
    /// The act that is not complete yet.
    pub pending: Option<Pending>,
    /// The findings of the current drawing.
    pub checks: Checks,
    /// The name under which the design is saved.
    pub id: ScenarioId,
    /// The drawing as last saved or opened.
    pub(crate) saved: Arc<Scenario>,
    /// Number of acts since the editor was opened.
    pub acts: u32,
    /// The element on which the mouse button went down.
    pub(crate) grabbed: Option<Element>,
}

/// An act that needs a second element or more keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pending {
    /// A link that starts here.
    Link(Element),
    /// A box that the arrow keys move.
    Move(Element),
}

impl Editor {
    pub(crate) fn new(id: ScenarioId, saved: Scenario) -> Self {
        Self { pending: None, checks: Checks::default(), id, saved: Arc::new(saved), acts: 0, grabbed: None }
    }

    /// Whether the drawing has changed since it was saved or opened.
    pub fn is_unsaved(&self, drawing: &Scenario) -> bool {
        *self.saved != *drawing
    }
}
