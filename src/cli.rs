//! The command line: its arguments, what the environment adds to them, and how errors are told.
//!
//! Must not know what is simulated, drawn or taught: it passes names and paths on as they were given.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ColorChoice, Parser, Subcommand};

use crate::tui;

/// The status after a failure.
const FAILURE: u8 = 1;

/// The status where the command line, or the place it was called in, does not fit.
const USAGE: u8 = 2;

/// Run a web infrastructure in your terminal, break it, fix it, and learn how it works.
#[derive(Clone, Debug, PartialEq, Eq, Parser)]
#[command(version, about, long_about = None)]
pub struct Arguments {
    /// What to do instead of showing the full screen
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Start with this scenario: its name, or a file
    #[arg(long, value_name = "NAME|FILE")]
    pub scenario: Option<String>,

    /// Start with this lesson
    #[arg(long, value_name = "NAME", conflicts_with = "scenario")]
    pub lesson: Option<String>,

    /// Let chance take the same course on every run
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,

    /// Use colours: as the environment asks for, always, or never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,

    /// Leave the mouse to the terminal
    #[arg(long)]
    pub no_mouse: bool,

    /// Show steps instead of movement
    #[arg(long)]
    pub reduced_motion: bool,

    /// Read scenarios and lessons from this folder too
    #[arg(long, value_name = "DIR", env = "HOPLIGHT_CONTENT")]
    pub content: Option<PathBuf>,

    /// Keep the learner's progress in this file
    #[arg(long, value_name = "FILE", env = "HOPLIGHT_PROGRESS")]
    pub progress: Option<PathBuf>,
}

/// The text commands: they need no terminal, and write their results to standard output.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {}

impl Arguments {
    /// How the terminal is to be used.
    pub fn terminal_options(&self) -> tui::Options {
        tui::Options { mouse: !self.no_mouse }
    }

    /// Whether to use colours.
    pub fn colours(&self) -> bool {
        colours(self.color, env::var_os("NO_COLOR").as_deref())
    }

    /// Whether to draw with ASCII characters only: as asked, or because the locale has no others.
    pub fn ascii_only(&self) -> bool {
        self.ascii || !is_utf8(["LC_ALL", "LC_CTYPE", "LANG"].map(env::var_os))
    }
}

/// Tells the user why the terminal program did not run, or failed.
pub fn report(error: &tui::Error) -> ExitCode {
    match error {
        tui::Error::Refused(refusal) => complain(
            USAGE,
            &format!("{refusal}\nThe text commands work without one: `hoplight list`, `hoplight check`; see `hoplight --help`."),
        ),
        tui::Error::Terminal(_) => complain(FAILURE, &error.to_string()),
    }
}

/// Tells the user of any other failure, with what led to it.
pub fn report_failure(error: &anyhow::Error) -> ExitCode {
    complain(FAILURE, &format!("{error:#}"))
}

/// One line on standard error; where even that is gone, the status remains.
fn complain(status: u8, message: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "hoplight: {message}");
    ExitCode::from(status)
}

fn colours(choice: ColorChoice, no_color: Option<&OsStr>) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => no_color.is_none_or(OsStr::is_empty),
    }
}

/// Whether the locale's characters are Unicode: the first variable that is set decides, and without one it is C.
fn is_utf8(locale: [Option<OsString>; 3]) -> bool {
    let decisive = locale.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or_default();
    let name = decisive.to_string_lossy().to_ascii_lowercase();
    name.ends_with("utf-8") || name.ends_with("utf8") || name.contains("utf-8@") || name.contains("utf8@")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_explicit_choice_of_colours_beats_the_environment() {
        assert!(colours(ColorChoice::Always, Some(OsStr::new("1"))));
        assert!(!colours(ColorChoice::Never, None));
        assert!(!colours(ColorChoice::Auto, Some(OsStr::new("1"))));
        assert!(colours(ColorChoice::Auto, Some(OsStr::new(""))));
        assert!(colours(ColorChoice::Auto, None));
    }

    #[test]
    fn the_first_variable_that_is_set_decides_on_the_characters() {
        let locale = |names: [&str; 3]| names.map(|name| (!name.is_empty()).then(|| OsString::from(name)));
        assert!(is_utf8(locale(["", "", "de_DE.UTF-8"])));
        assert!(is_utf8(locale(["", "C.utf8", "C"])));
        assert!(is_utf8(locale(["", "", "ca_ES.UTF-8@valencia"])));
        assert!(!is_utf8(locale(["C", "", "de_DE.UTF-8"])));
        assert!(!is_utf8(locale(["", "", ""])));
    }
}
