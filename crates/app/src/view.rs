//! The views of the stage's main area.

/// A view of a running infrastructure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// The diagram with its packets.
    #[default]
    Canvas,
    /// The data of the monitoring service.
    Monitor,
    /// Two designs side by side.
    Compare,
    /// A page of an incident drill: what an operator sees, or the debriefing.
    Drill,
}
