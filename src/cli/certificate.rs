//! `hoplight certificate`: states what was demonstrated, with dates and figures from the attempts. It states nothing that was not
//! measured.

mod statement;
mod svg;

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::Args;

use hoplight_app::Catalogue;
use hoplight_lesson::Library;

use super::commands::print;
use super::files::{self, shown};
use super::progress::{Stored, checked_name, read_result};
use super::result_file::{MAX_FILE, ResultFlaw};
use super::{Arguments, warn};
use statement::Certificate;

/// Arguments of `certificate`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct CertificateArguments {
    /// Result file [default: the attempts on this machine]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Name on the certificate [default: the name in the result file]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Write a picture to this file instead of printing text
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// Prints the certificate, or writes it as a picture.
pub(super) fn certificate(
    library: &Library,
    catalogue: &Catalogue,
    asked: &CertificateArguments,
    arguments: &Arguments,
) -> anyhow::Result<()> {
    let name = asked.name.as_deref().map(checked_name).transpose()?;
    let (stored_name, log, flaws) = if let Some(file) = &asked.file {
        let (result, flaws) = read_result(file)?;
        (result.name, result.log, flaws)
    } else {
        let log = Stored::open(arguments)?.attempts.log;
        let flaws = log.problems().into_iter().map(ResultFlaw::Chain).collect();
        (String::new(), log, flaws)
    };
    for flaw in &flaws {
        warn(&format!("{flaw}."));
    }
    let certificate = Certificate::new(library, catalogue, name.unwrap_or(stored_name), &log, !flaws.is_empty());
    let Some(file) = &asked.svg else { return print(&certificate.text()) };
    let is_ours = |bytes: &[u8]| bytes.starts_with(svg::HEAD.as_bytes());
    files::replace(file, &svg::svg(&certificate), MAX_FILE, is_ours)
        .map_err(|error| anyhow!("{} {error}", shown(file)))
        .context("no certificate was written")?;
    print(&format!("The certificate is in {}.\n", shown(file)))
}
