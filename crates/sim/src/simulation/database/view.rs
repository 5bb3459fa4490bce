//! Reading the state of a database.

use hoplight_model::ComponentIx;
use hoplight_model::component::DatabaseRole;

use crate::database::view::DatabaseView;
use crate::index::count;
use crate::plan::Role;
use crate::simulation::Simulation;

impl Simulation {
    /// One database; `None` if the component is none.
    ///
    /// # Panics
    /// If `component` comes from another infrastructure.
    pub fn database(&self, component: ComponentIx) -> Option<DatabaseView> {
        let Role::Database(node) = self.plan.stations[component].role else { return None };
        let (plan, state) = (&self.plan.databases.nodes[node], self.node(node));
        let cluster = self.cluster_of(node);
        let valid = self.node(cluster.authority);
        let shared = self.shared(node);
        let behind = if cluster.authority == node { 0 } else { valid.acknowledged.saturating_sub(shared) };
        let fed = if state.leads() { self.runs(node) } else { state.connected && self.follows_writer(node) };
        let lag_s = match behind {
            _ if !fed => None,
            0 => Some(0.0),
            _ => {
                Some((self.clock.now().nanos() - cluster.times.of(shared + 1).nanos().min(self.clock.now().nanos())) as f64 / 1e9)
            }
        };
        let station = &self.stations[component];
        let waiting = count(station.queue.len()).saturating_add(count(state.waiting.len()));
        Some(DatabaseView {
            role: match plan.role {
                DatabaseRole::Member => DatabaseRole::Member,
                _ if state.writable => DatabaseRole::Primary,
                _ => DatabaseRole::Replica,
            },
            writable: state.writable && self.runs(node),
            position: state.received(self.clock.now()).length,
            applied: state.log.length,
            acknowledged: state.acknowledged,
            lag_changes: behind,
            lag_s,
            delay_s: state.delay.map(|delay| delay as f64 / 1e9),
            stale_reads: state.stale_reads,
            lost_writes: state.lost_writes,
            divergent_writes: if cluster.authority == node { 0 } else { state.acknowledged.saturating_sub(shared) },
            connections: station.busy.saturating_add(waiting).saturating_add(station.leaked),
            disk_full: state.disk_full,
        })
    }
}
