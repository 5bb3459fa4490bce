//! What may be read of a database: plain values, made on demand.

use hoplight_model::component::DatabaseRole;

/// The state of one database.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DatabaseView {
    /// What it is now: a promoted replica is a primary, a fenced primary a replica.
    pub role: DatabaseRole,
    /// Whether it runs and takes writes. Two writable databases of one cluster are a split brain.
    pub writable: bool,
    /// How many changes its own log has, with those that it has received and not yet applied.
    pub position: u64,
    /// How many changes it has committed or applied.
    pub applied: u64,
    /// Up to which position its own writes were acknowledged to those who asked; 0 if it never took writes.
    pub acknowledged: u64,
    /// How many changes of the valid history it has not applied.
    pub lag_changes: u64,
    /// Seconds since the oldest of them was committed, 0 if there is none. `None` while nothing can come: the primary is
    /// dead, the path is cut or blocked, or the database has no source. Beyond the last 1,024 writes the instant of a
    /// commit is known to a part in 512 of the run, and the lag is never too small.
    pub lag_s: Option<f64>,
    /// How long the newest change that it applied took from commit to being applied, in seconds.
    pub delay_s: Option<f64>,
    /// Reads that it answered without having applied a write that was committed before the read began.
    pub stale_reads: u64,
    /// Acknowledged writes that were lost by its promotion, or that it took back when it began to follow another.
    pub lost_writes: u64,
    /// Acknowledged writes that it has and the valid history has not: a former primary's.
    pub divergent_writes: u64,
    /// Queries at work, in the queue, or waiting for an acknowledgement, and connections that leaked.
    pub connections: u32,
    /// Whether its disk is full.
    pub disk_full: bool,
}
