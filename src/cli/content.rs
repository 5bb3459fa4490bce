//! Loads content: the embedded files, the user's folder, and single files.
//!
//! Files are untrusted: their number and size are limited, and mistakes are reported with their position.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};

use crate::content::{CatalogueFiles, EMBEDDED};
use hoplight_app::Catalogue;
use hoplight_lesson::{Library, Sources};
use hoplight_model::ContentError;
use hoplight_model::error::has_field;

use super::files::{data_folder, designs_folder, progress_path, read_text, shown};

/// Maximum number of files in a folder and its subfolders.
const MAX_FILES: usize = 1_000;
/// Maximum depth of subfolders.
const MAX_DEPTH: usize = 16;

/// Fields that identify a lesson.
const OF_A_LESSON: [&str; 3] = ["steps", "quiz", "minutes"];

/// Field that identifies a glossary.
const OF_A_GLOSSARY: &str = "terms";

/// Field that identifies a mission.
const OF_A_MISSION: &str = "ladder";

/// Field that identifies an incident drill.
const OF_A_DRILL: &str = "onset_s";

/// Field that identifies what exams ask.
const OF_AN_EXAM: &str = "exam";

/// Field that identifies a design review.
const OF_A_REVIEW: &str = "sentences";

/// Field that identifies questions.
const OF_QUESTIONS: &str = "questions";

/// Names and texts of files.
#[derive(Debug, Default)]
pub(super) struct Files {
    scenarios: Vec<(String, String)>,
    lessons: Vec<(String, String)>,
    glossaries: Vec<(String, String)>,
    missions: Vec<(String, String)>,
    exams: Vec<(String, String)>,
    drills: Vec<(String, String)>,
    reviews: Vec<(String, String)>,
    questions: Vec<(String, String)>,
    /// Why files could not be read.
    unread: Vec<String>,
}

impl Files {
    /// Adds a file, or the files of a folder and its subfolders. If the folder has `assets` or `lessons`, adds only those.
    pub(super) fn add(&mut self, path: &Path) {
        if let Err(error) = self.try_add(path) {
            self.unread.push(format!("{error:#}"));
        }
    }

    fn try_add(&mut self, path: &Path) -> anyhow::Result<()> {
        if !path.is_dir() {
            self.add_file(path);
            return Ok(());
        }
        let parts: Vec<PathBuf> = ["assets", "lessons"].iter().map(|part| path.join(part)).filter(|part| part.is_dir()).collect();
        let folders = if parts.is_empty() { vec![path.to_owned()] } else { parts };
        let mut files = Vec::new();
        for folder in folders {
            walk(&folder, MAX_DEPTH, &mut files)?;
        }
        // Progress and settings may be in the same folder, but are not content.
        let ours = [progress_path(), super::config::default_path()];
        for file in files.iter().filter(|file| !ours.contains(&Some((*file).clone()))) {
            self.add_file(file);
        }
        Ok(())
    }

    fn add_file(&mut self, path: &Path) {
        match read_text(path) {
            Ok(text) => {
                let list = if has_field(&text, OF_QUESTIONS) {
                    &mut self.questions
                } else if has_field(&text, OF_A_MISSION) {
                    &mut self.missions
                } else if has_field(&text, OF_A_DRILL) {
                    &mut self.drills
                } else if has_field(&text, OF_A_REVIEW) {
                    &mut self.reviews
                } else if has_field(&text, OF_AN_EXAM) {
                    &mut self.exams
                } else if OF_A_LESSON.iter().any(|field| has_field(&text, field)) {
                    &mut self.lessons
                } else if has_field(&text, OF_A_GLOSSARY) {
                    &mut self.glossaries
                } else {
                    &mut self.scenarios
                };
                list.push((shown(path), text));
            }
            Err(error) => self.unread.push(format!("{error:#}")),
        }
    }

    /// Removes the files that are also in `others`, however their paths are written.
    pub(super) fn remove(&mut self, others: &Self) {
        let real = |name: &str| fs::canonicalize(name).ok();
        let known: Vec<PathBuf> = others.all().filter_map(|(name, _)| real(name)).collect();
        let lists = [
            &mut self.scenarios,
            &mut self.lessons,
            &mut self.glossaries,
            &mut self.missions,
            &mut self.drills,
            &mut self.exams,
            &mut self.reviews,
            &mut self.questions,
        ];
        for list in lists {
            list.retain(|(name, _)| real(name).is_none_or(|path| !known.contains(&path)));
        }
    }

    fn all(&self) -> impl Iterator<Item = &(String, String)> {
        [
            &self.scenarios,
            &self.lessons,
            &self.glossaries,
            &self.missions,
            &self.drills,
            &self.exams,
            &self.reviews,
            &self.questions,
        ]
        .into_iter()
        .flatten()
    }

