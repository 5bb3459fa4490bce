//! `hoplight simulate`: runs a simulation without a screen and reports measurements.
//!
//! Every number except the wall time comes from the simulation or its recorder.

mod estimate;
mod incident_table;
mod incidents;
mod replications;
mod report;
mod run;
mod table;
mod watch;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use hoplight_lesson::Library;
use hoplight_model::quantity::Rate;
use hoplight_model::{Infrastructure, TlsMode, TopologyEdit};
use hoplight_sim::script::Script;
use hoplight_sim::{Command, SimTime};

use super::script::{self, ScriptArguments};
use super::{Format, USAGE, commands, print_error};
pub(super) use report::Report;
pub(super) use watch::Watch;

use replications::Replications;
use run::Run;

/// Arguments of `simulate`.
#[derive(Clone, Debug, PartialEq, Args)]
#[command(after_help = after_help())]
pub struct SimulateArguments {
    /// Name or file of a scenario
    scenario: String,

    /// Simulated time: 500ms, 60s, 1.5min, 2h, up to 30d
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    duration: Duration,

    /// Exclude this much time at the start from latencies, ratios and stations
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = time)]
    warmup: Duration,

    /// Requests per second, instead of the scenario's rate
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<Rate>,

    /// Where TLS ends, instead of the scenario's mode: none, terminate, re-encrypt, passthrough
    #[arg(long, value_name = "MODE", value_parser = mode)]
    tls: Option<TlsMode>,

    #[command(flatten)]
    script: ScriptArguments,

    /// Run N consecutive seeds and report means with 95 % confidence intervals
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    replications: u32,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

/// Settings shared by all runs of one invocation.
#[derive(Debug)]
struct Plan {
    infra: Arc<Infrastructure>,
    duration: Duration,
    warmup: Duration,
    /// Commands from the options, applied before the first event.
    first: Vec<Command>,
    script: Script,
}

/// A run on behalf of another command.
pub(super) struct RunRequest<'a> {
    pub(super) duration: Duration,
    pub(super) warmup: Duration,
    /// Commands with their times.
    pub(super) at: &'a [String],
}

impl RunRequest<'_> {
    /// Simulates an infrastructure and returns the report.
    ///
    /// # Errors
    /// If a command is malformed, or cannot be applied to this infrastructure.
    pub(super) fn measure(&self, infra: Arc<Infrastructure>, seed: u64, watch: &Watch) -> anyhow::Result<Report> {
        let script = script::read_lines(self.at, &infra, SimTime::ZERO + self.duration)?;
        script::reject_impossible(&infra, seed, &[], &script)?;
        let plan = Plan { script, duration: self.duration, warmup: self.warmup, first: Vec::new(), infra };
        let run = Run::of(&plan, seed, watch);
        Ok(Report::new(&plan, &run))
    }
}

/// The script commands, and what Ctrl-C does, for the help.
fn after_help() -> String {
    script::help() + "\nCtrl-C ends the run and reports what was measured so far."
}

/// Parses a duration.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    hoplight_sim::script::duration(text).map_err(|error| hoplight_text::time_error(&error).to_string())
}

/// Parses a rate.
pub(super) fn rate(text: &str) -> Result<Rate, String> {
    text.parse().map_err(|_| "expected requests per second, such as 200 or 0.5".to_owned()).and_then(Rate::new)
}

/// Parses a TLS mode.
pub(super) fn mode(text: &str) -> Result<TlsMode, String> {
    let words = TlsMode::ALL.map(TlsMode::word);
    TlsMode::ALL.into_iter().find(|mode| mode.word() == text).ok_or_else(|| format!("expected one of {}", words.join(", ")))
}

/// Runs the simulation and prints the report.
pub(super) fn simulate(library: &Library, arguments: &SimulateArguments, seed: u64) -> anyhow::Result<ExitCode> {
    if arguments.duration.is_zero() {
        return Ok(print_error(USAGE, "--duration must be longer than zero"));
    }
    if arguments.warmup >= arguments.duration {
        return Ok(print_error(USAGE, "--warmup must be shorter than --duration"));
    }
    let plan = Plan::new(library, arguments, seed)?;
    let watch = Watch::new(plan.duration, arguments.replications)?;
    let text = if arguments.replications == 1 {
        let run = Run::of(&plan, seed, &watch);
        let report = Report::new(&plan, &run);
        watch.clear();
        match arguments.format {
            Format::Table => table::of_run(&report),
            Format::Json => json(&report)?,
        }
    } else {
        let replications = Replications::of(&plan, seed, arguments.replications, &watch);
        watch.clear();
        match arguments.format {
            Format::Table => table::of_replications(&replications),
            Format::Json => json(&replications)?,
        }
    };
    commands::print(&text)?;
    Ok(watch.status())
}

/// Formats a report as JSON on one line.
pub(super) fn json(report: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string(report)? + "\n")
}

impl Plan {
    fn new(library: &Library, arguments: &SimulateArguments, seed: u64) -> anyhow::Result<Self> {
        let infra = commands::find_scenario(library, &arguments.scenario)?;
        let rate = arguments.rate.map(Command::Rate);
        let tls = arguments.tls.map(|mode| Command::Edit(TopologyEdit::EdgeTls(mode)));
        let plan = Self {
            script: arguments.script.read(&infra, SimTime::ZERO + arguments.duration)?,
            duration: arguments.duration,
            warmup: arguments.warmup,
            first: rate.into_iter().chain(tls).collect(),
            infra,
        };
        script::reject_impossible(&plan.infra, seed, &plan.first, &plan.script)?;
        Ok(plan)
    }

    /// The end of the warm-up.
    fn warm(&self) -> SimTime {
        SimTime::ZERO + self.warmup
    }

    /// The end of the run.
    fn end(&self) -> SimTime {
        SimTime::ZERO + self.duration
    }
}
