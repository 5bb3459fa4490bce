//! What the attempts of a learner show: results per activity, days, misconceptions, demands.

use std::collections::{BTreeMap, BTreeSet};

use super::attempt::AttemptPart;
use super::log::AttemptLog;
use super::record::AttemptRecord;

/// Result in per cent from which an activity counts as done well.
pub const GOOD_PERCENT: u32 = 80;

/// Number of attempts after which an activity without a good result counts as stuck.
const STUCK_AFTER: usize = 3;

/// Seconds of a day.
const DAY_S: u64 = 24 * 3600;

/// The attempts of a learner at one activity. There is at least one.
#[derive(Clone, Debug)]
pub struct ActivityStanding<'a> {
    /// The attempts, in the order in which they were recorded.
    attempts: Vec<&'a AttemptRecord>,
}

/// What the attempts of a learner show.
#[derive(Clone, Debug, Default)]
pub struct Standing<'a> {
    activities: BTreeMap<&'a str, ActivityStanding<'a>>,
    /// Days with attempts, in days since 1970-01-01.
    days: BTreeSet<u32>,
    /// The demands of which an attempt says something, and whether the latest one showed them.
    demands: BTreeMap<&'a str, bool>,
}

impl<'a> ActivityStanding<'a> {
    /// The attempts, in the order in which they were recorded.
    pub fn attempts(&self) -> &[&'a AttemptRecord] {
        &self.attempts
    }

    /// The attempt with the best result; of equal ones, the first.
    pub fn best(&self) -> Option<&'a AttemptRecord> {
        let share = |record: &AttemptRecord| (u64::from(record.right) * 1_000_000).checked_div(record.of.into());
        self.attempts.iter().copied().rev().max_by_key(|record| share(record))
    }

    /// The latest attempt.
    pub fn latest(&self) -> Option<&'a AttemptRecord> {
        self.attempts.last().copied()
    }

    /// The best result in per cent; `None` if nothing could be earned.
    pub fn percent(&self) -> Option<u32> {
        self.best()?.percent()
    }

    /// Whether the best result is good, or nothing could be earned.
    pub fn is_good(&self) -> bool {
        self.percent().is_none_or(|percent| percent >= GOOD_PERCENT)
    }

    /// The first attempt in which a part was done completely.
    pub fn first_full(&self, part: AttemptPart) -> Option<&'a AttemptRecord> {
        let is_full = |record: &&&AttemptRecord| record.part(part).is_some_and(|score| score.of > 0 && score.right == score.of);
        self.attempts.iter().find(is_full).copied()
    }

    /// Whether the learner has tried several times without a good result.
    pub fn is_stuck(&self) -> bool {
        self.attempts.len() >= STUCK_AFTER && !self.is_good()
    }
}

impl<'a> Standing<'a> {
    /// Reads a log.
    pub fn of(log: &'a AttemptLog) -> Self {
        let mut standing = Self::default();
        let mut attempts: Vec<&AttemptRecord> = log.attempts().collect();
        // The records of two machines are one after the other.
        attempts.sort_by_key(|record| record.at_s);
        for record in attempts {
            let activity = standing.activities.entry(record.activity.as_str());
            activity.or_insert_with(|| ActivityStanding { attempts: Vec::new() }).attempts.push(record);
            standing.days.insert(u32::try_from(record.at_s / DAY_S).unwrap_or(u32::MAX));
            standing.demands.extend(record.shown.iter().map(|demand| (demand.as_str(), true)));
            standing.demands.extend(record.missed.iter().map(|demand| (demand.as_str(), false)));
        }
        standing
    }

    /// The activities, by kind and name.
    pub fn activities(&self) -> impl Iterator<Item = (&'a str, &ActivityStanding<'a>)> {
        self.activities.iter().map(|(name, standing)| (*name, standing))
    }

    /// The activities of a kind, such as `lesson`, by name.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = (&'a str, &ActivityStanding<'a>)> {
        self.activities().filter_map(move |(activity, standing)| {
            let (of, name) = activity.split_once('/')?;
            (of == kind).then_some((name, standing))
        })
    }

    /// An activity by kind and name.
    pub fn activity(&self, activity: &str) -> Option<&ActivityStanding<'a>> {
        self.activities.get(activity)
    }

    /// Days with attempts, in days since 1970-01-01.
    pub const fn days(&self) -> &BTreeSet<u32> {
        &self.days
    }

    /// Number of days in a row with attempts. The row may end yesterday, so that it is not lost before today is over.
    pub fn streak(&self, today: u32) -> u32 {
        let end = if self.days.contains(&today) { Some(today) } else { today.checked_sub(1) };
        let mut length = 0;
        let mut day = end.filter(|day| self.days.contains(day));
        while let Some(at) = day {
            length += 1;
            day = at.checked_sub(1).filter(|day| self.days.contains(day));
        }
        length
    }

    /// Demands by name, and whether the latest attempt that says something of them showed them.
    pub const fn demands(&self) -> &BTreeMap<&'a str, bool> {
        &self.demands
    }

    /// The misconceptions that the learner still holds, by name: those of the latest attempt at each activity.
    pub fn beliefs(&self) -> BTreeSet<&'a str> {
        let latest = self.activities.values().filter_map(ActivityStanding::latest);
        latest.flat_map(|record| record.beliefs.iter().map(super::record::RecordWord::as_str)).collect()
    }
}
