//! The report as Markdown.

use std::fmt::Write as _;
use std::time::Duration;

use hoplight_curriculum::Demand;
use hoplight_model::RequestKind;

use super::ExamReport;
use crate::grade::ExamScore;

/// Names of the timed parts.
const PARTS: [&str; 3] = ["Draw", "Explain", "Defend"];

impl ExamReport {
    /// The report as a Markdown document, which ends with a newline. `lesson` returns the title of the lesson that teaches a
    /// demand.
    pub fn to_markdown(&self, lesson: impl Fn(Demand) -> Option<String>) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "# Whiteboard exam, stage {}: {}\n", self.stage.number(), self.stage.title());
        let total: Duration = self.spent.iter().sum();
        let _ = writeln!(out, "Result: {} %. Points: {}. Time: {}.\n", self.percent(), points(self.score()), time(total));
        for (part, spent) in PARTS.iter().zip(self.spent) {
            let _ = writeln!(out, "- {part}: {}", time(spent));
        }
        self.write_drawing(&mut out);
        self.write_demands(&mut out);
        self.write_defence(&mut out);
        self.write_revision(lesson, &mut out);
        out
    }

    fn write_drawing(&self, out: &mut String) {
        let _ = writeln!(out, "\n## The drawing\n");
        if self.requirements.is_empty() {
            let _ = writeln!(out, "Nothing was submitted.");
        }
        for report in &self.requirements {
            let _ = writeln!(out, "- [{}] {}", if report.met { "x" } else { " " }, report.text);
        }
        if !self.is_complete {
            if !self.requirements.is_empty() {
                let _ = writeln!(out, "\nThe drawing is not complete, so it could not be analysed.");
            }
            return;
        }
        let _ = writeln!(out, "\n### Single points of failure\n");
        if self.single_points.is_empty() {
            let _ = writeln!(out, "No server or program alone stops a kind of request.");
        }
        for (element, kinds) in &self.single_points {
            let kinds: Vec<&str> = kinds.iter().map(|kind| plural(*kind)).collect();
            let _ = writeln!(out, "- {element} stops {}", kinds.join(", "));
        }
    }

    fn write_demands(&self, out: &mut String) {
        let _ = writeln!(out, "\n## Explained\n");
        for (demand, score) in &self.coverage {
            let result = if score.of == 0 { "not reached".to_owned() } else { points(*score) };
            let _ = writeln!(out, "- {}: {result}", demand.title());
        }
        if self.elements.of > 0 {
            let _ = writeln!(out, "- Elements of the drawing: {}", points(self.elements));
        }
        if self.unanswered > 0 {
            let _ = writeln!(out, "\nQuestions not reached: {}.", self.unanswered);
        }
    }

    fn write_defence(&self, out: &mut String) {
        let _ = writeln!(out, "\n## Defended\n");
        if self.defended.is_empty() {
            let _ = writeln!(out, "No questions were asked about the drawing.");
        }
        for (topic, score) in &self.defended {
            let _ = writeln!(out, "- {}: {}", topic.title(), points(*score));
        }
    }

    fn write_revision(&self, lesson: impl Fn(Demand) -> Option<String>, out: &mut String) {
        let _ = writeln!(out, "\n## To revise\n");
        if self.revise.is_empty() {
            let _ = writeln!(out, "Nothing: every part was explained well.");
        }
        for demand in &self.revise {
            let lesson = lesson(*demand).map(|title| format!(": lesson \"{title}\"")).unwrap_or_default();
            let _ = writeln!(out, "- {}{lesson}", demand.title());
        }
    }
}

/// Points with half points, as in `3.5 of 4 (88 %)`.
fn points(score: ExamScore) -> String {
    let half = |halves: u32| if halves.is_multiple_of(2) { format!("{}", halves / 2) } else { format!("{}.5", halves / 2) };
    format!("{} of {} ({:.0} %)", half(score.halves), half(score.of), score.share() * 100.0)
}

/// Minutes and seconds.
fn time(of: Duration) -> String {
    let seconds = of.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

const fn plural(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Static => "static pages",
        RequestKind::Read => "reads",
        RequestKind::Write => "writes",
    }
}
