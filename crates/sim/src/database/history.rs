//! The history of a cluster: how the logs of its databases branch, and when each change was committed.
//!
//! A log is identified by its timeline and its length. A promotion starts a new timeline at the end of the promoted
//! database's log.

use std::collections::VecDeque;

use crate::index::{count64, length};
use crate::time::SimTime;

/// Number of recent commits whose exact times are kept.
const RECENT: usize = 1_024;
/// Maximum number of older commits whose times are kept, evenly spaced.
const SPARSE: usize = 1_024;

/// A log: the timeline of its newest change, and its number of changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Log {
    pub(crate) timeline: u32,
    pub(crate) length: u64,
}

/// Where a timeline branches off its parent.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Fork {
    parent: u32,
    at: u64,
}

/// The tree of a cluster's timelines. Timeline 0 is the root, and every timeline has a higher number than its parent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lineage(Vec<Fork>);

impl Lineage {
    /// Starts a timeline at the end of `log`. Returns its number.
    pub(crate) fn branch(&mut self, log: Log) -> u32 {
        self.0.push(Fork { parent: log.timeline, at: log.length });
        u32::try_from(self.0.len()).expect("a run has fewer than four billion promotions")
    }

    fn fork(&self, timeline: u32) -> Option<Fork> {
        self.0.get(length(timeline).checked_sub(1)?).copied()
    }

    /// Number of changes in the common prefix of two logs.
    pub(crate) fn common(&self, a: Log, b: Log) -> u64 {
        let (mut a, mut b) = (a, b);
        while a.timeline != b.timeline {
            let younger = if a.timeline > b.timeline { &mut a } else { &mut b };
            let Some(fork) = self.fork(younger.timeline) else { break };
            *younger = Log { timeline: fork.parent, length: younger.length.min(fork.at) };
        }
        a.length.min(b.length)
    }

    /// The same log, identified by the timeline on which its newest change was written.
    pub(crate) fn canonical(&self, log: Log) -> Log {
        let mut log = log;
        while let Some(fork) = self.fork(log.timeline).filter(|fork| log.length <= fork.at) {
            log.timeline = fork.parent;
        }
        log
    }

    /// Whether `a` is at least as up to date as `b`: it has a later timeline, or the same timeline and at least the
    /// same length. In this order, which is Raft's, a member that is not behind a majority has every change that
    /// reached a majority.
    pub(crate) fn not_behind(&self, a: Log, b: Log) -> bool {
        let (a, b) = (self.canonical(a), self.canonical(b));
        (a.timeline, a.length) >= (b.timeline, b.length)
    }
}

/// Commit times of the changes in the valid history: exact for the last 1,024. For an older change, it is the time of
/// the nearest earlier change that is kept; at least 512 are kept, evenly spaced. Memory is therefore bounded, no
/// matter how long a replica is disconnected.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CommitTimes {
    /// Position of the newest change.
    end: u64,
    recent: VecDeque<SimTime>,
    /// Positions and times of older changes, oldest first.
    sparse: VecDeque<(u64, SimTime)>,
    /// Distance between the positions in `sparse`.
    stride: u64,
}

impl Default for CommitTimes {
    fn default() -> Self {
        Self { end: 0, recent: VecDeque::new(), sparse: VecDeque::new(), stride: 1 }
    }
}

impl CommitTimes {
    /// Approximate size in bytes.
    pub(crate) fn footprint(&self) -> usize {
        self.recent.len() * size_of::<SimTime>() + self.sparse.len() * size_of::<(u64, SimTime)>()
    }

    /// Records the commit time of the next change.
    pub(crate) fn push(&mut self, at: SimTime) {
        self.end += 1;
        self.recent.push_back(at);
        if self.recent.len() <= RECENT {
            return;
        }
        let (position, Some(at)) = (self.end - count64(RECENT), self.recent.pop_front()) else { return };
        if position.is_multiple_of(self.stride) {
            self.sparse.push_back((position, at));
            if self.sparse.len() > SPARSE {
                self.stride *= 2;
                let stride = self.stride;
                self.sparse.retain(|(position, _)| position.is_multiple_of(stride));
            }
        }
    }

    /// Commit time of the change at `position`, counted from 1, or a slightly earlier time.
    pub(crate) fn of(&self, position: u64) -> SimTime {
        let before = self.end - count64(self.recent.len());
        if let Some(place) = position.checked_sub(before + 1)
            && let Some(at) = usize::try_from(place).ok().and_then(|place| self.recent.get(place))
        {
            return *at;
        }
        let behind = self.sparse.partition_point(|(kept, _)| *kept <= position);
        behind.checked_sub(1).and_then(|place| self.sparse.get(place)).map_or(SimTime::ZERO, |(_, at)| *at)
    }

    /// Continues the history at `position`, on a log that shares its first `common` changes with the previous one.
    pub(crate) fn fork(&mut self, common: u64, position: u64, now: SimTime) {
        let before = self.end - count64(self.recent.len());
        let kept = usize::try_from(common.saturating_sub(before)).unwrap_or(usize::MAX);
        self.recent.truncate(kept);
        while self.sparse.back().is_some_and(|(kept, _)| *kept > common) {
            self.sparse.pop_back();
        }
        self.end = common.min(self.end);
        if position > self.end {
            // The commit times of this branch were not recorded, because it was not the valid history.
            self.recent.clear();
            self.end = position;
            self.sparse.push_back((position, now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(timeline: u32, length: u64) -> Log {
        Log { timeline, length }
    }

    #[test]
    fn two_logs_share_the_changes_before_the_fork() {
        let mut lineage = Lineage::default();
        let second = lineage.branch(log(0, 90));
        let third = lineage.branch(log(second, 95));
        let side = lineage.branch(log(0, 80));
        assert_eq!(lineage.common(log(0, 100), log(second, 92)), 90);
        assert_eq!(lineage.common(log(0, 70), log(third, 120)), 70);
        assert_eq!(lineage.common(log(third, 120), log(side, 200)), 80);
        assert_eq!(lineage.common(log(third, 120), log(second, 94)), 94);
        assert_eq!(lineage.canonical(log(third, 85)), log(0, 85));
        // A log on a later timeline is no newer than its own changes.
        assert!(lineage.not_behind(log(0, 90), log(third, 85)));
        assert!(lineage.not_behind(log(second, 91), log(0, 100)));
    }

    #[test]
    fn old_commits_have_a_time_at_or_shortly_before_their_own() {
        let mut times = CommitTimes::default();
        let count = 100_000u64;
        for second in 1..=count {
            times.push(SimTime::from_secs(second));
        }
        assert!(times.footprint() < 64 * 1024, "{}", times.footprint());
        for position in 1..=count {
            let (kept, exact) = (times.of(position), SimTime::from_secs(position));
            let slack = if position + 1_024 > count { 0 } else { count / 512 };
            assert!(kept <= exact && exact.since(kept).as_secs() <= slack, "{position}: {kept}");
        }
        times.fork(99_990, 99_990, SimTime::ZERO);
        times.push(SimTime::from_secs(200_000));
        assert_eq!((times.of(99_990), times.of(99_991)), (SimTime::from_secs(99_990), SimTime::from_secs(200_000)));
    }
}
