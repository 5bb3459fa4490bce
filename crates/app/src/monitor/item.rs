//! The selectable rows of the monitoring screen.

use hoplight_model::ComponentIx;

/// A selectable row of the monitoring screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MonitorItem {
    /// An agent.
    Agent(ComponentIx),
    /// A component monitored by an agent.
    Component(ComponentIx),
    /// An alert, by its index in [`hoplight_sim::Simulation::alerts`].
    Alert(usize),
}

/// The selection on the monitoring screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MonitorFocus {
    /// The selected row; `None` is the first.
    pub item: Option<MonitorItem>,
    /// Number of places by which the charts' metrics are rotated.
    pub turn: usize,
}