    /// Whether a file of this name was added.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.all().any(|(file, _)| file == name)
    }

    /// Why files could not be read.
    pub(super) fn unread(&self) -> &[String] {
        &self.unread
    }

    /// Returns an error if a file could not be read.
    pub(super) fn all_read(&self) -> anyhow::Result<()> {
        if self.unread.is_empty() { Ok(()) } else { Err(anyhow!("{}", self.unread.join("\n"))) }
    }

    /// Names and texts of the design reviews.
    pub(super) fn reviews(&self) -> impl Iterator<Item = (&str, &str)> {
        self.reviews.iter().map(|(file, text)| (file.as_str(), text.as_str()))
    }

    /// Names and texts of the question files.
    pub(super) fn questions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.questions.iter().map(|(file, text)| (file.as_str(), text.as_str()))
    }

    /// Number of glossaries.
    pub(super) fn glossaries(&self) -> usize {
        self.glossaries.len()
    }

    /// Whether no file was added.
    pub(super) fn is_empty(&self) -> bool {
        self.all().next().is_none() && self.unread.is_empty()
    }

    /// Name and text of the only file, if it is a scenario.
    pub(super) fn only_scenario(&self) -> Option<(&str, &str)> {
        match &self.scenarios[..] {
            [(name, text)] if self.all().count() == 1 => Some((name, text)),
            _ => None,
        }
    }

    /// Calls `then` with the files as the sources of a library.
    pub(super) fn with_sources<T>(&self, then: impl FnOnce(Sources<'_>) -> T) -> T {
        let pairs = |files| -> Vec<(&str, &str)> {
            let files: &Vec<(String, String)> = files;
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
        };
        then(Sources { scenarios: &pairs(&self.scenarios), lessons: &pairs(&self.lessons), glossaries: &pairs(&self.glossaries) })
    }
}

/// Collects the `.ron` files of a folder and its subfolders by name. Skips hidden entries and links to folders.
fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", shown(folder)))?;
    let mut entries: Vec<fs::DirEntry> = entries.filter_map(Result::ok).collect();
    entries.retain(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            // Designs may be incomplete, and are read apart.
            if designs_folder().is_some_and(|designs| designs == path) {
                continue;
            }
            let Some(deeper) = depth.checked_sub(1) else {
                bail!("{} is more than {MAX_DEPTH} folders deep", shown(&path));
            };
            walk(&path, deeper, files)?;
        } else if path.extension().is_some_and(|extension| extension == "ron") {
            if files.len() == MAX_FILES {
                bail!("more than {MAX_FILES} .ron files: the limit was reached in {}", shown(folder));
            }
            files.push(path);
        }
    }
    Ok(())
}

/// Loads the embedded content, the user's folder, and the folder named on the command line.
pub(super) fn library(folder: Option<&Path>) -> anyhow::Result<Library> {
    let mut library = Library::new(EMBEDDED).map_err(|errors| join_errors(&errors))?;
    for files in folders(folder)? {
        files.all_read()?;
        files.with_sources(|sources| library.extend(sources)).map_err(|errors| join_errors(&errors))?;
    }
    Ok(library)
}

/// Loads missions, drills and what exams ask, with those of the user's folder and the folder named on the command line.
pub(super) fn catalogue(library: &Library, folder: Option<&Path>) -> anyhow::Result<Catalogue> {
    let folders = folders(folder)?;
    catalogue_with(library, &folders.iter().collect::<Vec<&Files>>()).map_err(|errors| join_errors(&errors))
}

/// Reads the shipped catalogue together with these files.
///
/// # Errors
/// All mistakes.
pub(super) fn catalogue_with(library: &Library, files: &[&Files]) -> Result<Catalogue, Vec<ContentError>> {
    let own = |list: fn(&Files) -> &Vec<(String, String)>| {
        let listed = files.iter().flat_map(move |files| list(files));
        listed.map(|(name, text)| (name.as_str(), text.as_str())).collect()
    };
    let more = CatalogueFiles {
        missions: own(|files| &files.missions),
        drills: own(|files| &files.drills),
        exams: own(|files| &files.exams),
        reviews: own(|files| &files.reviews),
        questions: own(|files| &files.questions),
    };
    crate::content::catalogue(library, &more)
}

/// Reads the user's folder and the folder named on the command line. Unreadable files are recorded in the result.
pub(super) fn folders(folder: Option<&Path>) -> anyhow::Result<Vec<Files>> {
    let mut all = Vec::new();
    if let Some(own) = data_folder().filter(|own| own.is_dir()) {
        let mut files = Files::default();
        files.add(&own);
        all.push(files);
    }
    if let Some(folder) = folder {
        let mut files = Files::default();
        if !folder.is_dir() {
            bail!("{} is not a folder", shown(folder));
        }
        files.add(folder);
        if files.is_empty() {
            bail!("no .ron files in {}, nor in its folders `assets` and `lessons`", shown(folder));
        }
        all.push(files);
    }
    Ok(all)
}

/// Joins mistakes into one error.
pub(super) fn join_errors(errors: &[ContentError]) -> anyhow::Error {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    anyhow!("{}", lines.join("\n"))
}
