//! How changes get from the one that takes writes to those that follow.
//!
//! A follower that was cut off asks for what it misses when the path is back; no change is lost silently.

use hoplight_model::firewall::RuleAction;

use crate::database::Due;
use crate::database::history::Log;
use crate::index::{DatabaseIx, StreamIx};
use crate::journal::{EventKind, Observer};
use crate::messages::fraction;
use crate::packet::{Heading, Motion, Packet, PacketContent};
use crate::simulation::Simulation;
use crate::time::SimTime;

/// Most entries that are made of the changes which a follower asks for.
const PIECES: u64 = 1_024;
/// Most changes of one follower that are drawn.
const DRAWN: usize = 256;

impl Simulation {
    /// Whether two databases can talk on a stream: both run, the link is whole, and no firewall is in the way. The link's
    /// one verdict counts for both ways, as for an established connection.
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

    /// A database has committed or applied `count` changes: its followers are sent them.
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

    /// Changes leave for a follower and arrive after `way`; its acknowledgement takes `back`.
    fn send_changes(&mut self, follower: DatabaseIx, count: u64, way: u64, back: u64) {
        let (now, lag) = (self.clock.now(), self.lag_of(follower));
        let state = self.node_mut(follower);
        let received = state.relay.push(count, now, now + way, lag);
        let position = state.sent().length;
        self.arm_apply(follower);
        self.expect_ack(follower, received + back, position);
    }

    /// The acknowledgement of `position` will be back at `at`, if this cluster waits for acknowledgements.
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

    /// How many changes a follower has or was sent.
    pub(in crate::simulation) fn changes_sent(&self, node: DatabaseIx) -> u64 {
        self.node(node).sent().length
    }

    /// A follower applies what is due.
    pub(in crate::simulation) fn apply_changes<O: Observer>(&mut self, node: DatabaseIx, observer: &mut O) {
        let now = self.clock.now();
        if self.node(node).apply_at != Some(now) {
            return;
        }
        self.node_mut(node).apply_at = None;
        if !self.takes_changes(node) {
            // What is on its disk waits until it runs again.
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

    /// A follower connects to the one that it follows, and asks for what it misses. What it has and the other has not is
    /// taken back: a replica that got ahead of a promoted one, or a former primary with writes of its own. (Real
    /// ones must be rebuilt for that, which takes longer.)
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
            // It asks first.
            self.send_changes(node, count, 2 * latency, latency);
        }
        self.arm_apply(node);
    }

    /// The followers of a database must reconnect: it stops, or its log continues from another place.
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

    /// A follower turns to another stream, or to none. What has not arrived stays behind.
    pub(in crate::simulation) fn turn_to(&mut self, node: DatabaseIx, source: Option<StreamIx>) {
        let now = self.clock.now();
        let state = self.node_mut(node);
        state.relay.truncate(state.relay.received(now));
        state.acks.clear();
        state.acked = 0;
        state.source = source;
        state.connected = false;
    }

    /// A database's process ends. What it received is on its disk.
    pub(in crate::simulation) fn drop_unreceived(&mut self, node: DatabaseIx) {
        let now = self.clock.now();
        let source = self.node(node).source;
        let latency = source.map_or(0, |stream| self.plan.databases.streams[stream].latency);
        let state = self.node_mut(node);
        state.relay.truncate(state.relay.received(now));
        state.acks.retain(|(at, _)| at.nanos() <= now.nanos() + latency);
        state.connected = false;
    }

    /// The lag has changed, or the database runs again.
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
