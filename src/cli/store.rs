//! Keeps the learner's progress in a file, so that neither a crash nor a second hoplight loses any of it, and no other file is
//! harmed by it.
//!
//! Opening only reads. A save writes a new file, forces it to the disk, keeps a copy of the old one as `.bak`, and renames. What
//! another hoplight has saved meanwhile is joined in, under a lock. Symbolic links to the file stay: everything happens beside
//! the file that they lead to.
//!
//! What may happen to a file depends on whose it is ([`found`]):
//!
//! - Progress is replaced by progress.
//! - A damaged file of our own is renamed to `.broken-1` and so on. Any file at the usual path is our own; at a path that the
//!   user names, one that begins like progress, or whose `.bak` is progress.
//! - Anything else is left as it is, and nothing is saved in this run: another program's file, a newer hoplight's, one that cannot
//!   be read, is read-only or has a second hard link, and anything that is not a regular file. A second hard link is refused
//!   because a rename would separate the names, and writing in place could leave half a file.
//! - `.bak` follows the same rules, but without it progress is still saved. A `.bak` with progress that the file lacks stays.
//!
//! Must not know what progress means.

mod found;

use std::fmt::Display;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::shell::ProgressStore;
use hoplight_lesson::Progress;
use hoplight_model::ron_text::MAX_FILE;

use super::files::{self, Contents, FileError, homely, with_suffix};
use found::{Found, backup};

/// Where the progress is kept.
#[derive(Debug)]
pub(super) struct Store {
    path: PathBuf,
    /// The path that hoplight chooses where the user names none.
    usual: Option<PathBuf>,
    /// Why nothing is saved in this run, if that is so.
    refused: Option<String>,
    /// Why the progress of now is not on the disk, if that is so.
    unsaved: Option<String>,
    /// Which damaged files were renamed.
    renamed: Vec<String>,
}

impl Store {
    /// Opens the store and reads it, without a change to any file. The text says what the user should know.
    pub(super) fn open(named: Option<&Path>) -> (Self, Progress, Option<String>) {
        Self::open_at(named, usual_path())
    }

    fn open_at(named: Option<&Path>, usual: Option<PathBuf>) -> (Self, Progress, Option<String>) {
        let path = named.map(Path::to_owned).or_else(|| usual.clone());
        let is_known = path.is_some();
        let mut store = Self { path: path.unwrap_or_default(), usual, refused: None, unsaved: None, renamed: Vec::new() };
        let (progress, notice) = if is_known { store.load() } else { (Progress::default(), Some(store.refuse_without_home())) };
        (store, progress, notice)
    }

    /// Reads the progress, and decides whether any is saved in this run.
    fn load(&mut self) -> (Progress, Option<String>) {
        let path = match files::destination(&self.path) {
            Ok(path) => path,
            Err(error) => return (Progress::default(), Some(self.refuse(&error.to_string()))),
        };
        let found = self.look(&path);
        let refusal = found.refusal();
        let (progress, notice) = match found {
            Found::Progress(progress, _) => {
                let notice = self.about_backup(&path, &progress);
                (progress, notice)
            }
            Found::Missing => self.without(&path, None),
            Found::Damaged { why, .. } => self.without(&path, Some(&why)),
            Found::Newer(_) | Found::Foreign { .. } | Found::Unusable(_) => (Progress::default(), None),
        };
        (progress, refusal.map(|why| self.refuse(&why)).or(notice))
    }

    /// The progress where the file is missing or damaged, which is its backup if there is one.
    fn without(&self, path: &Path, damage: Option<&str>) -> (Progress, Option<String>) {
        let (name, backup) = (homely(path), backup(path));
        let state = match damage {
            Some(why) => format!("{name} is damaged ({why}), and will be renamed, not overwritten"),
            None => format!("{name} is missing"),
        };
        match Found::alone(&backup, self.is_usual(path)) {
            Found::Progress(progress, _) => {
                let hint = if damage.is_none() { " To start over, delete both." } else { "" };
                (progress, Some(format!("Using the backup of your progress, {}: {state}.{hint}", homely(&backup))))
            }
            Found::Missing if damage.is_none() => (Progress::default(), None),
            Found::Missing | Found::Damaged { .. } | Found::Newer(_) | Found::Foreign { .. } | Found::Unusable(_) => {
                let more = self.about_backup(path, &Progress::default()).map_or_else(String::new, |more| format!(" {more}"));
                (Progress::default(), Some(format!("Starting without earlier progress: {state}.{more}")))
            }
        }
    }

    /// What is wrong with the backup of this progress, if anything is.
    fn about_backup(&self, path: &Path, progress: &Progress) -> Option<String> {
        let backup = backup(path);
        let found = Found::alone(&backup, self.is_usual(path));
        let left = |why: &str| {
            format!("{} {why}: it is left as it is, and no backup of your progress is kept until you move it.", homely(&backup))
        };
        match (found.refusal(), found) {
            (Some(why), _) => Some(left(&why)),
            (None, Found::Progress(saved, _)) if !holds(progress, &saved) => {
                Some(left(&format!("holds progress that is not in {}", homely(path))))
            }
            (None, Found::Damaged { why, .. }) => Some(format!("{} is damaged ({why}).", homely(&backup))),
            (None, _) => None,
        }
    }

