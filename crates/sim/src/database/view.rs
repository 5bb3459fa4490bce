//! Reading the state of a database.

use hoplight_model::component::DatabaseRole;

use crate::database::{Databases, Network};
use crate::index::{DatabaseIx, count};
use crate::time::SimTime;

/// The state of one database.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DatabaseView {
    /// Current role: a promoted replica is a primary, a fenced primary is a replica.
    pub role: DatabaseRole,
    /// Whether the database is running and writable. Two writable databases in one cluster are a split brain.
    pub writable: bool,
    /// Number of changes in its log, including received changes that it has not applied yet.
    pub position: u64,
    /// Number of changes that it has committed or applied.
    pub applied: u64,
    /// Log position up to which its own writes were acknowledged to clients; 0 if it was never writable.
    pub acknowledged: u64,
    /// Number of changes of the valid history that it has not applied.
    pub lag_changes: u64,
    /// Seconds since the oldest of these changes was committed; 0 if there are none. `None` while no changes can
    /// arrive: the primary is dead, the path is cut or blocked, or the database has no source. Beyond the last 1,024
    /// writes, commit times are accurate to 1/512 of the run, and the lag is never underestimated.
    pub lag_s: Option<f64>,
    /// Time from commit to apply of the newest change that it applied, in seconds.
    pub delay_s: Option<f64>,
    /// Number of reads that it answered without having applied a write that was committed before the read began.
    pub stale_reads: u64,
    /// Number of acknowledged writes that were lost by its promotion, or that it rolled back when it began to follow
    /// another database.
    pub lost_writes: u64,
    /// Number of acknowledged writes that it has and the valid history lacks: the writes of a former primary.
    pub divergent_writes: u64,
    /// Number of queries that are executing, queued, or waiting for an acknowledgement, plus leaked connections.
    pub connections: u32,
    /// Whether its disk is full.
    pub disk_full: bool,
}

impl Databases {
    /// The state of one database.
    pub(crate) fn view(&self, node: DatabaseIx, network: Network<'_>, now: SimTime) -> DatabaseView {
        let (plan, state) = (&network.plan().nodes[node], &self.nodes[node]);
        let cluster = self.cluster_of(node, network.plan());
        let valid = &self.nodes[cluster.authority];
        let shared = self.shared(node, network.plan());
        let behind = if cluster.authority == node { 0 } else { valid.acknowledged.saturating_sub(shared) };
        let fed = if state.leads() { network.runs(node) } else { state.connected && self.follows_writer(node, network) };
        let lag_s = match behind {
            _ if !fed => None,
            0 => Some(0.0),
            _ => Some((now.nanos() - cluster.times.of(shared + 1).nanos().min(now.nanos())) as f64 / 1e9),
        };
        DatabaseView {
            role: match plan.role {
                role @ (DatabaseRole::Member | DatabaseRole::MultiPrimary) => role,
                _ if state.writable => DatabaseRole::Primary,
                _ => DatabaseRole::Replica,
            },
            writable: state.writable && network.runs(node),
            position: state.received(now).length,
            applied: state.log.length,
            acknowledged: state.acknowledged,
            lag_changes: behind,
            lag_s,
            delay_s: state.delay.map(|delay| delay as f64 / 1e9),
            stale_reads: state.stale_reads,
            lost_writes: state.lost_writes,
            divergent_writes: if cluster.authority == node { 0 } else { state.acknowledged.saturating_sub(shared) },
            connections: network.queries(node).saturating_add(count(state.pending.len())),
            disk_full: state.disk_full,
        }
    }
}
