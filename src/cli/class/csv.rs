//! The report on a group as CSV (RFC 4180, but with line feeds), safe to open in a spreadsheet.
//!
//! Names come from other people's files. A cell that begins like a formula gets an apostrophe, so that no spreadsheet runs it.

use hoplight_exam::ExamStage;

use super::group::{Group, Learner};

/// Separates the items of one cell.
const ITEMS: &str = " | ";

/// One line per file, after a line of names.
pub(super) fn csv(group: &Group) -> String {
    let exams = ExamStage::ALL.map(|stage| format!("exam_{}_percent", stage.number()));
    let before = ["name", "file", "exported", "lessons", "mastered", "missions", "drills"];
    let after = [
        "reviews",
        "practice",
        "attempts",
        "days",
        "latest",
        "misconceptions",
        "help",
        "flaws",
        "copied",
        "superseded",
        "dropped",
    ];
    let names = before.into_iter().map(str::to_owned).chain(exams).chain(after.map(str::to_owned));
    let mut text = line(names);
    for learner in &group.learners {
        text += &line(cells(learner).into_iter());
    }
    text
}

fn cells(learner: &Learner) -> Vec<String> {
    let counts = [learner.lessons, learner.mastered, learner.missions, learner.drills].map(|count| count.to_string());
    let exams = ExamStage::ALL.map(|stage| {
        let exam = learner.exams.iter().find(|exam| exam.stage == stage.number());
        exam.map_or_else(String::new, |exam| exam.percent.to_string())
    });
    let more = [learner.reviews, learner.practice, learner.attempts, learner.days].map(|count| count.to_string());
    let help = learner.help.iter().map(|help| format!("{}: {}", help.rule.name(), help.reason));
    let flaws = learner.flaws.iter().map(|flaw| flaw.text.clone());
    let copied = learner.copied.iter().map(|part| format!("{} attempts as in {} ({})", part.attempts, part.file, part.name));
    let mut cells = vec![learner.name.clone(), learner.file.clone(), learner.exported.clone()];
    cells.extend(counts.into_iter().chain(exams).chain(more));
    cells.push(learner.latest.clone().unwrap_or_default());
    cells.push(learner.misconceptions.join(ITEMS));
    for items in [help.collect::<Vec<_>>(), flaws.collect(), copied.collect()] {
        cells.push(items.join(ITEMS));
    }
    cells.extend([if learner.superseded { "yes" } else { "no" }.to_owned(), learner.dropped.to_string()]);
    cells
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|text| cell(&text)).collect();
    cells.join(",") + "\n"
}

/// A cell that a spreadsheet shows as text or as a number, but never evaluates.
fn cell(text: &str) -> String {
    // Some spreadsheets split at semicolons and tabs, so that the rest would be a cell of its own.
    let plain: String = text.chars().map(|c| if matches!(c, ';' | '\t' | '\r' | '\n') { ' ' } else { c }).collect();
    let is_formula = plain.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let safe = if is_formula { format!("'{plain}") } else { plain };
    if safe.contains(['"', ',', '\'']) || safe.trim() != safe { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, expected) in [
            ("Ada Lovelace", "Ada Lovelace"),
            ("12", "12"),
            ("=1+1", "\"'=1+1\""),
            ("  =1+1", "\"'  =1+1\""),
            ("+49", "\"'+49\""),
            ("-2", "\"'-2\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("＝1", "\"'＝1\""),
            ("\t=1", "\"' =1\""),
            ("a;=1", "a =1"),
            ("O'Neil, \"Ada\"", "\"O'Neil, \"\"Ada\"\"\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
