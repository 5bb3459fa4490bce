//! Multi-primary clusters: every member accepts writes, as in Galera.
//!
//! ```text
//!  write at a member ─▶ to all members of the view ─▶ certified after the slowest round trip ─▶ committed everywhere
//!                    └─▶ conflict with a concurrent write of another member on the same row: error 1213
//! ```
//!
//! The *view* is the last component of the group that had a majority. A member that is silent for `expel_s` is removed
//! from it; until then, all writes wait for that member. Members that do not belong to a component with a majority of the
//! view refuse all queries (error 1047). A member that returns copies what it has missed before it serves again.
//!
//! Members forward messages for each other (Galera: gmcast relaying), so a single cut link does not split the group.

use std::collections::{BTreeSet, VecDeque};

use crate::clock::Clock;
use crate::database::commit::PendingCommit;
use crate::database::{DatabaseEvent, Databases, Network, WriteOutcome};
use crate::index::{ClusterIx, DatabaseIx, RequestIx};
use crate::time::{SECOND, SimTime};

/// How long certified writes are remembered, in nanoseconds. A transaction that takes longer than this is not checked
/// against the writes before it.
const MEMORY: u64 = 10 * SECOND;
/// Time to apply one missed write during an incremental state transfer (IST), in nanoseconds. An assumption.
const IST_PER_WRITE: u64 = 200_000;
/// Minimum duration of a state transfer: joining the group and requesting the missing writes. An assumption.
const JOIN: u64 = 2 * SECOND;
/// Number of missed writes above which a member copies the whole data set (SST). An assumption: Galera's write-set cache
/// has 128 MB (`gcache.size`), about 100,000 writes of 1.3 kB.
const CACHED_WRITES: u64 = 100_000;
/// Duration of a full copy (SST), in nanoseconds. An assumption.
const SST: u64 = 120 * SECOND;

/// A write that the group has not certified yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct GroupWrite {
    node: DatabaseIx,
    commit: PendingCommit,
    since: SimTime,
    /// When all members have certified it; `None` while one of them does not respond.
    due: Option<SimTime>,
    row: u64,
}

/// A write that may conflict with later ones.
#[derive(Clone, Copy, Debug, PartialEq)]
struct CertifiedWrite {
    node: DatabaseIx,
    row: u64,
    at: SimTime,
}

/// The state of one multi-primary cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Group {
    /// The members of the last component that had a majority.
    view: BTreeSet<DatabaseIx>,
    /// Members of the view that do not respond, and since when.
    silent: Vec<(DatabaseIx, SimTime)>,
    /// Members whose process has ended since they joined: they must join again.
    left: BTreeSet<DatabaseIx>,
    /// Members that copy what they have missed, and until when.
    joining: Vec<(DatabaseIx, SimTime)>,
    writes: VecDeque<GroupWrite>,
    certified: VecDeque<CertifiedWrite>,
}

/// The writes whose outcome is known, and the members whose state has changed.
#[derive(Debug, Default)]
pub(crate) struct GroupChange {
    pub(crate) committed: Vec<(DatabaseIx, PendingCommit)>,
    /// Writes at members that have lost the group.
    pub(crate) aborted: Vec<PendingCommit>,
    /// Members that have begun (true) or stopped (false) to serve.
    pub(crate) members: Vec<(DatabaseIx, bool)>,
}

impl Group {
    pub(super) fn new(members: &[DatabaseIx]) -> Self {
        Self { view: members.iter().copied().collect(), ..Self::default() }
    }

    /// The writes in progress: the member, its start, and when it will be certified.
    pub(super) fn writes(&self) -> impl Iterator<Item = (DatabaseIx, SimTime)> + '_ {
        self.writes.iter().map(|write| (write.node, write.since))
    }

    pub(super) fn members(&self) -> impl Iterator<Item = DatabaseIx> + '_ {
        self.view.iter().copied()
    }

    /// Approximate size in bytes.
    pub(super) fn footprint(&self) -> usize {
        self.writes.len() * size_of::<GroupWrite>() + self.certified.len() * size_of::<CertifiedWrite>()
    }

    /// Handles the end of a member's process.
    pub(super) fn stop(&mut self, node: DatabaseIx) {
        self.left.insert(node);
        self.joining.retain(|(member, _)| *member != node);
        self.writes.retain(|write| write.node != node);
    }

    fn is_joining(&self, node: DatabaseIx) -> bool {
        self.joining.iter().any(|(member, _)| *member == node)
    }
}

/// One-way latency between two members, on their link or through another member; `None` if they cannot reach each other.
fn trip(a: DatabaseIx, b: DatabaseIx, members: &[DatabaseIx], network: Network<'_>) -> Option<u64> {
    let direct =
        |from, to| network.plan().between(from, to).filter(|stream| network.is_open(*stream)).map(|s| network.latency(s));
    let relayed = || members.iter().filter_map(|via| Some(direct(a, *via)? + direct(*via, b)?)).min();
    direct(a, b).or_else(relayed)
}

