//! The state of an open window.

use crate::window::kind::WindowKind;

/// The state of an open window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The kind of window.
    pub kind: WindowKind,
    /// The typed filter.
    pub filter: String,
    /// Index of the selected row among the matching ones.
    pub chosen: usize,
}
