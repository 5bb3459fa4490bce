//! Figures for people.

use hoplight_model::RequestKind;

use crate::phrase::Part;

/// The digits of a whole number with commas between thousands: `1,234,567`.
pub fn thousands(digits: &str) -> String {
    let mut apart = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    apart
}

/// A rate with the word for what comes, as in `1,300 writes/s`.
pub(crate) fn rate(rps: f64, kind: Option<RequestKind>) -> Part {
    let what = match kind {
        None => "requests",
        Some(RequestKind::Static) => "static pages",
        Some(RequestKind::Read) => "reads",
        Some(RequestKind::Write) => "writes",
    };
    Part::value(format_args!("{} {what}/s", number(rps)))
}

/// A part of one as a whole percentage.
pub(crate) fn percent(part: f64) -> Part {
    Part::value(format_args!("{:.0} %", part * 100.0))
}

/// A count with its word.
pub(crate) fn count(count: usize, word: &str) -> Part {
    Part::value(format_args!("{count} {word}{}", if count == 1 { "" } else { "s" }))
}

/// A number with three digits or all before the point, and commas between thousands. The rest is rounded down: a capacity
/// that is promised is there.
pub(crate) fn number(value: f64) -> String {
    let places = match value {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    let unit = libm::pow(10.0, -f64::from(places));
    // What is short of a whole unit by an error of computation is that unit.
    let rounded = libm::floor(value / unit + 1e-6) * unit;
    let text = format!("{rounded:.prec$}", prec = usize::try_from(places).unwrap_or_default());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), ""), |(whole, rest)| (whole, rest.trim_end_matches('0')));
    let apart = thousands(whole);
    if rest.is_empty() { apart } else { format!("{apart}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_down_and_grouped() {
        let shown = [0.0, 0.0625, 9.999, 12.34, 160.0, 999.9, 1_300.0, 1_234_567.8].map(number);
        assert_eq!(shown, ["0", "0.06", "9.99", "12.3", "160", "999", "1,300", "1,234,567"]);
        assert_eq!(number(1.0 / 0.001 * 1.3), "1,300");
    }
}
