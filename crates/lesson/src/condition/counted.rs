//! What a run has counted up to an instant: the reference point for figures and conditions about a step.

use hoplight_sim::{SimTime, Simulation};

use super::databases;

/// Counters of a run at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// The instant.
    pub at: SimTime,
    /// Requests that had ended.
    pub ended: u64,
    /// ∫ N dt, with N the number of requests whose users are waiting, in request-nanoseconds.
    pub occupancy: u128,
    /// Time that the slots of each component had been in use, in slot-nanoseconds.
    pub busy_ns: Vec<u128>,
    /// Queries that had reached databases.
    pub queries: u64,
    /// Acknowledged writes that had been lost.
    pub lost_writes: u64,
    /// Reads that returned a value older than the last committed write.
    pub stale_reads: u64,
}

impl Counted {
    /// Reads the counters.
    pub fn of(sim: &Simulation) -> Self {
        let totals = sim.totals();
        let infra = sim.infrastructure();
        let cached: u64 = infra.components().filter_map(|(ix, _)| sim.cache(ix)).map(|view| view.counts.stale_reads).sum();
        Self {
            at: sim.now(),
            ended: totals.completed + totals.failed,
            occupancy: sim.occupancy(),
            busy_ns: infra.components().map(|(ix, _)| sim.station(ix).busy_ns).collect(),
            queries: {
                let databases = infra.components().filter(|(_, component)| component.kind.as_database().is_some());
                databases.map(|(ix, _)| sim.station(ix).arrivals).sum()
            },
            lost_writes: databases(sim).map(|view| view.lost_writes).sum(),
            stale_reads: cached + databases(sim).map(|view| view.stale_reads).sum::<u64>(),
        }
    }

    /// Seconds since `before`; `None` if no time has passed.
    pub fn seconds_since(&self, before: &Self) -> Option<f64> {
        Some(self.at.since(before.at).as_secs_f64()).filter(|seconds| *seconds > 0.0)
    }

    /// Requests that ended per second since `before`; `None` if no time has passed.
    pub fn throughput_since(&self, before: &Self) -> Option<f64> {
        Some(self.ended.saturating_sub(before.ended) as f64 / self.seconds_since(before)?)
    }

    /// Mean number of requests whose users were waiting since `before`; `None` if no time has passed.
    pub fn present_since(&self, before: &Self) -> Option<f64> {
        Some(self.occupancy.saturating_sub(before.occupancy) as f64 / 1e9 / self.seconds_since(before)?)
    }

    /// Acknowledged writes that were lost since `before`.
    pub fn lost_writes_since(&self, before: &Self) -> u64 {
        self.lost_writes.saturating_sub(before.lost_writes)
    }

    /// Outdated reads since `before`.
    pub fn stale_reads_since(&self, before: &Self) -> u64 {
        self.stale_reads.saturating_sub(before.stale_reads)
    }
}
