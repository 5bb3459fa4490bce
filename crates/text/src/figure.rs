//! Formatting of numbers.

use hoplight_model::RequestKind;

use crate::phrase::Part;

/// Inserts commas between thousands: `1,234,567`.
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

/// A rate of requests, to the nearest whole number: `1 request/s`, `40 requests/s`.
pub fn requests_per_second(rate: f64) -> String {
    let noun = if (0.5..1.5).contains(&rate) { "request" } else { "requests" };
    format!("{rate:.0} {noun}/s")
}

/// A rate with its unit, as in `1,300 writes/s`.
pub(crate) fn rate(rps: f64, kind: Option<RequestKind>) -> Part {
    let what = match kind {
        None => "requests",
        Some(RequestKind::Static) => "static pages",
        Some(RequestKind::Read) => "reads",
        Some(RequestKind::Write) => "writes",
    };
    Part::value(format_args!("{} {what}/s", number(rps)))
}

/// A fraction as a whole percentage.
pub(crate) fn percent(part: f64) -> Part {
    Part::value(format_args!("{:.0} %", part * 100.0))
}

/// A count with its noun, in the plural if needed.
pub(crate) fn count(count: usize, word: &str) -> Part {
    let digits = thousands(&count.to_string());
    Part::value(format_args!("{digits} {word}{}", if count == 1 { "" } else { "s" }))
}

/// A number rounded to four significant digits, with commas between thousands: `1,177` for 1176.66.
pub(crate) fn rounded(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    // Nine places show a nanosecond, the smallest time.
    let places =
        (1..=9).find(|places| value.abs() * libm::pow(10.0, f64::from(*places)) >= 9_999.5).map_or(9, |places| places - 1);
    let text = format!("{value:.places$}", places = usize::try_from(places).unwrap_or_default());
    let (sign, digits) = text.split_at(usize::from(text.starts_with('-')));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let (whole, rest) = (thousands(whole), rest.trim_end_matches('0'));
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

/// A number with at least three significant digits and commas between thousands. It is rounded down, so that a stated
/// capacity is never more than the actual one.
pub(crate) fn number(value: f64) -> String {
    let places = match value {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    let unit = libm::pow(10.0, -f64::from(places));
    // Compensates for rounding errors just below a whole unit.
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

    #[test]
    fn numbers_for_people_have_four_significant_digits() {
        let values =
            [0.0, 0.05, 0.062_512, 1.5, 66.666_67, 100.5, 588.331_268, 999.96, 1_176.662_536_779_460_7, 2e6, -1_234.5, 1e-9];
        let shown =
            ["0", "0.05", "0.06251", "1.5", "66.67", "100.5", "588.3", "1,000", "1,177", "2,000,000", "-1,234", "0.000000001"];
        assert_eq!(values.map(rounded), shown);
        assert_eq!([f64::INFINITY, f64::NAN].map(rounded), ["inf", "NaN"]);
        assert_eq!([1, 12_345].map(|of| count(of, "connection").to_string()), ["1 connection", "12,345 connections"]);
    }
}
