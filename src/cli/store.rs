//! Keeps the learner's progress in a file, so that neither a crash nor a second hoplight loses any of it.
//!
//! A save writes a new file, forces it to the disk, keeps the old one as `.bak`, and renames. What another hoplight has
//! saved meanwhile is joined in, under a lock. Must not know what progress means.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::shell::Keeper;
use hoplight_lesson::{Progress, ProgressError};
use hoplight_model::ron_text::MAX_FILE;

use super::content::shown;

/// Where the progress is kept.
#[derive(Debug)]
pub(super) struct Store {
    path: Option<PathBuf>,
    /// Why nothing is kept, if that is so.
    refused: Option<String>,
}

/// What a file of progress holds.
enum Found {
    Progress(Progress),
    Nothing,
    Newer(String),
    Broken(String),
}

impl Store {
    /// Opens the store and reads it. The sentence says what the user should know: a file that cannot be used.
    pub(super) fn open(path: Option<&Path>) -> (Self, Progress, Option<String>) {
        let Some(path) = path.map(Path::to_owned).or_else(usual_path) else {
            let why = "there is no home folder: progress is not kept".to_owned();
            return (Self { path: None, refused: Some(why.clone()) }, Progress::default(), Some(why));
        };
        let mut store = Self { path: Some(path.clone()), refused: None };
        match look(&path) {
            Found::Progress(progress) => (store, progress, None),
            Found::Nothing => match look(&backup(&path)) {
                Found::Progress(progress) => (store, progress, None),
                _ => (store, Progress::default(), None),
            },
            Found::Newer(why) => {
                // A newer program's file is never overwritten.
                let why = format!("{why}; progress is not kept in this run");
                store.refused = Some(why.clone());
                (store, Progress::default(), Some(why))
            }
            Found::Broken(why) => {
                let aside = aside(&path);
                let kept = match fs::rename(&path, &aside) {
                    Ok(()) => format!("it is kept as {}", shown(&aside)),
                    Err(error) => {
                        store.refused = Some(format!("{} is broken and cannot be moved: {error}", shown(&path)));
                        "it is left where it is, and progress is not kept".to_owned()
                    }
                };
                let (progress, source) = match look(&backup(&path)) {
                    Found::Progress(progress) => (progress, "the backup is used"),
                    _ => (Progress::default(), "progress begins anew"),
                };
                (store, progress, Some(format!("The progress file could not be read ({why}); {kept}; {source}.")))
            }
        }
    }

    fn write(path: &Path, progress: &Progress) -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(with_suffix(path, "lock"))?;
        lock.lock()?;
        let mut whole = progress.clone();
        // Where the old file goes. A broken one must not take the place of a good backup.
        let keep_as = match look(path) {
            Found::Progress(saved) => {
                whole.join(&saved);
                backup(path)
            }
            Found::Newer(why) => return Err(io::Error::other(why)),
            Found::Nothing => backup(path),
            Found::Broken(_) => aside(path),
        };
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(whole.to_ron().as_bytes())?;
        new.as_file().sync_all()?;
        if path.exists() {
            fs::rename(path, keep_as)?;
        }
        new.persist(path).map_err(|error| error.error)?;
        File::open(folder)?.sync_all()
    }
}

impl Keeper for Store {
    fn keep(&mut self, progress: &Progress) -> Result<(), String> {
        let (Some(path), None) = (&self.path, &self.refused) else { return Ok(()) };
        Self::write(path, progress).map_err(|error| format!("Progress could not be saved in {}: {error}.", shown(path)))
    }
}

fn look(path: &Path) -> Found {
    let name = shown(path);
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Found::Nothing,
        Err(error) => return Found::Broken(error.to_string()),
        Ok(data) if data.len() > MAX_FILE as u64 => return Found::Broken("it is too large".into()),
        Ok(_) => {}
    }
    match fs::read_to_string(path) {
        Err(error) => Found::Broken(error.to_string()),
        Ok(text) => match Progress::from_ron(&name, &text) {
            Ok(progress) => Found::Progress(progress),
            Err(error @ ProgressError::Newer { .. }) => Found::Newer(error.to_string()),
            Err(error) => Found::Broken(error.to_string().lines().next().unwrap_or_default().to_owned()),
        },
    }
}

