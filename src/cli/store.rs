//! Stores the learner's progress in a file. Neither a crash nor a second running hoplight loses progress, and no other file is
//! damaged.
//!
//! Opening only reads. A save writes and syncs a new file, keeps a copy of the old one as `.bak`, and renames. Progress that
//! another hoplight has saved meanwhile is merged, under a lock. Symbolic links to the file stay: all files are created next to
//! their target.
//!
//! What happens to an existing file depends on who owns it ([`found`]):
//!
//! - Existing progress is replaced.
//! - A damaged file of our own is renamed to `.broken-1` and so on. Any file at the default path counts as our own; at a path
//!   given by the user, only a file that begins like progress, or whose `.bak` is progress.
//! - Anything else is left alone, and nothing is saved in this run: another program's file, a newer hoplight's file, a file that
//!   is unreadable, read-only or has a second hard link, and anything that is not a regular file. A second hard link is refused
//!   because a rename would separate the names, and writing in place could leave half a file.
//! - `.bak` follows the same rules, except that progress is saved even without it. A `.bak` with progress that the file lacks is
//!   kept.

mod found;

use std::fmt::Display;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::shell::ProgressStore;
use hoplight_app::ReportFile;
use hoplight_lesson::{ActivityAttempt, Progress};
use hoplight_model::ScenarioId;
use hoplight_model::ron_text::MAX_FILE;
use hoplight_model::scenario::Scenario;

use super::attempts::AttemptFile;
use super::clock::{drawn, now_s};
use super::designs::Designs;
use super::files::{self, Contents, FileError, with_suffix, with_tilde};
use found::{Found, backup};

/// The progress file.
#[derive(Debug)]
pub(super) struct Store {
    path: PathBuf,
    /// The default path.
    default_path: Option<PathBuf>,
    /// Why nothing is saved in this run, if saving is disabled.
    refused: Option<String>,
    /// Why the latest progress is not on disk, if it is not.
    unsaved: Option<String>,
    /// Messages about damaged files that were renamed.
    renamed: Vec<String>,
    /// Finished attempts that are not on disk yet, with their times in seconds since 1970.
    attempts: Vec<(u64, ActivityAttempt)>,
    /// Why attempts are not on disk, if there are any.
    unrecorded: Option<String>,
    /// Where designs are saved.
    pub(super) designs: Designs,
}

impl Store {
    /// Opens the store and reads it, without changing any file. Also returns a notice for the user, if there is one.
    pub(super) fn open(named: Option<&Path>) -> (Self, Progress, Option<String>) {
        Self::open_at(named, files::progress_path())
    }

    fn open_at(named: Option<&Path>, default_path: Option<PathBuf>) -> (Self, Progress, Option<String>) {
        let path = named.map(Path::to_owned).or_else(|| default_path.clone());
        let is_known = path.is_some();
        let mut store = Self {
            path: path.unwrap_or_default(),
            default_path,
            refused: None,
            unsaved: None,
            renamed: Vec::new(),
            attempts: Vec::new(),
            unrecorded: None,
            designs: Designs::of_user(),
        };
        let (progress, notice) = if is_known { store.load() } else { (Progress::default(), Some(store.refuse_without_home())) };
        (store, progress, notice)
    }

    /// Reads the progress, and decides whether to save in this run.
    fn load(&mut self) -> (Progress, Option<String>) {
        let path = match files::destination(&self.path) {
            Ok(path) => path,
            Err(error) => return (Progress::default(), Some(self.refuse(&error.to_string()))),
        };
        let found = self.classify(&path);
        let refusal = found.refusal();
        let (progress, notice) = match found {
            Found::Progress(progress, _) => {
                let notice = self.about_backup(&path, &progress);
                (progress, notice)
            }
            Found::Missing => self.fall_back(&path, None),
            Found::Damaged { why, .. } => self.fall_back(&path, Some(&why)),
            Found::Newer(_) | Found::Foreign { .. } | Found::Unusable(_) => (Progress::default(), None),
        };
        (progress, refusal.map(|why| self.refuse(&why)).or(notice))
    }

    /// Falls back to the backup if the file is missing or damaged.
    fn fall_back(&self, path: &Path, damage: Option<&str>) -> (Progress, Option<String>) {
        let (name, backup) = (with_tilde(path), backup(path));
        let state = match damage {
            Some(why) => format!("{name} is damaged ({why}), and will be renamed, not overwritten"),
            None => format!("{name} is missing"),
        };
        match Found::alone(&backup, self.is_default(path)) {
            Found::Progress(progress, _) => {
                let hint = if damage.is_none() { " To start over, delete both." } else { "" };
                (progress, Some(format!("Using the backup of your progress, {}: {state}.{hint}", with_tilde(&backup))))
            }
            Found::Missing if damage.is_none() => (Progress::default(), None),
            Found::Missing | Found::Damaged { .. } | Found::Newer(_) | Found::Foreign { .. } | Found::Unusable(_) => {
                let more = self.about_backup(path, &Progress::default()).map_or_else(String::new, |more| format!(" {more}"));
                (Progress::default(), Some(format!("Starting without earlier progress: {state}.{more}")))
            }
        }
    }

