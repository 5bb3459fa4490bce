//! What may be wrong with a database that runs: a full disk, replication that was stopped, a process that stands still.
//!
//! Must not know who did it.

use hoplight_model::ComponentId;

use super::super::command::CommandError;
use super::super::plan::Role;
use super::super::simulation::Simulation;

impl Simulation {
    pub(crate) fn is_disk_full(&self, id: &ComponentId) -> Result<bool, CommandError> {
        let (node, _) = self.database_named(id)?;
        Ok(self.node(node).disk_full)
    }

    pub(crate) fn is_replication_stopped(&self, id: &ComponentId) -> Result<bool, CommandError> {
        let (node, _) = self.database_named(id)?;
        Ok(self.node(node).stopped)
    }

    pub(crate) fn set_disk_full(&mut self, id: &ComponentId, full: bool) -> Result<(), CommandError> {
        let (node, _) = self.database_named(id)?;
        self.node_mut(node).disk_full = full;
        self.take_or_leave_changes(node);
        Ok(())
    }

    pub(crate) fn stop_replication(&mut self, id: &ComponentId, stop: bool) -> Result<(), CommandError> {
        let (node, _) = self.database_named(id)?;
        self.node_mut(node).stopped = stop;
        self.take_or_leave_changes(node);
        Ok(())
    }

    /// Whether a database takes changes from others and applies them.
    pub(super) fn takes_changes(&self, node: u32) -> bool {
        let state = self.node(node);
        self.runs(node) && !state.stopped && !state.disk_full
    }

    fn take_or_leave_changes(&mut self, node: u32) {
        if self.takes_changes(node) {
            // It connects again at the next heartbeat; what it has received is applied.
            self.retime_changes(node);
        } else {
            self.drop_what_is_on_the_wire(node);
        }
    }

    /// A database's process stands still. Those who follow it, and those whom it follows, hear nothing more.
    pub(crate) fn database_hangs(&mut self, station: u32) {
        let Role::Database(node) = self.plan.stations[station as usize].role else { return };
        self.drop_what_is_on_the_wire(node);
        self.disconnect_followers(node);
        // It is set again when the process goes on.
        self.node_mut(node).revert_at = None;
    }

    /// A database's process goes on. It finds out at the next heartbeat whether somebody took its place meanwhile.
    pub(crate) fn database_resumes(&mut self, station: u32) {
        let Role::Database(node) = self.plan.stations[station as usize].role else { return };
        let now = self.now;
        self.node_mut(node).last_heard = now;
        self.retime_changes(node);
        self.arm_revert(node);
        if let Some(at) = self.node(node).opens_at {
            self.open_at(node, at.max(now));
        }
    }
}
