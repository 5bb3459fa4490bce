//! The comparison table: current user experience, analysis results, and the findings of only one design.
//!
//! Differences are marked as better or worse for the second design.

use std::time::Duration;

use hoplight_analysis::{Cause, Severity};
use hoplight_sim::Simulation;

use crate::action::SelectAction;
use crate::comparison::figures::Figures;
use crate::line::{Line, Page};
use crate::tone::Tone;

/// The window over which users' experience is measured.
const WINDOW: Duration = Duration::from_secs(10);
/// Width of a number in columns, and of a name on a narrow screen.
const NUMBER: usize = 9;
const NAME: usize = 17;
/// Maximum number of findings listed per design.
const MOST_RULES: usize = 6;

/// Measurements vary randomly. A difference below these limits, absolute in the row's unit and relative to the larger value, is
/// treated as noise.
const LEAST: f64 = 0.1;
const LEAST_PART: f64 = 0.01;

/// Which direction is better.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Better {
    Less,
    More,
    Neither,
}

/// One quantity of both designs.
struct ComparisonRow {
    name: &'static str,
    values: [Option<f64>; 2],
    better: Better,
    digits: usize,
    /// Smaller differences count as equal.
    least: f64,
}

/// Returns the lines for a width in columns.
pub(super) fn lines(sims: [&Simulation; 2], figures: &[Figures; 2], width: u16) -> Vec<Line> {
    let mut page = Page::new(width.saturating_sub(2));
    let name = usize::from(width).saturating_sub(3 + 3 * NUMBER).clamp(NAME, 34);
    page.line(head("users, last 10 s", name));
    for row in measured(sims) {
        page.line(line(&row, name));
    }
    page.gap();
    page.line(head("on paper", name));
    for row in on_paper(figures) {
        page.line(line(&row, name));
    }
    page.text(Tone::Dim, "✓ B is better, ✗ B is worse, same: within noise or rounding, –: unknown");
    for (letter, own, other) in [("A", &figures[0], &figures[1]), ("B", &figures[1], &figures[0])] {
        page.gap();
        let only = own.only_here(other);
        page.text(Tone::Name, &format!("found only in {letter}"));
        if only.is_empty() {
            page.text(Tone::Dim, "nothing");
        }
        for (finding, subjects) in only.iter().take(MOST_RULES) {
            let tone = match finding.severity() {
                Severity::Error => Tone::Bad,
                Severity::Warning => Tone::Warn,
                Severity::Note => Tone::Dim,
            };
            let names = subjects.join(", ");
            let of = if names == "design" { String::new() } else { format!(": {names}") };
            let select = finding.subject.as_ref().and_then(Cause::element).map(|element| SelectAction::Element(element).into());
            page.item(tone, "· ", Tone::Text, &format!("{}{of}", hoplight_text::rule(finding.rule()).title), select.as_ref());
        }
        if only.len() > MOST_RULES {
            page.text(Tone::Dim, &format!("and {} more; see `hoplight compare`", only.len() - MOST_RULES));
        }
    }
    page.lines()
}

fn head(title: &str, name: usize) -> Line {
    Line::new(Tone::Name, format!("{title:<name$}"))
        .with(Tone::Accent, format!("{:>NUMBER$}{:>NUMBER$}", "A", "B"))
        .with(Tone::Dim, format!("{:>NUMBER$}", "B − A  "))
}

