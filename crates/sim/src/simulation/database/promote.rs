//! Changes of roles: promotion, demotion, crash and return.

use hoplight_model::quantity::Seconds;
use hoplight_model::{ComponentId, Element};

use crate::command::CommandError;
use crate::database::Due;
use crate::index::{DatabaseIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::plan::Role;
use crate::simulation::Simulation;
use crate::time::SimTime;

/// What the statements that promote a replica take (measured on MySQL): 41 ms. Finding out and deciding are not in it.
const PROMOTION: u64 = 41_000_000;

impl Simulation {
    /// The database that a command promotes.
    pub(in crate::simulation) fn promotable(&self, id: &ComponentId) -> Result<DatabaseIx, CommandError> {
        let (node, element) = self.changes_role(id)?;
        if self.node(node).leads() { Err(CommandError::AlreadyWritable(element)) } else { Ok(node) }
    }

    /// The database that a command makes read-only.
    pub(in crate::simulation) fn demotable(&self, id: &ComponentId) -> Result<DatabaseIx, CommandError> {
        let (node, element) = self.changes_role(id)?;
        if self.node(node).leads() { Ok(node) } else { Err(CommandError::AlreadyReadOnly(element)) }
    }

    /// A database whose role commands may change.
    fn changes_role(&self, id: &ComponentId) -> Result<(DatabaseIx, Element), CommandError> {
        let (node, element) = self.database_named(id)?;
        if self.plan.databases.cluster_of(node).quorum {
            return Err(CommandError::Elects(element));
        }
        if self.runs(node) { Ok((node, element)) } else { Err(CommandError::Down(element)) }
    }

    /// Sets how long a database takes to apply a change that has arrived, from now on and for those that wait.
    pub(in crate::simulation) fn set_lag(&mut self, node: DatabaseIx, lag: Seconds) {
        self.node_mut(node).lag = Some(lag.nanos());
        if self.runs(node) {
            self.retime_changes(node);
        }
    }

    pub(in crate::simulation) fn database_named(&self, id: &ComponentId) -> Result<(DatabaseIx, Element), CommandError> {
        let element = Element::Component(id.clone());
        let Some(ix) = self.infra.find(id.as_str()) else { return Err(CommandError::Unknown(element)) };
        match self.plan.stations[ix].role {
            Role::Database(node) => Ok((node, element)),
            _ => Err(CommandError::NotDatabase(element)),
        }
    }

    /// Begins to promote a replica. It stops replicating; what it was sent and has not applied is thrown away.
    pub(in crate::simulation) fn promote(&mut self, node: DatabaseIx) {
        self.turn_to(node, None);
        self.node_mut(node).relay.truncate(0);
        self.open_at(node, self.clock.now() + PROMOTION);
    }

    /// A member is elected. It applies what it has received before it takes writes.
    pub(in crate::simulation) fn elect<O: Observer>(&mut self, node: DatabaseIx, observer: &mut O) {
        self.turn_to(node, None);
        let state = self.node_mut(node);
        let applied = state.relay.last_due();
        state.log.length += state.relay.len();
        state.relay.truncate(0);
        self.take_over(node, observer);
        let timeline = self.node(node).log.timeline;
        self.node_mut(node).promised = timeline;
        self.open_at(node, (self.clock.now() + PROMOTION).max(applied.unwrap_or_default()));
    }

    pub(in crate::simulation) fn open_at(&mut self, node: DatabaseIx, at: SimTime) {
        self.node_mut(node).opens_at = Some(at);
        self.node_mut(node).last_heard = self.clock.now();
        self.schedule_database(at, Due::Open, node);
    }

    /// A promoted database begins to take writes.
    pub(in crate::simulation) fn open_database<O: Observer>(&mut self, node: DatabaseIx, observer: &mut O) {
        if self.node(node).opens_at != Some(self.clock.now()) || !self.runs(node) {
            return;
        }
        self.node_mut(node).opens_at = None;
        self.node_mut(node).writable = true;
        if !self.plan.databases.cluster_of(node).quorum {
            self.take_over(node, observer);
            self.look_around(self.plan.databases.nodes[node].cluster, observer);
        }
    }

    /// From now on this database's log is the valid one. What the one before had acknowledged beyond it is lost.
    fn take_over<O: Observer>(&mut self, node: DatabaseIx, observer: &mut O) {
        let now = self.clock.now();
        let before = self.cluster_of(node).authority;
        let (shared, log) = (self.shared(node), self.node(node).log);
        let mut lost = 0;
        if before != node {
            let old = self.node_mut(before);
            lost = old.acknowledged.saturating_sub(shared.max(old.written_off));
            old.written_off = old.written_off.max(old.acknowledged);
        }
        let cluster = self.cluster_of_mut(node);
        cluster.authority = node;
        cluster.times.fork(shared, log.length, now);
        let timeline = cluster.lineage.branch(log);
        let state = self.node_mut(node);
        state.log.timeline = timeline;
        state.acknowledged = log.length;
        state.written_off = 0;
        state.lost_writes += lost;
        state.alone = false;
        self.disconnect_followers(node);
        let database = self.plan.databases.nodes[node].station;
        self.note(observer, None, EventKind::Promoted { database, lost });
    }

    /// A database becomes read-only.
    pub(in crate::simulation) fn demote<O: Observer>(&mut self, node: DatabaseIx, observer: &mut O) {
        let now = self.clock.now();
        let state = self.node_mut(node);
        state.writable = false;
        state.opens_at = None;
        state.revert_at = None;
        state.last_heard = now;
        self.refuse_waiting(node, observer);
        let database = self.plan.databases.nodes[node].station;
        self.note(observer, None, EventKind::Demoted { database });
    }

    /// A database's process ends.
    pub(in crate::simulation) fn database_stops(&mut self, station: StationIx) {
        let Role::Database(node) = self.plan.stations[station].role else { return };
        let quorum = self.plan.databases.cluster_of(node).quorum;
        self.drop_unreceived(node);
        // Acknowledgements on their way are lost.
        self.disconnect_followers(node);
        let state = self.node_mut(node);
        // Whether it is read-only stands in its configuration; a member that starts again must join first.
        state.writable &= !quorum;
        state.opens_at = None;
        state.revert_at = None;
        state.waiting.clear();
        state.alone = false;
    }

    /// A database's process starts. One that was replaced and is fenced starts read-only.
    pub(in crate::simulation) fn database_starts(&mut self, station: StationIx) {
        let Role::Database(node) = self.plan.stations[station].role else { return };
        let replaced = self.cluster_of(node).authority != node;
        let fenced = replaced && self.plan.databases.cluster_of(node).fence;
        let now = self.clock.now();
        let state = self.node_mut(node);
        state.last_heard = now;
        state.writable &= !fenced;
        self.retime_changes(node);
    }
}
