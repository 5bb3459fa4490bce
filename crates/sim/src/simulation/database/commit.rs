//! What a database does with a query: reads, commits, and the wait for acknowledgements.

use hoplight_model::behaviour::SEMI_SYNC_TIMEOUT;

use crate::database::{Due, Waiting};
use crate::index::{DatabaseIx, RequestIx, StationIx};
use crate::journal::{EventKind, FailureReason, Observer};
use crate::outcome::Failure;
use crate::request::{State, Status};
use crate::simulation::Simulation;

/// Most members of a quorum cluster.
const MEMBERS: usize = 9;

impl Simulation {
    /// A database has worked on a write.
    pub(in crate::simulation) fn write<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        node: DatabaseIx,
        observer: &mut O,
    ) {
        if self.node(node).disk_full && self.node(node).writable {
            self.fail(request, station, Failure::ServerError, FailureReason::DiskFull, observer);
        } else if self.node(node).writable {
            self.commit(request, station, node, observer);
        } else {
            self.respond(request, Status::ReadOnly, observer);
        }
    }

    /// A read is stale if a write that was acknowledged, and committed before the read began, is not applied here.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(in crate::simulation) fn count_if_stale(&mut self, request: RequestIx, node: DatabaseIx) {
        if self.cluster_of(node).authority != node {
            self.count_if_behind(request, node);
        }
    }

    #[inline(never)]
    fn count_if_behind(&mut self, request: RequestIx, node: DatabaseIx) {
        let cluster = self.cluster_of(node);
        let (own, valid) = (self.node(node), self.node(cluster.authority));
        if own.log.timeline == valid.log.timeline && own.log.length >= valid.acknowledged {
            return;
        }
        let shared = cluster.lineage.common(own.log, valid.log);
        // The record's clock stands where the read took its slot.
        if shared < valid.acknowledged && cluster.times.of(shared + 1) < self.requests[request].departed {
            self.node_mut(node).stale_reads += 1;
        }
    }

    fn commit<O: Observer>(&mut self, request: RequestIx, station: StationIx, node: DatabaseIx, observer: &mut O) {
        let now = self.clock.now();
        let generation = self.requests.generation(request);
        let plan = self.plan.databases.cluster_of(node);
        let (alone, quorum, semi_sync) = (plan.nodes.len() == 1, plan.quorum, plan.semi_sync);
        let state = self.node_mut(node);
        state.log.length += 1;
        let position = state.log.length;
        let waits = quorum || (semi_sync && !state.alone);
        if waits {
            state.waiting.push_back(Waiting { position, since: now, request, generation });
        } else {
            state.acknowledged = position;
        }
        if !alone {
            if self.cluster_of(node).authority == node {
                self.cluster_of_mut(node).times.push(now);
            }
            self.publish(node, 1);
        }
        if waits {
            let record = &mut self.requests[request];
            record.state = State::Committing;
            record.pending = 0;
            record.departed = now;
            self.arm_revert(node);
        } else {
            self.serve(request, station, observer);
        }
    }

    /// Sets the clock that ends a semi-synchronous primary's wait.
    pub(in crate::simulation) fn arm_revert(&mut self, node: DatabaseIx) {
        let state = self.node(node);
        if self.plan.databases.cluster_of(node).quorum || state.revert_at.is_some() {
            return;
        }
        let Some(oldest) = state.waiting.front() else { return };
        let at = (oldest.since + SEMI_SYNC_TIMEOUT.nanos()).max(self.clock.now());
        self.node_mut(node).revert_at = Some(at);
        self.schedule_database(at, Due::Revert, node);
    }

    /// The wait for a replica may be over.
    pub(in crate::simulation) fn revert_to_asynchronous<O: Observer>(&mut self, node: DatabaseIx, observer: &mut O) {
        let now = self.clock.now();
        let state = self.node_mut(node);
        if state.revert_at != Some(now) {
            return;
        }
        state.revert_at = None;
        if state.waiting.front().is_some_and(|oldest| oldest.since + SEMI_SYNC_TIMEOUT.nanos() <= now) {
            state.alone = true;
            state.acknowledged = state.log.length;
            let database = self.plan.databases.nodes[node].station;
            self.note(observer, None, EventKind::SemiSync { database, on: false });
            self.release_commits(node, observer);
        }
        self.arm_revert(node);
    }

    /// Acknowledgements of a follower are back at the one that it follows.
    pub(in crate::simulation) fn receive_acks<O: Observer>(&mut self, follower: DatabaseIx, observer: &mut O) {
        let now = self.clock.now();
        let state = self.node_mut(follower);
        if state.ack_at != Some(now) {
            return;
        }
        state.ack_at = None;
        while let Some((_, position)) = state.acks.front().copied().filter(|(at, _)| *at <= now) {
            state.acked = state.acked.max(position);
            state.acks.pop_front();
        }
        let source = state.source;
        self.arm_acks(follower);
        let Some(source) = source else { return };
        let writer = self.plan.databases.streams[source].from;
        if self.runs(writer) && self.node(writer).leads() {
            self.settle_acks(writer, observer);
        }
    }

    /// Acknowledges to the askers what enough followers have.
    fn settle_acks<O: Observer>(&mut self, writer: DatabaseIx, observer: &mut O) {
        let plan = &self.plan.databases;
        let cluster = plan.cluster_of(writer);
        let mut acked = [0; MEMBERS];
        let mut best = 0;
        for (place, stream) in plan.nodes[writer].out.iter().enumerate() {
            let follower = &self.databases.nodes[plan.streams[*stream].to];
            if follower.source == Some(*stream) {
                best = best.max(follower.acked);
                if let Some(place) = acked.get_mut(place) {
                    *place = follower.acked;
                }
            }
        }
        if cluster.quorum {
            // The writer itself is one of the majority.
            acked.sort_unstable_by(|a, b| b.cmp(a));
            best = cluster.majority.checked_sub(2).and_then(|place| acked.get(place)).copied().unwrap_or_default();
        }
        let back = {
            let state = self.node_mut(writer);
            state.acknowledged = state.acknowledged.max(best.min(state.log.length));
            let back = state.alone && best >= state.log.length;
            state.alone &= !back;
            back
        };
        if back {
            let database = self.plan.databases.nodes[writer].station;
            self.note(observer, None, EventKind::SemiSync { database, on: true });
        }
        self.release_commits(writer, observer);
    }

    /// Answers the writes that are acknowledged.
    fn release_commits<O: Observer>(&mut self, node: DatabaseIx, observer: &mut O) {
        let station = self.plan.databases.nodes[node].station;
        loop {
            let state = self.node_mut(node);
            let Some(oldest) = state.waiting.front().copied().filter(|oldest| oldest.position <= state.acknowledged) else {
                return;
            };
            state.waiting.pop_front();
            if self.still_commits(oldest) {
                self.serve(oldest.request, station, observer);
            }
        }
    }

    /// The database no longer takes writes: those that wait for an acknowledgement fail. Whether they will be found in the
    /// data later is open, as after any lost answer.
    pub(in crate::simulation) fn refuse_waiting<O: Observer>(&mut self, node: DatabaseIx, observer: &mut O) {
        for waiting in std::mem::take(&mut self.node_mut(node).waiting) {
            if self.still_commits(waiting) {
                self.respond(waiting.request, Status::ReadOnly, observer);
            }
        }
    }

    fn still_commits(&self, waiting: Waiting) -> bool {
        self.requests.generation(waiting.request) == waiting.generation
            && self.requests.get(waiting.request).is_some_and(|request| request.state == State::Committing)
    }
}
