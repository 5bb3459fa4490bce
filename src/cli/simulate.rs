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

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use clap::Args;

use hoplight_lesson::Library;
use hoplight_model::quantity::Rate;
use hoplight_model::{ContentError, Infrastructure, TlsMode, TopologyEdit};
use hoplight_sim::script::{self, Script, Verb, shown_time};
use hoplight_sim::{Command, SimTime, Simulation};
use hoplight_text::{self as text, refusal};

use super::files::{read_text, shown};
use super::{Format, USAGE, commands, content, print_error};
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

    /// Run a command at a time, such as '20s kill server-2'; may be repeated
    #[arg(long, value_name = "TIME COMMAND")]
    at: Vec<String>,

    /// Read timed commands from a file, one per line; # starts a comment
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

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
        let mut script = Script::default();
        add_lines(&mut script, self.at, &infra, SimTime::ZERO + self.duration)
            .map_err(|mistakes| content::join_errors(&mistakes))?;
        let plan = Plan { script, duration: self.duration, warmup: self.warmup, first: Vec::new(), infra };
        plan.try_out(seed)?;
        let run = Run::of(&plan, seed, watch);
        Ok(Report::new(&plan, &run))
    }
}

/// The script commands, for the help.
fn after_help() -> String {
    let mut help = String::from("Commands of --at and --script, after a time such as 20s:\n");
    for verb in Verb::ALL {
        let _ = writeln!(help, "  {}\n        {}", verb.usage(), text::verb(verb));
    }
    help += "  fault NAME, fix NAME\n        injects or clears a fault of the catalogue (see `hoplight list faults`)\n";
    help + "\nCtrl-C ends the run and reports what was measured so far."
}

/// Parses a duration.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    script::duration(text).map_err(|error| text::time_error(&error).to_string())
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
            script: read_script(arguments, &infra)?,
            duration: arguments.duration,
            warmup: arguments.warmup,
            first: rate.into_iter().chain(tls).collect(),
            infra,
        };
        plan.try_out(seed)?;
        Ok(plan)
    }

    /// Rejects commands that can never succeed in this infrastructure, once instead of in each replication.
    fn try_out(&self, seed: u64) -> anyhow::Result<()> {
        let mut trial = Simulation::new(Arc::clone(&self.infra), seed);
        for command in &self.first {
            let done = trial.apply(command, &mut ());
            done.map_err(|error| anyhow!("cannot {}: {}", script::text(command, &self.infra), refusal(&error)))?;
        }
        for entry in self.script.entries() {
            // Errors such as "already down" depend on the time of the command and are reported by the run.
            if let Err(error) = trial.clone().apply(&entry.command, &mut ())
                && error.is_lasting()
            {
                let command = script::text(&entry.command, &self.infra);
                return Err(anyhow!("{}: cannot {command}: {}", shown_time(entry.at), refusal(&error)));
            }
        }
        Ok(())
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

/// Reads the script file, then the commands on the command line. Commands for the same instant keep this order.
fn read_script(arguments: &SimulateArguments, infra: &Infrastructure) -> anyhow::Result<Script> {
    let end = SimTime::ZERO + arguments.duration;
    let mut mistakes = Vec::new();
    let mut script = Script::default();
    if let Some(path) = &arguments.script {
        let file = shown(path);
        let lines = read_text(path)?;
        match Script::parse(&lines, infra) {
            Ok(read) => script = read,
            Err(errors) => mistakes = text::located_script_errors(&errors, &file, &lines),
        }
        // Entries have no line number; the time identifies them.
        let beyond = script.entries().iter().filter(|entry| entry.at > end);
        mistakes.extend(beyond.map(|entry| ContentError::at(&file, "", None, late(entry.at, end))));
    }
    if let Err(found) = add_lines(&mut script, &arguments.at, infra, end) {
        mistakes.extend(found);
    }
    if mistakes.is_empty() { Ok(script) } else { Err(content::join_errors(&mistakes)) }
}

/// Adds commands from the command line to a script that ends at `end`.
fn add_lines(script: &mut Script, lines: &[String], infra: &Infrastructure, end: SimTime) -> Result<(), Vec<ContentError>> {
    let mut mistakes = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        match script::entries(line, infra) {
            Ok(entries) => match entries.iter().find(|entry| entry.at > end) {
                Some(entry) => mistakes.push(text::script_line_error(late(entry.at, end), "--at", (number + 1, 1), line)),
                None => entries.into_iter().for_each(|entry| script.add(entry)),
            },
            Err(error) => mistakes.push(text::located_script_error(&error, "--at", number + 1, line)),
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

fn late(at: SimTime, end: SimTime) -> String {
    format!("{} is after the end of the run at {}", shown_time(at), shown_time(end))
}
