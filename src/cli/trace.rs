//! `hoplight trace`: prints every event of a simulation, one per line.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use clap::Args;

use hoplight_lesson::Library;
use hoplight_model::Infrastructure;
use hoplight_sim::{JournalEvent, Observer, SimTime, Simulation};

use super::commands::{find_scenario, quiet};
use super::script::{self, ScriptArguments};
use super::simulate::time;

/// Arguments of `trace`.
#[derive(Clone, Debug, PartialEq, Args)]
#[command(after_help = script::help())]
pub struct TraceArguments {
    /// Name or file of a scenario
    scenario: String,

    /// Simulated time
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = time, conflicts_with = "seconds")]
    duration: Duration,

    /// The former name of --duration, in seconds
    #[arg(long, hide = true)]
    seconds: Option<f64>,

    #[command(flatten)]
    script: ScriptArguments,
}

/// Longest trace in seconds.
const MOST_S: f64 = 86_400.0;

impl TraceArguments {
    /// Returns the simulated time, given under its present or its former name.
    fn duration(&self) -> anyhow::Result<Duration> {
        let seconds = self.seconds.unwrap_or(self.duration.as_secs_f64());
        if !(seconds.is_finite() && (0.0..=MOST_S).contains(&seconds)) {
            let name = if self.seconds.is_some() { "--seconds" } else { "--duration" };
            bail!("{name} must be between 0 and {MOST_S} s, found {seconds}");
        }
        Ok(self.seconds.map_or(self.duration, Duration::from_secs_f64))
    }
}

/// Prints every event of a simulation, then its digest.
pub(super) fn trace(library: &Library, arguments: &TraceArguments, seed: u64) -> anyhow::Result<()> {
    let duration = arguments.duration()?;
    let infra = find_scenario(library, &arguments.scenario)?;
    let end = SimTime::ZERO + duration;
    let script = arguments.script.read(&infra, end)?;
    script::reject_impossible(&infra, seed, &[], &script)?;
    let mut simulation = Simulation::new(Arc::clone(&infra), seed);
    let mut printer = Printer { out: io::BufWriter::new(io::stdout().lock()), infra: &infra, failed: None };
    for entry in script.entries() {
        printer.run_to(entry.at, &mut simulation);
        if printer.failed.is_some() {
            break;
        }
        // Moves the clock from the last event to the time of the command.
        simulation.advance(entry.at, &mut printer);
        if let Err(error) = simulation.apply(&entry.command, &mut printer) {
            let command = hoplight_sim::script::text(&entry.command, &infra);
            printer.line(entry.at, format_args!("refused: {command}: {}", hoplight_text::refusal(&error)));
        }
    }
    printer.run_to(end, &mut simulation);
    let Printer { mut out, failed, .. } = printer;
    quiet(failed.map_or_else(|| writeln!(out, "digest {:016x}", simulation.digest()), Err).and_then(|()| out.flush()))
}

/// Prints events until the output fails.
struct Printer<'a> {
    out: io::BufWriter<io::StdoutLock<'static>>,
    infra: &'a Infrastructure,
    failed: Option<io::Error>,
}

impl Printer<'_> {
    /// Runs and prints all events up to and including `until`.
    fn run_to(&mut self, until: SimTime, simulation: &mut Simulation) {
        while self.failed.is_none() && simulation.next_event().is_some_and(|at| at <= until) {
            simulation.step(self);
        }
    }

    fn line(&mut self, at: SimTime, text: impl std::fmt::Display) {
        if self.failed.is_none() {
            self.failed = writeln!(self.out, "{:.9} {text}", at.as_secs_f64()).err();
        }
    }
}

impl Observer for Printer<'_> {
    fn note(&mut self, note: JournalEvent) {
        self.line(note.at, hoplight_text::event(&note, self.infra));
    }
}
