//! The databases compiled for the engine: clusters, and the ways on which changes can travel.
//!
//! A replication link is one connection, and a connection carries both ways: a stream exists for each way between two
//! databases that are linked, so that roles may change. Where two links join the same pair, each carries its own way.
//! Must not hold anything that changes while time passes.

use hoplight_model::component::{DatabaseRole, DatabaseSpec, Failover};
use hoplight_model::database::EXPEL;
use hoplight_model::quantity::Seconds;
use hoplight_model::{ComponentKind, Infrastructure, Protocol};

use super::super::simulation::index;

/// One database.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DatabasePlan {
    pub(crate) station: u32,
    pub(crate) cluster: u32,
    pub(crate) role: DatabaseRole,
    /// How long a change takes to be applied, in nanoseconds.
    pub(crate) lag: u64,
    /// The streams that begin and end here.
    pub(crate) out: Vec<u32>,
    pub(crate) into: Vec<u32>,
}

/// Databases that replicate among each other.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClusterPlan {
    /// In authored order.
    pub(crate) nodes: Vec<u32>,
    /// Whether a majority must have a write before it is acknowledged.
    pub(crate) quorum: bool,
    /// How many of the members are a majority. It is counted of the members as authored, as etcd does; MySQL's group
    /// counts anew when it has expelled one.
    pub(crate) majority: usize,
    /// After how many nanoseconds of silence the others go on without the writer; `None` waits for somebody's hand.
    pub(crate) patience: Option<u64>,
    pub(crate) fence: bool,
    pub(crate) semi_sync: bool,
}

/// One way on which changes can travel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StreamPlan {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) link: u32,
    /// Whether changes travel against the link's authored direction.
    pub(crate) reversed: bool,
    pub(crate) latency: u64,
}

/// All databases.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DatabasesPlan {
    pub(crate) nodes: Vec<DatabasePlan>,
    pub(crate) clusters: Vec<ClusterPlan>,
    pub(crate) streams: Vec<StreamPlan>,
}

impl DatabasesPlan {
    /// Compiles the databases of `infra`. Positions depend on components and links alone, so state survives an edit.
    pub(crate) fn new(infra: &Infrastructure) -> Self {
        let mut plan = Self::default();
        let mut node_of = vec![None; infra.len()];
        for (ix, component) in infra.components() {
            let ComponentKind::Database(spec) = &component.kind else { continue };
            node_of[ix.index()] = Some(index(plan.nodes.len()));
            plan.nodes.push(DatabasePlan {
                station: index(ix.index()),
                cluster: 0,
                role: spec.role,
                lag: spec.lag_s.nanos(),
                out: Vec::new(),
                into: Vec::new(),
            });
        }
        for members in infra.database_clusters() {
            let nodes: Vec<u32> = members.iter().filter_map(|ix| node_of[ix.index()]).collect();
            let cluster = index(plan.clusters.len());
            for node in &nodes {
                plan.nodes[*node as usize].cluster = cluster;
            }
            let specs = members.iter().filter_map(|ix| match &infra.component(*ix).kind {
                ComponentKind::Database(spec) => Some(spec),
                _ => None,
            });
            plan.clusters.push(Self::cluster(nodes, &specs.collect::<Vec<_>>()));
        }
        let replication = infra.links().filter(|(_, link)| link.protocol == Protocol::Replication);
        let ends: Vec<_> = replication
            .filter_map(|(link, spec)| {
                let (from, to) = infra.ends(link);
                Some((index(link.index()), node_of[from.index()]?, node_of[to.index()]?, spec.latency.nanos()))
            })
            .collect();
        for (link, from, to, latency) in &ends {
            plan.stream(StreamPlan { from: *from, to: *to, link: *link, reversed: false, latency: *latency });
        }
        for (link, from, to, latency) in ends {
            if !plan.nodes[to as usize].out.iter().any(|stream| plan.streams[*stream as usize].to == from) {
                plan.stream(StreamPlan { from: to, to: from, link, reversed: true, latency });
            }
        }
        plan
    }

    fn cluster(nodes: Vec<u32>, specs: &[&DatabaseSpec]) -> ClusterPlan {
        let quorum = specs.iter().any(|spec| spec.role == DatabaseRole::Member);
        let expel = specs.iter().filter_map(|spec| spec.expel_s).map(Seconds::nanos).max();
        let failover = specs.iter().find_map(|spec| match spec.failover {
            Failover::Automatic { after_s } => Some(after_s.nanos()),
            Failover::Manual => None,
        });
        ClusterPlan {
            majority: nodes.len() / 2 + 1,
            quorum,
            patience: if quorum { Some(expel.unwrap_or_else(|| EXPEL.nanos())) } else { failover },
            fence: quorum || specs.iter().any(|spec| spec.fence),
            semi_sync: specs.iter().any(|spec| spec.semi_sync),
            nodes,
        }
    }

    fn stream(&mut self, stream: StreamPlan) {
        let place = index(self.streams.len());
        self.nodes[stream.from as usize].out.push(place);
        self.nodes[stream.to as usize].into.push(place);
        self.streams.push(stream);
    }

    /// The cluster of a database.
    pub(crate) fn cluster_of(&self, node: u32) -> &ClusterPlan {
        &self.clusters[self.nodes[node as usize].cluster as usize]
    }

    /// The stream from one database to another.
    pub(crate) fn between(&self, from: u32, to: u32) -> Option<u32> {
        self.nodes[from as usize].out.iter().copied().find(|stream| self.streams[*stream as usize].to == to)
    }
}
