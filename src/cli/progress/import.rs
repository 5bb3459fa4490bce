//! Merges a result file into the progress on this machine.

use std::path::Path;

use anyhow::{Context, anyhow, bail};

use crate::shell::ProgressStore as _;

use super::super::Arguments;
use super::super::clock::now_s;
use super::super::commands::print;
use super::super::files::shown;
use super::super::format::counted;
use super::super::result_file::{ResultFile, ResultFlaw};
use super::Stored;

/// Verifies and merges a file. A file with flaws is refused as a whole.
pub(super) fn import(file: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let (result, flaws) = read(file).context("nothing was imported")?;
    if !flaws.is_empty() {
        let lines: Vec<String> = flaws.iter().map(|flaw| format!("  {flaw}")).collect();
        bail!("nothing was imported: {} is not as it was exported\n{}", shown(file), lines.join("\n"));
    }
    let Stored { mut store, progress, .. } = Stored::open(arguments)?;
    // Merging twice is merging once, so a failure in between is repaired by another import.
    let added = store.attempt_file().join(&result.log, now_s()).map_err(|why| anyhow!("{why}"))?;
    let mut joined = progress.clone();
    joined.join(&result.progress);
    let changes = joined != progress;
    if changes {
        store.save(&joined).map_err(|why| anyhow!("{}", why.trim_end_matches('.')))?;
    }
    let what = match (added, changes) {
        (0, false) => "Nothing is new: this machine has everything in the file.".to_owned(),
        (0, true) => "Imported the progress; all attempts were known.".to_owned(),
        (added, _) => format!("Imported the progress and {}.", counted(added, "attempt")),
    };
    print(&format!("{what}\n"))
}

/// Reads a result file.
pub(in crate::cli) fn read(file: &Path) -> anyhow::Result<(ResultFile, Vec<ResultFlaw>)> {
    use super::super::files::{FileError, Links, read};
    use super::super::result_file::MAX_FILE;
    let name = shown(file);
    let contents = read(file, Links::Follow, MAX_FILE).map_err(|error| match error {
        FileError::Missing => anyhow!("cannot read {name}: no such file"),
        error => anyhow!("{name} {error}"),
    })?;
    if !contents.is_whole {
        bail!("{name} is larger than {MAX_FILE} bytes");
    }
    let text = String::from_utf8(contents.bytes).map_err(|_| anyhow!("{name} is not UTF-8 text"))?;
    ResultFile::parse(&text).map_err(|why| anyhow!("{name} {}", hoplight_model::text::sanitise(&why)))
}
