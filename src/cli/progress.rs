//! `hoplight progress`: shows what the learner has done, exports it as a result file, imports one, or resets it.

mod export;
mod import;
mod reset;
mod show;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};

use hoplight_app::Catalogue;
use hoplight_lesson::{Library, Progress};
use hoplight_model::text::{sanitise, width};

use super::attempts::StoredAttempts;
use super::store::Store;
use super::{Arguments, Format, warn};

pub(super) use import::read as read_result;

/// Arguments of `progress`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ProgressArguments {
    #[command(subcommand)]
    command: Option<ProgressCommand>,

    #[command(flatten)]
    show: ShowArguments,
}

/// What to do with the progress.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
enum ProgressCommand {
    /// Show lessons, missions, drills, exams, reviews, practice and days [default]
    Show(ShowArguments),
    /// Write a result file: for a teacher, for another machine, or as a backup
    #[command(
        after_help = "Examples:\n  hoplight progress export ada.json --name \"Ada Lovelace\"\n  hoplight progress export > backup.json"
    )]
    Export {
        /// File to write [default: standard output]
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// Your name, as the teacher knows it
        #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
        name: String,
    },
    /// Verify a result file of yours, and merge it into the progress on this machine
    #[command(after_help = "Example:\n  hoplight progress import laptop.json")]
    Import {
        /// A file that `hoplight progress export` or `reset` wrote
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Reset everything, or one lesson or activity; a backup is kept
    #[command(
        after_help = "Examples:\n  hoplight progress reset                    everything, after a question\n  hoplight progress reset where-tls-ends     one lesson\n  hoplight progress reset mission/budget --yes"
    )]
    Reset {
        /// Name of a lesson, `mission/NAME`, `drill/NAME`, `exam/STAGE`, `review/NAME` or `practice` [default: everything]
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Arguments of `progress show`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
struct ShowArguments {
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

/// Runs the command.
pub(super) fn progress(
    library: &Library,
    catalogue: &Catalogue,
    asked: &ProgressArguments,
    arguments: &Arguments,
) -> anyhow::Result<ExitCode> {
    match &asked.command {
        None => show::show(library, catalogue, asked.show.format, arguments),
        Some(ProgressCommand::Show(asked)) => show::show(library, catalogue, asked.format, arguments),
        Some(ProgressCommand::Export { file, name }) => export::export(file.as_deref(), name, arguments),
        Some(ProgressCommand::Import { file }) => import::import(file, arguments),
        Some(ProgressCommand::Reset { name, yes }) => reset::reset(library, name.as_deref(), *yes, arguments),
    }
    .map(|()| ExitCode::SUCCESS)
}

/// What is stored.
pub(super) struct Stored {
    store: Store,
    progress: Progress,
    pub(super) attempts: StoredAttempts,
}

impl Stored {
    /// Opens the progress and the attempts. Prints warnings about files that are damaged.
    ///
    /// # Errors
    /// If a file cannot be used: nothing may be concluded from its absence.
    pub(super) fn open(arguments: &Arguments) -> anyhow::Result<Self> {
        let (store, progress, notice) = Store::open(arguments.progress.as_deref());
        if let Some(why) = store.refusal() {
            bail!("{why}");
        }
        if let Some(notice) = notice {
            warn(&notice);
        }
        let file = store.attempt_file();
        let attempts = file.read().map_err(|why| anyhow::anyhow!("{why}"))?;
        let name = super::files::with_tilde(file.path());
        for (line, why) in &attempts.damaged {
            warn(&format!("{name}: line {line} is damaged ({why}), and is skipped."));
        }
        Ok(Self { store, progress, attempts })
    }
}

/// Checks a learner's name. Control characters would act on a teacher's terminal.
pub(super) fn checked_name(name: &str) -> anyhow::Result<String> {
    let name = name.trim();
    if name.chars().count() > super::result_file::MAX_NAME || name != sanitise(name) || (width(name) == 0) != name.is_empty() {
        bail!("a name has at most {} characters, without control characters", super::result_file::MAX_NAME);
    }
    Ok(name.to_owned())
}
