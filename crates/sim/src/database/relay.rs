//! A follower's relay log: the changes that were sent to it and that it has not applied.

use std::collections::VecDeque;

use crate::index::count64;
use crate::time::SimTime;

/// Minimum time to apply one change, in nanoseconds: a follower applies at most ten thousand per second.
const APPLY: u64 = 100_000;
/// Number of entries above which changes with almost equal due times share an entry.
const EXACT: usize = 1_024;

/// A batch of changes that are applied together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) count: u64,
    pub(crate) departed: SimTime,
    pub(crate) received: SimTime,
    pub(crate) due: SimTime,
}

/// The unapplied changes, oldest first. Memory is bounded: beyond 1,024 entries, changes whose due times differ by less
/// than a thousandth of the log's whole time span are applied together when the first one is due. This underestimates
/// the lag by at most a thousandth.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Relay {
    entries: VecDeque<Entry>,
    /// Number of changes in all entries.
    len: u64,
    /// Due time of the change that was pushed last.
    last_due: SimTime,
}

impl Relay {
    /// Approximate size in bytes.
    pub(crate) fn footprint(&self) -> usize {
        self.entries.len() * size_of::<Entry>()
    }

    /// Number of unapplied changes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Due time of the oldest entry.
    pub(crate) fn due(&self) -> Option<SimTime> {
        self.entries.front().map(|entry| entry.due)
    }

    /// Due time of the newest entry.
    pub(crate) fn last_due(&self) -> Option<SimTime> {
        self.entries.back().map(|entry| entry.due)
    }

    /// Appends changes that arrive at `received`, or with the previous entry if that arrives later. They are applied
    /// one after another, each at least `lag` after its arrival. Returns the time of arrival.
    pub(crate) fn push(&mut self, count: u64, departed: SimTime, received: SimTime, lag: u64) -> SimTime {
        let received = self.entries.back().map_or(received, |newest| newest.received.max(received));
        let due = (self.last_due + APPLY.saturating_mul(count)).max(received + lag);
        self.len += count;
        self.last_due = due;
        if self.entries.len() >= EXACT
            && let (Some(oldest), Some(newest)) = (self.entries.front().map(|entry| entry.due), self.entries.back_mut())
            && due - newest.due < (due - oldest) / count64(EXACT)
        {
            newest.count += count;
            // An entry is received when all of its changes are.
            newest.received = received;
            return received;
        }
        self.entries.push_back(Entry { count, departed, received, due });
        received
    }

    /// Removes the entries that are due. Returns their number of changes.
    pub(crate) fn apply(&mut self, now: SimTime) -> u64 {
        let mut applied = 0;
        while let Some(entry) = self.entries.front().filter(|entry| entry.due <= now) {
            applied += entry.count;
            self.entries.pop_front();
        }
        self.len -= applied;
        applied
    }

    /// Number of changes that have arrived.
    pub(crate) fn received(&self, now: SimTime) -> u64 {
        self.entries.iter().take_while(|entry| entry.received <= now).map(|entry| entry.count).sum()
    }

    /// Keeps the oldest `kept` changes.
    pub(crate) fn truncate(&mut self, kept: u64) {
        while self.len > kept {
            let Some(newest) = self.entries.back_mut() else { break };
            let surplus = (self.len - kept).min(newest.count);
            newest.count -= surplus;
            self.len -= surplus;
            if newest.count == 0 {
                self.entries.pop_back();
            }
        }
        self.last_due = self.last_due().unwrap_or_default();
    }

    /// Recomputes the due times of all entries after the lag has changed or the follower has restarted.
    pub(crate) fn retime(&mut self, now: SimTime, lag: u64) {
        let mut last = now;
        for entry in &mut self.entries {
            entry.due = (last + APPLY.saturating_mul(entry.count)).max(entry.received + lag);
            last = entry.due;
        }
        self.last_due = last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_log_keeps_every_change_in_bounded_memory() {
        let mut relay = Relay::default();
        let (lag, gap) = (3_600_000_000_000, 1_000_000);
        for number in 0..1_000_000u64 {
            let at = SimTime::from_nanos(number * gap);
            relay.push(1, at, at, lag);
        }
        assert_eq!(relay.len(), 1_000_000);
        assert!(relay.footprint() < 1024 * 1024, "{}", relay.footprint());
        // Half of the changes are due after half of the time, within a thousandth.
        let half = relay.apply(SimTime::from_nanos(lag + 500_000 * gap));
        assert!((500_000..=502_000).contains(&half), "{half}");
        assert_eq!(half + relay.apply(SimTime::from_nanos(u64::MAX)), 1_000_000);
    }

    #[test]
    fn changes_that_have_not_arrived_can_be_dropped() {
        let mut relay = Relay::default();
        let at = SimTime::from_nanos;
        relay.push(3, at(0), at(10), 100);
        relay.push(2, at(5), at(20), 100);
        assert_eq!((relay.received(at(10)), relay.received(at(20))), (3, 5));
        relay.truncate(4);
        assert_eq!((relay.len(), relay.received(at(20))), (4, 4));
        relay.truncate(0);
        assert_eq!((relay.len(), relay.due()), (0, None));
    }
}
