//! Resets the progress, or a part of it, after writing a backup.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::{anyhow, bail};

use hoplight_lesson::{Library, Progress};
use hoplight_model::error::nearest;
use hoplight_model::text::sanitise;

use super::super::Arguments;
use super::super::commands::print;
use super::super::files::with_tilde;
use super::{Stored, export};

/// Longest answer that is read, in bytes.
const MAX_ANSWER: u64 = 100;

/// Resets everything or one activity.
pub(super) fn reset(library: &Library, name: Option<&str>, yes: bool, arguments: &Arguments) -> anyhow::Result<()> {
    let Stored { mut store, progress, attempts } = Stored::open(arguments)?;
    if name.is_none() && progress == Progress::default() && attempts.log.records().is_empty() {
        return print("There is no progress to reset.\n");
    }
    let left = match name {
        None => Progress::default(),
        Some(name) => without(library, &progress, name)?,
    };
    let what = name.map_or_else(|| "all progress and all attempts".to_owned(), |name| format!("the progress in {name}"));
    if !yes && !confirmed(&what)? {
        return print("Nothing was reset.\n");
    }
    let everything = store.with_backup(&progress);
    let text = export::text(String::new(), attempts.log, everything)?;
    let backup = export::back_up(store.path(), &text)?;
    store.replace(&left).map_err(|why| anyhow!("{why}"))?;
    if name.is_none() {
        store.attempt_file().remove().map_err(|why| anyhow!("{why}"))?;
    }
    let backup = with_tilde(&backup);
    print(&format!("Reset {what}. The backup is {backup}; `hoplight progress import FILE` brings it back.\n"))
}

/// The progress without one lesson or activity. The attempts stay: they are a chain.
fn without(library: &Library, progress: &Progress, name: &str) -> anyhow::Result<Progress> {
    let mut left = progress.clone();
    if left.forget(name) {
        return Ok(left);
    }
    let shown = sanitise(name);
    if library.lesson(name.trim_start_matches("lesson/")).is_some() {
        bail!("the lesson `{shown}` has not been started: there is nothing to reset");
    }
    let known: Vec<&str> =
        progress.lessons().map(|(id, _)| id.as_str()).chain(progress.results().map(|(name, _)| name)).collect();
    let hint = nearest(name, known.into_iter()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    bail!("no progress in `{shown}`{hint}; `hoplight progress` lists it")
}

/// Asks for a confirmation on the terminal.
fn confirmed(what: &str) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        bail!("this would reset {what}: add --yes to confirm");
    }
    write!(io::stderr(), "Reset {what}? A backup is kept. Type yes to confirm: ")?;
    let mut answer = Vec::new();
    io::Read::take(io::stdin().lock(), MAX_ANSWER).read_until(b'\n', &mut answer)?;
    Ok(String::from_utf8_lossy(&answer).trim().eq_ignore_ascii_case("yes"))
}
