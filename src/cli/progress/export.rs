//! Writes a result file.

use std::fs;
use std::path::Path;

use anyhow::{Context, anyhow};

use hoplight_lesson::{AttemptLog, Progress};

use super::super::clock::now_s;
use super::super::commands::print;
use super::super::files::{self, FileError, shown};
use super::super::result_file::{MAX_FILE, ResultFile};
use super::super::{Arguments, warn};
use super::{Stored, checked_name};

/// How a result file begins.
const HEAD: &[u8] = b"{\n\"hoplight\": \"result\"";

/// Writes the result file to a file or to standard output.
pub(super) fn export(file: Option<&Path>, name: &str, arguments: &Arguments) -> anyhow::Result<()> {
    let name = checked_name(name)?;
    let Stored { progress, attempts, .. } = Stored::open(arguments)?;
    if attempts.log.problems().is_empty() {
        let count = attempts.log.attempts().count();
        let text = text(name, attempts.log, progress)?;
        return deliver(file, &text, count);
    }
    warn("The chain of attempts is broken: the file was edited or damaged. The result file will show it.");
    let count = attempts.log.attempts().count();
    deliver(file, &text(name, attempts.log, progress)?, count)
}

/// The text of a result file of now.
pub(super) fn text(name: String, log: AttemptLog, progress: Progress) -> anyhow::Result<String> {
    ResultFile { name, exported_s: now_s(), log, progress }.to_json()
}

fn deliver(file: Option<&Path>, text: &str, attempts: usize) -> anyhow::Result<()> {
    let Some(file) = file else { return print(text) };
    write(file, text).map_err(|error| anyhow!("{} {error}", shown(file))).context("nothing was exported")?;
    let noun = if attempts == 1 { "attempt" } else { "attempts" };
    print(&format!("Exported the progress with {attempts} {noun} to {}.\n", shown(file)))
}

/// Replaces a result file as a whole. Leaves any other file alone.
fn write(path: &Path, text: &str) -> Result<(), FileError> {
    files::replace(path, text, MAX_FILE, |bytes| bytes.starts_with(HEAD))
}

/// Writes a result file to a new file beside `path`, with the first number that is free. Returns its path.
pub(super) fn back_up(path: &Path, text: &str) -> anyhow::Result<std::path::PathBuf> {
    let folder = files::folder_of(path);
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", shown(folder)))?;
    for number in 1..=1_000 {
        let file = files::with_suffix(path, &format!("reset-{number}"));
        if !files::is_missing(&file) {
            continue;
        }
        return match write(&file, text) {
            Ok(()) => Ok(file),
            Err(error) => Err(anyhow!("{} {error}", shown(&file)).context("no backup was written, so nothing was reset")),
        };
    }
    Err(anyhow!("there are already 1000 backups beside {}, so nothing was reset", shown(path)))
}