/// The members that can reach each other, starting from `first`.
fn component(first: DatabaseIx, alive: &BTreeSet<DatabaseIx>, network: Network<'_>) -> BTreeSet<DatabaseIx> {
    let mut found = BTreeSet::from([first]);
    let mut open = vec![first];
    while let Some(from) = open.pop() {
        let near: Vec<DatabaseIx> = alive.iter().copied().filter(|to| !found.contains(to) && network.reach(from, *to)).collect();
        found.extend(near.iter().copied());
        open.extend(near);
    }
    found
}

impl Databases {
    fn group(&self, cluster: ClusterIx) -> &Group {
        self.clusters[cluster].group.as_ref().expect("only events of multi-primary clusters come here")
    }

    fn group_mut(&mut self, cluster: ClusterIx) -> &mut Group {
        self.clusters[cluster].group.as_mut().expect("only events of multi-primary clusters come here")
    }

    /// Whether a database serves queries: a member of a multi-primary cluster must belong to its majority.
    pub(crate) fn is_ready(&self, node: DatabaseIx, network: Network<'_>) -> bool {
        !network.plan().cluster_of(node).multi_primary || self.nodes[node].writable
    }

    /// When all members of the view have certified a write that a member sends now; `None` if one does not respond.
    fn certified_at(&self, cluster: ClusterIx, node: DatabaseIx, network: Network<'_>, now: SimTime) -> Option<SimTime> {
        let members = &network.plan().clusters[cluster].nodes;
        let others = self.group(cluster).view.iter().filter(|other| **other != node);
        let mut slowest = 0;
        for other in others {
            slowest = slowest.max(2 * trip(node, *other, members, network)?);
        }
        Some(now + slowest)
    }

    /// Executes a write that began at `began` and changes `row`.
    pub(crate) fn write_in_group(
        &mut self,
        node: DatabaseIx,
        commit: (RequestIx, u32),
        (row, began): (u64, SimTime),
        network: Network<'_>,
        clock: &mut Clock,
    ) -> WriteOutcome {
        let (cluster, now) = (network.plan().nodes[node].cluster, clock.now());
        if !self.nodes[node].writable {
            return WriteOutcome::NotReady;
        }
        if self.nodes[node].disk_full {
            return WriteOutcome::DiskFull;
        }
        let due = self.certified_at(cluster, node, network, now);
        let group = self.group_mut(cluster);
        while group.certified.front().is_some_and(|write| now - write.at > MEMORY) {
            group.certified.pop_front();
        }
        let concurrent = |write: &&CertifiedWrite| write.node != node && write.row == row && write.at > began;
        let waiting = |write: &GroupWrite| write.node != node && write.row == row;
        // The first write to be certified wins (Galera: first committer wins).
        if group.certified.iter().rev().take_while(|write| write.at > began).any(|write| concurrent(&write))
            || group.writes.iter().any(waiting)
        {
            return WriteOutcome::Conflict;
        }
        let commit = PendingCommit::new(commit.0, commit.1, now);
        group.writes.push_back(GroupWrite { node, commit, since: now, due, row });
        if let Some(due) = due {
            DatabaseEvent::Certify(cluster).schedule(due, clock);
        }
        WriteOutcome::Pending
    }

    /// Commits the writes that all members have certified.
    pub(crate) fn certify(&mut self, cluster: ClusterIx, now: SimTime) -> GroupChange {
        let mut change = GroupChange::default();
        let group = self.group_mut(cluster);
        let (ended, waiting): (VecDeque<GroupWrite>, VecDeque<GroupWrite>) =
            std::mem::take(&mut group.writes).into_iter().partition(|write| write.due.is_some_and(|due| due <= now));
        group.writes = waiting;
        for write in ended {
            group.certified.push_back(CertifiedWrite { node: write.node, row: write.row, at: now });
            change.committed.push((write.node, write.commit));
        }
        let count = u64::try_from(change.committed.len()).expect("a count");
        let members: Vec<DatabaseIx> = group.view.iter().copied().collect();
        for node in members {
            let state = &mut self.nodes[node];
            if state.writable {
                state.log.length += count;
                state.acknowledged = state.log.length;
            }
        }
        change
    }

