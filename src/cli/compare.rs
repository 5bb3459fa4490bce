//! `hoplight compare`: analyses two designs side by side and simulates both under the same traffic.
//!
//! The second design gets the users of the first. The same seed draws the same arrivals, kinds of request and service times for
//! both, so every difference comes from the designs.

mod table;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use hoplight_lesson::Library;
use hoplight_model::quantity::Rate;
use hoplight_model::{Infrastructure, TlsMode, TopologyEdit};

use super::analyze::{self, report::Report as Analysis};
use super::simulate::{self, Report as Measured, Watch};
use super::{Format, USAGE, commands, print_error};

/// Arguments of `compare`.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct CompareArguments {
    /// Name or file of the first scenario; its users are sent to both
    a: String,

    /// Name or file of the second scenario
    b: String,

    /// Where TLS ends in the first, instead of the scenario's mode: none, terminate, re-encrypt, passthrough
    #[arg(long, value_name = "MODE", value_parser = simulate::mode)]
    tls_a: Option<TlsMode>,

    /// Where TLS ends in the second
    #[arg(long, value_name = "MODE", value_parser = simulate::mode)]
    tls_b: Option<TlsMode>,

    /// Requests per second, instead of the first scenario's rate
    #[arg(long, value_name = "RPS", value_parser = simulate::rate)]
    load: Option<Rate>,

    /// Simulated time of each run
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = simulate::time)]
    duration: Duration,

    /// Exclude this much time at the start from the measurements
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = simulate::time)]
    warmup: Duration,

    /// Run a command in both, such as '20s kill server-2'; may be repeated
    #[arg(long, value_name = "TIME COMMAND")]
    at: Vec<String>,

    /// Run a command in the first only
    #[arg(long, value_name = "TIME COMMAND")]
    at_a: Vec<String>,

    /// Run a command in the second only
    #[arg(long, value_name = "TIME COMMAND")]
    at_b: Vec<String>,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

/// The results of one design.
#[derive(Debug, Serialize)]
struct Side {
    analysis: Analysis,
    simulation: Measured,
}

/// The results of both designs.
#[derive(Debug, Serialize)]
struct CompareReport {
    seed: u64,
    a: Side,
    b: Side,
}

/// Analyses and simulates both designs, and prints the comparison.
pub(super) fn compare(library: &Library, arguments: &CompareArguments, seed: u64) -> anyhow::Result<ExitCode> {
    if arguments.warmup >= arguments.duration {
        return Ok(print_error(USAGE, "--warmup must be shorter than --duration"));
    }
    let [a, b] = [(&arguments.a, arguments.tls_a), (&arguments.b, arguments.tls_b)].map(|(name, mode)| {
        let infra = commands::find_scenario(library, name)?;
        anyhow::Ok(match mode {
            Some(mode) => infra.edited(&TopologyEdit::EdgeTls(mode)),
            None => Infrastructure::clone(&infra),
        })
    });
    let a = a?;
    let mut traffic = a.traffic().clone();
    if let Some(rate) = arguments.load {
        traffic.rate = rate;
        traffic.schedule.clear();
    }
    let (a, b) = (a.with_traffic(&traffic), b?.with_traffic(&traffic));
    let load = analyze::load(&a, arguments.load);
    let watch = Watch::new(arguments.duration, 2)?;
    let side = |infra: Infrastructure, own: &[String]| {
        let analysis = Analysis::new(&infra, load, 1);
        let name = infra.id().to_string();
        let at = [arguments.at.as_slice(), own].concat();
        let run = simulate::RunRequest { duration: arguments.duration, warmup: arguments.warmup, at: &at };
        let simulation = run.measure(Arc::new(infra), seed, &watch).with_context(|| format!("in {name}"))?;
        anyhow::Ok(Side { analysis, simulation })
    };
    let comparison = CompareReport { seed, a: side(a, &arguments.at_a)?, b: side(b, &arguments.at_b)? };
    watch.clear();
    let text = match arguments.format {
        Format::Table => table::of(&comparison),
        Format::Json => simulate::json(&comparison)?,
    };
    commands::print(&text)?;
    Ok(watch.status())
}
