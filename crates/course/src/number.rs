//! Numbers to compute: families of tasks with fresh parameters each time.
//!
//! The right value is computed from the parameters by the formula that the explanation names. Known mistakes are computed
//! too, so that a wrong number gets its explanation.

mod availability;
mod load;
mod monitoring;
mod time;

use serde::{Deserialize, Serialize};

use hoplight_curriculum::Seeded;

/// A family of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NumberFamily {
    /// Requests per second from two readings of a counter.
    QpsFromCounters,
    /// Requests per second from lines of an access log.
    QpsFromLog,
    /// Requests per second from readings around a restart, after which the counter begins at zero.
    ReadingsAfterRestart,
    /// Availability of parts that are all needed.
    AvailabilityInSeries,
    /// Availability of copies of which one is sufficient.
    AvailabilityInParallel,
    /// Availability of a pair in series with a single part.
    AvailabilityMixed,
    /// Downtime per year that an availability stands for.
    DowntimeOfYear,
    /// Minutes that an objective allows to be down in 30 days.
    ErrorBudgetMinutes,
    /// How fast an error ratio uses up the error budget.
    BurnRate,
    /// Load on each server that is left after a loss.
    LoadAfterLoss,
    /// Servers needed to carry a load after the loss of one.
    ServersNeeded,
    /// Utilisation of workers.
    Utilisation,
    /// Requests in the system by Little's law.
    LittlesLaw,
    /// Response time of one server with random arrivals at a utilisation.
    SlowdownAtUtilisation,
    /// Workers that a load keeps busy.
    WorkersNeeded,
    /// Attempts that reach a failing service with retries.
    RetryLoad,
    /// Queries that a cache lets through.
    CacheMissLoad,
    /// Requests that miss while a popular entry is computed again.
    StampedeSize,
    /// Time until health checks mark a server down.
    DetectionTime,
    /// How long users can get the old address after a DNS change.
    DnsWaitingTime,
    /// Acknowledged writes that an asynchronous failover loses.
    LostWrites,
}

/// A task with its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberTask {
    /// The question.
    pub stem: String,
    /// The unit of the answer, as shown behind the input.
    pub unit: &'static str,
    /// The right value.
    pub right: f64,
    /// How far an answer may be from the right value.
    pub tolerance: f64,
    /// How the value follows from the parameters.
    pub why: String,
    /// Known mistakes.
    pub slips: Vec<Slip>,
}

/// A known mistake: the value that it leads to, and what went wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Slip {
    /// The wrong value.
    pub value: f64,
    /// What went wrong, in one sentence.
    pub why: String,
}

impl NumberTask {
    /// A task whose answer may be off by 2 %.
    fn new(stem: String, unit: &'static str, right: f64, why: String) -> Self {
        Self { stem, unit, right, tolerance: right.abs() * 0.02, why, slips: Vec::new() }
    }

    /// Sets the distance that an answer may have from the right value.
    const fn within(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Adds a known mistake, unless it happens to lead to a value that is accepted.
    fn slip(mut self, value: f64, why: impl Into<String>) -> Self {
        if !self.accepts(value) {
            self.slips.push(Slip { value, why: why.into() });
        }
        self
    }

    /// Whether an answer is close enough to the right value.
    pub fn accepts(&self, answer: f64) -> bool {
        // Typed decimals are not exact.
        (answer - self.right).abs() <= self.tolerance + 1e-9
    }

    /// The known mistake that leads to an answer.
    pub fn slip_of(&self, answer: f64) -> Option<&Slip> {
        self.slips.iter().find(|slip| (answer - slip.value).abs() <= slip.value.abs().max(1e-6) * 0.01)
    }
}

impl NumberFamily {
    /// All families.
    pub const ALL: &[Self] = &[
        Self::QpsFromCounters,
        Self::QpsFromLog,
        Self::ReadingsAfterRestart,
        Self::AvailabilityInSeries,
        Self::AvailabilityInParallel,
        Self::AvailabilityMixed,
        Self::DowntimeOfYear,
        Self::ErrorBudgetMinutes,
        Self::BurnRate,
        Self::LoadAfterLoss,
        Self::ServersNeeded,
        Self::Utilisation,
        Self::LittlesLaw,
        Self::SlowdownAtUtilisation,
        Self::WorkersNeeded,
        Self::RetryLoad,
        Self::CacheMissLoad,
        Self::StampedeSize,
        Self::DetectionTime,
        Self::DnsWaitingTime,
        Self::LostWrites,
    ];

