//! Formats numbers, tables and paragraphs for text output.

use hoplight_model::text::{self, wrap};

/// Placeholder for a missing value.
const NOTHING: &str = "-";

/// Formats a number with about three significant digits, and without decimals from 100 on.
pub(in crate::cli) fn number(value: impl Into<Option<f64>>) -> String {
    match value.into().filter(|value| value.is_finite()) {
        None => NOTHING.to_owned(),
        Some(value) => match value.abs() {
            size if size >= 99.95 => format!("{value:.0}"),
            size if size >= 9.995 => format!("{value:.1}"),
            size if (0.0005..0.9995).contains(&size) => format!("{value:.3}"),
            _ => format!("{value:.2}"),
        },
    }
}

/// Formats a rate, rounded down so that it is not overstated.
pub(in crate::cli) fn rounded_down(rps: impl Into<Option<f64>>) -> String {
    number(rps.into().map(|rps| {
        let unit = if rps >= 99.95 { 1.0 } else { 10.0 };
        (rps * unit).floor() / unit
    }))
}

/// Formats a fraction as a percentage.
pub(in crate::cli) fn percent(value: impl Into<Option<f64>>) -> String {
    value.into().map_or_else(|| NOTHING.to_owned(), |value| format!("{:.2} %", value * 100.0))
}

/// Formats a time in seconds, without trailing zeros.
pub(in crate::cli) fn seconds(value: f64) -> String {
    let text = format!("{value:.3}");
    format!("{} s", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Maximum line width in columns.
const WIDTH: usize = 80;

/// Alignment of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Align {
    Left,
    Right,
}

/// Formats a table, indented by two: the first column left-aligned, the others right-aligned.
pub(in crate::cli) fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let aligns: Vec<Align> = (0..count).map(|column| if column == 0 { Align::Left } else { Align::Right }).collect();
    aligned(rows, &aligns)
}

/// Formats a table, indented by two. A left-aligned last column is wrapped if it is too wide.
pub(in crate::cli) fn aligned(rows: &[Vec<String>], aligns: &[Align]) -> String {
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| text::width(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..aligns.len()).map(width).collect();
    let before_last: usize = widths.iter().rev().skip(1).map(|width| width + 2).sum::<usize>() + 2;
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (place, (cell, width)) in row.iter().zip(&widths).enumerate() {
            if place + 1 == aligns.len() && aligns[place] == Align::Left {
                let folded = wrap(cell, WIDTH.saturating_sub(before_last).max(20));
                line.extend(["  ", &folded.join(&format!("\n{}", " ".repeat(before_last)))]);
                continue;
            }
            // `width` counts terminal columns; the padding of `format!` would count characters.
            let gap = " ".repeat(width.saturating_sub(text::width(cell)));
            let (left, right) = if aligns[place] == Align::Left { (cell, &gap) } else { (&gap, cell) };
            line.extend(["  ", left, right]);
        }
        text += line.trim_end();
        text += "\n";
    }
    text
}

/// Wraps text to 80 columns with an indent.
pub(in crate::cli) fn paragraph(words: &str, indent: usize) -> String {
    hanging("", words, indent)
}

/// Like [`paragraph`], but starts with a lead such as a dash and indents the other lines to match.
pub(in crate::cli) fn hanging(lead: &str, words: &str, indent: usize) -> String {
    let gap = " ".repeat(indent);
    let blank = " ".repeat(text::width(lead));
    let lines = wrap(words, WIDTH.saturating_sub(indent + text::width(lead)).max(20));
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        text.extend([gap.as_str(), if number == 0 { lead } else { &blank }, line, "\n"]);
    }
    text
}

/// Formats a count with its noun, adding `s` for the plural.
pub(in crate::cli) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_sensible_digits() {
        let shown = [0.0, 0.000_1, 0.001_23, 0.123_4, 0.999_6, 1.234_5, 9.996, 12.345, 99.96, 1_234.5].map(number);
        assert_eq!(shown, ["0.00", "0.00", "0.001", "0.123", "1.00", "1.23", "10.0", "12.3", "100", "1234"]);
        assert_eq!(
            (number(None), number(f64::NAN), percent(0.0123), percent(None)),
            ("-".into(), "-".into(), "1.23 %".into(), "-".into())
        );
        assert_eq!([60.0, 0.5, 0.0, 12.345_6].map(seconds), ["60 s", "0.5 s", "0 s", "12.346 s"]);
    }

    #[test]
    fn rates_are_rounded_down() {
        assert_eq!([524.84, 99.99, 9.99, 0.0].map(rounded_down), ["524", "99.0", "9.90", "0.00"]);
        assert_eq!(rounded_down(None), "-");
    }

    #[test]
    fn lines_after_a_lead_are_aligned() {
        let text = hanging("- ", &"word ".repeat(20), 2);
        assert!(text.starts_with("  - word word") && text.contains("\n    word") && text.lines().count() == 2, "{text}");
        assert!(text.lines().all(|line| text::width(line) <= WIDTH));
        assert_eq!([counted(1, "hop"), counted(0, "hop")], ["1 hop", "0 hops"]);
    }

    #[test]
    fn columns_are_aligned() {
        let rows = [vec!["a".to_owned(), "long".to_owned()], vec!["wider".to_owned(), "1".to_owned()]];
        assert_eq!(columns(&rows), "  a      long\n  wider     1\n");
    }
}
