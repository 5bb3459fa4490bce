//! `hoplight analyze`: what follows from a drawing alone, without running it.
//!
//! Must not find anything out itself: every number and sentence comes from the analysis.

pub(super) mod report;
mod table;

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use hoplight_analysis::Severity;
use hoplight_analysis::capacity::peak_rate;
use hoplight_lesson::Library;
use hoplight_model::quantity::Rate;
use hoplight_model::{Infrastructure, TlsMode, TopologyEdit};

use super::{FAILURE, Format, commands, simulate};
use report::Report;

/// The load, in requests per second, where users wait for each other and the rate is an outcome.
const USUAL_LOAD: f64 = 100.0;

/// What `analyze` is asked for.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct AnalyzeArguments {
    /// A scenario's name, or a file
    scenario: String,

    /// Where TLS ends, instead of the scenario's: none, terminate, re-encrypt, passthrough
    #[arg(long, value_name = "MODE", value_parser = simulate::mode)]
    tls: Option<TlsMode>,

    /// Users' requests per second for what capacity is asked for, instead of the scenario's busiest
    #[arg(long, value_name = "RPS", value_parser = simulate::rate)]
    load: Option<Rate>,

    /// List what stops a kind of request together, up to this many failures at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=4))]
    cuts: u8,

    /// How to report
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,

    /// End with status 1 if anything as bad as this is found
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Threshold>,
}

/// How bad is too bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Threshold {
    /// Anything at all
    Note,
    /// Weaknesses, and worse
    Warning,
    /// What stops the service or gives secrets away
    Error,
}

impl Threshold {
    const fn severity(self) -> Severity {
        match self {
            Self::Note => Severity::Note,
            Self::Warning => Severity::Warning,
            Self::Error => Severity::Error,
        }
    }
}

/// Analyses and reports; `colours` if the report goes to a terminal that has them.
pub(super) fn analyze(library: &Library, arguments: &AnalyzeArguments, colours: bool) -> anyhow::Result<ExitCode> {
    let infra = commands::find_scenario(library, &arguments.scenario)?;
    let infra = match arguments.tls {
        Some(mode) => infra.edited(&TopologyEdit::EdgeTls(mode)),
        None => Infrastructure::clone(&infra),
    };
    let report = Report::new(&infra, load(&infra, arguments.load), usize::from(arguments.cuts));
    let text = match arguments.format {
        Format::Table => table::of(&report, colours),
        Format::Json => simulate::json(&report)?,
    };
    commands::print(&text)?;
    let worst = report.findings.iter().map(|finding| finding.severity).max();
    let fails = arguments.fail_on.is_some_and(|threshold| worst.is_some_and(|worst| worst >= threshold.severity()));
    Ok(if fails { ExitCode::from(FAILURE) } else { ExitCode::SUCCESS })
}

/// The load that is asked for, or the scenario's busiest.
pub(super) fn load(infra: &Infrastructure, asked: Option<Rate>) -> f64 {
    asked.map(Rate::get).or_else(|| peak_rate(infra.traffic())).unwrap_or(USUAL_LOAD)
}