    /// Returns a message about a problem with the backup, if there is one.
    fn about_backup(&self, path: &Path, progress: &Progress) -> Option<String> {
        let backup = backup(path);
        let found = Found::alone(&backup, self.is_default(path));
        let left = |why: &str| {
            format!(
                "{} {why}: it is left unchanged, and no backup of your progress is kept until you move it.",
                with_tilde(&backup)
            )
        };
        match (found.refusal(), found) {
            (Some(why), _) => Some(left(&why)),
            (None, Found::Progress(saved, _)) if !contains_all(progress, &saved) => {
                Some(left(&format!("holds progress that is not in {}", with_tilde(path))))
            }
            (None, Found::Damaged { why, .. }) => Some(format!("{} is damaged ({why}).", with_tilde(&backup))),
            (None, _) => None,
        }
    }

    /// Disables saving in this run. Returns the message for the user.
    fn refuse(&mut self, why: &str) -> String {
        let text = format!(
            "Progress is not saved in this run: {} {why}. Correct that, or name another file with --progress FILE.",
            with_tilde(&self.path)
        );
        self.refused.insert(text).clone()
    }

    /// Disables saving in this run because no path is known. Returns the message for the user.
    fn refuse_without_home(&mut self) -> String {
        let text = "Progress is not saved in this run: there is no home folder. Name a file with --progress FILE.";
        self.refused.insert(text.to_owned()).clone()
    }

    /// Whether this is the default path, where any file is our own.
    fn is_default(&self, path: &Path) -> bool {
        self.default_path.as_deref() == Some(path)
    }

    fn classify(&self, path: &Path) -> Found {
        Found::at(path, self.is_default(path))
    }

    /// Saves the progress, merged with the progress on disk.
    ///
    /// # Errors
    /// Which file could not be written, and why. The progress on disk is kept.
    fn write(&mut self, progress: &Progress) -> Result<(), String> {
        let path = files::destination(&self.path).map_err(|error| file_message(&self.path, &error))?;
        // The path may name another file by now. In that case, do not even create the lock file.
        if let Some(why) = self.classify(&path).refusal() {
            return Err(file_message(&path, &why));
        }
        let folder = files::folder_of(&path);
        fs::create_dir_all(folder).map_err(|error| file_message(folder, &FileError::Unwritable(error)))?;
        let lock = with_suffix(&path, "lock");
        let _locked = files::lock(&lock).map_err(|error| file_message(&lock, &error))?;
        let found = self.classify(&path);
        if let Some(why) = found.refusal() {
            return Err(file_message(&path, &why));
        }
        let mut whole = progress.clone();
        if let Found::Progress(saved, _) = &found {
            whole.join(saved);
        }
        let text = readable(&whole).map_err(|why| file_message(&path, &why))?;
        // Before any rename, so that a full disk changes nothing.
        let new = prepare(&path, text.as_bytes(), found.replaceable()).map_err(|error| file_message(&path, &error))?;
        if let Found::Progress(_, contents) = &found {
            self.back_up(&path, contents, &whole).map_err(|error| file_message(&backup(&path), &error))?;
        }
        self.put(new, &path, &found).map_err(|error| file_message(&path, &error))?;
        files::sync_folder(folder).map_err(|error| file_message(folder, &error))
    }

    /// Saves the old contents as the backup, unless the existing backup must be left alone.
    fn back_up(&mut self, path: &Path, old: &Contents, whole: &Progress) -> Result<(), FileError> {
        let backup = backup(path);
        let found = Found::alone(&backup, self.is_default(path));
        let holds_more = matches!(&found, Found::Progress(saved, _) if !contains_all(whole, saved));
        if holds_more || found.refusal().is_some() {
            return Ok(());
        }
        let new = prepare(&backup, &old.bytes, Some(&old.metadata))?;
        self.put(new, &backup, &found)
    }

    /// Moves the new file to `path`. Renames a damaged file first, unless it is empty.
    fn put(&mut self, new: NamedTempFile, path: &Path, found: &Found) -> Result<(), FileError> {
        let mut seen = found.replaceable();
        if let Found::Damaged { metadata, .. } = found
            && metadata.len() > 0
        {
            let aside = files::set_aside(path, metadata)?;
            self.renamed.push(format!("The damaged {} was renamed to {}.", with_tilde(path), with_tilde(&aside)));
            seen = None;
        }
        files::put(new, path, seen)
    }

