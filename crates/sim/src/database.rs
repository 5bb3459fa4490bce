//! The database tier: roles, logs, replication, acknowledgements and failover.
//!
//! ```text
//!  write ─▶ commit ─▶ publish ─▶ relay log of each follower ─(latency, lag)─▶ applied ─▶ its own followers
//!             │                        │
//!             │                        └─▶ acknowledgement, if the cluster waits for one
//!             ▼
//!          response: at once, or after the acknowledgement of a replica or of a majority
//! ```
//!
//! Changes are counted, not stored: a log is a timeline and a length (`history`), and the unapplied changes of a
//! follower are a list of due times (`relay`). `commit` executes queries, `replicate` moves changes, `watch` detects
//! failures, `promote` changes roles, `driver` is the client side, and `network` is the databases' view of the rest of
//! the site. Methods that release or fail requests return the affected requests; `simulation::database` sends the
//! responses.

mod carry;
mod commit;
mod driver;
mod group;
mod history;
mod network;
mod plan;
mod promote;
mod relay;
mod replicate;
mod view;
mod watch;

use std::collections::VecDeque;

use hoplight_model::component::DatabaseRole;

pub(super) use commit::{Acknowledged, PendingCommit, WriteOutcome};
pub(super) use driver::Drivers;
pub(super) use group::GroupChange;
pub(super) use network::Network;
pub(super) use plan::DatabasesPlan;
pub(super) use promote::Takeover;
pub use view::DatabaseView;
pub(super) use watch::{schedule_heartbeat, schedule_heartbeats};

use crate::clock::Clock;
use crate::event::Kind;
use crate::index::{ClusterIx, DatabaseIx, IndexVec, Ix, StreamIx};
use crate::time::SimTime;
use group::Group;
use history::{CommitTimes, Lineage, Log};
use relay::Relay;

/// Bits of an event's id that hold the number of the database or cluster; the event's type is above them.
const NUMBER_BITS: u32 = 20;

/// An event of a database or cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DatabaseEvent {
    /// A cluster checks its members.
    Heartbeat(ClusterIx),
    /// A follower applies changes.
    Apply(DatabaseIx),
    /// An acknowledgement of this follower reaches its source.
    Ack(DatabaseIx),
    /// A promoted database becomes writable.
    Open(DatabaseIx),
    /// The semi-synchronous timeout of this primary expires.
    Revert(DatabaseIx),
    /// The members of a multi-primary cluster have certified a write.
    Certify(ClusterIx),
}

impl DatabaseEvent {
    fn id(self) -> u32 {
        let (sort, number) = match self {
            Self::Heartbeat(cluster) => (0, cluster.raw()),
            Self::Apply(node) => (1, node.raw()),
            Self::Ack(node) => (2, node.raw()),
            Self::Open(node) => (3, node.raw()),
            Self::Revert(node) => (4, node.raw()),
            Self::Certify(cluster) => (5, cluster.raw()),
        };
        sort << NUMBER_BITS | number
    }

    /// Decodes the id of a [`Kind::Database`] event.
    pub(crate) fn from_id(id: u32) -> Self {
        let number = id & ((1 << NUMBER_BITS) - 1);
        let node = DatabaseIx::from_raw(number);
        match id >> NUMBER_BITS {
            0 => Self::Heartbeat(ClusterIx::from_raw(number)),
            1 => Self::Apply(node),
            2 => Self::Ack(node),
            3 => Self::Open(node),
            4 => Self::Revert(node),
            5 => Self::Certify(ClusterIx::from_raw(number)),
            sort => unreachable!("no database event has sort {sort}"),
        }
    }

    fn schedule(self, at: SimTime, clock: &mut Clock) {
        clock.schedule(at, Kind::Database, self.id());
    }
}

