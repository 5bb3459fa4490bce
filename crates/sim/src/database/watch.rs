//! Heartbeats: reconnecting, detecting the loss of a writer, and failover.
//!
//! Once a second, each cluster checks its members. Silence is the only signal: a database that is cut off looks like a
//! dead one, so a failover may be spurious.

use hoplight_model::behaviour::HEARTBEAT;

use crate::clock::Clock;
use crate::database::{DatabaseEvent, Databases, DatabasesPlan, Network, Takeover};
use crate::index::{ClusterIx, DatabaseIx, StreamIx};
use crate::time::SimTime;

/// Schedules the next heartbeat of a cluster.
pub(crate) fn schedule_heartbeat(cluster: ClusterIx, clock: &mut Clock) {
    DatabaseEvent::Heartbeat(cluster).schedule(clock.now() + HEARTBEAT.nanos(), clock);
}

/// Schedules the first heartbeat of every cluster with more than one member.
pub(crate) fn schedule_heartbeats(plan: &DatabasesPlan, clock: &mut Clock) {
    for (cluster, _) in plan.clusters.enumerate().filter(|(_, cluster)| cluster.nodes.len() > 1) {
        schedule_heartbeat(cluster, clock);
    }
}

impl Databases {
    /// Connects the followers of a cluster to their sources, and records which databases hear from the writer.
    pub(crate) fn reconnect(&mut self, cluster: ClusterIx, network: Network<'_>, clock: &mut Clock) {
        let members = &network.plan().clusters[cluster].nodes;
        for node in members.iter().copied() {
            if self.takes_changes(node, network) && !self.leads(node) {
                self.follow(cluster, node, network, clock);
            }
        }
        for node in members.iter().copied() {
            if !network.runs(node) || self.hears_writer(cluster, node, network) {
                self.nodes[node].last_heard = clock.now();
            }
        }
    }

    fn silent_for(&self, node: DatabaseIx, now: SimTime) -> u64 {
        now - self.nodes[node].last_heard
    }

    /// Whether a writer must step down: it can reach its replacement, or it has lacked a majority for too long.
    pub(crate) fn must_step_down(&self, cluster: ClusterIx, node: DatabaseIx, network: Network<'_>, now: SimTime) -> bool {
        if !network.runs(node) || !self.leads(node) {
            return false;
        }
        let plan = &network.plan().clusters[cluster];
        let own = self.nodes[node].log.timeline;
        let newer = |other: DatabaseIx| {
            other != node && self.leads(other) && self.nodes[other].log.timeline > own && network.reach(node, other)
        };
        let authority = self.clusters[cluster].authority;
        if plan.quorum {
            let is_silent = |patience| self.silent_for(node, now) >= patience;
            let isolated = !has_majority(cluster, node, network) && plan.patience.is_some_and(is_silent);
            isolated || plan.nodes.iter().copied().any(newer)
        } else {
            // A promotion in progress continues even if another is complete: an operator ordered it.
            plan.fence && authority != node && self.nodes[node].writable && newer(authority)
        }
    }

    /// Whether a database hears from the writer, directly or indirectly; a quorum writer must hear from a majority.
    fn hears_writer(&self, cluster: ClusterIx, node: DatabaseIx, network: Network<'_>) -> bool {
        if self.leads(node) {
            return has_majority(cluster, node, network);
        }
        self.follows_writer(node, network)
    }

    /// Whether changes from a writer can reach this database.
    pub(super) fn follows_writer(&self, node: DatabaseIx, network: Network<'_>) -> bool {
        let plan = network.plan();
        let mut at = node;
        // A replication chain is at most as long as the cluster has databases.
        for _ in 0..plan.cluster_of(node).nodes.len() {
            let Some(stream) = self.nodes[at].source.filter(|stream| network.is_open(*stream)) else { return false };
            at = plan.streams[stream].from;
            if self.leads(at) {
                return true;
            }
        }
        false
    }

    /// Chooses a database's replication source, and connects if the path is up.
    fn follow(&mut self, cluster: ClusterIx, node: DatabaseIx, network: Network<'_>, clock: &mut Clock) {
        let present = self.nodes[node].source;
        let wanted = self.best_source(cluster, node, network).or(present);
        if wanted != present {
            self.set_source(node, wanted, clock.now());
        }
        let Some(stream) = wanted else { return };
        if !network.is_open(stream) {
            self.nodes[node].connected = false;
            return;
        }
        let from = network.plan().streams[stream].from;
        let stale = self.nodes[from].log.timeline < self.nodes[node].promised;
        if !stale && !self.nodes[node].connected {
            self.connect(node, stream, network, clock);
        }
    }

