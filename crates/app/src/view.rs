//! What the main area of the stage shows, in the canvas' place.
//!
//! Must not know how any of it is drawn.

/// One of the pictures of a running infrastructure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// The diagram with everything that moves on it.
    #[default]
    Canvas,
    /// What the monitoring service knows, and nothing else.
    Monitor,
    /// Two designs side by side.
    Compare,
}