/// Where progress is usually kept.
pub(super) fn usual_path() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.state_dir().unwrap_or_else(|| base.data_dir()).join("hoplight").join("progress.ron"))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

fn backup(path: &Path) -> PathBuf {
    with_suffix(path, "bak")
}

/// A name beside `path` that is free.
fn aside(path: &Path) -> PathBuf {
    let names = (1..1_000).map(|number| with_suffix(path, &format!("broken-{number}")));
    names.into_iter().find(|name| !name.exists()).unwrap_or_else(|| with_suffix(path, "broken"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hoplight_lesson::LessonProgress;
    use hoplight_model::LessonId;

    fn progress(lesson: &str, furthest: u32) -> Progress {
        let mut progress = Progress::default();
        progress.set(LessonId::new(lesson), LessonProgress { furthest, ..LessonProgress::default() });
        progress
    }

    fn furthest(path: &Path, lesson: &str) -> u32 {
        Store::open(Some(path)).1.of(&LessonId::new(lesson)).furthest
    }

    #[test]
    fn what_is_kept_is_read_again_and_two_programs_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/progress.ron");
        let (mut first, none, notice) = Store::open(Some(&path));
        assert!(none == Progress::default() && notice.is_none());
        first.keep(&progress("a", 3)).unwrap();
        let (mut second, read, _) = Store::open(Some(&path));
        assert_eq!(read, progress("a", 3));
        second.keep(&progress("b", 2)).unwrap();
        first.keep(&progress("a", 4)).unwrap();
        assert_eq!((furthest(&path, "a"), furthest(&path, "b")), (4, 2));
    }

    #[test]
    fn a_broken_file_is_kept_aside_and_the_backup_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("progress.ron");
        let (mut store, ..) = Store::open(Some(&path));
        store.keep(&progress("a", 1)).unwrap();
        store.keep(&progress("a", 2)).unwrap();
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() - 1 {
            fs::write(&path, &whole[..length]).unwrap();
            let (_, read, notice) = Store::open(Some(&path));
            assert!(notice.is_some_and(|notice| notice.contains("backup")), "{length}");
            assert_eq!(read, progress("a", 1), "{length}");
            assert!(!path.exists(), "the broken file was moved");
        }
    }

    #[test]
    fn a_file_that_breaks_during_the_run_does_not_replace_the_backup() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("progress.ron");
        let (mut store, ..) = Store::open(Some(&path));
        store.keep(&progress("a", 1)).unwrap();
        store.keep(&progress("a", 2)).unwrap();
        let good = fs::read(backup(&path)).unwrap();
        fs::write(&path, "(format: 1, less").unwrap();
        store.keep(&progress("a", 3)).unwrap();
        assert_eq!(fs::read(backup(&path)).unwrap(), good);
        assert_eq!(fs::read_to_string(with_suffix(&path, "broken-1")).unwrap(), "(format: 1, less");
        assert_eq!(furthest(&path, "a"), 3);
    }

    #[test]
    fn a_newer_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("progress.ron");
        let newer = progress("a", 1).to_ron().replacen("format:1", "format:99", 1).replacen("format: 1", "format: 99", 1);
        fs::write(&path, &newer).unwrap();
        let (mut store, _, notice) = Store::open(Some(&path));
        assert!(notice.is_some_and(|notice| notice.contains("newer")));
        store.keep(&progress("a", 5)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), newer);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        fs::write(&blocked, "x").unwrap();
        let (_, _, notice) = Store::open(Some(&blocked.join("progress.ron")));
        assert!(notice.is_some_and(|notice| notice.contains("progress is not kept")));
        // A folder that goes away later is told when it is needed.
        let path = folder.path().join("here/progress.ron");
        let (mut store, ..) = Store::open(Some(&path));
        fs::write(folder.path().join("here"), "x").unwrap();
        assert!(store.keep(&progress("a", 1)).is_err_and(|why| why.contains("could not be saved")));
    }
}