    /// The stream from the newest reachable writer; `None` keeps the current one.
    fn best_source(&self, cluster: ClusterIx, node: DatabaseIx, network: Network<'_>) -> Option<StreamIx> {
        let plan = network.plan();
        let quorum = plan.clusters[cluster].quorum;
        let authority = self.clusters[cluster].authority;
        let state = &self.nodes[node];
        let source = |stream: &StreamIx| &self.nodes[plan.streams[*stream].from];
        let writers = plan.nodes[node].into.iter().copied().filter(|stream| {
            let from = source(stream);
            from.leads() && network.is_open(*stream) && (!quorum || from.log.timeline >= state.promised)
        });
        if quorum {
            return writers.max_by_key(|stream| source(stream).log.timeline);
        }
        let mut writers = writers.filter(|stream| source(stream).writable);
        let of_authority = writers.clone().find(|stream| plan.streams[*stream].from == authority);
        of_authority.or_else(|| if state.source.is_none() { writers.next() } else { None })
    }

    /// Replaces a cluster's writer if it is silent. Returns the takeover of an elected member; the takeover of a
    /// promoted replica follows when it opens.
    pub(crate) fn fail_over(&mut self, cluster: ClusterIx, network: Network<'_>, clock: &mut Clock) -> Option<Takeover> {
        let plan = &network.plan().clusters[cluster];
        let patience = plan.patience?;
        if plan.quorum {
            return self.hold_election(cluster, patience, network, clock);
        }
        if let Some(node) = self.best_replica(cluster, patience, network, clock.now()) {
            self.promote(node, clock);
        }
        None
    }

    /// The most advanced among the replicas that do not hear from the primary. A replica that still hears from it
    /// vetoes the promotion of every replica that it reaches.
    fn best_replica(&self, cluster: ClusterIx, patience: u64, network: Network<'_>, now: SimTime) -> Option<DatabaseIx> {
        let members = &network.plan().clusters[cluster].nodes;
        let shared = |node: DatabaseIx| self.shared(node, network.plan());
        let suspects = |node: &DatabaseIx| {
            let state = &self.nodes[*node];
            network.runs(*node) && !state.leads() && state.source.is_some() && self.silent_for(*node, now) >= patience
        };
        members.iter().copied().filter(suspects).find_map(|node| {
            let mut peers = members.iter().copied().filter(|peer| *peer != node && network.reach(node, *peer));
            let all_suspect = peers.all(|peer| suspects(&peer) || self.nodes[peer].source.is_none() && !self.leads(peer));
            let group = members.iter().copied().filter(|peer| *peer == node || (suspects(peer) && network.reach(node, *peer)));
            // Ties go to the first in authored order.
            let best = group.reduce(|best, peer| if shared(peer) > shared(best) { peer } else { best });
            best.filter(|_| all_suspect)
        })
    }

    /// Elects a member whose log is at least as recent as a majority's, if that majority hears from no other writer.
    fn hold_election(&mut self, cluster: ClusterIx, patience: u64, network: Network<'_>, clock: &mut Clock) -> Option<Takeover> {
        let now = clock.now();
        let plan = &network.plan().clusters[cluster];
        let members = || plan.nodes.iter().copied();
        let suspects = |node: &DatabaseIx| network.runs(*node) && !self.leads(*node) && self.silent_for(*node, now) >= patience;
        let lineage = &self.clusters[cluster].lineage;
        let votes = |candidate: DatabaseIx, voter: DatabaseIx| {
            let (own, other) = (self.nodes[candidate].received(now), self.nodes[voter].received(now));
            candidate == voter || (suspects(&voter) && network.reach(candidate, voter) && lineage.not_behind(own, other))
        };
        let elected = members()
            .filter(suspects)
            .find(|candidate| members().filter(|voter| votes(*candidate, *voter)).count() >= plan.majority)?;
        let voters: Vec<DatabaseIx> = members().filter(|voter| *voter != elected && votes(elected, *voter)).collect();
        let takeover = self.elect(elected, network.plan(), clock);
        let timeline = self.nodes[elected].log.timeline;
        for voter in voters {
            // A voter no longer accepts changes from an older writer.
            self.set_source(voter, None, now);
            self.nodes[voter].promised = timeline;
        }
        Some(takeover)
    }
}

/// Whether a database reaches a majority of its cluster, including itself.
fn has_majority(cluster: ClusterIx, node: DatabaseIx, network: Network<'_>) -> bool {
    let plan = &network.plan().clusters[cluster];
    let reached = plan.nodes.iter().filter(|other| **other == node || network.reach(node, **other)).count();
    reached >= plan.majority
}
