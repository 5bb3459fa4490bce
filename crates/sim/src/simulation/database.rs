//! Connects the databases to the rest of the simulation: events, responses to queries, and commands.

use std::sync::Arc;

use hoplight_model::{ComponentId, ComponentIx, Element};

use crate::clock::Clock;
use crate::command::CommandError;
use crate::database::{
    Acknowledged, DatabaseEvent, DatabaseView, Databases, GroupChange, Network, PendingCommit, Takeover, WriteOutcome,
    schedule_heartbeat,
};
use crate::index::{ClusterIx, DatabaseIx, RequestIx, StationIx};
use crate::journal::{EventKind, FailureReason, Observer};
use crate::outcome::Failure;
use crate::plan::Role;
use crate::random;
use crate::request::{State, Status};
use crate::simulation::Simulation;

/// Salt of the draw of the row that a write changes.
const ROW: u64 = 0x726f_7773_0000_0000;

impl Simulation {
    /// The databases, with the other state that their methods need.
    #[inline]
    pub(super) fn databases_mut(&mut self) -> (&mut Databases, Network<'_>, &mut Clock) {
        (&mut self.databases, Network::new(&self.plan, &self.stations, &self.links), &mut self.clock)
    }

    fn database_network(&self) -> Network<'_> {
        Network::new(&self.plan, &self.stations, &self.links)
    }

    /// Handles an event of a database or cluster.
    pub(super) fn database_due<O: Observer>(&mut self, id: u32, observer: &mut O) {
        let (databases, network, clock) = self.databases_mut();
        match DatabaseEvent::from_id(id) {
            DatabaseEvent::Heartbeat(cluster) => self.heartbeat(cluster, observer),
            DatabaseEvent::Certify(cluster) => {
                let change = databases.certify(cluster, clock.now());
                self.end_group_writes(change, observer);
            }
            DatabaseEvent::Apply(node) => {
                if databases.apply_changes(node, network, clock) {
                    self.note(observer, None, EventKind::Replicated { replica: self.station_of(node) });
                }
            }
            DatabaseEvent::Ack(follower) => {
                let acknowledged = databases.receive_acks(follower, network, clock);
                let Some(Acknowledged { writer, semi_sync_resumed }) = acknowledged else { return };
                if semi_sync_resumed {
                    self.note(observer, None, EventKind::SemiSync { database: self.station_of(writer), on: true });
                }
                self.release_commits(writer, observer);
            }
            DatabaseEvent::Open(node) => {
                if let Some(takeover) = databases.open(node, network, clock.now()) {
                    self.note_takeover(takeover, observer);
                    self.update_cluster(self.plan.databases.nodes[node].cluster, observer);
                }
            }
            DatabaseEvent::Revert(node) => {
                let Some(timed_out) = databases.revert_to_asynchronous(node, clock.now()) else { return };
                if timed_out {
                    self.note(observer, None, EventKind::SemiSync { database: self.station_of(node), on: false });
                    self.release_commits(node, observer);
                }
                self.databases.arm_revert(node, &self.plan.databases, &mut self.clock);
            }
        }
    }

    fn station_of(&self, node: DatabaseIx) -> StationIx {
        self.plan.databases.nodes[node].station
    }

    fn note_takeover<O: Observer>(&self, takeover: Takeover, observer: &mut O) {
        let Takeover { node, lost } = takeover;
        self.note(observer, None, EventKind::Promoted { database: self.station_of(node), lost });
    }

    /// Checks the members of a cluster, and replaces its writer if it is silent.
    fn heartbeat<O: Observer>(&mut self, cluster: ClusterIx, observer: &mut O) {
        schedule_heartbeat(cluster, &mut self.clock);
        if self.plan.databases.clusters[cluster].multi_primary {
            let (databases, network, clock) = self.databases_mut();
            let change = databases.check_group(cluster, network, clock);
            return self.end_group_writes(change, observer);
        }
        self.update_cluster(cluster, observer);
        let (databases, network, clock) = self.databases_mut();
        if let Some(takeover) = databases.fail_over(cluster, network, clock) {
            self.note_takeover(takeover, observer);
            self.update_cluster(cluster, observer);
        }
    }

    /// Responds to the writes of a multi-primary cluster whose outcome is known, and reports which members serve.
    fn end_group_writes<O: Observer>(&mut self, change: GroupChange, observer: &mut O) {
        for (node, serves) in change.members {
            self.note(observer, None, EventKind::GroupMember { database: self.station_of(node), serves });
        }
        for (node, commit) in change.committed {
            if self.is_pending(commit) {
                if !self.caches.is_empty() {
                    self.mark_written(commit.request);
                }
                self.serve(commit.request, self.station_of(node), observer);
            }
        }
        for commit in change.aborted {
            if self.is_pending(commit) {
                self.respond(commit.request, Status::NotReady, observer);
            }
        }
    }

    /// Executes a query at a member of a multi-primary cluster.
    pub(super) fn query_group<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        node: DatabaseIx,
        observer: &mut O,
    ) {
        let record = &self.requests[request];
        if !record.kind.is_write() {
            return if self.databases.is_ready(node, self.database_network()) {
                self.serve(request, station, observer);
            } else {
                self.respond(request, Status::NotReady, observer);
            };
        }
        let rows = self.plan.databases.cluster_of(node).hot_rows;
        let row = random::mix(self.clock.seed() ^ random::mix(record.stream ^ ROW)) % rows;
        // `departed` is the time at which the write took its slot.
        let (began, generation) = (record.departed, self.requests.generation(request));
        let (databases, network, clock) = self.databases_mut();
        let outcome = databases.write_in_group(node, (request, generation), (row, began), network, clock);
        self.end_write(request, station, outcome, observer);
    }

    /// Demotes replaced writers, and connects the followers of a cluster.
    fn update_cluster<O: Observer>(&mut self, cluster: ClusterIx, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        for node in plan.databases.clusters[cluster].nodes.iter().copied() {
            if self.databases.must_step_down(cluster, node, self.database_network(), self.clock.now()) {
                self.demote(node, observer);
            }
        }
        let (databases, network, clock) = self.databases_mut();
        databases.reconnect(cluster, network, clock);
    }

    /// Makes a database read-only, and fails its pending commits.
    pub(super) fn demote<O: Observer>(&mut self, node: DatabaseIx, observer: &mut O) {
        for commit in self.databases.demote(node, self.clock.now()) {
            if self.is_pending(commit) {
                self.respond(commit.request, Status::ReadOnly, observer);
            }
        }
        self.note(observer, None, EventKind::Demoted { database: self.station_of(node) });
    }

    /// Executes a write at a database.
    pub(super) fn write<O: Observer>(&mut self, request: RequestIx, station: StationIx, node: DatabaseIx, observer: &mut O) {
        let generation = self.requests.generation(request);
        let (databases, network, clock) = self.databases_mut();
        let outcome = databases.write(node, request, generation, network, clock);
        self.end_write(request, station, outcome, observer);
    }

    fn end_write<O: Observer>(&mut self, request: RequestIx, station: StationIx, outcome: WriteOutcome, observer: &mut O) {
        match outcome {
            WriteOutcome::Committed => {
                if !self.caches.is_empty() {
                    self.mark_written(request);
                }
                self.serve(request, station, observer);
            }
            WriteOutcome::Pending => {
                let record = &mut self.requests[request];
                record.state = State::Committing;
                record.pending = 0;
                record.departed = self.clock.now();
            }
            WriteOutcome::ReadOnly => self.respond(request, Status::ReadOnly, observer),
            WriteOutcome::NotReady => self.respond(request, Status::NotReady, observer),
            WriteOutcome::Conflict => self.fail(request, station, Failure::ServerError, FailureReason::Conflict, observer),
            WriteOutcome::DiskFull => self.fail(request, station, Failure::ServerError, FailureReason::DiskFull, observer),
        }
    }

    /// Whether a database serves queries.
    pub(super) fn is_database_ready(&self, node: DatabaseIx) -> bool {
        self.databases.is_ready(node, self.database_network())
    }

    /// Counts a read as stale if it ran on a follower that is behind.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(super) fn count_if_stale(&mut self, request: RequestIx, node: DatabaseIx) {
        if !self.databases.is_authority(node, &self.plan.databases) {
            self.count_if_behind(request, node);
        }
    }

    #[inline(never)]
    fn count_if_behind(&mut self, request: RequestIx, node: DatabaseIx) {
        // `departed` is the time at which the read took its slot.
        self.databases.count_if_behind(node, self.requests[request].departed, &self.plan.databases);
    }

    /// Responds to the writes that are acknowledged.
    fn release_commits<O: Observer>(&mut self, node: DatabaseIx, observer: &mut O) {
        let station = self.station_of(node);
        while let Some(commit) = self.databases.next_acknowledged(node) {
            if self.is_pending(commit) {
                if !self.caches.is_empty() {
                    self.mark_written(commit.request);
                }
                self.serve(commit.request, station, observer);
            }
        }
    }

    /// Whether a request is still waiting for its commit to be acknowledged.
    fn is_pending(&self, commit: PendingCommit) -> bool {
        self.requests.generation(commit.request) == commit.generation
            && self.requests.get(commit.request).is_some_and(|request| request.state == State::Committing)
    }

    /// Finds the database that a command promotes.
    pub(super) fn promotable(&self, id: &ComponentId) -> Result<DatabaseIx, CommandError> {
        let (node, element) = self.changes_role(id)?;
        if self.databases.leads(node) { Err(CommandError::AlreadyWritable(element)) } else { Ok(node) }
    }

    /// Finds the database that a command makes read-only.
    pub(super) fn demotable(&self, id: &ComponentId) -> Result<DatabaseIx, CommandError> {
        let (node, element) = self.changes_role(id)?;
        if self.databases.leads(node) { Ok(node) } else { Err(CommandError::AlreadyReadOnly(element)) }
    }

    /// Finds a database whose role a command may change.
    fn changes_role(&self, id: &ComponentId) -> Result<(DatabaseIx, Element), CommandError> {
        let (node, element) = self.database_named(id)?;
        if self.plan.databases.cluster_of(node).quorum {
            return Err(CommandError::Elects(element));
        }
        if self.plan.databases.cluster_of(node).multi_primary {
            return Err(CommandError::AllWritable(element));
        }
        if self.database_network().runs(node) { Ok((node, element)) } else { Err(CommandError::Down(element)) }
    }

    /// Finds a database that a command names and that may have a replication lag.
    pub(super) fn replicating(&self, id: &ComponentId) -> Result<DatabaseIx, CommandError> {
        let (node, element) = self.database_named(id)?;
        if self.plan.databases.cluster_of(node).multi_primary { Err(CommandError::AllWritable(element)) } else { Ok(node) }
    }

    /// Finds a database that a command names.
    pub(super) fn database_named(&self, id: &ComponentId) -> Result<(DatabaseIx, Element), CommandError> {
        let element = Element::Component(id.clone());
        let Some(ix) = self.infra.find(id.as_str()) else { return Err(CommandError::Unknown(element)) };
        match self.plan.stations[ix].role {
            Role::Database(node) => Ok((node, element)),
            _ => Err(CommandError::NotDatabase(element)),
        }
    }

    /// The state of a database; `None` if the component is not a database.
    ///
    /// # Panics
    /// If `component` comes from another infrastructure.
    pub fn database(&self, component: ComponentIx) -> Option<DatabaseView> {
        let network = self.database_network();
        Some(self.databases.view(network.database_at(component)?, network, self.clock.now()))
    }
}
