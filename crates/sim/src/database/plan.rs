//! The databases compiled for the engine: clusters, and the ways on which changes can travel.
//!
//! A replication link is one connection, and a connection carries both ways: a stream exists for each way between two
//! databases that are linked, so that roles may change. Where two links join the same pair, each carries its own way. Must not
//! hold anything that changes while time passes.

use hoplight_model::behaviour::ClusterRules;
use hoplight_model::component::DatabaseRole;
use hoplight_model::quantity::Seconds;
use hoplight_model::{Infrastructure, Protocol};

use crate::index::{ClusterIx, DatabaseIx, IndexVec, LinkIx, StationIx, StreamIx};

/// One database.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DatabasePlan {
    pub(crate) station: StationIx,
    pub(crate) cluster: ClusterIx,
    pub(crate) role: DatabaseRole,
    /// How long a change takes to be applied, in nanoseconds.
    pub(crate) lag: u64,
    /// The streams that begin and end here.
    pub(crate) out: Vec<StreamIx>,
    pub(crate) into: Vec<StreamIx>,
}

/// Databases that replicate among each other.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClusterPlan {
    /// In authored order.
    pub(crate) nodes: Vec<DatabaseIx>,
    /// Whether a majority must have a write before it is acknowledged.
    pub(crate) quorum: bool,
    /// How many of the members are a majority. It is counted of the members as authored, as etcd does; MySQL's group
    /// counts again when it has expelled one.
    pub(crate) majority: usize,
    /// After how many nanoseconds of silence the others go on without the writer; `None` waits for an operator.
    pub(crate) patience: Option<u64>,
    pub(crate) fence: bool,
    pub(crate) semi_sync: bool,
}

impl ClusterPlan {
    fn new(nodes: Vec<DatabaseIx>, rules: &ClusterRules) -> Self {
        let ClusterRules { quorum, majority, replaced_after, fence, semi_sync } = *rules;
        Self { nodes, quorum, majority, patience: replaced_after.map(Seconds::nanos), fence, semi_sync }
    }
}

/// One way on which changes can travel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StreamPlan {
    pub(crate) from: DatabaseIx,
    pub(crate) to: DatabaseIx,
    pub(crate) link: LinkIx,
    /// Whether changes travel against the link's authored direction.
    pub(crate) reversed: bool,
    pub(crate) latency: u64,
}

/// All databases.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DatabasesPlan {
    pub(crate) nodes: IndexVec<DatabaseIx, DatabasePlan>,
    pub(crate) clusters: IndexVec<ClusterIx, ClusterPlan>,
    pub(crate) streams: IndexVec<StreamIx, StreamPlan>,
}

impl DatabasesPlan {
    /// Compiles the databases of `infra`. Positions depend on components and links alone, so state survives an edit.
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
