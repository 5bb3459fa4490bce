//! Query execution: stale reads, commits, and commits that wait for an acknowledgement.

use hoplight_model::behaviour::SEMI_SYNC_TIMEOUT;

use crate::clock::Clock;
use crate::database::{DatabaseEvent, Databases, DatabasesPlan, Network};
use crate::index::{DatabaseIx, RequestIx};
use crate::time::SimTime;

/// Maximum number of members of a quorum cluster.
const MEMBERS: usize = 9;

/// A committed write that waits for an acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PendingCommit {
    pub(crate) request: RequestIx,
    /// Generation of the request's slot: a request that has ended no longer matches it.
    pub(crate) generation: u32,
    position: u64,
    since: SimTime,
}

impl PendingCommit {
    /// A write that waits since `since` for its certification, and has no position in a log yet.
    pub(super) const fn new(request: RequestIx, generation: u32, since: SimTime) -> Self {
        Self { request, generation, position: 0, since }
    }
}

/// Result of executing a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WriteOutcome {
    Committed,
    /// Committed, and waiting for an acknowledgement.
    Pending,
    ReadOnly,
    DiskFull,
    /// The member does not belong to the majority of its multi-primary cluster.
    NotReady,
    /// Another member has changed the same row at the same time.
    Conflict,
}

/// Effect of an acknowledgement on the writer that received it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) writer: DatabaseIx,
    /// Whether the writer has resumed semi-synchronous replication.
    pub(crate) semi_sync_resumed: bool,
}

impl Databases {
    /// Whether the log of a database is the valid history of its cluster.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(crate) fn is_authority(&self, node: DatabaseIx, plan: &DatabasesPlan) -> bool {
        self.cluster_of(node, plan).authority == node
    }

    /// Counts a read as stale if an acknowledged write that was committed before `began` is not applied here.
    pub(crate) fn count_if_behind(&mut self, node: DatabaseIx, began: SimTime, plan: &DatabasesPlan) {
        let cluster = self.cluster_of(node, plan);
        let (own, valid) = (&self.nodes[node], &self.nodes[cluster.authority]);
        if own.log.timeline == valid.log.timeline && own.log.length >= valid.acknowledged {
            return;
        }
        let shared = cluster.lineage.common(own.log, valid.log);
        if shared < valid.acknowledged && cluster.times.of(shared + 1) < began {
            self.nodes[node].stale_reads += 1;
        }
    }

    /// Executes a write.
    pub(crate) fn write(
        &mut self,
        node: DatabaseIx,
        request: RequestIx,
        generation: u32,
        network: Network<'_>,
        clock: &mut Clock,
    ) -> WriteOutcome {
        let state = &mut self.nodes[node];
        if !state.writable {
            return WriteOutcome::ReadOnly;
        }
        if state.disk_full {
            return WriteOutcome::DiskFull;
        }
        let now = clock.now();
        let cluster = network.plan().cluster_of(node);
        state.log.length += 1;
        let position = state.log.length;
        let waits = cluster.quorum || (cluster.semi_sync && !state.asynchronous);
        if waits {
            state.pending.push_back(PendingCommit { request, generation, position, since: now });
        } else {
            state.acknowledged = position;
        }
        if cluster.nodes.len() > 1 {
            if self.is_authority(node, network.plan()) {
                self.cluster_of_mut(node, network.plan()).times.push(now);
            }
            self.publish(node, 1, network, clock);
        }
        if !waits {
            return WriteOutcome::Committed;
        }
        self.arm_revert(node, network.plan(), clock);
        WriteOutcome::Pending
    }

    /// Whether semi-synchronous replication of a database is active; `None` unless it accepts writes and is set up for it.
    pub(crate) fn semi_sync(&self, node: DatabaseIx, plan: &DatabasesPlan) -> Option<bool> {
        let state = &self.nodes[node];
        (state.leads() && plan.cluster_of(node).semi_sync).then_some(!state.asynchronous)
    }

    /// Schedules the end of a semi-synchronous primary's wait for an acknowledgement.
    pub(crate) fn arm_revert(&mut self, node: DatabaseIx, plan: &DatabasesPlan, clock: &mut Clock) {
        let state = &mut self.nodes[node];
        if plan.cluster_of(node).quorum || state.revert_at.is_some() {
            return;
        }
        let Some(oldest) = state.pending.front() else { return };
        let at = (oldest.since + SEMI_SYNC_TIMEOUT.nanos()).max(clock.now());
        state.revert_at = Some(at);
        DatabaseEvent::Revert(node).schedule(at, clock);
    }

    /// Falls back to asynchronous replication if the oldest pending commit has timed out. Returns whether it did, or
    /// `None` if the timer is stale.
    pub(crate) fn revert_to_asynchronous(&mut self, node: DatabaseIx, now: SimTime) -> Option<bool> {
        let state = &mut self.nodes[node];
        state.revert_at.take_if(|at| *at == now)?;
        let timed_out = state.pending.front().is_some_and(|oldest| oldest.since + SEMI_SYNC_TIMEOUT.nanos() <= now);
        if timed_out {
            state.asynchronous = true;
            state.acknowledged = state.log.length;
        }
        Some(timed_out)
    }

    /// Delivers the acknowledgements of a follower that have reached its source. Returns the writer that may now
    /// release commits.
    pub(crate) fn receive_acks(&mut self, follower: DatabaseIx, network: Network<'_>, clock: &mut Clock) -> Option<Acknowledged> {
        let now = clock.now();
        let state = &mut self.nodes[follower];
        state.ack_at.take_if(|at| *at == now)?;
        while let Some((_, position)) = state.acks.front().filter(|(at, _)| *at <= now) {
            state.acked = state.acked.max(*position);
            state.acks.pop_front();
        }
        let source = state.source;
        self.arm_acks(follower, clock);
        let writer = network.plan().streams[source?].from;
        if !network.runs(writer) || !self.nodes[writer].leads() {
            return None;
        }
        Some(Acknowledged { writer, semi_sync_resumed: self.settle_acks(writer, network.plan()) })
    }

    /// Acknowledges the writes that enough followers have received. Returns whether semi-synchronous replication
    /// resumes.
    fn settle_acks(&mut self, writer: DatabaseIx, plan: &DatabasesPlan) -> bool {
        let cluster = plan.cluster_of(writer);
        let mut acked = [0; MEMBERS];
        let mut best = 0;
        for (place, stream) in plan.nodes[writer].out.iter().enumerate() {
            let follower = &self.nodes[plan.streams[*stream].to];
            if follower.source == Some(*stream) {
                best = best.max(follower.acked);
                if let Some(place) = acked.get_mut(place) {
                    *place = follower.acked;
                }
            }
        }
        if cluster.quorum {
            // The writer itself counts towards the majority.
            acked.sort_unstable_by(|a, b| b.cmp(a));
            best = cluster.majority.checked_sub(2).and_then(|place| acked.get(place)).copied().unwrap_or_default();
        }
        let state = &mut self.nodes[writer];
        state.acknowledged = state.acknowledged.max(best.min(state.log.length));
        let resumed = state.asynchronous && best >= state.log.length;
        state.asynchronous &= !resumed;
        resumed
    }

    /// Removes and returns the oldest pending commit if it is acknowledged.
    pub(crate) fn next_acknowledged(&mut self, node: DatabaseIx) -> Option<PendingCommit> {
        let state = &mut self.nodes[node];
        let oldest = state.pending.front()?;
        if oldest.position <= state.acknowledged { state.pending.pop_front() } else { None }
    }
}