fn measured(sims: [&Simulation; 2]) -> Vec<ComparisonRow> {
    let seen = sims.map(|sim| sim.experience(WINDOW, None));
    let seconds = sims.map(|sim| sim.now().as_secs_f64().min(WINDOW.as_secs_f64()));
    let of = |at: usize, value: f64| (seconds[at] > 0.0).then_some(value);
    let row = |name, values: [Option<f64>; 2], better, digits| {
        let larger = values.into_iter().flatten().fold(0.0, f64::max);
        ComparisonRow { name, values, better, digits, least: LEAST.max(larger * LEAST_PART) }
    };
    vec![
        row("goodput /s", [0, 1].map(|at| of(at, f64::from(seen[at].completed) / seconds[at])), Better::More, 1),
        row("failed %", [0, 1].map(|at| seen[at].error_ratio().map(|ratio| ratio * 100.0)), Better::Less, 1),
        row("p50 ms", [0, 1].map(|at| seen[at].p50_ms), Better::Less, 0),
        row("p99 ms", [0, 1].map(|at| seen[at].p99_ms), Better::Less, 0),
        row("in flight", sims.map(|sim| Some(sim.in_flight() as f64)), Better::Less, 0),
        row("failed in total", sims.map(|sim| Some(sim.totals().failed as f64)), Better::Less, 0),
    ]
}

fn on_paper(figures: &[Figures; 2]) -> Vec<ComparisonRow> {
    let of = |get: &dyn Fn(&Figures) -> Option<f64>| [get(&figures[0]), get(&figures[1])];
    let row = |name, values, better, digits| ComparisonRow { name, values, better, digits, least: 0.0 };
    vec![
        row("readable hops", of(&|it| Some(it.exposed as f64)), Better::Less, 0),
        row("single points", of(&|it| it.single_points.map(|count| count as f64)), Better::Less, 0),
        row("down, hours/year", of(&|it| Some(it.hours_down)), Better::Less, 1),
        row("saturation /s", of(&|it| it.most_rps.map(f64::floor)), Better::More, 0),
        row("TLS ms per login", of(&|it| Some(it.tls_ms)), Better::Neither, 1),
    ]
}

/// Returns the smallest difference that does not round to 0.
fn rounded(digits: usize) -> f64 {
    0.5 / f64::powi(10.0, i32::try_from(digits).unwrap_or(0))
}

/// Formats a quantity as a line: name, both values, difference and verdict.
fn line(row: &ComparisonRow, name: usize) -> Line {
    let digits = row.digits;
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"));
    let [a, b] = row.values.map(number);
    let (tone, difference) = match row.values {
        [Some(first), Some(second)] if a == b || (second - first).abs() < row.least.max(rounded(digits)) => {
            (Tone::Dim, "same  ".to_owned())
        }
        [Some(first), Some(second)] => {
            let tone = match (row.better, second < first) {
                (Better::Neither, _) => Tone::Text,
                (Better::Less, true) | (Better::More, false) => Tone::Good,
                _ => Tone::Bad,
            };
            // A mark as well as a colour: readers must not have to guess which direction is better.
            let sign = if second < first { "−" } else { "+" };
            let mark = match tone {
                Tone::Good => "✓",
                Tone::Bad => "✗",
                _ => " ",
            };
            (tone, format!("{sign}{:.digits$} {mark}", (second - first).abs()))
        }
        _ => (Tone::Dim, String::new()),
    };
    Line::new(Tone::Dim, format!("{:<name$}", row.name))
        .with(Tone::Text, format!("{a:>NUMBER$}{b:>NUMBER$}"))
        .with(tone, format!("{difference:>NUMBER$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(a: f64, b: f64, digits: usize, least: f64) -> String {
        let row = ComparisonRow { name: "p50 ms", values: [Some(a), Some(b)], better: Better::Less, digits, least };
        line(&row, NAME).text()
    }

    #[test]
    fn a_difference_within_noise_or_rounding_counts_as_none() {
        // The numbers round differently, but their difference rounds to 0.
        assert!(formatted(98.6, 98.4, 0, 0.0).contains("same"));
        assert!(formatted(250.0, 248.0, 0, 2.5).contains("same"));
        assert!(formatted(250.0, 247.0, 0, 2.5).contains("−3 ✓"));
        assert!(formatted(98.0, 99.0, 0, 0.0).contains("+1 ✗"));
        assert!(formatted(14.0, 14.2, 1, 0.0).contains("+0.2 ✗"));
    }
}
