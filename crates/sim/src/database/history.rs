//! The history of a cluster: which log is whose continuation, and when each change was committed.
//!
//! A log is named by its timeline and its length. A promotion begins a new timeline at the length that the promoted database
//! had.

use std::collections::VecDeque;

use crate::time::SimTime;

/// How many of the last commits have their exact instant kept.
const RECENT: usize = 1_024;
/// How many of the older ones are kept, evenly spread.
const SPARSE: usize = 1_024;

/// A log: the timeline of its newest change, and how many changes it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Log {
    pub(crate) timeline: u32,
    pub(crate) length: u64,
}

/// Where a timeline leaves the one before it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Fork {
    parent: u32,
    at: u64,
}

/// The timelines of a cluster, as a tree. Timeline 0 is its root; every other is younger than its parent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lineage(Vec<Fork>);

impl Lineage {
    /// Begins a timeline where `log` ends.
    pub(crate) fn branch(&mut self, log: Log) -> u32 {
        self.0.push(Fork { parent: log.timeline, at: log.length });
        u32::try_from(self.0.len()).expect("a run has no four billion promotions")
    }

    fn fork(&self, timeline: u32) -> Option<Fork> {
        self.0.get((timeline as usize).checked_sub(1)?).copied()
    }

    /// How many changes two logs have in common, from the beginning.
    pub(crate) fn common(&self, a: Log, b: Log) -> u64 {
        let (mut a, mut b) = (a, b);
        while a.timeline != b.timeline {
            let younger = if a.timeline > b.timeline { &mut a } else { &mut b };
            let Some(fork) = self.fork(younger.timeline) else { break };
            *younger = Log { timeline: fork.parent, length: younger.length.min(fork.at) };
        }
        a.length.min(b.length)
    }

    /// The same log, named by the timeline on which its newest change was written.
    pub(crate) fn canonical(&self, log: Log) -> Log {
        let mut log = log;
        while let Some(fork) = self.fork(log.timeline).filter(|fork| log.length <= fork.at) {
            log.timeline = fork.parent;
        }
        log
    }

    /// Whether `a` is at least as new as `b`: a later timeline, or the same and as long. This is Raft's order, in which
    /// a member that is not behind a majority has every change that a majority had.
    pub(crate) fn not_behind(&self, a: Log, b: Log) -> bool {
        let (a, b) = (self.canonical(a), self.canonical(b));
        (a.timeline, a.length) >= (b.timeline, b.length)
    }
}

/// When the changes of the valid history were committed: exact for the last 1,024, and for older ones the instant of a
/// kept change before, of which there are at least 512 evenly spread. So memory is bounded however long a replica is gone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CommitTimes {
    /// The position of the newest change.
    end: u64,
    recent: VecDeque<SimTime>,
    sparse: VecDeque<(u64, SimTime)>,
    stride: u64,
}

impl Default for CommitTimes {
    fn default() -> Self {
        Self { end: 0, recent: VecDeque::new(), sparse: VecDeque::new(), stride: 1 }
    }
}

impl CommitTimes {
    pub(crate) fn footprint(&self) -> usize {
        self.recent.len() * size_of::<SimTime>() + self.sparse.len() * size_of::<(u64, SimTime)>()
    }

    /// The next change is committed.
    pub(crate) fn push(&mut self, at: SimTime) {
        self.end += 1;
        self.recent.push_back(at);
        if self.recent.len() <= RECENT {
            return;
        }
        let (position, Some(at)) = (self.end - RECENT as u64, self.recent.pop_front()) else { return };
        if position.is_multiple_of(self.stride) {
            self.sparse.push_back((position, at));
            if self.sparse.len() > SPARSE {
                self.stride *= 2;
                let stride = self.stride;
                self.sparse.retain(|(position, _)| position.is_multiple_of(stride));
            }
        }
    }

    /// When the change at `position`, counted from 1, was committed, or a little before.
    pub(crate) fn of(&self, position: u64) -> SimTime {
        let before = self.end - self.recent.len() as u64;
        if let Some(place) = position.checked_sub(before + 1)
            && let Some(at) = usize::try_from(place).ok().and_then(|place| self.recent.get(place))
        {
            return *at;
        }
        let behind = self.sparse.partition_point(|(kept, _)| *kept <= position);
        behind.checked_sub(1).and_then(|place| self.sparse.get(place)).map_or(SimTime::ZERO, |(_, at)| *at)
    }

    /// From now on the history goes on behind `position`, `common` changes of which it shares with the one before.
    pub(crate) fn fork(&mut self, common: u64, position: u64, now: SimTime) {
        let before = self.end - self.recent.len() as u64;
        let kept = usize::try_from(common.saturating_sub(before)).unwrap_or(usize::MAX);
        self.recent.truncate(kept);
        while self.sparse.back().is_some_and(|(kept, _)| *kept > common) {
            self.sparse.pop_back();
        }
        self.end = common.min(self.end);
        if position > self.end {
            // A branch that was taken for dead is the valid one again; its instants were not kept.
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
    fn two_logs_share_what_they_had_before_the_fork() {
        let mut lineage = Lineage::default();
        let second = lineage.branch(log(0, 90));
        let third = lineage.branch(log(second, 95));
        let side = lineage.branch(log(0, 80));
        assert_eq!(lineage.common(log(0, 100), log(second, 92)), 90);
        assert_eq!(lineage.common(log(0, 70), log(third, 120)), 70);
        assert_eq!(lineage.common(log(third, 120), log(side, 200)), 80);
        assert_eq!(lineage.common(log(third, 120), log(second, 94)), 94);
        assert_eq!(lineage.canonical(log(third, 85)), log(0, 85));
        // A log that only joined a young timeline is no newer than what it holds.
        assert!(lineage.not_behind(log(0, 90), log(third, 85)));
        assert!(lineage.not_behind(log(second, 91), log(0, 100)));
    }

    #[test]
    fn old_commits_have_an_instant_at_or_shortly_before_their_own() {
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
