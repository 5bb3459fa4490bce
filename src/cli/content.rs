//! Content from outside: the embedded files, the user's folder, single files.
//!
//! Files are untrusted: only a bounded part is read, and every mistake is told with its place. Must not know what the
//! content says.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};

use crate::content::EMBEDDED;
use crate::lesson::{Library, Sources};
use crate::model::ContentError;
use crate::model::ron_text::MAX_FILE;
use crate::model::text::sanitise;

/// Most files of one folder.
const MAX_FILES: usize = 1_000;

/// Texts of files with their names.
#[derive(Debug, Default)]
pub(super) struct Files {
    scenarios: Vec<(String, String)>,
    lessons: Vec<(String, String)>,
}

impl Files {
    /// Adds a file, or the files of a folder: of its `assets` and `lessons`, if it has them, else its own.
    pub(super) fn add(&mut self, path: &Path) -> anyhow::Result<()> {
        if !path.is_dir() {
            return self.add_file(path);
        }
        let parts: Vec<PathBuf> = ["assets", "lessons"].iter().map(|part| path.join(part)).filter(|part| part.is_dir()).collect();
        let folders = if parts.is_empty() { vec![path.to_owned()] } else { parts };
        for folder in folders {
            let entries = fs::read_dir(&folder).with_context(|| format!("cannot read the folder {}", shown(&folder)))?;
            let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            files.retain(|file| file.extension().is_some_and(|extension| extension == "ron"));
            if files.len() > MAX_FILES {
                bail!("{} holds {} files, at most {MAX_FILES} are read", shown(&folder), files.len());
            }
            files.sort();
            files.iter().try_for_each(|file| self.add_file(file))?;
        }
        Ok(())
    }

    fn add_file(&mut self, path: &Path) -> anyhow::Result<()> {
        let text = read(path)?;
        // A lesson has steps; nothing in a scenario is called so.
        let is_lesson = text.lines().any(|line| line.trim_start().trim_start_matches('(').trim_start().starts_with("steps:"));
        let list = if is_lesson { &mut self.lessons } else { &mut self.scenarios };
        list.push((shown(path), text));
        Ok(())
    }

    /// Whether there is no file.
    pub(super) fn is_empty(&self) -> bool {
        self.scenarios.is_empty() && self.lessons.is_empty()
    }

    /// The name of the only scenario file's text, if it is one file and a scenario.
    pub(super) fn only_scenario(&self) -> Option<(&str, &str)> {
        match (&self.scenarios[..], &self.lessons[..]) {
            ([(name, text)], []) => Some((name, text)),
            _ => None,
        }
    }

    /// Adds the files to a library.
    pub(super) fn extend(&self, library: &mut Library) -> Result<(), Vec<ContentError>> {
        let pairs = |files: &'_ [(String, String)]| -> Vec<(String, String)> { files.to_vec() };
        let (scenarios, lessons) = (pairs(&self.scenarios), pairs(&self.lessons));
        let scenarios: Vec<(&str, &str)> = scenarios.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let lessons: Vec<(&str, &str)> = lessons.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        library.extend(Sources { scenarios: &scenarios, lessons: &lessons })
    }
}

/// A path as it may be shown.
pub(super) fn shown(path: &Path) -> String {
    sanitise(&path.to_string_lossy())
}

/// Reads a text file, but not more than a content file may have.
pub(super) fn read(path: &Path) -> anyhow::Result<String> {
    let name = shown(path);
    let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
    if !file.metadata().is_ok_and(|data| data.is_file()) {
        bail!("{name} is no file");
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
    if bytes.len() > MAX_FILE {
        bail!("{name} has more than {MAX_FILE} bytes");
    }
    String::from_utf8(bytes).map_err(|_| anyhow!("{name} is no UTF-8 text"))
}

/// All content: embedded, the user's own folder, and the folder that the command line names.
pub(super) fn library(folder: Option<&Path>) -> anyhow::Result<Library> {
    let mut library = Library::new(EMBEDDED).map_err(|errors| told(&errors))?;
    let mut files = Files::default();
    if let Some(own) = data_folder().filter(|own| own.is_dir()) {
        files.add(&own)?;
        files.extend(&mut library).map_err(|errors| told(&errors))?;
    }
    if let Some(folder) = folder {
        let mut files = Files::default();
        if !folder.is_dir() {
            bail!("{} is no folder", shown(folder));
        }
        files.add(folder)?;
        if files.is_empty() {
            bail!("{} holds no .ron file, nor do its folders `assets` and `lessons`", shown(folder));
        }
        files.extend(&mut library).map_err(|errors| told(&errors))?;
    }
    Ok(library)
}

/// Where a user keeps lessons and scenarios.
fn data_folder() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    Some(etcetera::choose_base_strategy().ok()?.data_dir().join("hoplight"))
}

/// Mistakes as one error.
pub(super) fn told(errors: &[ContentError]) -> anyhow::Error {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    anyhow!("{}", lines.join("\n"))
}
