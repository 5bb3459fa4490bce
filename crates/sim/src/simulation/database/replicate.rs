//! Replication: how changes get from the writer to its followers.
//!
//! A follower that was cut off requests the missing changes on reconnecting; no change is lost silently.

use hoplight_model::firewall::RuleAction;

use crate::database::Due;
use crate::database::history::Log;
use crate::index::{DatabaseIx, StreamIx};
use crate::journal::{EventKind, Observer};
use crate::messages::fraction;
use crate::packet::{Heading, Motion, Packet, PacketContent};
use crate::simulation::Simulation;
use crate::time::SimTime;

/// Maximum number of batches for the missing changes of a reconnecting follower.
const PIECES: u64 = 1_024;
/// Maximum number of changes drawn per follower.
const DRAWN: usize = 256;

impl Simulation {
    /// Whether two databases can talk on a stream: both run, the link is up, and no firewall blocks it. The link's
    /// one verdict applies in both directions, as for an established connection.
    pub(in crate::simulation) fn stream_open(&self, stream: StreamIx) -> bool {
        let stream = &self.plan.databases.streams[stream];
        let passes =
            |guard: &hoplight_model::hop::Guard| guard.verdict.action == RuleAction::Allow && self.health(guard.firewall).is_up();
        !self.links[stream.link].cut
            && self.runs(stream.from)
            && self.runs(stream.to)
            && self.plan.hops[stream.link].guards.iter().all(passes)
    }

    /// How long a follower takes to apply a change that has arrived.
    fn lag_of(&self, node: DatabaseIx) -> u64 {
        self.node(node).lag.unwrap_or(self.plan.databases.nodes[node].lag)
    }

    /// Sends the `count` changes that a database has committed or applied to its followers.
    pub(in crate::simulation) fn publish(&mut self, node: DatabaseIx, count: u64) {
        for place in 0..self.plan.databases.nodes[node].out.len() {
            let stream = self.plan.databases.nodes[node].out[place];
            let plan = &self.plan.databases.streams[stream];
            let (follower, latency) = (plan.to, self.stretched(plan.link, plan.latency));
            let state = self.node(follower);
            if state.source != Some(stream) || !state.connected {
                continue;
            }
            if self.stream_open(stream) {
                self.send_changes(follower, count, latency, latency);
            } else {
                self.node_mut(follower).connected = false;
            }
        }
    }

    /// Sends changes to a follower; they arrive after `way`, and its acknowledgement takes `back`.
    fn send_changes(&mut self, follower: DatabaseIx, count: u64, way: u64, back: u64) {
        let (now, lag) = (self.clock.now(), self.lag_of(follower));
        let state = self.node_mut(follower);
        let received = state.relay.push(count, now, now + way, lag);
        let position = state.sent().length;
        self.arm_apply(follower);
        self.expect_ack(follower, received + back, position);
    }

    /// Schedules the acknowledgement of `position` at `at`, if this cluster waits for acknowledgements.
    fn expect_ack(&mut self, follower: DatabaseIx, at: SimTime, position: u64) {
        let plan = self.plan.databases.cluster_of(follower);
        if plan.quorum || plan.semi_sync {
            self.node_mut(follower).acks.push_back((at, position));
            self.arm_acks(follower);
        }
    }

    pub(in crate::simulation) fn arm_acks(&mut self, follower: DatabaseIx) {
        let state = self.node_mut(follower);
        let Some((at, _)) = state.acks.front().copied() else { return };
        if state.ack_at.is_none_or(|armed| armed > at) {
            state.ack_at = Some(at);
            self.schedule_database(at, Due::Ack, follower);
        }
    }

    pub(in crate::simulation) fn arm_apply(&mut self, follower: DatabaseIx) {
        let now = self.clock.now();
        let state = self.node_mut(follower);
        let Some(due) = state.relay.due() else { return };
        if state.apply_at.is_none_or(|armed| armed > due) {
            let at = due.max(now);
            state.apply_at = Some(at);
            self.schedule_database(at, Due::Apply, follower);
        }
    }

    /// Log position up to which a follower has or was sent changes.
    pub(in crate::simulation) fn changes_sent(&self, node: DatabaseIx) -> u64 {
        self.node(node).sent().length
    }

