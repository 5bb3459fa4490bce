//! `hoplight exam`: opens the whiteboard exam, or prints the mentor's sheet.

use anyhow::{anyhow, bail};
use clap::Args;

use hoplight_app::{App, Catalogue};
use hoplight_exam::{ExamMode, ExamStage, mentor_sheet, requirements};
use hoplight_lesson::Library;
use hoplight_model::Infrastructure;
use hoplight_model::scenario::Scenario;
use hoplight_model::text::sanitise;

use super::commands;

/// Arguments of `exam`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct ExamArguments {
    /// Number of the stage, 0 to 3, or a word of its title [default: drawn by lot]
    #[arg(value_name = "STAGE")]
    stage: Option<String>,

    /// Practise: no time limit, every question, can be paused
    #[arg(long, conflicts_with = "sheet")]
    practice: bool,

    /// Print the mentor's sheet for a stage or for a drawing, with the answers, as Markdown
    #[arg(long, value_name = "STAGE|NAME|FILE")]
    pub(super) sheet: Option<String>,
}

/// Opens the exam.
pub(super) fn open(app: &mut App, asked: &ExamArguments, seed: u64) -> anyhow::Result<()> {
    let stage = asked.stage.as_deref().map(known).transpose()?;
    let mode = if asked.practice { ExamMode::Practice } else { ExamMode::Exam };
    app.open_exam(stage, mode, Some(seed));
    Ok(())
}

/// Opens an exam or generated practice by its name on the course map. Returns whether there is one.
pub(super) fn open_named(app: &mut App, name: &str) -> bool {
    let stage = name.strip_prefix("exam-").and_then(|number| number.parse().ok()).and_then(ExamStage::numbered);
    match (name, stage) {
        (_, Some(_)) | ("exam", None) => app.open_exam(stage, ExamMode::Exam, None),
        ("find-the-flaws", None) => app.open_puzzle(),
        (_, None) => return false,
    }
    true
}

/// Prints the mentor's sheet: of a stage's reference design, or of a drawing.
pub(super) fn sheet(library: &Library, catalogue: &Catalogue, asked: &ExamArguments, seed: u64) -> anyhow::Result<()> {
    let what = asked.sheet.as_deref().ok_or_else(|| anyhow!("name a stage or a drawing"))?;
    let named = asked.stage.as_deref().map(known).transpose()?;
    let of_stage = find(what);
    let infra = match of_stage {
        Some(stage) => commands::find_scenario(library, stage.reference().as_str())?,
        None => commands::find_scenario(library, what)?,
    };
    let stage = of_stage.or(named).unwrap_or_else(|| likely(&infra));
    commands::print(&mentor_sheet(&catalogue.exam, stage, &infra, seed))
}

/// The stage whose task a drawing solves best; of equal ones, the last.
fn likely(infra: &Infrastructure) -> ExamStage {
    let drawing = Scenario::from(infra);
    let share = |stage: &ExamStage| {
        let reports = requirements(*stage, &drawing);
        let met = reports.iter().filter(|report| report.met).count();
        met * 1000 / reports.len().max(1)
    };
    ExamStage::ALL.into_iter().max_by_key(share).unwrap_or(ExamStage::Simple)
}

/// Finds a stage by its number or a word of its title.
fn find(name: &str) -> Option<ExamStage> {
    let name = name.trim().to_lowercase();
    let number = name.strip_prefix("stage").unwrap_or(&name).trim_matches([' ', '-']);
    if let Some(stage) = number.parse().ok().and_then(ExamStage::numbered) {
        return Some(stage);
    }
    let has = |stage: &ExamStage| stage.title().to_lowercase().split(' ').any(|word| word == name);
    let mut found = ExamStage::ALL.into_iter().filter(has);
    found.next().filter(|_| found.next().is_none())
}

fn known(name: &str) -> anyhow::Result<ExamStage> {
    let Some(stage) = find(name) else {
        let titles: Vec<String> = ExamStage::ALL.iter().map(|stage| format!("{} ({})", stage.number(), stage.title())).collect();
        bail!("no stage `{}`; the stages are {}", sanitise(name), titles.join(", "));
    };
    Ok(stage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_found_by_number_and_by_a_word_that_only_they_have() {
        assert_eq!(find("2"), Some(ExamStage::Secured));
        assert_eq!(find("stage 3"), Some(ExamStage::Scaled));
        assert_eq!(find("Secured"), Some(ExamStage::Secured));
        assert_eq!(find("web"), None, "three stages have this word");
        assert_eq!(find("4"), None);
    }
}
