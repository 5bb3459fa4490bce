//! Who needs help, by rules that the report states.

use serde::Serialize;

use hoplight_lesson::Standing;

use super::super::clock::DAY_S;
use super::super::format::counted;
use super::super::result_file::ResultFile;

/// Days without an attempt before the export, after which a learner is idle.
const IDLE_DAYS: u64 = 14;

/// Number of latest results that the rule `low` considers.
const LATEST: usize = 10;

/// Mean of the latest results in per cent, below which they are low.
const LOW_PERCENT: u32 = 60;

/// Number of misconceptions from which a learner needs help.
const MANY_BELIEFS: usize = 4;

/// Fewest learners for a comparison with the group.
const FEWEST: usize = 3;

/// A rule by which a learner needs help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum HelpRule {
    Idle,
    Stuck,
    Low,
    Misconceptions,
    Behind,
}

/// A rule that holds for a learner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct HelpReason {
    pub(super) rule: HelpRule,
    /// The figures that make the rule hold.
    pub(super) reason: String,
}

impl HelpRule {
    pub(super) const ALL: [Self; 5] = [Self::Idle, Self::Stuck, Self::Low, Self::Misconceptions, Self::Behind];

    /// Name of the rule.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Stuck => "stuck",
            Self::Low => "low",
            Self::Misconceptions => "misconceptions",
            Self::Behind => "behind",
        }
    }

    /// The rule as a sentence.
    pub(super) fn says(self) -> String {
        match self {
            Self::Idle => format!("nothing finished in the {IDLE_DAYS} days before the export"),
            Self::Stuck => "three or more attempts at an activity, none with 80 %".to_owned(),
            Self::Low => format!("less than {LOW_PERCENT} % on average in the latest {LATEST} results"),
            Self::Misconceptions => {
                format!("{MANY_BELIEFS} or more misconceptions in the latest attempts at each activity")
            }
            Self::Behind => format!("less than half as many activities done as the median of the group ({FEWEST} or more)"),
        }
    }
}

/// The rules that hold for a learner alone.
pub(super) fn reasons(result: &ResultFile, standing: &Standing<'_>) -> Vec<HelpReason> {
    let mut reasons = Vec::new();
    let mut add = |rule, reason| reasons.push(HelpReason { rule, reason });
    let latest = result.log.attempts().map(|record| record.at_s).max();
    match latest {
        None => add(HelpRule::Idle, "no attempts".to_owned()),
        Some(at_s) => {
            let days = result.exported_s.saturating_sub(at_s) / DAY_S;
            if days >= IDLE_DAYS {
                add(HelpRule::Idle, format!("nothing finished for {days} days"));
            }
        }
    }
    for (activity, standing) in standing.activities().filter(|(_, activity)| activity.is_stuck()) {
        let best = standing.percent().unwrap_or(0);
        add(HelpRule::Stuck, format!("{activity}: {} attempts, best {best} %", standing.attempts().len()));
    }
    let percents: Vec<u32> =
        result.log.attempts().rev().filter_map(hoplight_lesson::AttemptRecord::percent).take(LATEST).collect();
    let count = u32::try_from(percents.len()).unwrap_or(u32::MAX);
    if let Some(mean) = percents.iter().sum::<u32>().checked_div(count)
        && mean < LOW_PERCENT
        && percents.len() == LATEST
    {
        add(HelpRule::Low, format!("{mean} % on average in the latest {LATEST} results"));
    }
    let beliefs = standing.beliefs().len();
    if beliefs >= MANY_BELIEFS {
        add(HelpRule::Misconceptions, counted(beliefs, "misconception"));
    }
    reasons
}

/// The median of the numbers of activities done; `None` for a small group.
pub(super) fn median(mut sizes: Vec<usize>) -> Option<usize> {
    sizes.sort_unstable();
    (sizes.len() >= FEWEST).then(|| sizes[(sizes.len() - 1) / 2])
}

/// Whether a learner is behind the group.
pub(super) fn behind(done: usize, median: Option<usize>) -> Option<HelpReason> {
    let median = median.filter(|median| done * 2 < *median)?;
    let reason = format!(
        "{} done; the median is {median}",
        if done == 1 { "1 activity".to_owned() } else { format!("{done} activities") }
    );
    Some(HelpReason { rule: HelpRule::Behind, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_learners_with_less_than_half_of_the_median_are_behind() {
        assert_eq!(median(vec![9, 1]), None, "two are no group");
        assert_eq!(median(vec![9, 1, 4, 6]), Some(4));
        assert!(behind(1, Some(4)).is_some());
        assert!(behind(2, Some(4)).is_none() && behind(0, None).is_none() && behind(0, Some(0)).is_none());
    }
}
