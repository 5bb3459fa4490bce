//! What can be selected on the monitoring screen.

use hoplight_model::ComponentIx;

/// Something on the screen that can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MonitorItem {
    /// An agent.
    Agent(ComponentIx),
    /// A component that an agent watches.
    Component(ComponentIx),
    /// An alert, as a place in [`hoplight_sim::Simulation::alerts`].
    Alert(usize),
}

/// What is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MonitorFocus {
    /// The row; `None` is the first.
    pub item: Option<MonitorItem>,
    /// By how many places the metrics of the charts are turned.
    pub turn: usize,
}
