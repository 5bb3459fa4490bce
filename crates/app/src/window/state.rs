//! The state of an open window.

use crate::window::kind::WindowKind;

/// The state of an open window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// What it lists.
    pub kind: WindowKind,
    /// What was typed.
    pub filter: String,
    /// The index of the chosen row among those that the filter leaves.
    pub chosen: usize,
}
