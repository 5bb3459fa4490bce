//! Commands for a simulation from the command line: `--at` and `--script`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use clap::Args;

use hoplight_model::{ContentError, Infrastructure};
use hoplight_sim::script::{self, Script, Verb, shown_time};
use hoplight_sim::{Command, SimTime, Simulation};
use hoplight_text::{self as text, refusal};

use super::content;
use super::files::{read_text, shown};

/// Arguments of a command that simulates.
#[derive(Clone, Debug, PartialEq, Args)]
pub(super) struct ScriptArguments {
    /// Run a command at a time, such as '20s kill server-2'; may be repeated
    #[arg(long, value_name = "TIME COMMAND")]
    at: Vec<String>,

    /// Read such commands from a file, one per line; # starts a comment
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
}

/// The script commands, for the help.
pub(super) fn help() -> String {
    let mut help = String::from("Commands of --at and --script, after a time such as 20s:\n");
    for verb in Verb::ALL {
        let _ = writeln!(help, "  {}\n        {}", verb.usage(), text::verb(verb));
    }
    help + "  fault NAME, fix NAME\n        injects or clears a fault of the catalogue (see `hoplight list faults`)\n"
}

impl ScriptArguments {
    /// Reads the script file, then the commands on the command line. Commands for the same instant keep this order.
    pub(super) fn read(&self, infra: &Infrastructure, end: SimTime) -> anyhow::Result<Script> {
        let mut mistakes = Vec::new();
        let mut script = Script::default();
        if let Some(path) = &self.script {
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
        if let Err(found) = add_lines(&mut script, &self.at, infra, end) {
            mistakes.extend(found);
        }
        if mistakes.is_empty() { Ok(script) } else { Err(content::join_errors(&mistakes)) }
    }
}

/// Reads commands from the command line.
pub(super) fn read_lines(lines: &[String], infra: &Infrastructure, end: SimTime) -> anyhow::Result<Script> {
    let mut script = Script::default();
    add_lines(&mut script, lines, infra, end).map_err(|mistakes| content::join_errors(&mistakes))?;
    Ok(script)
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

/// Rejects commands that can never succeed in this infrastructure, before a run. `first` are applied before the first event.
pub(super) fn reject_impossible(
    infra: &Arc<Infrastructure>,
    seed: u64,
    first: &[Command],
    script: &Script,
) -> anyhow::Result<()> {
    let mut trial = Simulation::new(Arc::clone(infra), seed);
    for command in first {
        let done = trial.apply(command, &mut ());
        done.map_err(|error| anyhow!("cannot {}: {}", script::text(command, infra), refusal(&error)))?;
    }
    for entry in script.entries() {
        // Errors such as "already down" depend on the time of the command and are reported by the run.
        if let Err(error) = trial.check(&entry.command)
            && error.is_lasting()
        {
            let command = script::text(&entry.command, infra);
            return Err(anyhow!("{}: cannot {command}: {}", shown_time(entry.at), refusal(&error)));
        }
    }
    Ok(())
}
