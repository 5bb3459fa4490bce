//! The database tier at work: what is due at which database, and how its parts see each other.

mod commit;
mod driver;
mod fault;
mod promote;
mod replicate;
mod view;
mod watch;

use crate::database::{Cluster, DUES, Due, Node, SORT_SHIFT};
use crate::event::Kind;
use crate::index::{ClusterIx, DatabaseIx, Ix};
use crate::journal::Observer;
use crate::simulation::Simulation;
use crate::time::SimTime;

impl Simulation {
    pub(in crate::simulation) fn schedule_database(&mut self, at: SimTime, due: Due, of: impl Ix) {
        self.clock.schedule(at, Kind::Database, (due as u32) << SORT_SHIFT | of.raw());
    }

    /// Something is due at a database or cluster.
    pub(in crate::simulation) fn database_due<O: Observer>(&mut self, id: u32, observer: &mut O) {
        let number = id & ((1 << SORT_SHIFT) - 1);
        match DUES.get((id >> SORT_SHIFT) as usize) {
            Some(Due::Heartbeat) => self.heartbeat(ClusterIx::from_raw(number), observer),
            Some(Due::Apply) => self.apply_changes(DatabaseIx::from_raw(number), observer),
            Some(Due::Ack) => self.receive_acks(DatabaseIx::from_raw(number), observer),
            Some(Due::Open) => self.open_database(DatabaseIx::from_raw(number), observer),
            Some(Due::Revert) => self.revert_to_asynchronous(DatabaseIx::from_raw(number), observer),
            None => {}
        }
    }

    /// Whether a database runs.
    pub(in crate::simulation) fn runs(&self, node: DatabaseIx) -> bool {
        self.health(self.plan.databases.nodes[node].station).is_up()
    }

    pub(in crate::simulation) fn node(&self, node: DatabaseIx) -> &Node {
        &self.databases.nodes[node]
    }

    pub(in crate::simulation) fn node_mut(&mut self, node: DatabaseIx) -> &mut Node {
        &mut self.databases.nodes[node]
    }

    #[inline]
    pub(in crate::simulation) fn cluster_of(&self, node: DatabaseIx) -> &Cluster {
        &self.databases.clusters[self.plan.databases.nodes[node].cluster]
    }

    pub(in crate::simulation) fn cluster_of_mut(&mut self, node: DatabaseIx) -> &mut Cluster {
        &mut self.databases.clusters[self.plan.databases.nodes[node].cluster]
    }

    /// How many changes a database shares with the valid history.
    pub(in crate::simulation) fn shared(&self, node: DatabaseIx) -> u64 {
        let cluster = self.cluster_of(node);
        cluster.lineage.common(self.node(node).log, self.node(cluster.authority).log)
    }
}
