//! `hoplight check`: everything that is wrong with content, own or given.
//!
//! All files are looked at, whatever is wrong with some. Must not judge anything itself: reading and the content check do.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};

use crate::content::EMBEDDED;
use hoplight_lesson::{Lesson, Library, Loaded, check_some};

use super::commands::print;
use super::content::{Files, folders, told};
use super::format::counted;

/// Checks the given files and folders; without any, all that comes along and all of the user's folders. A lesson is checked
/// also if the scenario that it runs on is given. An error tells all that is wrong.
pub(super) fn check_content(folder: Option<&Path>, paths: &[PathBuf]) -> anyhow::Result<()> {
    let mut library = Library::new(EMBEDDED).map_err(|errors| told(&errors))?;
    let mut given = Files::default();
    for path in paths {
        given.add(path);
    }
    if !paths.is_empty() && given.is_empty() {
        bail!("no .ron file was found");
    }
    let (mut unread, mut mistakes) = (Vec::new(), Vec::new());
    for files in folders(folder)?.iter().chain([&given]) {
        unread.extend(files.unread().iter().cloned());
        mistakes.extend(files.with_sources(|sources| library.extend_with_what_is_right(sources)));
    }
    let is_given = |file: &str| paths.is_empty() || given.contains(file);
    let scenarios: Vec<_> = library.loaded_scenarios().filter(|entry| is_given(&entry.file)).collect();
    let is_asked = |entry: &Loaded<Lesson>| {
        is_given(&entry.file) || scenarios.iter().any(|scenario| *scenario.content.id() == entry.content.scenario)
    };
    mistakes.extend(check_some(&library, is_asked));
    let all: Vec<String> = unread.into_iter().chain(mistakes.iter().map(ToString::to_string)).collect();
    match all.len() {
        0 => {
            let lessons = library.loaded_lessons().iter().filter(|entry| is_asked(entry)).count();
            let glossaries = match given.glossaries() {
                0 => None,
                1 => Some("1 glossary".to_owned()),
                count => Some(format!("{count} glossaries")),
            };
            let only_words = lessons == 0 && scenarios.is_empty();
            let scenarios = counted(scenarios.len(), "infrastructure");
            if lessons == 0 {
                let parts: Vec<String> =
                    (!only_words || glossaries.is_none()).then_some(scenarios).into_iter().chain(glossaries).collect();
                return print(&format!("Nothing is wrong with {}.\n", parts.join(" and ")));
            }
            let lessons = counted(lessons, "lesson");
            print(&format!("{lessons} and {scenarios} are fine; every solution was replayed.\n"))
        }
        1 => Err(anyhow!("{}", all.join("\n"))),
        count => Err(anyhow!("{count} mistakes\n{}", all.join("\n"))),
    }
}
