//! The text commands. Data goes to standard output, all else to standard error.
//!
//! Must not need a terminal.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{anyhow, bail};
use unicode_width::UnicodeWidthStr;

use crate::lesson::{Library, check};
use crate::model::error::nearest;
use crate::model::{Infrastructure, ScenarioId};
use crate::sim::catalogue::CATALOGUE;
use crate::sim::{Note, SimTime, Simulation, script};

use super::Listed;
use super::content::{Files, told};

/// The infrastructure whose commands the list of faults shows.
const SHOWN: &str = "stage-2-secured";

/// Lists lessons and infrastructures.
pub(super) fn list(library: &Library, what: Option<Listed>) -> anyhow::Result<()> {
    let ids = library.lessons().map(|lesson| lesson.id.as_str()).chain(library.scenarios().map(|infra| infra.id().as_str()));
    let wide = ids.map(UnicodeWidthStr::width).max().unwrap_or(0);
    let titles = library.lessons().map(|lesson| lesson.title.width()).max().unwrap_or(0);
    // The width counts columns, as the standard's padding does not.
    let gap = |text: &str, to: usize| " ".repeat(to.saturating_sub(text.width()));
    let (lessons, scenarios) = (what != Some(Listed::Scenarios), what != Some(Listed::Lessons));
    let mut text = String::from(if lessons { "Lessons\n" } else { "" });
    for lesson in library.lessons().filter(|_| lessons) {
        let (id, title) = (lesson.id.as_str(), &lesson.title);
        let _ = writeln!(text, "  {id}{}  {title}{}  {:>3} min", gap(id, wide), gap(title, titles), lesson.minutes);
    }
    text += match (lessons, scenarios) {
        (true, true) => "\nInfrastructures\n",
        (false, true) => "Infrastructures\n",
        _ => "",
    };
    for infra in library.scenarios().filter(|_| scenarios) {
        let id = infra.id().as_str();
        let _ = writeln!(text, "  {id}{}  {}", gap(id, wide), infra.title());
    }
    print(&text)
}

/// Lists the catalogue of faults, and how each is brought about in one infrastructure.
pub(super) fn list_faults(library: &Library) -> anyhow::Result<()> {
    let shown = library.scenario(SHOWN);
    let mut text = format!("Faults; `hoplight simulate {SHOWN} --at '20s fault NAME' --at '40s fix NAME'` tries one\n");
    for row in CATALOGUE {
        let _ = writeln!(text, "\n{}: {}", row.id, row.title);
        for (what, says) in [("users", row.users), ("inside", row.agents), ("alert", row.alert), ("remedy", row.remedy)] {
            let _ = writeln!(text, "  {what:<7} {says}");
        }
        let Some(infra) = shown else { continue };
        for (delay, command) in row.inject(infra) {
            let after = if delay > 0.0 { format!("  ({delay} s later)") } else { String::new() };
            let _ = writeln!(text, "  {:<7} {}{after}", "does", script::text(&command, infra));
        }
    }
    print(&text)
}

/// Checks content. Returns an error if anything is wrong with it.
pub(super) fn check_content(mut library: Library, paths: &[PathBuf]) -> anyhow::Result<()> {
    let mut files = Files::default();
    paths.iter().try_for_each(|path| files.add(path))?;
    if !paths.is_empty() && files.is_empty() {
        bail!("no .ron file was found");
    }
    files.extend(&mut library).map_err(|errors| told(&errors))?;
    let mistakes = check(&library);
    if !mistakes.is_empty() {
        return Err(told(&mistakes));
    }
    let (lessons, scenarios) = (library.lessons().len(), library.scenarios().len());
    print(&format!("{lessons} lessons and {scenarios} infrastructures are fine; every solution was replayed.\n"))
}

/// Prints everything that happens.
pub(super) fn trace(library: &Library, scenario: &str, seconds: f64, seed: u64) -> anyhow::Result<()> {
    if !(seconds.is_finite() && (0.0..=86_400.0).contains(&seconds)) {
        bail!("--seconds lies between 0 and 86400, found {seconds}");
    }
    let infra = find_scenario(library, scenario)?;
    let mut simulation = Simulation::new(Arc::clone(&infra), seed);
    let end = SimTime::ZERO + std::time::Duration::from_secs_f64(seconds);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut failed = None;
    while simulation.next_event().is_some_and(|at| at <= end) && failed.is_none() {
        simulation.step(&mut |note: Note| {
            if failed.is_none() {
                failed = writeln!(out, "{:.9} {}", note.at.as_secs_f64(), note.describe(&infra)).err();
            }
        });
    }
    quiet(failed.map_or_else(|| writeln!(out, "digest {:016x}", simulation.digest()), Err).and_then(|()| out.flush()))
}

/// A scenario by name, or from a file.
pub(super) fn find_scenario(library: &Library, name: &str) -> anyhow::Result<Arc<Infrastructure>> {
    if let Some(infra) = library.scenario(name) {
        return Ok(Arc::clone(infra));
    }
    let path = Path::new(name);
    if path.exists() {
        let mut files = Files::default();
        files.add(path)?;
        let (file, text) = files.only_scenario().ok_or_else(|| anyhow!("{} is no scenario file", super::content::shown(path)))?;
        return Infrastructure::from_ron(file, text).map(Arc::new).map_err(|error| anyhow!("{error}"));
    }
    let known = library.scenarios().map(|infra| infra.id()).map(ScenarioId::as_str);
    let hint = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    bail!("there is no infrastructure and no file `{}`{hint}", crate::model::text::sanitise(name))
}

/// Writes text to standard output.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    quiet(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Whoever closed the pipe has read enough.
fn quiet(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}
