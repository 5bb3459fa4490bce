//! Replication: how changes get from the writer to its followers.
//!
//! A follower that was cut off requests the missing changes on reconnecting; no change is lost silently.

use crate::clock::Clock;
use crate::database::history::Log;
use crate::database::plan::StreamPlan;
use crate::database::{DatabaseEvent, Databases, DatabasesPlan, Network};
use crate::index::{DatabaseIx, StreamIx};
use crate::messages::fraction;
use crate::packet::{Heading, Motion, Packet, PacketContent};
use crate::time::SimTime;

/// Maximum number of batches for the missing changes of a reconnecting follower.
const PIECES: u64 = 1_024;
/// Maximum number of changes drawn per follower.
const DRAWN: usize = 256;

impl Databases {
    /// Time that a follower takes to apply a change that it has received, in nanoseconds.
    fn lag_of(&self, node: DatabaseIx, plan: &DatabasesPlan) -> u64 {
        self.nodes[node].lag.unwrap_or(plan.nodes[node].lag)
    }

    /// Whether a database receives and applies replicated changes.
    pub(super) fn takes_changes(&self, node: DatabaseIx, network: Network<'_>) -> bool {
        let state = &self.nodes[node];
        network.runs(node) && !state.replication_stopped && !state.disk_full
    }

    /// Sends the last `count` changes that a database has committed or applied to its followers.
    pub(super) fn publish(&mut self, node: DatabaseIx, count: u64, network: Network<'_>, clock: &mut Clock) {
        let plan = network.plan();
        for stream in plan.nodes[node].out.iter().copied() {
            let follower = plan.streams[stream].to;
            let state = &self.nodes[follower];
            if state.source != Some(stream) || !state.connected {
                continue;
            }
            if network.is_open(stream) {
                let latency = network.latency(stream);
                self.send_changes(follower, count, [latency; 2], plan, clock);
            } else {
                self.nodes[follower].connected = false;
            }
        }
    }

    /// Sends changes to a follower: they arrive after `way` nanoseconds, and the acknowledgement takes `back`.
    fn send_changes(&mut self, follower: DatabaseIx, count: u64, [way, back]: [u64; 2], plan: &DatabasesPlan, clock: &mut Clock) {
        let (now, lag) = (clock.now(), self.lag_of(follower, plan));
        let state = &mut self.nodes[follower];
        let received = state.relay.push(count, now, now + way, lag);
        let position = state.sent().length;
        self.arm_apply(follower, clock);
        self.expect_ack(follower, received + back, position, plan, clock);
    }

    /// Schedules the acknowledgement of `position` at `at`, if this cluster waits for acknowledgements.
    fn expect_ack(&mut self, follower: DatabaseIx, at: SimTime, position: u64, plan: &DatabasesPlan, clock: &mut Clock) {
        let cluster = plan.cluster_of(follower);
        if cluster.quorum || cluster.semi_sync {
            self.nodes[follower].acks.push_back((at, position));
            self.arm_acks(follower, clock);
        }
    }

    pub(super) fn arm_acks(&mut self, follower: DatabaseIx, clock: &mut Clock) {
        let state = &mut self.nodes[follower];
        let Some((at, _)) = state.acks.front().copied() else { return };
        if state.ack_at.is_none_or(|armed| armed > at) {
            state.ack_at = Some(at);
            DatabaseEvent::Ack(follower).schedule(at, clock);
        }
    }

    fn arm_apply(&mut self, follower: DatabaseIx, clock: &mut Clock) {
        let state = &mut self.nodes[follower];
        let Some(due) = state.relay.due() else { return };
        if state.apply_at.is_none_or(|armed| armed > due) {
            let at = due.max(clock.now());
            state.apply_at = Some(at);
            DatabaseEvent::Apply(follower).schedule(at, clock);
        }
    }

    /// Log position up to which changes were sent to a follower.
    pub(crate) fn sent_position(&self, node: DatabaseIx) -> u64 {
        self.nodes[node].sent().length
    }

    /// Applies a follower's due changes. Returns whether there were any.
    pub(crate) fn apply_changes(&mut self, node: DatabaseIx, network: Network<'_>, clock: &mut Clock) -> bool {
        let now = clock.now();
        if self.nodes[node].apply_at.take_if(|at| *at == now).is_none() {
            return false;
        }
        if !self.takes_changes(node, network) {
            // The relay log on its disk waits until the database is running again.
            return false;
        }
        let state = &mut self.nodes[node];
        let count = state.relay.apply(now);
        state.log.length += count;
        let length = state.log.length;
        if count > 0 {
            if self.shared(node, network.plan()) == length {
                let committed = self.cluster_of(node, network.plan()).times.of(length);
                self.nodes[node].delay = Some(now.nanos().saturating_sub(committed.nanos()));
            }
            self.publish(node, count, network, clock);
        }
        self.arm_apply(node, clock);
        count > 0
    }