    /// Checks the members of a multi-primary cluster: who belongs to the majority, who must leave, who may join.
    pub(crate) fn check_group(&mut self, cluster: ClusterIx, network: Network<'_>, clock: &mut Clock) -> GroupChange {
        let now = clock.now();
        let plan = &network.plan().clusters[cluster];
        let patience = plan.patience.unwrap_or(0);
        let running: BTreeSet<DatabaseIx> = plan.nodes.iter().copied().filter(|node| network.runs(*node)).collect();
        self.reassemble(cluster, &running, network);
        let group = self.group(cluster);
        let alive: BTreeSet<DatabaseIx> = running.difference(&group.left).copied().collect();
        let has_majority = |part: &BTreeSet<DatabaseIx>| 2 * part.intersection(&group.view).count() > group.view.len();
        let primary = alive.iter().map(|first| component(*first, &alive, network)).find(has_majority);
        let mut change = GroupChange::default();
        // Members that a process end has separated from the group join again at once; the others are given time.
        let heard = |node: &DatabaseIx| primary.as_ref().is_some_and(|part| part.contains(node));
        let view: Vec<DatabaseIx> = group.view.iter().copied().collect();
        let mut silent = group.silent.clone();
        silent.retain(|(node, _)| !heard(node));
        for node in view.iter().filter(|node| !heard(node)) {
            if !silent.iter().any(|(known, _)| known == node) {
                silent.push((*node, now));
            }
        }
        let expired: Vec<DatabaseIx> =
            silent.iter().filter(|(_, since)| now - *since >= patience).map(|(node, _)| *node).collect();
        let group = self.group_mut(cluster);
        group.silent = silent;
        if primary.is_some() {
            group.view.retain(|node| !expired.contains(node));
            group.silent.retain(|(node, _)| !expired.contains(node));
        }
        for node in expired {
            self.set_ready(cluster, node, false, &mut change);
        }
        if let Some(part) = primary {
            let in_view: Vec<DatabaseIx> = self.group(cluster).view.intersection(&part).copied().collect();
            for node in in_view {
                self.set_ready(cluster, node, true, &mut change);
            }
            self.join(cluster, &running, network, now, &mut change);
        }
        let first_ready = plan.nodes.iter().copied().find(|node| self.nodes[*node].writable && network.runs(*node));
        if let Some(node) = first_ready {
            self.clusters[cluster].authority = node;
        }
        self.resend(cluster, network, clock);
        change
    }

    /// Restores a group of which no member serves, once all members of the last view have returned (Galera:
    /// `pc.recovery`).
    fn reassemble(&mut self, cluster: ClusterIx, running: &BTreeSet<DatabaseIx>, network: Network<'_>) {
        let serves = |node: &DatabaseIx| self.nodes[*node].writable && network.runs(*node);
        let group = self.group(cluster);
        if running.iter().any(serves) || !group.view.is_subset(running) {
            return;
        }
        let Some(first) = group.view.first() else { return };
        if group.view.is_subset(&component(*first, running, network)) {
            let view = group.view.clone();
            self.group_mut(cluster).left.retain(|node| !view.contains(node));
        }
    }

    /// Lets members that have returned copy what they have missed, and then serve.
    fn join(
        &mut self,
        cluster: ClusterIx,
        running: &BTreeSet<DatabaseIx>,
        network: Network<'_>,
        now: SimTime,
        change: &mut GroupChange,
    ) {
        let donors: Vec<DatabaseIx> =
            self.group(cluster).view.iter().copied().filter(|node| self.nodes[*node].writable).collect();
        let Some(donor) = donors.first().copied() else { return };
        let newest = self.nodes[donor].log;
        for node in running.iter().copied() {
            let reaches = donors.iter().any(|donor| network.reach(node, *donor));
            let group = self.group(cluster);
            if group.view.contains(&node) && !group.left.contains(&node) {
                continue;
            }
            if !reaches {
                self.group_mut(cluster).joining.retain(|(member, _)| *member != node);
                continue;
            }
            if !group.is_joining(node) {
                let missed = newest.length.saturating_sub(self.nodes[node].log.length);
                let copy = if missed > CACHED_WRITES { SST } else { JOIN + missed * IST_PER_WRITE };
                let group = self.group_mut(cluster);
                group.view.remove(&node);
                group.joining.push((node, now + copy));
                continue;
            }
            if group.joining.iter().any(|(member, until)| *member == node && *until <= now) {
                let group = self.group_mut(cluster);
                group.joining.retain(|(member, _)| *member != node);
                group.left.remove(&node);
                group.view.insert(node);
                self.nodes[node].log = newest;
                self.set_ready(cluster, node, true, change);
            }
        }
    }

    /// Makes a member serve queries or refuse them. A member that stops aborts its own writes.
    fn set_ready(&mut self, cluster: ClusterIx, node: DatabaseIx, ready: bool, change: &mut GroupChange) {
        if std::mem::replace(&mut self.nodes[node].writable, ready) == ready {
            return;
        }
        change.members.push((node, ready));
        if !ready {
            let group = self.group_mut(cluster);
            change.aborted.extend(group.writes.iter().filter(|write| write.node == node).map(|write| write.commit));
            group.writes.retain(|write| write.node != node);
        }
    }

    /// Sends the writes again that wait for a member which has left the view or responds again.
    fn resend(&mut self, cluster: ClusterIx, network: Network<'_>, clock: &mut Clock) {
        let stalled: Vec<(usize, DatabaseIx)> = self
            .group(cluster)
            .writes
            .iter()
            .enumerate()
            .filter(|(_, write)| write.due.is_none())
            .map(|(at, w)| (at, w.node))
            .collect();
        for (place, node) in stalled {
            let Some(due) = self.certified_at(cluster, node, network, clock.now()) else { continue };
            self.group_mut(cluster).writes[place].due = Some(due);
            DatabaseEvent::Certify(cluster).schedule(due, clock);
        }
    }
}
