//! Lengths of time as people type them: `500ms`, `20s`, `1.5min`, `2h`, `30d`.
//!
//! Exact: decimals are counted in whole nanoseconds, not in floating point.

use std::time::Duration;

use crate::time::{SECOND, SimTime};
use hoplight_model::text::sanitise;

/// The longest time that is read: 30 days.
pub const LONGEST: Duration = Duration::from_secs(30 * 86_400);

/// Units with their nanoseconds.
const UNITS: [(&str, u64); 5] =
    [("ms", SECOND / 1_000), ("s", SECOND), ("min", 60 * SECOND), ("h", 3_600 * SECOND), ("d", 86_400 * SECOND)];
/// Most digits on either side of the point.
const MAX_DIGITS: usize = 18;

/// Reads a length of time: a decimal number and a unit, without a blank. Zero needs no unit.
///
/// # Errors
/// Says what is expected, or what is wrong with the number.
pub fn duration(text: &str) -> Result<Duration, String> {
    let shown = || {
        let start: String = text.chars().take(24).collect();
        let cut = if start.len() < text.len() { "…" } else { "" };
        format!("`{}{cut}`", sanitise(&start).replace('\n', " "))
    };
    let expected = || format!("expected a time such as 500ms, 20s, 1.5min, 2h or 30d; found {}", shown());
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits).ok_or_else(expected)?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let part = part.trim_end_matches('0');
    let is_number = !whole.is_empty() && !part.contains('.') && !number.ends_with('.');
    if !is_number {
        return Err(expected());
    }
    let whole = whole.trim_start_matches('0');
    let is_zero = whole.is_empty() && part.is_empty();
    let nanos = match UNITS.iter().find(|(name, _)| *name == unit) {
        Some((_, nanos)) => *nanos,
        None if is_zero && unit.is_empty() => 0,
        None if unit.is_empty() => {
            return Err(format!("a time has a unit, such as {number}s; found {}", shown(), number = brief(number)));
        }
        None => return Err(expected()),
    };
    let longest = || format!("a time is at most {} days; found {}", LONGEST.as_secs() / 86_400, shown());
    if whole.len() > MAX_DIGITS {
        return Err(longest());
    }
    let value = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<u128>().ok() };
    let too_fine = || format!("a time is a whole number of nanoseconds; found {}", shown());
    if part.len() > MAX_DIGITS {
        return Err(too_fine());
    }
    let whole = value(whole).ok_or_else(expected)? * u128::from(nanos);
    let scale = part.chars().fold(1_u128, |scale, _| scale * 10);
    let fraction = value(part).ok_or_else(expected)? * u128::from(nanos);
    if fraction % scale != 0 {
        return Err(too_fine());
    }
    let total = u64::try_from(whole + fraction / scale).map(Duration::from_nanos).ok().filter(|total| *total <= LONGEST);
    total.ok_or_else(longest)
}

fn brief(number: &str) -> String {
    number.chars().take(12).collect()
}

/// A time as [`duration`] reads it, in seconds.
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
    fn what_is_no_time_is_told_apart() {
        let huge = "9".repeat(500);
        for (text, says) in [
            ("", "expected a time such as"),
            ("s", "expected a time such as"),
            ("20", "has a unit, such as 20s"),
            ("20m", "expected a time such as"),
            ("-1s", "expected a time such as"),
            ("+1s", "expected a time such as"),
            ("1e400s", "expected a time such as"),
            ("NaNs", "expected a time such as"),
            ("infs", "expected a time such as"),
            ("1.2.3s", "expected a time such as"),
            ("1.s", "expected a time such as"),
            (".5s", "expected a time such as"),
            ("0.0000001ms", "whole number of nanoseconds"),
            ("31d", "at most 30 days"),
            (&format!("{huge}s"), "at most 30 days"),
            (&huge, "has a unit"),
            (&format!("0.{huge}s"), "whole number of nanoseconds"),
            ("\u{1b}[2Js", "found `\u{fffd}[2Js`"),
        ] {
            let error = duration(text).expect_err(text);
            assert!(error.contains(says) && error.len() < 200, "{text}: {error}");
        }
    }
}
