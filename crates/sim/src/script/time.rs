//! Durations in the syntax that users type: `500ms`, `20s`, `1.5min`, `2h`, `30d`.
//!
//! Decimals are converted to whole nanoseconds with integers, so nothing is rounded.

use std::time::Duration;

use crate::time::{SECOND, SimTime};

/// The longest time accepted: 30 days.
pub const LONGEST: Duration = Duration::from_secs(30 * 86_400);

/// Units with their length in nanoseconds.
const UNITS: [(&str, u64); 5] =
    [("ms", SECOND / 1_000), ("s", SECOND), ("min", 60 * SECOND), ("h", 3_600 * SECOND), ("d", 86_400 * SECOND)];
/// Maximum number of digits on either side of the decimal point.
const MAX_DIGITS: usize = 18;

/// A text that is not a valid duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeError {
    /// The raw text, of any length.
    pub found: String,
    /// What is wrong with it.
    pub problem: TimeProblem,
}

/// Why a text is not a valid duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeProblem {
    /// The text is not a decimal number with a known unit.
    NotATime,
    /// The number has no unit.
    NoUnit,
    /// The duration is longer than [`LONGEST`].
    TooLong,
    /// The duration has a fraction of a nanosecond.
    TooFine,
}

/// Parses a duration: a decimal number directly followed by a unit. Zero needs no unit.
///
/// # Errors
/// Why the text is not a valid duration.
pub fn duration(text: &str) -> Result<Duration, TimeError> {
    nanos(text).map(Duration::from_nanos).map_err(|problem| TimeError { found: text.to_owned(), problem })
}

fn nanos(text: &str) -> Result<u64, TimeProblem> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits).ok_or(TimeProblem::NotATime)?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let part = part.trim_end_matches('0');
    let is_number = !whole.is_empty() && !part.contains('.') && !number.ends_with('.');
    if !is_number {
        return Err(TimeProblem::NotATime);
    }
    let whole = whole.trim_start_matches('0');
    let is_zero = whole.is_empty() && part.is_empty();
    let nanos = match UNITS.iter().find(|(name, _)| *name == unit) {
        Some((_, nanos)) => *nanos,
        None if is_zero && unit.is_empty() => 0,
        None if unit.is_empty() => return Err(TimeProblem::NoUnit),
        None => return Err(TimeProblem::NotATime),
    };
    if whole.len() > MAX_DIGITS {
        return Err(TimeProblem::TooLong);
    }
    if part.len() > MAX_DIGITS {
        return Err(TimeProblem::TooFine);
    }
    let value = |digits: &str| if digits.is_empty() { Ok(0) } else { digits.parse::<u128>().map_err(|_| TimeProblem::NotATime) };
    let whole = value(whole)? * u128::from(nanos);
    let scale = part.chars().fold(1_u128, |scale, _| scale * 10);
    let fraction = value(part)? * u128::from(nanos);
    if fraction % scale != 0 {
        return Err(TimeProblem::TooFine);
    }
    let total = u64::try_from(whole + fraction / scale).ok().filter(|total| Duration::from_nanos(*total) <= LONGEST);
    total.ok_or(TimeProblem::TooLong)
}

/// Formats a time in seconds, in the syntax that [`duration`] parses.
pub fn shown_time(at: SimTime) -> String {
    let (seconds, nanos) = (at.nanos() / SECOND, at.nanos() % SECOND);
    let part = format!("{nanos:09}");
    match part.trim_end_matches('0') {
        "" => format!("{seconds}s"),
        part => format!("{seconds}.{part}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_and_units_are_exact() {
        for (text, nanos) in [
            ("0", 0),
            ("0s", 0),
            ("0.0", 0),
            ("500ms", 500_000_000),
            ("20s", 20 * SECOND),
            ("0.1s", 100_000_000),
            ("1.5min", 90 * SECOND),
            ("2h", 7_200 * SECOND),
            ("0.000001ms", 1),
            ("00020.50s", 20_500_000_000),
            ("30d", 30 * 86_400 * SECOND),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_nanos(nanos)), "{text}");
        }
        assert_eq!(shown_time(SimTime::from_nanos(20_500_000_000)), "20.5s");
        assert_eq!(shown_time(SimTime::ZERO), "0s");
    }

    #[test]
    fn invalid_times_are_told_apart() {
        let huge = "9".repeat(500);
        for (text, problem) in [
            ("", TimeProblem::NotATime),
            ("s", TimeProblem::NotATime),
            ("20", TimeProblem::NoUnit),
            ("20m", TimeProblem::NotATime),
            ("-1s", TimeProblem::NotATime),
            ("+1s", TimeProblem::NotATime),
            ("1e400s", TimeProblem::NotATime),
            ("NaNs", TimeProblem::NotATime),
            ("infs", TimeProblem::NotATime),
            ("1.2.3s", TimeProblem::NotATime),
            ("1.s", TimeProblem::NotATime),
            (".5s", TimeProblem::NotATime),
            ("0.0000001ms", TimeProblem::TooFine),
            ("31d", TimeProblem::TooLong),
            (&format!("{huge}s"), TimeProblem::TooLong),
            (&huge, TimeProblem::NoUnit),
            (&format!("0.{huge}s"), TimeProblem::TooFine),
            ("\u{1b}[2Js", TimeProblem::NotATime),
        ] {
            assert_eq!(duration(text), Err(TimeError { found: text.to_owned(), problem }), "{text}");
        }
    }
}
