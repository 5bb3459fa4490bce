//! Role changes: promotion, election and demotion, and the state that a database keeps when its process stops, starts
//! or hangs.

use crate::clock::Clock;
use crate::database::{DatabaseEvent, Databases, DatabasesPlan, Network, PendingCommit};
use crate::index::{DatabaseIx, StationIx};
use crate::time::SimTime;

/// Duration of the statements that promote a replica (measured on MySQL): 41 ms. Detection and decision are not
/// included.
const PROMOTION: u64 = 41_000_000;

/// A database whose log has become the valid history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Takeover {
    pub(crate) node: DatabaseIx,
    /// Number of writes that the previous authority had acknowledged, and that this database does not have.
    pub(crate) lost: u64,
}

impl Databases {
    /// Whether a database is writable or being promoted.
    pub(crate) fn leads(&self, node: DatabaseIx) -> bool {
        self.nodes[node].leads()
    }

    /// Starts to promote a replica. It stops replicating and discards unapplied changes.
    pub(crate) fn promote(&mut self, node: DatabaseIx, clock: &mut Clock) {
        self.set_source(node, None, clock.now());
        self.nodes[node].relay.truncate(0);
        self.open_at(node, clock.now() + PROMOTION, clock);
    }

    /// Makes an elected member the writer. It applies what it has received before it opens.
    pub(super) fn elect(&mut self, node: DatabaseIx, plan: &DatabasesPlan, clock: &mut Clock) -> Takeover {
        self.set_source(node, None, clock.now());
        let state = &mut self.nodes[node];
        let applied = state.relay.last_due();
        state.log.length += state.relay.len();
        state.relay.truncate(0);
        let takeover = self.take_over(node, plan, clock.now());
        let state = &mut self.nodes[node];
        state.promised = state.log.timeline;
        self.open_at(node, (clock.now() + PROMOTION).max(applied.unwrap_or_default()), clock);
        takeover
    }

    fn open_at(&mut self, node: DatabaseIx, at: SimTime, clock: &mut Clock) {
        self.nodes[node].opens_at = Some(at);
        self.nodes[node].last_heard = clock.now();
        DatabaseEvent::Open(node).schedule(at, clock);
    }

    /// Makes a promoted database writable. Returns the takeover, unless an election has already made one.
    pub(crate) fn open(&mut self, node: DatabaseIx, network: Network<'_>, now: SimTime) -> Option<Takeover> {
        let state = &mut self.nodes[node];
        if state.opens_at != Some(now) || !network.runs(node) {
            return None;
        }
        state.opens_at = None;
        state.writable = true;
        let plan = network.plan();
        if plan.cluster_of(node).quorum { None } else { Some(self.take_over(node, plan, now)) }
    }

    /// Makes the log of a database the valid history, and counts the acknowledged writes that it lacks as lost.
    fn take_over(&mut self, node: DatabaseIx, plan: &DatabasesPlan, now: SimTime) -> Takeover {
        let before = self.cluster_of(node, plan).authority;
        let (shared, log) = (self.shared(node, plan), self.nodes[node].log);
        let mut lost = 0;
        if before != node {
            let old = &mut self.nodes[before];
            lost = old.acknowledged.saturating_sub(shared.max(old.written_off));
            old.written_off = old.written_off.max(old.acknowledged);
        }
        let cluster = self.cluster_of_mut(node, plan);
        cluster.authority = node;
        cluster.times.fork(shared, log.length, now);
        let timeline = cluster.lineage.branch(log);
        let state = &mut self.nodes[node];
        state.log.timeline = timeline;
        state.acknowledged = log.length;
        state.written_off = 0;
        state.lost_writes += lost;
        state.asynchronous = false;
        self.disconnect_followers(node, plan);
        Takeover { node, lost }
    }

    /// Makes a database read-only. Returns its pending commits, which fail: as after any lost response, the client
    /// cannot know whether they will survive.
    pub(crate) fn demote(&mut self, node: DatabaseIx, now: SimTime) -> impl Iterator<Item = PendingCommit> + use<> {
        let state = &mut self.nodes[node];
        state.writable = false;
        state.opens_at = None;
        state.revert_at = None;
        state.last_heard = now;
        std::mem::take(&mut state.pending).into_iter()
    }

    /// Handles the end of the process at a station, if it is a database.
    pub(crate) fn stop(&mut self, station: StationIx, network: Network<'_>, now: SimTime) {
        let Some(node) = network.database_at(station) else { return };
        let plan = network.plan();
        let quorum = plan.cluster_of(node).quorum;
        self.drop_unreceived(node, plan, now);
        // Acknowledgements in flight to it are lost.
        self.disconnect_followers(node, plan);
        if let Some(group) = &mut self.cluster_of_mut(node, plan).group {
            group.stop(node);
            self.nodes[node].writable = false;
        }
        let state = &mut self.nodes[node];
        // The configuration keeps `read_only`; a quorum member that restarts must rejoin first.
        state.writable &= !quorum;
        state.opens_at = None;
        state.revert_at = None;
        state.pending.clear();
        state.asynchronous = false;
    }

    /// Handles the start of the process at a station, if it is a database. A fenced database that was replaced starts
    /// read-only.
    pub(crate) fn start(&mut self, station: StationIx, network: Network<'_>, clock: &mut Clock) {
        let Some(node) = network.database_at(station) else { return };
        let plan = network.plan();
        let fenced = !self.is_authority(node, plan) && plan.cluster_of(node).fence;
        let state = &mut self.nodes[node];
        state.last_heard = clock.now();
        state.writable &= !fenced;
        self.retime_changes(node, plan, clock);
    }

    /// Handles a hang of the process at a station, if it is a database: its followers and its source lose contact.
    pub(crate) fn hang(&mut self, station: StationIx, network: Network<'_>, now: SimTime) {
        let Some(node) = network.database_at(station) else { return };
        self.drop_unreceived(node, network.plan(), now);
        self.disconnect_followers(node, network.plan());
        // `resume` sets it again.
        self.nodes[node].revert_at = None;
    }

    /// Handles the end of a hang of the process at a station, if it is a database. The database learns at the next
    /// heartbeat whether it was replaced in the meantime.
    pub(crate) fn resume(&mut self, station: StationIx, network: Network<'_>, clock: &mut Clock) {
        let Some(node) = network.database_at(station) else { return };
        let now = clock.now();
        self.nodes[node].last_heard = now;
        self.retime_changes(node, network.plan(), clock);
        self.arm_revert(node, network.plan(), clock);
        if let Some(at) = self.nodes[node].opens_at {
            self.open_at(node, at.max(now), clock);
        }
    }
}