/// One database. Everything but times and timers is on its disk and survives a crash.
#[expect(clippy::struct_excessive_bools, reason = "independent flags")]
#[derive(Clone, Debug, Default, PartialEq)]
struct Node {
    writable: bool,
    /// When a promotion in progress completes.
    opens_at: Option<SimTime>,
    /// Committed and applied changes.
    log: Log,
    /// Log position up to which the database's own writes were acknowledged to clients.
    acknowledged: u64,
    /// Log position up to which the database's own writes were already counted as lost.
    written_off: u64,
    /// Stream that the database replicates from.
    source: Option<StreamIx>,
    connected: bool,
    relay: Relay,
    apply_at: Option<SimTime>,
    /// Acknowledgements in flight to the source: arrival time and log position.
    acks: VecDeque<(SimTime, u64)>,
    ack_at: Option<SimTime>,
    /// Log position up to which the source has received acknowledgements.
    acked: u64,
    /// Committed writes that wait for an acknowledgement, oldest first.
    pending: VecDeque<PendingCommit>,
    revert_at: Option<SimTime>,
    /// Whether a semi-synchronous primary has fallen back to asynchronous replication.
    asynchronous: bool,
    /// The timeline of its last vote: it rejects writers of earlier timelines.
    promised: u32,
    /// When the database last heard from the writer; for the writer of a quorum cluster, from a majority.
    last_heard: SimTime,
    /// Replication lag set by a command, in nanoseconds. It replaces the authored one.
    lag: Option<u64>,
    disk_full: bool,
    /// Whether a fault has stopped replication here.
    replication_stopped: bool,
    stale_reads: u64,
    lost_writes: u64,
    /// Time from commit to apply of the newest applied change, in nanoseconds.
    delay: Option<u64>,
}

impl Node {
    /// Whether the database is writable or being promoted.
    fn leads(&self) -> bool {
        self.writable || self.opens_at.is_some()
    }

    /// The database's log, including all changes sent to it.
    fn sent(&self) -> Log {
        Log { length: self.log.length + self.relay.len(), ..self.log }
    }

    /// The database's log, including all changes received.
    fn received(&self, now: SimTime) -> Log {
        Log { length: self.log.length + self.relay.received(now), ..self.log }
    }
}

/// State shared by the databases of a cluster.
#[derive(Clone, Debug, PartialEq)]
struct Cluster {
    /// The database whose log is the valid history: the last one promoted, initially the first primary.
    authority: DatabaseIx,
    lineage: Lineage,
    times: CommitTimes,
    /// The members' view of each other, in a multi-primary cluster.
    group: Option<Group>,
}

impl Cluster {
    /// Approximate size in bytes.
    fn footprint(&self) -> usize {
        self.times.footprint() + self.group.as_ref().map_or(0, Group::footprint)
    }
}

/// All databases, and the database drivers of their clients.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Databases {
    nodes: IndexVec<DatabaseIx, Node>,
    clusters: IndexVec<ClusterIx, Cluster>,
    pub(crate) drivers: Drivers,
}

impl Databases {
    /// Creates the databases with their authored roles, fully replicated.
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
                    DatabaseRole::Primary | DatabaseRole::MultiPrimary => true,
                    DatabaseRole::Member => *node == authority,
                    DatabaseRole::Replica => false,
                };
                nodes[*node].writable = takes_writes;
                if takes_writes && *node != authority && !cluster.multi_primary {
                    // A second primary has a separate history from the start.
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
            let group = cluster.multi_primary.then(|| Group::new(&cluster.nodes));
            clusters.push(Cluster { authority, lineage, times: CommitTimes::default(), group });
        }
        Self { nodes, clusters, drivers: Drivers::new(stations) }
    }

    #[inline]
    fn cluster_of(&self, node: DatabaseIx, plan: &DatabasesPlan) -> &Cluster {
        &self.clusters[plan.nodes[node].cluster]
    }

    fn cluster_of_mut(&mut self, node: DatabaseIx, plan: &DatabasesPlan) -> &mut Cluster {
        &mut self.clusters[plan.nodes[node].cluster]
    }

    /// Number of changes that the log of a database has in common with the valid history.
    fn shared(&self, node: DatabaseIx, plan: &DatabasesPlan) -> u64 {
        let cluster = self.cluster_of(node, plan);
        cluster.lineage.common(self.nodes[node].log, self.nodes[cluster.authority].log)
    }

    /// Approximate size in bytes.
    pub(super) fn footprint(&self) -> usize {
        let node = |node: &Node| {
            size_of::<Node>()
                + node.relay.footprint()
                + node.acks.len() * size_of::<(SimTime, u64)>()
                + node.pending.len() * size_of::<PendingCommit>()
        };
        self.nodes.iter().map(node).sum::<usize>()
            + self.clusters.iter().map(Cluster::footprint).sum::<usize>()
            + self.drivers.footprint()
    }
}
