//! The missions of the program, and messages about them.
#![expect(clippy::disallowed_methods, reason = "tests read the content from the folder")]

use std::path::{Path, PathBuf};

use hoplight_mission::{Mission, MissionReport, Missions, text};
use hoplight_model::scenario::Scenario;
use hoplight_model::{Infrastructure, ScenarioId};

pub(crate) const SEED: u64 = 7;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn shipped(id: &ScenarioId) -> Option<Scenario> {
    let file = format!("{id}.ron");
    let text = std::fs::read_to_string(root().join("assets").join(&file)).ok()?;
    Infrastructure::from_ron(&file, &text).ok().map(|infra| Scenario::from(&infra))
}

pub(crate) fn missions() -> Missions {
    let folder = std::fs::read_dir(root().join("lessons/missions")).expect("the folder exists");
    let mut files: Vec<(String, String)> = folder
        .map(|entry| entry.expect("the folder is readable"))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read_to_string(entry.path())))
        .map(|(file, text)| (file, text.expect("the file is UTF-8")))
        .collect();
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
    Missions::read(&files, shipped).unwrap_or_else(|errors| panic!("{}", list(errors.iter().map(ToString::to_string))))
}

pub(crate) fn list(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

/// The goals with their figures, for messages.
pub(crate) fn told(mission: &Mission, report: &MissionReport) -> String {
    let goals = mission.goals().iter().zip(&report.goals);
    let lines = goals
        .map(|(goal, found)| format!("  [{}] {}", if found.met { "x" } else { " " }, text::goal_sentence(mission, goal, found)));
    let obstacle = report.obstacle.iter().map(|obstacle| format!("  ! {}", text::obstacle(obstacle)));
    format!("{}:\n{}", mission.id(), list(obstacle.chain(lines)))
}
