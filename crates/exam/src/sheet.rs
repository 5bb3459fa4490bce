//! The mentor's sheet: everything that an examiner needs, on paper.

use std::fmt::Write as _;

use hoplight_model::scenario::Scenario;
use hoplight_model::{Element, Infrastructure};

use crate::content::{ExamContent, ExplainQuestion, ExplainSubject};
use crate::defend::defend;
use crate::requirement::requirements;
use crate::stage::ExamStage;

/// A sheet for a human examiner in Markdown: the task, the requirement list, each question with its key points and common
/// mistakes, and questions about the drawing with their answers.
pub fn mentor_sheet(content: &ExamContent, stage: ExamStage, infra: &Infrastructure, seed: u64) -> String {
    let scenario = Scenario::from(infra);
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "# Mentor's sheet, stage {}: {}\n", stage.number(), stage.title());
    let _ = writeln!(out, "{} Thirty minutes at the whiteboard, no notes.\n", stage.task());
    let _ = writeln!(out, "## The drawing must contain\n");
    for report in requirements(stage, &scenario) {
        let _ = writeln!(out, "- [{}] {}", if report.met { "x" } else { " " }, report.text);
    }
    let all = content.explain(stage, &scenario);
    let (parts, demands): (Vec<ExplainQuestion<'_>>, Vec<ExplainQuestion<'_>>) =
        all.into_iter().partition(|question| matches!(question.item.about, ExplainSubject::Part(_)));
    let (deeper, own) = demands.into_iter().partition(|question| question.item.follow_up);
    for (title, questions) in [("Elements of the drawing", parts), ("Questions", own), ("To go deeper", deeper)] {
        let _ = writeln!(out, "\n## {title}");
        for question in &questions {
            write_question(&mut out, question);
        }
    }
    let _ = writeln!(out, "\n## About this drawing");
    for question in defend(infra, seed) {
        let _ = writeln!(out, "\n### {}\n", question.prompt);
        for option in &question.options {
            let mark = if option.is_right { "x" } else { " " };
            let _ = writeln!(out, "- [{mark}] {}: {}", option.says.trim_end_matches('.'), option.why);
        }
    }
    out
}

fn write_question(out: &mut String, question: &ExplainQuestion<'_>) {
    let _ = writeln!(out, "\n### {}\n", question.item.prompt);
    if !question.elements.is_empty() {
        let names: Vec<String> = question.elements.iter().map(Element::to_string).collect();
        let _ = writeln!(out, "In this drawing: {}.\n", names.join(", "));
    }
    for point in &question.item.points {
        let _ = writeln!(out, "- [ ] {point}");
    }
    let _ = writeln!(out, "\nCommon mistakes:\n");
    for wrong in &question.item.wrong {
        let _ = writeln!(out, "- \"{}\" {}", wrong.says, wrong.correction);
    }
}
