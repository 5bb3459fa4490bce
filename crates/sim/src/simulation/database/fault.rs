//! Faults of a running database: full disk, stopped replication, hung process.

use crate::index::{DatabaseIx, StationIx};
use crate::plan::Role;
use crate::simulation::Simulation;

impl Simulation {
    pub(in crate::simulation) fn is_disk_full(&self, node: DatabaseIx) -> bool {
        self.node(node).disk_full
    }

    pub(in crate::simulation) fn is_replication_stopped(&self, node: DatabaseIx) -> bool {
        self.node(node).stopped
    }

    pub(in crate::simulation) fn set_disk_full(&mut self, node: DatabaseIx, full: bool) {
        self.node_mut(node).disk_full = full;
        self.replication_changed(node);
    }

    pub(in crate::simulation) fn stop_replication(&mut self, node: DatabaseIx, stop: bool) {
        self.node_mut(node).stopped = stop;
        self.replication_changed(node);
    }

    /// Whether a database receives and applies replicated changes.
    pub(in crate::simulation) fn takes_changes(&self, node: DatabaseIx) -> bool {
        let state = self.node(node);
        self.runs(node) && !state.stopped && !state.disk_full
    }

    fn replication_changed(&mut self, node: DatabaseIx) {
        if self.takes_changes(node) {
            // It connects again at the next heartbeat; what it has received is applied.
            self.retime_changes(node);
        } else {
            self.drop_unreceived(node);
        }
    }

    /// A database's process hangs. Its followers and its source no longer hear from it.
    pub(in crate::simulation) fn database_hangs(&mut self, station: StationIx) {
        let Role::Database(node) = self.plan.stations[station].role else { return };
        self.drop_unreceived(node);
        self.disconnect_followers(node);
        // Set again when the process resumes.
        self.node_mut(node).revert_at = None;
    }

    /// A hung database process resumes. It learns at the next heartbeat whether it was replaced in the meantime.
    pub(in crate::simulation) fn database_resumes(&mut self, station: StationIx) {
        let Role::Database(node) = self.plan.stations[station].role else { return };
        let now = self.clock.now();
        self.node_mut(node).last_heard = now;
        self.retime_changes(node);
        self.arm_revert(node);
        if let Some(at) = self.node(node).opens_at {
            self.open_at(node, at.max(now));
        }
    }
}