    /// Why nothing is saved in this run, if saving is disabled.
    pub(super) fn refusal(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// The progress file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The progress, with what only the backup holds.
    pub(super) fn with_backup(&self, progress: &Progress) -> Progress {
        let mut whole = progress.clone();
        if let Ok(path) = files::destination(&self.path)
            && let Found::Progress(saved, _) = Found::alone(&backup(&path), self.is_default(&path))
        {
            whole.join(&saved);
        }
        whole
    }

    /// Replaces the progress on disk without merging it, and removes its backup, which would bring the old progress back.
    ///
    /// # Errors
    /// Which file could not be written, and why, as a sentence without a full stop.
    pub(super) fn replace(&mut self, progress: &Progress) -> Result<(), String> {
        let path = files::destination(&self.path).map_err(|error| file_message(&self.path, &error))?;
        let folder = files::folder_of(&path);
        let lock = with_suffix(&path, "lock");
        let _locked = files::lock(&lock).map_err(|error| file_message(&lock, &error))?;
        let found = self.classify(&path);
        if let Some(why) = found.refusal() {
            return Err(file_message(&path, &why));
        }
        let text = readable(progress).map_err(|why| file_message(&path, &why))?;
        let new = prepare(&path, text.as_bytes(), found.replaceable()).map_err(|error| file_message(&path, &error))?;
        let backup = backup(&path);
        if matches!(Found::alone(&backup, self.is_default(&path)), Found::Progress(..)) {
            fs::remove_file(&backup).map_err(|error| file_message(&backup, &FileError::Unwritable(error)))?;
        }
        self.put(new, &path, &found).map_err(|error| file_message(&path, &error))?;
        files::sync_folder(folder).map_err(|error| file_message(folder, &error))
    }

    /// The file of attempts that belongs to this progress file.
    pub(super) fn attempt_file(&self) -> AttemptFile {
        // Beside the target of a link, as all other files.
        AttemptFile::beside(&files::destination(&self.path).unwrap_or_else(|_| self.path.clone()))
    }

    /// Appends the finished attempts to their file.
    fn write_attempts(&mut self) -> Result<(), String> {
        let written = self.attempt_file().append(&self.attempts, drawn());
        self.unrecorded = match written {
            Ok(()) => {
                self.attempts.clear();
                None
            }
            Err(why) => Some(format!("Attempts could not be recorded: {why}.")),
        };
        self.unrecorded.clone().map_or(Ok(()), Err)
    }

    /// Why the latest progress or attempts are not on disk, if they are not.
    pub(super) fn unsaved(&self) -> Option<&str> {
        self.unsaved.as_deref().or(self.unrecorded.as_deref())
    }

    /// Messages about damaged files that were renamed in this run.
    pub(super) fn renamed(&self) -> &[String] {
        &self.renamed
    }
}

impl ProgressStore for Store {
    fn save(&mut self, progress: &Progress) -> Result<(), String> {
        if self.refused.is_some() {
            // The user was warned when the store was opened, and is warned again at exit.
            self.unsaved.clone_from(&self.refused);
            return Ok(());
        }
        let saved = self.write(progress).map_err(|why| format!("Progress could not be saved: {why}."));
        self.unsaved = saved.clone().err();
        // Attempts that failed to be recorded before.
        saved.and(self.write_attempts())
    }

    fn record(&mut self, attempts: Vec<ActivityAttempt>) -> Result<(), String> {
        if self.refused.is_some() {
            return Ok(());
        }
        let now = now_s();
        self.attempts.extend(attempts.into_iter().map(|attempt| (now, attempt)));
        self.write_attempts()
    }

    fn save_design(&mut self, id: &ScenarioId, drawing: &Scenario) -> Result<String, String> {
        self.designs.save(id, drawing)
    }

    fn keep_design(&mut self, id: &ScenarioId, drawing: &Scenario) -> Result<(), String> {
        self.designs.keep(id, drawing)
    }

    fn unsaved_work(&mut self, id: &ScenarioId) -> Option<Scenario> {
        self.designs.unsaved_work(id)
    }

    fn continue_unsaved(&mut self, id: &ScenarioId) {
        self.designs.continue_unsaved(id);
    }

    fn save_report(&mut self, report: &ReportFile, diagram: &str) -> Result<String, String> {
        self.designs.save_report(report, diagram)
    }
}

/// Whether `whole` contains all of `part`.
fn contains_all(whole: &Progress, part: &Progress) -> bool {
    let mut joined = whole.clone();
    joined.join(part);
    joined == *whole
}

/// Serialises progress, and checks that it can be read again.
fn readable(progress: &Progress) -> Result<String, String> {
    let text = progress.to_ron();
    if text.len() > MAX_FILE {
        return Err(format!("would have {} bytes; the limit is {MAX_FILE}", text.len()));
    }
    match Progress::from_ron("progress", &text) {
        Ok(read) if read == *progress => Ok(text),
        _ => Err("would not be readable again".to_owned()),
    }
}

/// Writes a temporary file for progress or its backup.
fn prepare(path: &Path, contents: &[u8], like: Option<&Metadata>) -> Result<NamedTempFile, FileError> {
    files::prepare(path, contents, like, Progress::may_begin_with)
}

/// A message about a file, without the final full stop.
fn file_message(path: &Path, why: &dyn Display) -> String {
    format!("{} {why}", with_tilde(path))
}

#[cfg(test)]
mod tests;
