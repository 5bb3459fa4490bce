//! The command line: its arguments, what the environment adds to them, and how errors are told.
//!
//! This layer alone reads and writes files. Must not know how anything is simulated, drawn or taught.

mod analyze;
mod check;
mod commands;
mod compare;
mod config;
mod content;
mod files;
mod format;
mod list;
mod read;
mod shot;
mod simulate;
mod start;
mod store;

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{OsStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ColorChoice, Parser, Subcommand};

use crate::shell;
use hoplight_app::{Look, Palette};

/// The seed of chance where nobody chose one.
const DEFAULT_SEED: u64 = 1;

/// The status after a failure.
const FAILURE: u8 = 1;

/// The status where the command line, or the place it was called in, does not fit.
const USAGE: u8 = 2;

/// Run a web infrastructure in your terminal, break it, fix it, and learn how it works.
#[derive(Clone, Debug, PartialEq, Parser)]
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

    /// The seed of chance: the same number gives the same run; 1 unless said otherwise
    #[arg(long, value_name = "N", global = true, allow_negative_numbers = true, value_parser = seed)]
    pub seed: Option<u64>,

    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,

    /// Use colours: as the environment asks for, always, or never
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: ColorChoice,

    /// The set of colours: dark unless said otherwise
    #[arg(long, value_name = "NAME", value_parser = palette())]
    pub theme: Option<Palette>,

    /// Leave the mouse to the terminal
    #[arg(long)]
    pub no_mouse: bool,

    /// Show steps instead of movement
    #[arg(long)]
    pub reduced_motion: bool,

    /// Read scenarios and lessons from this folder too
    #[arg(long, value_name = "DIR", env = "HOPLIGHT_CONTENT", global = true, value_parser = path())]
    pub content: Option<PathBuf>,

    /// Read settings from this file, not from the usual one
    #[arg(long, value_name = "FILE", env = "HOPLIGHT_CONFIG", global = true, value_parser = path())]
    pub config: Option<PathBuf>,

    /// Keep the learner's progress in this file
    #[arg(long, value_name = "FILE", env = "HOPLIGHT_PROGRESS", global = true, value_parser = path())]
    pub progress: Option<PathBuf>,
}

/// The text commands: they need no terminal, and write their results to standard output.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum Command {
    /// List the lessons and the infrastructures, the faults that can be injected, rules, or the glossary
    List {
        /// What to list; without it, lessons and infrastructures
        what: Option<Listed>,
        /// How to list
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        format: Format,
    },
    /// Check scenario and lesson files, and replay the lessons' solutions
    Check {
        /// Files, or folders with all the .ron files in them; without any, what comes with the program and your own
        paths: Vec<PathBuf>,
    },
    /// Print a settings file with every setting and key, to start your own with, or check yours
    Config {
        /// Check the settings file instead
        #[arg(long)]
        check: bool,
    },
    /// Print a scenario file with a comment on every field, to start your own with
    Template,
    /// Print everything that happens in an infrastructure, line by line
    Trace {
        /// A scenario's name, or a file
        scenario: String,
        /// How long, in simulated seconds
        #[arg(long, default_value_t = 1.0)]
        seconds: f64,
    },
    /// Say what follows from a drawing: single points of failure, what is readable, capacity, availability, findings
    Analyze(AnalyzeArguments),
    /// Analyse two designs side by side, and run the same traffic through both
    Compare(Box<CompareArguments>),
    /// Print a lesson as plain text with its picture in words, and ask its questions line by line
    Read(ReadArguments),
    /// Write one frame of the screen, without a terminal: as text, with colours, or as an SVG picture
    Shot(Box<ShotArguments>),
    /// Run an infrastructure without a screen, and report what was measured
    Simulate(Box<SimulateArguments>),
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Listed {
    /// The lessons
    Lessons,
    /// The infrastructures
    Scenarios,
    /// The catalogue of faults
    Faults,
    /// The rules of the findings of `analyze`
    Rules,
    /// The words of the trade
    Terms,
}

/// The forms of a list or report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Table,
    /// For programs: one object, on one line
    Json,
}

/// Parses the name of a palette.
fn palette() -> impl TypedValueParser<Value = Palette> {
    let names = Palette::ALL.map(|palette| PossibleValue::new(palette.word()).help(palette.brief()));
    PossibleValuesParser::new(names).map(|word| Palette::named(&word).expect("the parser accepts listed names only"))
}

impl Arguments {
    /// Without the paths that are empty: a variable that is set to nothing is as good as none.
    fn without_empty(self) -> Self {
        let named = |path: Option<PathBuf>| path.filter(|path| !path.as_os_str().is_empty());
        Self { content: named(self.content), config: named(self.config), progress: named(self.progress), ..self }
    }

    /// Colours and characters, on a `theme` and in ASCII or not as was chosen; the environment may have less.
    fn look(&self, theme: Palette, ascii: bool) -> Look {
        let palette = if self.colours() { theme } else { Palette::NoColour };
        Look { palette, ascii, only_ascii: !has_unicode() }
    }

    /// The seed of the commands that read no settings: the same arguments give the same bytes, for everyone.
    fn seed(&self) -> u64 {
        self.seed.unwrap_or(DEFAULT_SEED)
    }

    /// Whether to use colours.
    pub fn colours(&self) -> bool {
        colours(self.color, env::var_os("NO_COLOR").as_deref())
    }

    /// Whether to use colours in text: as asked, or on a terminal as the environment asks for.
    pub fn colours_on(&self, terminal: bool) -> bool {
        self.colours() && (terminal || self.color == ColorChoice::Always)
    }

    /// Whether to draw with ASCII characters only: as asked, or because the locale has no others.
    pub fn ascii_only(&self) -> bool {
        self.ascii || !has_unicode()
    }
}

/// Whether the environment's locale has more than ASCII characters.
fn has_unicode() -> bool {
    is_utf8(["LC_ALL", "LC_CTYPE", "LANG"].map(env::var_os))
}

pub use analyze::AnalyzeArguments;
pub use compare::CompareArguments;
pub use read::ReadArguments;
pub use shot::ShotArguments;
pub use simulate::SimulateArguments;
pub use start::run;

/// The seed, as an argument.
fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

/// A path, as an argument. An empty one comes from a variable that is set to nothing.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// Reads the command line. What is wrong with it is told at once, without anything that could steer a terminal.
///
/// # Errors
/// The status to end with, also after the help and the version, which were asked for.
pub fn arguments() -> Result<Arguments, ExitCode> {
    Arguments::try_parse().map(Arguments::without_empty).map_err(|error| {
        if !error.use_stderr() {
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        // clap repeats what was typed as it is.
        let _ = write!(io::stderr(), "{}", hoplight_model::text::sanitise(&error.to_string()));
        ExitCode::from(USAGE)
    })
}

/// Tells the user why the terminal program did not run, or failed.
pub fn report(error: &shell::Error) -> ExitCode {
    match error {
        shell::Error::Refused(refusal) => complain(
            USAGE,
            &format!("{refusal}\nThe text commands work without one: `hoplight list`, `hoplight check`; see `hoplight --help`."),
        ),
        shell::Error::Terminal(_) => complain(FAILURE, &error.to_string()),
    }
}

/// Tells the user of any other failure, with what led to it.
pub fn report_failure(error: &anyhow::Error) -> ExitCode {
    complain(FAILURE, &format!("{error:#}"))
}

/// Tells the user on standard error what does not keep a text command from going on.
fn warn(message: &str) {
    let _ = complain(FAILURE, message);
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