    /// Chooses parameters.
    pub fn task(self, seeded: &mut Seeded) -> NumberTask {
        match self {
            Self::QpsFromCounters => monitoring::qps_from_counters(seeded),
            Self::QpsFromLog => monitoring::qps_from_log(seeded),
            Self::ReadingsAfterRestart => monitoring::readings_after_restart(seeded),
            Self::ErrorBudgetMinutes => monitoring::error_budget_minutes(seeded),
            Self::BurnRate => monitoring::burn_rate(seeded),
            Self::AvailabilityInSeries => availability::in_series(seeded),
            Self::AvailabilityInParallel => availability::in_parallel(seeded),
            Self::AvailabilityMixed => availability::mixed(seeded),
            Self::DowntimeOfYear => availability::downtime_of_year(seeded),
            Self::LoadAfterLoss => load::load_after_loss(seeded),
            Self::ServersNeeded => load::servers_needed(seeded),
            Self::Utilisation => load::utilisation(seeded),
            Self::LittlesLaw => load::littles_law(seeded),
            Self::SlowdownAtUtilisation => load::slowdown_at_utilisation(seeded),
            Self::WorkersNeeded => load::workers_needed(seeded),
            Self::RetryLoad => load::retry_load(seeded),
            Self::CacheMissLoad => load::cache_miss_load(seeded),
            Self::StampedeSize => load::stampede_size(seeded),
            Self::DetectionTime => time::detection_time(seeded),
            Self::DnsWaitingTime => time::dns_waiting_time(seeded),
            Self::LostWrites => time::lost_writes(seeded),
        }
    }
}

/// One of the whole numbers `from`, `from + step`, … up to `to`.
fn whole(seeded: &mut Seeded, from: u32, to: u32, step: u32) -> u32 {
    let values: Vec<u32> = (from..=to).step_by(usize::try_from(step).unwrap_or(1).max(1)).collect();
    seeded.pick(&values).copied().unwrap_or(from)
}

/// Groups the digits of a counter for reading.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_accepts_its_right_value_and_rejects_its_slips() {
        for family in NumberFamily::ALL {
            for seed in 0..300 {
                let task = family.task(&mut Seeded::new(seed));
                assert!(task.right.is_finite() && task.right > 0.0, "{family:?} {task:?}");
                assert!(task.accepts(task.right), "{family:?} {task:?}");
                assert!(!task.accepts(task.right * 1.5 + 1.0), "{family:?} {task:?}");
                assert!(task.tolerance < task.right.max(1.0), "{family:?} {task:?}");
                for slip in &task.slips {
                    assert!(!task.accepts(slip.value) && task.slip_of(slip.value).is_some(), "{family:?} {task:?}");
                }
            }
        }
    }

    #[test]
    fn parameters_differ_and_follow_from_the_seed() {
        for family in NumberFamily::ALL {
            let stems: std::collections::BTreeSet<String> =
                (0..40).map(|seed| family.task(&mut Seeded::new(seed)).stem).collect();
            assert!(stems.len() >= 5, "{family:?} has {} variants in 40", stems.len());
            assert_eq!(family.task(&mut Seeded::new(3)), family.task(&mut Seeded::new(3)));
        }
    }

    #[test]
    fn texts_fit_a_small_screen() {
        for family in NumberFamily::ALL {
            for seed in 0..100 {
                let task = family.task(&mut Seeded::new(seed));
                assert!(task.stem.chars().count() <= 280, "{}", task.stem);
                assert!(task.why.chars().count() <= 280, "{}", task.why);
            }
        }
    }

    #[test]
    fn digits_are_grouped_by_thousands() {
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
