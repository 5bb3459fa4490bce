//! `hoplight compare`: two designs, analysed side by side, and the same traffic through both.
//!
//! The second design gets the users of the first: the same seed draws the same arrivals, kinds and service times for both, so
//! what differs is the designs' doing. Must not find anything out itself.

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
use hoplight_sim::script;

use super::analyze::{self, report::Report as Analysis};
use super::simulate::{self, Report as Measured, Watch};
use super::{Format, USAGE, commands, complain};

/// What `compare` is asked for.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct CompareArguments {
    /// The first: a scenario's name, or a file. Its users come to both
    a: String,

    /// The second
    b: String,

    /// Where TLS ends in the first, instead of the scenario's: none, terminate, re-encrypt, passthrough
    #[arg(long, value_name = "MODE", value_parser = simulate::mode)]
    tls_a: Option<TlsMode>,

    /// Where TLS ends in the second
    #[arg(long, value_name = "MODE", value_parser = simulate::mode)]
    tls_b: Option<TlsMode>,

    /// Users' requests per second, instead of the first scenario's
    #[arg(long, value_name = "RPS", value_parser = simulate::rate)]
    load: Option<Rate>,

    /// How long both are run, in simulated time
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = script::duration)]
    duration: Duration,

    /// Leave this long a beginning out of what is measured
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = script::duration)]
    warmup: Duration,

    /// Give a command to both at a time, such as '20s kill server-2'; may be repeated
    #[arg(long, value_name = "TIME COMMAND")]
    at: Vec<String>,

    /// Give a command to the first only
    #[arg(long, value_name = "TIME COMMAND")]
    at_a: Vec<String>,

    /// Give a command to the second only
    #[arg(long, value_name = "TIME COMMAND")]
    at_b: Vec<String>,

    /// How to report
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

/// One of the two.
#[derive(Debug, Serialize)]
struct Side {
    analysis: Analysis,
    simulation: Measured,
}

/// Both.
#[derive(Debug, Serialize)]
struct Comparison {
    seed: u64,
    a: Side,
    b: Side,
}

/// Analyses and runs both, and reports.
pub(super) fn compare(library: &Library, arguments: &CompareArguments, seed: u64) -> anyhow::Result<ExitCode> {
    if arguments.warmup >= arguments.duration {
        return Ok(complain(USAGE, "--warmup must be shorter than --duration"));
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
        let run = simulate::Asked { duration: arguments.duration, warmup: arguments.warmup, at: &at };
        let simulation = run.measure(Arc::new(infra), seed, &watch).with_context(|| format!("in {name}"))?;
        anyhow::Ok(Side { analysis, simulation })
    };
    let comparison = Comparison { seed, a: side(a, &arguments.at_a)?, b: side(b, &arguments.at_b)? };
    watch.clear();
    let text = match arguments.format {
        Format::Table => table::of(&comparison),
        Format::Json => simulate::json(&comparison)?,
    };
    commands::print(&text)?;
    Ok(watch.status())
}
