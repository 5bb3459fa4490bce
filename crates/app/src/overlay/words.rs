//! Wording shared by the overlays.

use hoplight_model::RequestKind;
use hoplight_text::thousands;

/// Returns a kind of request as a plural noun.
pub(super) const fn plural(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Static => "static pages",
        RequestKind::Read => "reads",
        RequestKind::Write => "writes",
    }
}

/// Joins words into a list.
pub(super) fn listed<W: AsRef<str>>(words: &[W]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match &words[..] {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Joins kinds of request into a list.
pub(super) fn kinds(kinds: &[RequestKind]) -> String {
    listed(&kinds.iter().map(|kind| plural(*kind)).collect::<Vec<_>>())
}

/// What happens to the kinds of request, as in `writes stop, some reads fail, static pages still work`.
pub(super) fn fate(stops: &[RequestKind], degrades: &[RequestKind], goes_on: &[RequestKind]) -> String {
    let said = [
        (stops, kinds(stops) + " stop"),
        (degrades, format!("some {} fail", kinds(degrades))),
        (goes_on, kinds(goes_on) + " still work"),
    ];
    let said: Vec<String> = said.into_iter().filter(|(kinds, _)| !kinds.is_empty()).map(|(_, text)| text).collect();
    if said.is_empty() { "nothing works anyway".to_owned() } else { said.join(", ") }
}

/// Formats a count with its noun.
pub(super) fn count(count: usize, one: &str, many: &str) -> String {
    match count {
        0 => format!("no {one}"),
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

/// Formats a rate with thousands separators. Fractional rates below ten keep one decimal.
pub(super) fn per_second(rate: f64) -> String {
    if rate < 10.0 && rate.fract() != 0.0 {
        return format!("{rate:.1}/s");
    }
    thousands(&format!("{rate:.0}")) + "/s"
}

/// A fraction as a percentage, such as `12 %`.
pub(super) fn percent(part: f64) -> String {
    if part > 0.0 && part < 0.005 { "<1 %".to_owned() } else { format!("{:.0} %", part * 100.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_formatted_for_readers() {
        let shown = [0.0, 0.25, 9.0, 9.96, 100.0, 999.6, 11_384.0, 1_234_567.0].map(per_second);
        assert_eq!(shown, ["0/s", "0.2/s", "9/s", "10.0/s", "100/s", "1,000/s", "11,384/s", "1,234,567/s"]);
    }

    #[test]
    fn stopped_and_working_kinds_are_listed_separately() {
        use RequestKind::{Read, Static, Write};
        assert_eq!(fate(&[Write], &[], &[Static, Read]), "writes stop, static pages and reads still work");
        assert_eq!(fate(&[Static, Read, Write], &[], &[]), "static pages, reads and writes stop");
        assert_eq!(fate(&[], &[], &[Read]), "reads still work");
        assert_eq!(fate(&[Write], &[Read], &[Static]), "writes stop, some reads fail, static pages still work");
        assert_eq!(fate(&[], &[], &[]), "nothing works anyway");
    }
}
