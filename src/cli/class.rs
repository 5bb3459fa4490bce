//! `hoplight class`: reads the result files of a group, and shows who has what, which misconceptions are shared, who needs help,
//! and which files were copied, cut or edited.

mod csv;
mod group;
mod help;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::commands::print;
use super::files::shown;
use super::progress::read_result;
use super::{FAILURE, warn};
use group::{Group, Handed};

pub(super) use group::is_solved;

/// Arguments of `class`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct ClassArguments {
    /// Result files that `hoplight progress export` wrote
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: ClassFormat,
}

/// Output format of `class`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ClassFormat {
    /// Plain text
    Table,
    /// A table for spreadsheets, one line per file
    Csv,
    /// One JSON object on one line
    Json,
}

/// Prints the report on a group. Files that cannot be read are reported, and the others shown.
pub(super) fn class(asked: &ClassArguments) -> anyhow::Result<ExitCode> {
    let mut handed = Vec::new();
    let mut status = ExitCode::SUCCESS;
    for file in &asked.files {
        match read_result(file) {
            Ok((result, flaws)) => handed.push(Handed { file: shown(file), result, flaws }),
            Err(error) => {
                warn(&format!("{error:#}"));
                status = ExitCode::from(FAILURE);
            }
        }
    }
    if handed.is_empty() {
        return Ok(status);
    }
    let group = Group::of(&handed);
    print(&match asked.format {
        ClassFormat::Table => table::table(&group),
        ClassFormat::Csv => csv::csv(&group),
        ClassFormat::Json => serde_json::to_string(&group)? + "\n",
    })?;
    Ok(status)
}
