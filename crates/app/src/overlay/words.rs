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

/// What happens to the kinds of request, as in `writes stop, static pages and reads still work`.
pub(super) fn fate(stops: &[RequestKind], goes_on: &[RequestKind]) -> String {
    match (stops, goes_on) {
        ([], []) => "nothing works anyway".to_owned(),
        ([], on) => format!("{} still work", kinds(on)),
        (stop, []) => format!("{} stop", kinds(stop)),
        (stop, on) => format!("{} stop, {} still work", kinds(stop), kinds(on)),
    }
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
        assert_eq!(fate(&[Write], &[Static, Read]), "writes stop, static pages and reads still work");
        assert_eq!(fate(&[Static, Read, Write], &[]), "static pages, reads and writes stop");
        assert_eq!(fate(&[], &[Read]), "reads still work");
        assert_eq!(fate(&[], &[]), "nothing works anyway");
    }
}
