//! The database tier as it runs: who takes writes now, who follows whom, and what each has applied.
//!
//! ```text
//!  write ─▶ commit ─▶ publish ─▶ relay log of each follower ─(latency, lag)─▶ applied ─▶ its own followers
//!             │                        │ received: acknowledged, where it is waited for   
//!             ▼                        ▼
//!          answered at once, or when a replica or a majority has it
//! ```
//!
//! Changes are counted, not kept: a log is a timeline and a length (`history`), what a follower has not applied is a list of
//! due times (`relay`). `commit` does what a query does, `replicate` moves changes, `watch` finds out what is lost, `promote`
//! changes roles, `driver` is the asker's side.

mod carry;
pub(crate) mod history;
mod plan;
pub(crate) mod relay;
pub(crate) mod view;

use std::collections::VecDeque;

use hoplight_model::component::DatabaseRole;

pub(super) use plan::DatabasesPlan;
pub use view::DatabaseView;

use crate::index::{ClusterIx, DatabaseIx, IndexVec, RequestIx, StationIx, StreamIx};
use crate::time::SimTime;
use history::{CommitTimes, Lineage, Log};
use relay::Relay;

/// Where in an event's id the sort of event stands; the database's or cluster's number is below.
pub(crate) const SORT_SHIFT: u32 = 20;

/// What can be due at a database or cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// The cluster looks whom it still hears.
    Heartbeat,
    /// A follower applies changes.
    Apply,
    /// A follower's acknowledgement is back at the one that it follows.
    Ack,
    /// A promoted database begins to take writes.
    Open,
    /// A semi-synchronous primary has waited long enough.
    Revert,
}

pub(crate) const DUES: [Due; 5] = [Due::Heartbeat, Due::Apply, Due::Ack, Due::Open, Due::Revert];

/// A write that is committed and not acknowledged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Waiting {
    pub(crate) position: u64,
    pub(crate) since: SimTime,
    pub(crate) request: RequestIx,
    pub(crate) generation: u32,
}

/// One database. All of it but the instants survives a crash: it is on the disk.
#[expect(clippy::struct_excessive_bools, reason = "independent flags")]
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Node {
    pub(crate) writable: bool,
    /// When it will take writes, while it is being promoted.
    pub(crate) opens_at: Option<SimTime>,
    /// What it has committed or applied.
    pub(crate) log: Log,
    /// Up to here its writes were acknowledged to the one who asked.
    pub(crate) acknowledged: u64,
    /// Up to here its writes were counted as lost.
    pub(crate) written_off: u64,
    /// The stream that it follows, and whether it is connected.
    pub(crate) source: Option<StreamIx>,
    pub(crate) connected: bool,
    pub(crate) relay: Relay,
    pub(crate) apply_at: Option<SimTime>,
    /// Its acknowledgements on their way to the one that it follows: when they arrive, and for which position.
    pub(crate) acks: VecDeque<(SimTime, u64)>,
    pub(crate) ack_at: Option<SimTime>,
    pub(crate) acked: u64,
    /// Writes that wait for an acknowledgement, oldest first.
    pub(crate) waiting: VecDeque<Waiting>,
    pub(crate) revert_at: Option<SimTime>,
    /// A semi-synchronous primary that does without acknowledgements for now.
    pub(crate) alone: bool,
    /// It takes nothing from writers of timelines before this one: it has voted for a later one.
    pub(crate) promised: u32,
    /// When it heard the last of the writer; for the writer of a quorum cluster, of a majority.
    pub(crate) last_heard: SimTime,
    /// The lag that a command has set.
    pub(crate) lag: Option<u64>,
    /// Nothing can be written to its disk.
    pub(crate) disk_full: bool,
    /// Replication was stopped here by a fault.
    pub(crate) stopped: bool,
    pub(crate) stale_reads: u64,
    pub(crate) lost_writes: u64,
    /// How long the newest change took from commit to being applied here.
    pub(crate) delay: Option<u64>,
}

impl Node {
    /// Whether it takes writes, or soon will.
    pub(crate) fn leads(&self) -> bool {
        self.writable || self.opens_at.is_some()
    }

    /// Its log with all that it was sent.
    pub(crate) fn sent(&self) -> Log {
        Log { length: self.log.length + self.relay.len(), ..self.log }
    }

    /// Its log with all that has arrived.
    pub(crate) fn received(&self, now: SimTime) -> Log {
        Log { length: self.log.length + self.relay.received(now), ..self.log }
    }
}

/// What the databases of a cluster have in common.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cluster {
    /// The database whose log is the valid one: the last that was promoted, else the first primary.
    pub(crate) authority: DatabaseIx,
    pub(crate) lineage: Lineage,
    pub(crate) times: CommitTimes,
}

/// All databases.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Databases {
    pub(crate) nodes: IndexVec<DatabaseIx, Node>,
    pub(crate) clusters: IndexVec<ClusterIx, Cluster>,
    /// For each station, which of its links took the last write.
    pub(crate) drivers: IndexVec<StationIx, u32>,
}

impl Databases {
    /// Everything at the start: all is replicated, the authored roles hold.
    pub(super) fn new(plan: &DatabasesPlan, stations: usize) -> Self {
        let mut nodes = IndexVec::of(Node::default(), plan.nodes.len());
        let mut clusters = IndexVec::default();
        for cluster in &plan.clusters {
            let is_primary = |node: &DatabaseIx| plan.nodes[*node].role == DatabaseRole::Primary;
            let first = *cluster.nodes.first().expect("a cluster has a database");
            let authority = cluster.nodes.iter().copied().find(is_primary).unwrap_or(first);
            let mut lineage = Lineage::default();
            for node in &cluster.nodes {
                let spec = &plan.nodes[*node];
                let takes_writes = match spec.role {
                    DatabaseRole::Primary => true,
                    DatabaseRole::Member => *node == authority,
                    DatabaseRole::Replica => false,
                };
                nodes[*node].writable = takes_writes;
                if takes_writes && *node != authority {
                    // A second primary has a history of its own from the start.
                    nodes[*node].log.timeline = lineage.branch(Log::default());
                }
                if !takes_writes {
                    let stream = |stream: &&StreamIx| &plan.streams[**stream];
                    let mut authored = spec.into.iter().filter(|s| cluster.quorum || !stream(s).reversed);
                    let of_primary = authored.clone().find(|s| stream(s).from == authority || is_primary(&stream(s).from));
                    nodes[*node].source = of_primary.or_else(|| authored.next()).copied();
                    nodes[*node].connected = nodes[*node].source.is_some();
                }
            }
            clusters.push(Cluster { authority, lineage, times: CommitTimes::default() });
        }
        Self { nodes, clusters, drivers: IndexVec::of(0, stations) }
    }

    pub(super) fn footprint(&self) -> usize {
        let node = |node: &Node| {
            size_of::<Node>()
                + node.relay.footprint()
                + node.acks.len() * size_of::<(SimTime, u64)>()
                + node.waiting.len() * size_of::<Waiting>()
        };
        self.nodes.iter().map(node).sum::<usize>()
            + self.clusters.iter().map(|cluster| cluster.times.footprint()).sum::<usize>()
            + self.drivers.len() * size_of::<u32>()
    }
}
