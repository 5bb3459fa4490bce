//! `hoplight analyze`: reports the properties of a design without running it.
//!
//! Every number and sentence comes from the analysis.

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

/// Load in requests per second for a closed population of users, whose rate is a result and not an input.
const USUAL_LOAD: f64 = 100.0;

/// Arguments of `analyze`.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct AnalyzeArguments {
    /// Name or file of a scenario
    scenario: String,

    /// Where TLS ends, instead of the scenario's mode: none, terminate, re-encrypt, passthrough
    #[arg(long, value_name = "MODE", value_parser = simulate::mode)]
    tls: Option<TlsMode>,

    /// Requests per second to check capacity for [default: the scenario's peak]
    #[arg(long, value_name = "RPS", value_parser = simulate::rate)]
    load: Option<Rate>,

    /// List the smallest sets of up to N failures that stop a kind of request only together
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=4))]
    cuts: u8,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,

    /// Exit with status 1 if a finding is at least this severe
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Threshold>,
}

/// Lowest severity that makes `analyze` fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Threshold {
    /// Any finding
    Note,
    /// Warnings and errors
    Warning,
    /// Errors only
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

/// Analyses a design and prints the report, coloured if `colours` is set.
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

/// The requested load, or the peak of the scenario's traffic.
pub(super) fn load(infra: &Infrastructure, asked: Option<Rate>) -> f64 {
    asked.map(Rate::get).or_else(|| peak_rate(infra.traffic())).unwrap_or(USUAL_LOAD)
}