    /// Applies a follower's due changes.
    pub(in crate::simulation) fn apply_changes<O: Observer>(&mut self, node: DatabaseIx, observer: &mut O) {
        let now = self.clock.now();
        if self.node(node).apply_at != Some(now) {
            return;
        }
        self.node_mut(node).apply_at = None;
        if !self.takes_changes(node) {
            // The relay log on its disk waits until the database runs again.
            return;
        }
        let state = self.node_mut(node);
        let count = state.relay.apply(now);
        state.log.length += count;
        let length = state.log.length;
        if count > 0 {
            if self.shared(node) == length {
                let committed = self.cluster_of(node).times.of(length);
                self.node_mut(node).delay = Some(now.nanos().saturating_sub(committed.nanos()));
            }
            self.publish(node, count);
            let replica = self.plan.databases.nodes[node].station;
            self.note(observer, None, EventKind::Replicated { replica });
        }
        self.arm_apply(node);
    }

    /// Connects a follower to its source and requests the missing changes. Changes that the source does not have are
    /// rolled back: those of a replica ahead of the promoted one, or of a former primary with its own writes. (Real
    /// databases must be rebuilt in this case, which takes longer.)
    pub(in crate::simulation) fn connect(&mut self, node: DatabaseIx, stream: StreamIx) {
        let now = self.clock.now();
        let plan = &self.plan.databases.streams[stream];
        let (from, latency) = (plan.from, self.stretched(plan.link, plan.latency));
        let source = self.node(from).log;
        let sent = self.node(node).sent();
        let common = self.cluster_of(node).lineage.common(sent, Log { length: u64::MAX, ..source });
        if sent.timeline != source.timeline {
            self.disconnect_followers(node);
        }
        let state = self.node_mut(node);
        if common < sent.length {
            state.relay.truncate(common.saturating_sub(state.log.length));
        }
        if common < state.log.length {
            state.lost_writes += state.acknowledged.saturating_sub(common.max(state.written_off));
            state.log.length = common;
        }
        state.acknowledged = state.acknowledged.min(common);
        state.written_off = 0;
        state.log.timeline = source.timeline;
        state.promised = state.promised.max(source.timeline);
        state.connected = true;
        let received = state.received(now).length;
        let missing = source.length.saturating_sub(state.sent().length);
        self.expect_ack(node, now + 2 * latency, received);
        let piece = missing.div_ceil(PIECES).max(1);
        let mut left = missing;
        while left > 0 {
            let count = piece.min(left);
            left -= count;
            // The request takes one trip before the changes leave.
            self.send_changes(node, count, 2 * latency, latency);
        }
        self.arm_apply(node);
    }

    /// Disconnects the followers of a database that stops or whose log continues from another position.
    pub(in crate::simulation) fn disconnect_followers(&mut self, node: DatabaseIx) {
        for place in 0..self.plan.databases.nodes[node].out.len() {
            let stream = self.plan.databases.nodes[node].out[place];
            let follower = self.node_mut(self.plan.databases.streams[stream].to);
            if follower.source == Some(stream) {
                follower.connected = false;
                follower.acks.clear();
            }
        }
    }

    /// Switches a follower to another stream, or to none. Changes in flight are dropped.
    pub(in crate::simulation) fn turn_to(&mut self, node: DatabaseIx, source: Option<StreamIx>) {
        let now = self.clock.now();
        let state = self.node_mut(node);
        state.relay.truncate(state.relay.received(now));
        state.acks.clear();
        state.acked = 0;
        state.source = source;
        state.connected = false;
    }

    /// Drops changes in flight to a database whose process ends. Received changes stay on its disk.
    pub(in crate::simulation) fn drop_unreceived(&mut self, node: DatabaseIx) {
        let now = self.clock.now();
        let source = self.node(node).source;
        let latency = source.map_or(0, |stream| self.plan.databases.streams[stream].latency);
        let state = self.node_mut(node);
        state.relay.truncate(state.relay.received(now));
        state.acks.retain(|(at, _)| at.nanos() <= now.nanos() + latency);
        state.connected = false;
    }

    /// Reschedules unapplied changes when the lag changes or the database runs again.
    pub(in crate::simulation) fn retime_changes(&mut self, node: DatabaseIx) {
        let (now, lag) = (self.clock.now(), self.lag_of(node));
        self.node_mut(node).relay.retime(now, lag);
        self.arm_apply(node);
    }

    /// The changes on their way as packets; a change counts as on its way until it is applied.
    pub(in crate::simulation) fn changes(&self) -> impl Iterator<Item = Packet> + '_ {
        let nodes = self.databases.nodes.iter().filter_map(|node| Some((node, node.source?)));
        nodes.flat_map(move |(node, stream)| {
            let stream = &self.plan.databases.streams[stream];
            node.relay.entries().take(DRAWN).map(move |entry| {
                let way = fraction(entry.departed, entry.due, self.clock.now());
                let (position, heading) = if stream.reversed { (1.0 - way, Heading::Response) } else { (way, Heading::Request) };
                Packet { cargo: PacketContent::Replication, link: stream.link, heading, position, motion: Motion::Moving }
            })
        })
    }
}
