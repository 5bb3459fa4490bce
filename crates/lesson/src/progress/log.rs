//! All attempts of a learner: a chain that shows what was cut out or edited, and that two machines can merge.
//!
//! ```text
//!  laptop    a ◀── b ◀── c ◀──┐
//!                              ├── import ◀── d
//!  desktop   e ◀── f ◀────────┘
//! ```
//!
//! Each record names the records that nothing followed yet: usually the last one. Merging is the union of two logs, and a record
//! that joins their ends. The last record of a log therefore seals all others.

use std::collections::BTreeSet;

use super::attempt::ActivityAttempt;
use super::record::{AttemptHash, AttemptRecord};

/// The attempts of a learner, in the order in which they were recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttemptLog {
    records: Vec<AttemptRecord>,
    /// Number of old records that were dropped because the log had reached its limit.
    dropped: u64,
    /// Hashes of dropped records that others name.
    sealed: BTreeSet<AttemptHash>,
}

/// What is wrong with a record of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChainFault {
    /// The record does not have the hash that it states: it was edited.
    Edited,
    /// The record follows one that is not before it: something was cut out, moved or edited.
    Cut,
    /// The record occurs twice.
    Twice,
    /// Nothing follows the record, although it is not the last one: parts were put together.
    Loose,
}

/// A record of a log with what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainProblem {
    /// Number of the record, counted from 1.
    pub number: usize,
    /// What is wrong.
    pub fault: ChainFault,
}

impl AttemptLog {
    /// A log from its parts, unchecked.
    pub const fn new(records: Vec<AttemptRecord>, dropped: u64, sealed: BTreeSet<AttemptHash>) -> Self {
        Self { records, dropped, sealed }
    }

    /// The records, in order.
    pub fn records(&self) -> &[AttemptRecord] {
        &self.records
    }

    /// The attempts, in order, without the records that only join others.
    pub fn attempts(&self) -> impl DoubleEndedIterator<Item = &AttemptRecord> + Clone {
        self.records.iter().filter(|record| !record.is_joining())
    }

    /// Number of old records that were dropped.
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Hashes of dropped records that others name.
    pub const fn sealed(&self) -> &BTreeSet<AttemptHash> {
        &self.sealed
    }

    /// The records that nothing follows.
    pub fn ends(&self) -> BTreeSet<AttemptHash> {
        let followed: BTreeSet<AttemptHash> = self.records.iter().flat_map(|record| record.after.iter().copied()).collect();
        self.records.iter().map(|record| record.hash).filter(|hash| !followed.contains(hash)).collect()
    }

    /// Appends an attempt that was finished at a time, in seconds since 1970. `salt` is a random number.
    pub fn append(&mut self, attempt: &ActivityAttempt, at_s: u64, salt: u64) {
        let after = self.ends();
        self.records.push(AttemptRecord::new(attempt, at_s, salt, after));
    }

    /// Checks the hashes and the chain. Returns the problems in the order of the records; a log without any is intact.
    ///
    /// Records cut off at the end do not show here, but in the seal of a result file.
    pub fn problems(&self) -> Vec<ChainProblem> {
        let mut problems = Vec::new();
        let mut known = self.sealed.clone();
        let mut before = BTreeSet::new();
        for (number, record) in (1..).zip(&self.records) {
            let faults = [
                (!record.is_genuine(), ChainFault::Edited),
                (!record.after.is_subset(&known), ChainFault::Cut),
                (!before.insert(record.hash), ChainFault::Twice),
            ];
            problems
                .extend(faults.into_iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, fault)| ChainProblem { number, fault }));
            known.insert(record.hash);
        }
        let ends = self.ends();
        let last = self.records.last().map(|record| record.hash);
        let loose = (1..).zip(&self.records).filter(|(_, record)| Some(record.hash) != last && ends.contains(&record.hash));
        problems.extend(loose.map(|(number, _)| ChainProblem { number, fault: ChainFault::Loose }));
        problems.sort_by_key(|problem| (problem.number, problem.fault));
        problems
    }

    /// Adds the records of another machine that this log lacks, and a record that joins the ends if there are several. Returns the
    /// number of attempts added.
    ///
    /// `at_s` is the time of the merge, in seconds since 1970.
    pub fn join(&mut self, other: &Self, at_s: u64) -> usize {
        let known: BTreeSet<AttemptHash> = self.records.iter().map(|record| record.hash).chain(self.sealed.clone()).collect();
        let missing = || other.records.iter().filter(|record| !known.contains(&record.hash));
        let added = missing().filter(|record| !record.is_joining()).count();
        let missing: Vec<AttemptRecord> = missing().cloned().collect();
        if missing.is_empty() {
            return 0;
        }
        self.records.extend(missing);
        self.dropped = self.dropped.max(other.dropped);
        let named = self.records.iter().flat_map(|record| record.after.iter().copied());
        let present: BTreeSet<AttemptHash> = self.records.iter().map(|record| record.hash).collect();
        let may_be_absent: BTreeSet<AttemptHash> = self.sealed.union(&other.sealed).copied().collect();
        self.sealed = named.filter(|hash| may_be_absent.contains(hash) && !present.contains(hash)).collect();
        let ends = self.ends();
        if ends.len() > 1 {
            self.records.push(AttemptRecord::joining(at_s, ends));
        }
        added
    }

    /// Drops the oldest records, so that at most `most` are left.
    pub fn shorten(&mut self, most: usize) {
        let excess = self.records.len().saturating_sub(most);
        let gone: BTreeSet<AttemptHash> =
            self.records.drain(..excess).map(|record| record.hash).chain(self.sealed.clone()).collect();
        self.dropped = self.dropped.saturating_add(u64::try_from(excess).unwrap_or(u64::MAX));
        let named = self.records.iter().flat_map(|record| record.after.iter().copied());
        self.sealed = named.filter(|hash| gone.contains(hash)).collect();
    }

    /// The records that two logs have in common. Each chain begins with a random number, so logs of two learners have none.
    pub fn shared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a AttemptRecord> {
        let theirs: BTreeSet<AttemptHash> = other.records.iter().map(|record| record.hash).collect();
        self.records.iter().filter(move |record| theirs.contains(&record.hash))
    }
}
