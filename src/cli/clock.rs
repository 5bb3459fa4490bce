//! The wall clock of the command line: the date, and the time of an attempt. Nothing that is simulated reads it.

use std::hash::{BuildHasher as _, Hasher as _};
use std::time::SystemTime;

/// Seconds of a day.
pub(super) const DAY_S: u64 = 24 * 3600;

/// Returns the time in seconds since 1970-01-01, in UTC.
#[expect(clippy::disallowed_methods, reason = "attempts have a time, and drills of the day a date")]
pub(super) fn now_s() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Returns the date in days since 1970-01-01, in UTC.
pub(super) fn today() -> u32 {
    day_of(now_s())
}

/// Returns the date of a time in seconds since 1970-01-01, in days.
pub(super) fn day_of(at_s: u64) -> u32 {
    u32::try_from(at_s / DAY_S).unwrap_or(u32::MAX)
}

/// Draws a random number. The standard library's only source of randomness is the key of its hash maps.
pub(super) fn drawn() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}

/// Returns a date such as `2026-12-01`, in UTC. `day` counts from 1970-01-01.
///
/// The algorithm is `civil_from_days` by Howard Hinnant, with years that begin in March, so that a leap day is the last.
pub(super) fn date(day: u32) -> String {
    let days = u64::from(day) + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day_of_month:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_gregorian_calendar() {
        for (day, expected) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_787, "2026-11-30"),
            (20_788, "2026-12-01"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(date(day), expected);
        }
        assert_eq!(day_of(20_788 * DAY_S + DAY_S - 1), 20_788);
    }
}