    /// Saves nothing in this run. Returns the text for the user.
    fn refuse(&mut self, why: &str) -> String {
        let text = format!(
            "Progress is not saved in this run: {} {why}. Correct that, or name another file with --progress FILE.",
            homely(&self.path)
        );
        self.refused.insert(text).clone()
    }

    /// Saves nothing in this run, since no path is known. Returns the text for the user.
    fn refuse_without_home(&mut self) -> String {
        let text = "Progress is not saved in this run: there is no home folder. Name a file with --progress FILE.";
        self.refused.insert(text.to_owned()).clone()
    }

    /// Whether hoplight has chosen this path, so that whatever file is there is its own.
    fn is_usual(&self, path: &Path) -> bool {
        self.usual.as_deref() == Some(path)
    }

    fn look(&self, path: &Path) -> Found {
        Found::at(path, self.is_usual(path))
    }

    /// Saves the progress, joined with what is on the disk.
    ///
    /// # Errors
    /// Which file stands in the way, and why. What was on the disk is still there.
    fn write(&mut self, progress: &Progress) -> Result<(), String> {
        let path = files::destination(&self.path).map_err(|error| about(&self.path, &error))?;
        // What the path names may have changed: then nothing is created beside it either.
        if let Some(why) = self.look(&path).refusal() {
            return Err(about(&path, &why));
        }
        let folder = files::folder_of(&path);
        fs::create_dir_all(folder).map_err(|error| about(folder, &FileError::Unwritable(error)))?;
        let lock = with_suffix(&path, "lock");
        let _locked = files::lock(&lock).map_err(|error| about(&lock, &error))?;
        let found = self.look(&path);
        if let Some(why) = found.refusal() {
            return Err(about(&path, &why));
        }
        let mut whole = progress.clone();
        if let Found::Progress(saved, _) = &found {
            whole.join(saved);
        }
        let text = readable(&whole).map_err(|why| about(&path, &why))?;
        // Before anything is renamed, so that a full disk changes nothing.
        let new = prepare(&path, text.as_bytes(), found.replaceable()).map_err(|error| about(&path, &error))?;
        if let Found::Progress(_, contents) = &found {
            self.back_up(&path, contents, &whole).map_err(|error| about(&backup(&path), &error))?;
        }
        self.put(new, &path, &found).map_err(|error| about(&path, &error))?;
        files::sync_folder(folder).map_err(|error| about(folder, &error))
    }

    /// Keeps a copy of what is about to be replaced, unless the backup's place is taken by what must be left alone.
    fn back_up(&mut self, path: &Path, old: &Contents, whole: &Progress) -> Result<(), FileError> {
        let backup = backup(path);
        let found = Found::alone(&backup, self.is_usual(path));
        let holds_more = matches!(&found, Found::Progress(saved, _) if !holds(whole, saved));
        if holds_more || found.refusal().is_some() {
            return Ok(());
        }
        let new = prepare(&backup, &old.bytes, Some(&old.metadata))?;
        self.put(new, &backup, &found)
    }

    /// Puts the new file in the place of what was found there. A damaged file is renamed first, unless it is empty.
    fn put(&mut self, new: NamedTempFile, path: &Path, found: &Found) -> Result<(), FileError> {
        let mut seen = found.replaceable();
        if let Found::Damaged { metadata, .. } = found
            && metadata.len() > 0
        {
            let aside = files::set_aside(path, metadata)?;
            self.renamed.push(format!("The damaged {} was renamed to {}.", homely(path), homely(&aside)));
            seen = None;
        }
        files::put(new, path, seen)
    }

    /// Why the last progress is not on the disk, if that is so.
    pub(super) fn unsaved(&self) -> Option<&str> {
        self.unsaved.as_deref()
    }

    /// Which damaged files were renamed in this run.
    pub(super) fn renamed(&self) -> &[String] {
        &self.renamed
    }
}

impl ProgressStore for Store {
    fn save(&mut self, progress: &Progress) -> Result<(), String> {
        if self.refused.is_some() {
            // That was said when the store was opened, and is said again at the end.
            self.unsaved.clone_from(&self.refused);
            return Ok(());
        }
        let saved = self.write(progress).map_err(|why| format!("Progress could not be saved: {why}."));
        self.unsaved = saved.clone().err();
        saved
    }
}

/// Whether nothing of `part` is missing in `whole`.
fn holds(whole: &Progress, part: &Progress) -> bool {
    let mut joined = whole.clone();
    joined.join(part);
    joined == *whole
}

/// Progress as text that can be read again.
fn readable(progress: &Progress) -> Result<String, String> {
    let text = progress.to_ron();
    if text.len() > MAX_FILE {
        return Err(format!("would have {} bytes; at most {MAX_FILE} are read", text.len()));
    }
    match Progress::from_ron("progress", &text) {
        Ok(read) if read == *progress => Ok(text),
        _ => Err("would hold what cannot be read again".to_owned()),
    }
}

/// Writes what is to become progress or a backup.
fn prepare(path: &Path, contents: &[u8], like: Option<&Metadata>) -> Result<NamedTempFile, FileError> {
    files::prepare(path, contents, like, Progress::may_begin_with)
}

/// A sentence about a file, without its end.
fn about(path: &Path, why: &dyn Display) -> String {
    format!("{} {why}", homely(path))
}

/// Where progress is usually kept.
pub(super) fn usual_path() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.state_dir().unwrap_or_else(|| base.data_dir()).join("hoplight").join("progress.ron"))
}

#[cfg(test)]
mod tests;
