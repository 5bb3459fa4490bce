//! Heartbeats: reconnecting, detecting the loss of a writer, and failover.
//!
//! Once a second each cluster checks its members. Silence is the only signal: a database that is cut off looks like a dead
//! one, so a failover may be spurious.

use hoplight_model::behaviour::HEARTBEAT;

use crate::database::Due;
use crate::index::{ClusterIx, DatabaseIx, StreamIx};
use crate::journal::Observer;
use crate::simulation::Simulation;

impl Simulation {
    /// Schedules the first check of every cluster with more than one member.
    pub(in crate::simulation) fn schedule_heartbeats(&mut self) {
        for cluster in self.plan.databases.clusters.indices() {
            if self.plan.databases.clusters[cluster].nodes.len() > 1 {
                self.schedule_database(self.clock.now() + HEARTBEAT.nanos(), Due::Heartbeat, cluster);
            }
        }
    }

    /// Checks the members of a cluster.
    pub(in crate::simulation) fn heartbeat<O: Observer>(&mut self, cluster: ClusterIx, observer: &mut O) {
        self.schedule_database(self.clock.now() + HEARTBEAT.nanos(), Due::Heartbeat, cluster);
        self.look_around(cluster, observer);
        let plan = &self.plan.databases.clusters[cluster];
        let Some(patience) = plan.patience else { return };
        if plan.quorum {
            self.hold_election(cluster, patience, observer);
        } else {
            self.fail_over(cluster, patience);
        }
    }

