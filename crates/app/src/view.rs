//! The views of the stage's main area.

/// A view of a running infrastructure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// The diagram with its packets.
    #[default]
    Canvas,
    /// What the monitoring service knows.
    Monitor,
    /// Two designs side by side.
    Compare,
}
