//! The databases compiled for the engine: clusters, and the replication streams between databases.
//!
//! A replication link is one connection, which carries changes in both directions: there is a stream in each direction
//! between two linked databases, so that roles may change. Where two links connect the same pair, each carries one
//! direction.

use hoplight_model::behaviour::ClusterRules;
use hoplight_model::component::DatabaseRole;
use hoplight_model::quantity::Seconds;
use hoplight_model::{Infrastructure, Protocol};

use crate::index::{ClusterIx, DatabaseIx, IndexVec, LinkIx, StationIx, StreamIx};

/// The constant properties of a database.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DatabasePlan {
    pub(crate) station: StationIx,
    pub(crate) cluster: ClusterIx,
    pub(crate) role: DatabaseRole,
    /// Time to apply a change, in nanoseconds.
    pub(crate) lag: u64,
    /// Streams to other databases.
    pub(crate) out: Vec<StreamIx>,
    /// Streams from other databases.
    pub(crate) into: Vec<StreamIx>,
}

/// A set of databases connected by replication.
#[expect(clippy::struct_excessive_bools, reason = "independent rules")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClusterPlan {
    /// In authored order.
    pub(crate) nodes: Vec<DatabaseIx>,
    /// Whether a write is acknowledged only when a majority has received it.
    pub(crate) quorum: bool,
    /// Number of members that make a majority of all authored members, as in etcd. MySQL Group Replication recomputes
    /// the majority after it has expelled a member.
    pub(crate) majority: usize,
    /// Nanoseconds of silence after which the other databases replace the writer; `None` to wait for an operator.
    pub(crate) patience: Option<u64>,
    /// Whether a replaced primary becomes read-only when it returns.
    pub(crate) fence: bool,
    pub(crate) semi_sync: bool,
    /// Whether every member accepts writes.
    pub(crate) multi_primary: bool,
    /// Number of rows among which writes are spread.
    pub(crate) hot_rows: u64,
}

impl ClusterPlan {
    fn new(nodes: Vec<DatabaseIx>, rules: &ClusterRules) -> Self {
        let ClusterRules { quorum, multi_primary, hot_rows, majority, replaced_after, fence, semi_sync } = *rules;
        let (patience, hot_rows) = (replaced_after.map(Seconds::nanos), u64::from(hot_rows));
        Self { nodes, quorum, majority, patience, fence, semi_sync, multi_primary, hot_rows }
    }
}

/// Replication in one direction between two databases.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StreamPlan {
    pub(crate) from: DatabaseIx,
    pub(crate) to: DatabaseIx,
    pub(crate) link: LinkIx,
    /// Whether the direction is opposite to the authored link.
    pub(crate) reversed: bool,
    /// One-way latency in nanoseconds.
    pub(crate) latency: u64,
}

/// All databases, clusters and streams.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DatabasesPlan {
    pub(crate) nodes: IndexVec<DatabaseIx, DatabasePlan>,
    pub(crate) clusters: IndexVec<ClusterIx, ClusterPlan>,
    pub(crate) streams: IndexVec<StreamIx, StreamPlan>,
}

impl DatabasesPlan {
    /// Compiles the databases of `infra`. Indices depend only on components and links, so they stay valid after an
    /// edit.
    pub(crate) fn new(infra: &Infrastructure) -> Self {
        let mut plan = Self::default();
        let mut node_of = IndexVec::<StationIx, Option<DatabaseIx>>::of(None, infra.len());
        for (ix, component) in infra.components() {
            let Some(spec) = component.kind.as_database() else { continue };
            node_of[ix] = Some(plan.nodes.push(DatabasePlan {
                station: ix,
                cluster: ClusterIx::default(),
                role: spec.role,
                lag: spec.lag_s.nanos(),
                out: Vec::new(),
                into: Vec::new(),
            }));
        }
        for members in infra.database_clusters() {
            let nodes: Vec<DatabaseIx> = members.iter().filter_map(|ix| node_of[*ix]).collect();
            let rules = ClusterRules::of(infra, &members);
            let cluster = plan.clusters.push(ClusterPlan::new(nodes.clone(), &rules));
            for node in nodes {
                plan.nodes[node].cluster = cluster;
            }
        }
        let replication = infra.links().filter(|(_, link)| link.protocol == Protocol::Replication);
        let ends: Vec<_> = replication
            .filter_map(|(link, spec)| {
                let (from, to) = infra.ends(link);
                Some((link, node_of[from]?, node_of[to]?, spec.latency.nanos()))
            })
            .collect();
        for (link, from, to, latency) in &ends {
            plan.stream(StreamPlan { from: *from, to: *to, link: *link, reversed: false, latency: *latency });
        }
        for (link, from, to, latency) in ends {
            if !plan.nodes[to].out.iter().any(|stream| plan.streams[*stream].to == from) {
                plan.stream(StreamPlan { from: to, to: from, link, reversed: true, latency });
            }
        }
        plan
    }

    fn stream(&mut self, stream: StreamPlan) {
        let (from, to) = (stream.from, stream.to);
        let place = self.streams.push(stream);
        self.nodes[from].out.push(place);
        self.nodes[to].into.push(place);
    }

    /// The cluster of a database.
    pub(crate) fn cluster_of(&self, node: DatabaseIx) -> &ClusterPlan {
        &self.clusters[self.nodes[node].cluster]
    }

    /// The stream from one database to another.
    pub(crate) fn between(&self, from: DatabaseIx, to: DatabaseIx) -> Option<StreamIx> {
        self.nodes[from].out.iter().copied().find(|stream| self.streams[*stream].to == to)
    }
}