    /// The databases of a cluster, one after another.
    fn members(&self, cluster: ClusterIx) -> impl Iterator<Item = DatabaseIx> + '_ {
        self.plan.databases.clusters[cluster].nodes.iter().copied()
    }

    fn member(&self, cluster: ClusterIx, place: usize) -> DatabaseIx {
        self.plan.databases.clusters[cluster].nodes[place]
    }

    /// Demotes stale writers, connects followers, and records when each database last heard the writer.
    pub(in crate::simulation) fn look_around<O: Observer>(&mut self, cluster: ClusterIx, observer: &mut O) {
        let count = self.plan.databases.clusters[cluster].nodes.len();
        for place in 0..count {
            let node = self.member(cluster, place);
            if self.runs(node) && self.node(node).leads() && self.must_step_down(cluster, node) {
                self.demote(node, observer);
            }
        }
        for place in 0..count {
            let node = self.member(cluster, place);
            if self.takes_changes(node) && !self.node(node).leads() {
                self.follow(cluster, node);
            }
        }
        for place in 0..count {
            let node = self.member(cluster, place);
            if !self.runs(node) || self.hears_writer(cluster, node) {
                self.node_mut(node).last_heard = self.clock.now();
            }
        }
    }

    /// Whether two databases can talk.
    fn reach(&self, a: DatabaseIx, b: DatabaseIx) -> bool {
        self.plan.databases.between(a, b).is_some_and(|stream| self.stream_open(stream))
    }

    fn silent_for(&self, node: DatabaseIx) -> u64 {
        self.clock.now() - self.node(node).last_heard
    }

    /// Whether a writer must step down: it can reach its replacement, or it has lacked a majority for too long.
    fn must_step_down(&self, cluster: ClusterIx, node: DatabaseIx) -> bool {
        let plan = &self.plan.databases.clusters[cluster];
        let own = self.node(node).log.timeline;
        let newer = |other: DatabaseIx| {
            other != node && self.node(other).leads() && self.node(other).log.timeline > own && self.reach(node, other)
        };
        let authority = self.databases.clusters[cluster].authority;
        if plan.quorum {
            let alone = !self.has_majority(cluster, node) && plan.patience.is_some_and(|most| self.silent_for(node) >= most);
            alone || self.members(cluster).any(newer)
        } else {
            // A promotion in progress continues even if another is complete: an operator decided it.
            plan.fence && authority != node && self.node(node).writable && newer(authority)
        }
    }

    fn has_majority(&self, cluster: ClusterIx, node: DatabaseIx) -> bool {
        let reached = self.members(cluster).filter(|other| *other == node || self.reach(node, *other)).count();
        reached >= self.plan.databases.clusters[cluster].majority
    }

    /// Whether a database hears the writer, directly or indirectly; a quorum writer must hear a majority.
    fn hears_writer(&self, cluster: ClusterIx, node: DatabaseIx) -> bool {
        if self.node(node).leads() {
            return self.has_majority(cluster, node);
        }
        self.follows_writer(node)
    }

    /// Whether changes from a writer can reach this database.
    pub(in crate::simulation) fn follows_writer(&self, node: DatabaseIx) -> bool {
        let mut at = node;
        // A replication chain is at most as long as the cluster has databases.
        for _ in 0..self.plan.databases.cluster_of(node).nodes.len() {
            let Some(stream) = self.node(at).source.filter(|stream| self.stream_open(*stream)) else { return false };
            at = self.plan.databases.streams[stream].from;
            if self.node(at).leads() {
                return true;
            }
        }
        false
    }

    /// Chooses a database's replication source, and connects if the path is up.
    fn follow(&mut self, cluster: ClusterIx, node: DatabaseIx) {
        let present = self.node(node).source;
        let wanted = self.best_source(cluster, node).or(present);
        if wanted != present {
            self.turn_to(node, wanted);
        }
        let Some(stream) = wanted else { return };
        if !self.stream_open(stream) {
            self.node_mut(node).connected = false;
            return;
        }
        let from = self.plan.databases.streams[stream].from;
        let stale = self.node(from).log.timeline < self.node(node).promised;
        if !stale && !self.node(node).connected {
            self.connect(node, stream);
        }
    }

    /// The stream from the newest reachable writer; none if the current one suffices.
    fn best_source(&self, cluster: ClusterIx, node: DatabaseIx) -> Option<StreamIx> {
        let plan = &self.plan.databases;
        let quorum = plan.clusters[cluster].quorum;
        let authority = self.databases.clusters[cluster].authority;
        let state = self.node(node);
        let writers = plan.nodes[node].into.iter().copied().filter(|stream| {
            let from = plan.streams[*stream].from;
            self.node(from).leads() && self.stream_open(*stream) && (!quorum || self.node(from).log.timeline >= state.promised)
        });
        let timeline = |stream: &StreamIx| self.node(plan.streams[*stream].from).log.timeline;
        if quorum {
            return writers.max_by_key(timeline);
        }
        let writers: Vec<StreamIx> = writers.filter(|stream| self.node(plan.streams[*stream].from).writable).collect();
        let of_authority = writers.iter().copied().find(|stream| plan.streams[*stream].from == authority);
        of_authority.or_else(|| if state.source.is_none() { writers.first().copied() } else { None })
    }

    /// Replicas that do not hear the primary promote the most advanced one among them. A replica that still hears it
    /// vetoes the promotion for all that it reaches.
    fn fail_over(&mut self, cluster: ClusterIx, patience: u64) {
        let suspects = |node: &DatabaseIx| {
            let state = self.node(*node);
            self.runs(*node) && !state.leads() && state.source.is_some() && self.silent_for(*node) >= patience
        };
        let chosen = self.members(cluster).filter(suspects).find_map(|node| {
            let mut peers = self.members(cluster).filter(|peer| *peer != node && self.reach(node, *peer));
            let all_suspect = peers.all(|peer| suspects(&peer) || self.node(peer).source.is_none() && !self.node(peer).leads());
            let group = self.members(cluster).filter(|peer| *peer == node || (suspects(peer) && self.reach(node, *peer)));
            // Ties go to the first in authored order.
            let best = group.reduce(|best, peer| if self.shared(peer) > self.shared(best) { peer } else { best });
            best.filter(|_| all_suspect)
        });
        if let Some(node) = chosen {
            self.promote(node);
        }
    }

    /// Elects a member whose log is at least as recent as a majority's, if that majority hears no other writer.
    fn hold_election<O: Observer>(&mut self, cluster: ClusterIx, patience: u64, observer: &mut O) {
        let now = self.clock.now();
        let suspects = |node: &DatabaseIx| self.runs(*node) && !self.node(*node).leads() && self.silent_for(*node) >= patience;
        let lineage = &self.databases.clusters[cluster].lineage;
        let votes = |candidate: DatabaseIx, voter: DatabaseIx| {
            let (own, other) = (self.node(candidate).received(now), self.node(voter).received(now));
            candidate == voter || (suspects(&voter) && self.reach(candidate, voter) && lineage.not_behind(own, other))
        };
        let majority = self.plan.databases.clusters[cluster].majority;
        let elected = self
            .members(cluster)
            .filter(suspects)
            .find(|candidate| self.members(cluster).filter(|voter| votes(*candidate, *voter)).count() >= majority);
        let Some(elected) = elected else { return };
        let voters: Vec<DatabaseIx> = self.members(cluster).filter(|voter| votes(elected, *voter)).collect();
        self.elect(elected, observer);
        let timeline = self.node(elected).log.timeline;
        for voter in voters {
            // A voter no longer accepts changes from an older writer.
            if voter != elected {
                self.turn_to(voter, None);
                self.node_mut(voter).promised = timeline;
            }
        }
        self.look_around(cluster, observer);
    }
}
