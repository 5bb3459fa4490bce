//! The report in the panel: the result, what to revise, and how each demand was met.

use hoplight_exam::{ExamMode, ExamScore};
use hoplight_model::RequestKind;

use super::ExamResult;
use super::lines::clock;
use crate::action::ExamAction;
use crate::keymap::Keymap;
use crate::line::Page;
use crate::task::choices::CURSOR;
use crate::tone::Tone;

/// Names of the timed parts.
const PARTS: [&str; 3] = ["draw", "explain", "defend"];

/// Share of the points below which a demand is to be revised, as in the report.
const ENOUGH: f64 = 0.75;

/// Writes the report.
pub(super) fn write(result: &ExamResult, mode: ExamMode, keymap: &Keymap, page: &mut Page) {
    let report = &result.report;
    let percent = report.percent();
    let counts = if mode == ExamMode::Practice { " (practice: not recorded)" } else { "" };
    page.text(Tone::Name, &format!("Result: {percent} %{counts}"));
    let parts: Vec<String> = PARTS.iter().zip(report.spent).map(|(part, spent)| format!("{part} {}", clock(spent))).collect();
    page.text(Tone::Dim, &format!("Time: {}", parts.join(", ")));
    match &result.saved {
        Some(Ok(place)) => page.text(Tone::Dim, &format!("Saved as {place}")),
        Some(Err(why)) => page.text(Tone::Bad, why),
        None => {}
    }
    if report.revise.is_empty() {
        page.text(Tone::Good, "Nothing to revise: every demand was met.");
    } else {
        page.text(Tone::Name, &format!("To revise ({} opens the lesson)", keymap.label(ExamAction::Confirm)));
    }
    for (number, revision) in result.lessons.iter().enumerate() {
        let titles: Vec<&str> = revision.demands.iter().map(|demand| demand.title()).collect();
        let sign = if number == result.cursor { CURSOR } else { " " };
        page.item(Tone::Accent, &format!("{sign} "), Tone::Text, &format!("{}: {}", revision.title, titles.join("; ")), None);
    }
    page.text(Tone::Name, "Drawing");
    let open = report.open().count();
    if open == 0 {
        page.item(Tone::Good, "✓ ", Tone::Text, "Every requirement is met.", None);
    }
    for requirement in report.open() {
        page.item(Tone::Bad, "✗ ", Tone::Text, requirement.text, None);
    }
    if !report.is_complete {
        page.item(Tone::Bad, "✗ ", Tone::Text, "The drawing is incomplete, so there were no questions about it.", None);
    }
    for (element, kinds) in &report.single_points {
        let kinds: Vec<&str> = kinds.iter().map(|kind| plural(*kind)).collect();
        page.item(Tone::Warn, "! ", Tone::Text, &format!("{element} alone stops {}", kinds.join(", ")), None);
    }
    page.text(Tone::Name, "Explained");
    for (demand, score) in &report.coverage {
        write_score(page, demand.title(), *score);
    }
    if report.elements.of > 0 {
        write_score(page, "Elements of the drawing", report.elements);
    }
    if !report.defended.is_empty() {
        page.text(Tone::Name, "Defended");
    }
    for (topic, score) in &report.defended {
        write_score(page, topic.title(), *score);
    }
}

fn write_score(page: &mut Page, title: &str, score: ExamScore) {
    if score.of == 0 {
        return page.item(Tone::Bad, "✗ ", Tone::Dim, &format!("{title}: not reached"), None);
    }
    let (tone, mark) = if score.share() >= ENOUGH { (Tone::Good, "✓ ") } else { (Tone::Bad, "✗ ") };
    page.item(tone, mark, Tone::Text, &format!("{title}: {:.0} %", score.share() * 100.0), None);
}

const fn plural(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Static => "static pages",
        RequestKind::Read => "reads",
        RequestKind::Write => "writes",
    }
}
