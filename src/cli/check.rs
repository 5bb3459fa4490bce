//! `hoplight check`: reports every mistake in content files.
//!
//! Mistakes in one file do not stop the check of the others. Kinds of request that never succeed in a scenario are reported as
//! warnings, since a scenario may be unfinished on purpose.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{anyhow, bail};

use crate::content::{EMBEDDED, REVIEWS};
use hoplight_analysis::findings::unserved;
use hoplight_app::Catalogue;
use hoplight_course::{Coverage, QuestionBank};
use hoplight_exam::review::DesignReviews;
use hoplight_lesson::{Lesson, Library, Loaded, check_some};
use hoplight_model::scenario::Scenario;
use hoplight_model::{ContentError, LessonId, ScenarioId};

use super::commands::print;
use super::content::{Files, catalogue_with, folders, join_errors};
use super::format::counted;
use super::warn;

/// Checks the given files and folders; without any, the shipped content and the user's folders. Also checks the lessons that
/// run on a given scenario. The error lists all mistakes.
pub(super) fn check_content(folder: Option<&Path>, paths: &[PathBuf]) -> anyhow::Result<()> {
    let mut library = Library::new(EMBEDDED).map_err(|errors| join_errors(&errors))?;
    let mut given = Files::default();
    for path in paths {
        given.add(path);
    }
    if !paths.is_empty() && given.is_empty() {
        bail!("no .ron files found");
    }
    let (mut unread, mut mistakes) = (Vec::new(), Vec::new());
    let mut own = folders(folder)?;
    for files in &mut own {
        files.remove(&given);
    }
    for files in own.iter().chain([&given]) {
        unread.extend(files.unread().iter().cloned());
        mistakes.extend(files.with_sources(|sources| library.extend_with_what_is_right(sources)));
    }
    let files: Vec<&Files> = own.iter().chain([&given]).collect();
    let mut questions = 0;
    match catalogue_with(&library, &files) {
        Ok(catalogue) => {
            questions = if paths.is_empty() { catalogue.bank.questions().len() } else { given_questions(&library, &given) };
            mistakes.extend(hoplight_course::check_earlier(library.loaded_lessons(), &catalogue.bank));
            if paths.is_empty() || given.questions().next().is_some() {
                unread.extend(catalogue.bank.check_sites().iter().map(|(id, problem)| format!("question `{id}`: {problem}")));
            }
            if paths.is_empty() {
                unread.extend(uncovered(&library, &catalogue));
            }
        }
        Err(errors) => mistakes.extend(errors),
    }
    mistakes.extend(wrong_claims(&library, &files));
    let is_given = |file: &str| paths.is_empty() || given.contains(file);
    let scenarios: Vec<_> = library.loaded_scenarios().filter(|entry| is_given(&entry.file)).collect();
    let is_asked = |entry: &Loaded<Lesson>| {
        is_given(&entry.file) || scenarios.iter().any(|scenario| entry.content.scenarios().any(|id| id == scenario.content.id()))
    };
    // Replaying all shipped solutions takes seconds: not while files cannot even be read.
    if unread.is_empty() || !paths.is_empty() {
        mistakes.extend(check_some(&library, is_asked));
    }
    for entry in &scenarios {
        for (kind, why) in unserved(&entry.content) {
            warn(&format!("{}: no {} request works: {}", entry.file, kind.word(), hoplight_text::broken(&why)));
        }
    }
    let all: Vec<String> = unread.into_iter().chain(mistakes.iter().map(ToString::to_string)).collect();
    match all.len() {
        0 => {
            let lessons = library.loaded_lessons().iter().filter(|entry| is_asked(entry)).count();
            let replayed = if lessons > 0 { " All solutions were replayed." } else { "" };
            let counts = [(lessons, "lesson"), (scenarios.len(), "scenario"), (questions, "question")];
            let counts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, of)| counted(count, of));
            let glossaries = match given.glossaries() {
                0 => None,
                1 => Some("1 glossary".to_owned()),
                count => Some(format!("{count} glossaries")),
            };
            let found: Vec<String> = counts.chain(glossaries).collect();
            print(&format!("No mistakes in {}.{replayed}\n", enumerated(&found)))
        }
        1 => Err(anyhow!("{}", all.join("\n"))),
        count => Err(anyhow!("{count} mistakes\n{}", all.join("\n"))),
    }
}

/// What the course demands and no lesson teaches or no question asks about.
fn uncovered(library: &Library, catalogue: &Catalogue) -> Vec<String> {
    let coverage = Coverage::of(library.lessons().map(Arc::as_ref), &catalogue.bank);
    let lacks = |lessons: &[LessonId]| if lessons.is_empty() { "no lesson" } else { "no question" };
    let demands =
        coverage.open_demands().map(|open| format!("{} is about the demand `{}`", lacks(&open.lessons), open.demand.name()));
    let misconceptions = coverage
        .open_misconceptions()
        .map(|open| format!("{} is about the misconception `{:?}`", lacks(&open.lessons), open.misconception));
    demands.chain(misconceptions).collect()
}

/// The number of questions in the given files.
fn given_questions(library: &Library, given: &Files) -> usize {
    let files: Vec<(&str, &str)> = given.questions().collect();
    QuestionBank::read(&files, |id| library.scenario(id.as_str()).cloned()).map_or(0, |bank| bank.questions().len())
}

/// Joins parts as in `5 lessons, 33 scenarios and 1 glossary`.
fn enumerated(parts: &[String]) -> String {
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "these files".to_owned(),
    }
}

/// The mistakes that reviews make about their designs, in these files or, if there are none, in the shipped reviews.
fn wrong_claims(library: &Library, files: &[&Files]) -> Vec<ContentError> {
    let given = files.iter().flat_map(|files| files.reviews());
    let all: Vec<(&str, &str)> = if files.iter().all(|files| files.is_empty()) { REVIEWS.to_vec() } else { given.collect() };
    let scenario = |id: &ScenarioId| library.scenario(id.as_str()).map(|infra| Scenario::from(infra.as_ref()));
    let mut mistakes = Vec::new();
    for (file, text) in all {
        // Other mistakes are reported when the catalogue is read.
        let Ok(reviews) = DesignReviews::read(&[(file, text)], scenario) else { continue };
        mistakes.extend(reviews.all().iter().flat_map(|review| hoplight_exam::review::check(file, text, review)));
    }
    mistakes
}
