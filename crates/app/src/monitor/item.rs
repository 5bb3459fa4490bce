//! Selectable rows of the monitoring screen.

use hoplight_model::ComponentIx;

/// A row of the monitoring screen that can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MonitorItem {
    /// An agent.
    Agent(ComponentIx),
    /// A component with an agent.
    Component(ComponentIx),
    /// An alert, by its index in [`hoplight_sim::Simulation::alerts`].
    Alert(usize),
}

/// The selection on the monitoring screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MonitorFocus {
    /// The row; `None` is the first.
    pub item: Option<MonitorItem>,
    /// How far the charts' metrics are rotated.
    pub turn: usize,
}