    /// Connects a follower to its source and requests the missing changes. Changes that the source does not have are
    /// rolled back: the extra changes of a replica that was ahead of the promoted one, or a former primary's own
    /// writes. (Real databases must be rebuilt in this case, which takes longer.)
    pub(super) fn connect(&mut self, node: DatabaseIx, stream: StreamIx, network: Network<'_>, clock: &mut Clock) {
        let now = clock.now();
        let plan = network.plan();
        let latency = network.latency(stream);
        let source = self.nodes[plan.streams[stream].from].log;
        let sent = self.nodes[node].sent();
        let common = self.cluster_of(node, plan).lineage.common(sent, Log { length: u64::MAX, ..source });
        if sent.timeline != source.timeline {
            self.disconnect_followers(node, plan);
        }
        let state = &mut self.nodes[node];
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
        self.expect_ack(node, now + 2 * latency, received, plan, clock);
        let piece = missing.div_ceil(PIECES).max(1);
        let mut left = missing;
        while left > 0 {
            let count = piece.min(left);
            left -= count;
            // The request takes one trip before the changes leave.
            self.send_changes(node, count, [2 * latency, latency], plan, clock);
        }
        self.arm_apply(node, clock);
    }

    /// Disconnects the followers of a database that stops or whose log continues from another position.
    pub(super) fn disconnect_followers(&mut self, node: DatabaseIx, plan: &DatabasesPlan) {
        for stream in plan.nodes[node].out.iter().copied() {
            let follower = &mut self.nodes[plan.streams[stream].to];
            if follower.source == Some(stream) {
                follower.connected = false;
                follower.acks.clear();
            }
        }
    }

    /// Switches a follower to another stream, or to none. Changes in flight are dropped.
    pub(super) fn set_source(&mut self, node: DatabaseIx, source: Option<StreamIx>, now: SimTime) {
        let state = &mut self.nodes[node];
        state.relay.truncate(state.relay.received(now));
        state.acks.clear();
        state.acked = 0;
        state.source = source;
        state.connected = false;
    }

    /// Drops changes in flight to a database whose process ends. Received changes stay on its disk.
    pub(super) fn drop_unreceived(&mut self, node: DatabaseIx, plan: &DatabasesPlan, now: SimTime) {
        let state = &mut self.nodes[node];
        let latency = state.source.map_or(0, |stream| plan.streams[stream].latency);
        state.relay.truncate(state.relay.received(now));
        state.acks.retain(|(at, _)| at.nanos() <= now.nanos() + latency);
        state.connected = false;
    }

    /// Reschedules unapplied changes when the lag changes or the database is running again.
    pub(super) fn retime_changes(&mut self, node: DatabaseIx, plan: &DatabasesPlan, clock: &mut Clock) {
        let lag = self.lag_of(node, plan);
        self.nodes[node].relay.retime(clock.now(), lag);
        self.arm_apply(node, clock);
    }

    /// Sets the replication lag of a database, including the lag of unapplied changes.
    pub(crate) fn set_lag(&mut self, node: DatabaseIx, lag: u64, network: Network<'_>, clock: &mut Clock) {
        self.nodes[node].lag = Some(lag);
        if network.runs(node) {
            self.retime_changes(node, network.plan(), clock);
        }
    }

    pub(crate) fn is_disk_full(&self, node: DatabaseIx) -> bool {
        self.nodes[node].disk_full
    }

    pub(crate) fn set_disk_full(&mut self, node: DatabaseIx, full: bool, network: Network<'_>, clock: &mut Clock) {
        self.nodes[node].disk_full = full;
        self.replication_changed(node, network, clock);
    }

    /// Whether a fault has stopped replication at a database.
    pub(crate) fn is_replication_stopped(&self, node: DatabaseIx) -> bool {
        self.nodes[node].replication_stopped
    }

    pub(crate) fn stop_replication(&mut self, node: DatabaseIx, stop: bool, network: Network<'_>, clock: &mut Clock) {
        self.nodes[node].replication_stopped = stop;
        self.replication_changed(node, network, clock);
    }

    fn replication_changed(&mut self, node: DatabaseIx, network: Network<'_>, clock: &mut Clock) {
        if self.takes_changes(node, network) {
            // The database applies its received changes now, and reconnects at the next heartbeat.
            self.retime_changes(node, network.plan(), clock);
        } else {
            self.drop_unreceived(node, network.plan(), clock.now());
        }
    }

    /// The changes in flight as packets; a change counts as in flight until it is applied.
    pub(crate) fn packets<'a>(&'a self, plan: &'a DatabasesPlan, now: SimTime) -> impl Iterator<Item = Packet> + 'a {
        let nodes = self.nodes.iter().filter_map(|node| Some((node, node.source?)));
        let in_groups = self.clusters.iter().filter_map(|cluster| cluster.group.as_ref()).flat_map(move |group| {
            let of_write = move |(from, since)| {
                let others = group.members().filter(move |to| *to != from);
                let streams = others.filter_map(move |to| plan.between(from, to).map(|stream| &plan.streams[stream]));
                streams.map(move |stream| stream.packet(since, since + stream.latency, now))
            };
            group.writes().take(DRAWN).flat_map(of_write)
        });
        let followed = nodes.flat_map(move |(node, stream)| {
            let stream = &plan.streams[stream];
            node.relay.entries().take(DRAWN).map(move |entry| stream.packet(entry.departed, entry.due, now))
        });
        followed.chain(in_groups)
    }
}

impl StreamPlan {
    /// A change in flight as a packet.
    fn packet(&self, departed: SimTime, due: SimTime, now: SimTime) -> Packet {
        let way = fraction(departed, due, now);
        let (position, heading) = if self.reversed { (1.0 - way, Heading::Response) } else { (way, Heading::Request) };
        Packet { cargo: PacketContent::Replication, link: self.link, heading, position, motion: Motion::Moving }
    }
}
