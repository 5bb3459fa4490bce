//! The command line: arguments, environment variables, text commands and error messages.
//!
//! Only this layer reads and writes files.

mod analyze;
mod attempts;
mod certificate;
mod check;
mod class;
mod clock;
mod commands;
mod compare;
mod config;
mod content;
mod designs;
mod exam;
mod files;
mod format;
mod list;
mod new;
mod progress;
mod read;
mod result_file;
mod script;
mod shot;
mod simulate;
mod start;
mod store;
mod trace;
mod watch;

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{OsStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ColorChoice, Parser, Subcommand};

use crate::shell;
use hoplight_app::{Look, Palette};
use hoplight_drill::Difficulty;

/// The default random seed.
const DEFAULT_SEED: u64 = 1;

/// Exit status after a failure.
const FAILURE: u8 = 1;

/// Exit status after a usage error, or if the full screen has no suitable terminal.
const USAGE: u8 = 2;

/// Run a web infrastructure in your terminal, break it, fix it, and learn how it works.
#[derive(Clone, Debug, PartialEq, Parser)]
#[command(version, about, long_about = None)]
pub struct Arguments {
    /// Run a text command instead of the full screen
    #[command(subcommand)]
    pub command: Option<TextCommand>,

    /// Open this scenario (name or file)
    #[arg(long, value_name = "NAME|FILE")]
    pub scenario: Option<String>,

    /// Open this lesson
    #[arg(long, value_name = "NAME", conflicts_with = "scenario")]
    pub lesson: Option<String>,

    /// Random seed: the same seed gives the same run [default: 1]
    #[arg(long, value_name = "N", global = true, allow_negative_numbers = true, value_parser = seed)]
    pub seed: Option<u64>,

    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,

    /// When to use colours; auto follows the environment
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: ColorChoice,

    /// Colour theme [default: dark]
    #[arg(long, value_name = "NAME", value_parser = palette())]
    pub theme: Option<Palette>,

    /// Do not capture the mouse
    #[arg(long)]
    pub no_mouse: bool,

    /// Show discrete steps instead of animation
    #[arg(long)]
    pub reduced_motion: bool,

    /// Also read scenarios, lessons and glossaries from this folder
    #[arg(long, value_name = "DIR", env = "HOPLIGHT_CONTENT", global = true, value_parser = path())]
    pub content: Option<PathBuf>,

    /// Read settings from this file instead of the default one
    #[arg(long, value_name = "FILE", env = "HOPLIGHT_CONFIG", global = true, value_parser = path())]
    pub config: Option<PathBuf>,

    /// Save progress in this file instead of the default one
    #[arg(long, value_name = "FILE", env = "HOPLIGHT_PROGRESS", global = true, value_parser = path())]
    pub progress: Option<PathBuf>,
}

/// The commands. All but `edit`, `mission` and `exam` need no terminal and write results to standard output.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum TextCommand {
    /// List lessons and scenarios, questions, demands, faults, analysis rules, or glossary terms
    List {
        /// What to list [default: lessons and scenarios]
        what: Option<ListKind>,
        /// Output format
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        format: Format,
    },
    /// Check scenario, lesson, question and glossary files, and replay the solutions of lessons
    Check {
        /// Files, or folders to search for .ron files [default: shipped content and your own]
        paths: Vec<PathBuf>,
    },
    /// Print a settings file with every setting and key, or check yours
    Config {
        /// Check your settings file
        #[arg(long)]
        check: bool,
    },
    /// Print a scenario file with a comment on every field
    Template,
    /// Print every event of a simulation, one per line
    Trace(TraceArguments),
    /// Analyse a design: single points of failure, readable hops, capacity, availability, findings
    Analyze(AnalyzeArguments),
    /// Analyse two designs side by side and simulate both under the same traffic
    Compare(Box<CompareArguments>),
    /// Open the topology editor: an empty board, a design of yours, a scenario, or a file
    #[command(
        after_help = "Examples:\n  hoplight edit                    an empty board\n  hoplight edit stage-2-secured    a copy of a shipped design\n  hoplight edit my-site.ron        a file, created by saving"
    )]
    Edit {
        /// Name of a design or scenario, or a file that ends in .ron [default: an empty board]
        #[arg(value_name = "NAME|FILE")]
        what: Option<String>,
    },
    /// Take an incident drill: find a hidden fault with what an operator sees, and end its harm
    #[command(
        after_help = "Examples:\n  hoplight drill                       the drill of the day\n  hoplight drill random --difficulty quiet\n  hoplight drill every-second-page"
    )]
    Drill {
        /// `daily`, `random`, or the name of a drill; `hoplight list drills` names them [default: daily]
        #[arg(value_name = "NAME|daily|random")]
        name: Option<String>,
        /// Difficulty of a random drill [default: in turn]
        #[arg(long, value_name = "DIFFICULTY")]
        difficulty: Option<DrillDifficulty>,
    },
    /// Take a mission: repair or extend a design until its goals are met
    #[command(after_help = "Examples:\n  hoplight mission                     the next one\n  hoplight mission sniffed-password")]
    Mission {
        /// Name of the mission; `hoplight list missions` names them [default: the next one]
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Review a write-up beside its diagram: mark what is wrong, and see the repaired design
    #[command(after_help = "Examples:\n  hoplight review                      the next one\n  hoplight review write-up-2")]
    Review {
        /// Name of the review; `hoplight list reviews` names them [default: the next one]
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Take the whiteboard exam: draw a stage, explain it, defend it
    #[command(
        after_help = "Examples:\n  hoplight exam                  a stage drawn by lot\n  hoplight exam 2 --practice     stage 2 without a time limit\n  hoplight exam --sheet 2        the mentor's sheet with the answers"
    )]
    Exam(ExamArguments),
    /// Open a lesson where you left it
    #[command(after_help = "Example:\n  hoplight learn where-tls-ends")]
    Learn {
        /// Name of the lesson; `hoplight list lessons` names them [default: the next one]
        #[arg(value_name = "LESSON")]
        name: Option<String>,
    },
    /// Practise for five minutes: what was weak, what is due, what is new
    #[command(
        after_help = "Examples:\n  hoplight practice                      the questions of the day\n  hoplight practice --test Secured        the test on a unit"
    )]
    Practice {
        /// Take the test on a unit instead
        #[arg(long, value_name = "UNIT")]
        test: Option<String>,
    },
    /// Create a lesson, mission or drill from a commented example
    #[command(after_help = "Example:\n  hoplight new lesson dead-web-server")]
    New(NewArguments),
    /// Show your progress, export it for a teacher or another machine, import it, or reset it
    #[command(
        after_help = "Examples:\n  hoplight progress\n  hoplight progress export ada.json --name \"Ada Lovelace\"\n  hoplight progress import laptop.json"
    )]
    Progress(ProgressArguments),
    /// Read the result files of a group: who has what, shared misconceptions, who needs help, which files were copied or edited
    #[command(
        after_help = "Examples:\n  hoplight class results/*.json\n  hoplight class results/*.json --format csv > group.csv"
    )]
    Class(ClassArguments),
    /// State what was demonstrated: drawn, explained, defended, repaired, with dates and figures
    #[command(
        after_help = "Examples:\n  hoplight certificate --name \"Ada Lovelace\"\n  hoplight certificate ada.json --svg ada.svg"
    )]
    Certificate(CertificateArguments),
    /// Print a lesson, question or review as plain text, with the diagram in words, and ask what it asks
    #[command(
        after_help = "Examples:\n  hoplight read where-tls-ends        a lesson\n  hoplight read practice              the questions of the day\n  hoplight read write-up-2 --answers  a design review, with the answers"
    )]
    Read(ReadArguments),
    /// Write one frame of the screen as text, ANSI or SVG, without a terminal
    Shot(Box<ShotArguments>),
    /// Simulate without a screen and report measurements
    Simulate(Box<SimulateArguments>),
}

/// Difficulty of a generated drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DrillDifficulty {
    /// Most requests fail
    Loud,
    /// Some requests fail, or pages are slow
    Moderate,
    /// Users notice little or nothing
    Quiet,
}

impl From<DrillDifficulty> for Difficulty {
    fn from(difficulty: DrillDifficulty) -> Self {
        match difficulty {
            DrillDifficulty::Loud => Self::Loud,
            DrillDifficulty::Moderate => Self::Moderate,
            DrillDifficulty::Quiet => Self::Quiet,
        }
    }
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ListKind {
    /// Lessons
    Lessons,
    /// Scenarios
    Scenarios,
    /// Missions
    Missions,
    /// Incident drills
    Drills,
    /// Design reviews
    Reviews,
    /// Whiteboard exams
    Exams,
    /// Faults of the catalogue
    Faults,
    /// Rules of `analyze`
    Rules,
    /// Glossary terms
    #[value(alias = "glossary")]
    Terms,
    /// Questions of the question bank
    Questions,
    /// What a learner must be able to explain, with the lessons and questions about it
    Demands,
}

/// Output format of a list or report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Plain text
    #[default]
    Table,
    /// One JSON object on one line
    Json,
}

/// Parses the name of a palette.
fn palette() -> impl TypedValueParser<Value = Palette> {
    let names = Palette::ALL.map(|palette| PossibleValue::new(palette.word()).help(palette.brief()));
    PossibleValuesParser::new(names).map(|word| Palette::named(&word).expect("the parser accepts listed names only"))
}

impl Arguments {
    /// Removes empty paths: an empty environment variable counts as unset.
    fn without_empty(self) -> Self {
        let named = |path: Option<PathBuf>| path.filter(|path| !path.as_os_str().is_empty());
        Self { content: named(self.content), config: named(self.config), progress: named(self.progress), ..self }
    }

    /// Theme and character set, limited to what the environment supports.
    fn look(&self, theme: Palette, ascii: bool) -> Look {
        let palette = if self.colours() { theme } else { Palette::NoColour };
        let term = env::var("TERM").unwrap_or_default();
        Look { palette, ascii, only_ascii: !has_unicode(), console: has_console_font(&term) }
    }

    /// Seed for commands that ignore the settings file, so that equal arguments give equal output for every user.
    fn seed(&self) -> u64 {
        self.seed.unwrap_or(DEFAULT_SEED)
    }

    /// Whether to use colours.
    pub fn colours(&self) -> bool {
        colours(self.color, env::var_os("NO_COLOR").as_deref())
    }

    /// Whether to colour text output. `auto` does so only on a terminal.
    pub fn colours_on(&self, terminal: bool) -> bool {
        self.colours() && (terminal || self.color == ColorChoice::Always)
    }

    /// Whether to draw with ASCII characters only: on request, or because the locale is not UTF-8.
    pub fn ascii_only(&self) -> bool {
        self.ascii || !has_unicode()
    }
}

/// Whether the environment's locale is UTF-8.
fn has_unicode() -> bool {
    is_utf8(["LC_ALL", "LC_CTYPE", "LANG"].map(env::var_os))
}

pub use analyze::AnalyzeArguments;
pub use certificate::CertificateArguments;
pub use class::ClassArguments;
pub use compare::CompareArguments;
pub use exam::ExamArguments;
pub use new::{NewArguments, NewKind};
pub use progress::ProgressArguments;
pub use read::ReadArguments;
pub use shot::ShotArguments;
pub use simulate::SimulateArguments;
pub use start::run;
pub use trace::TraceArguments;

/// Parses `--seed`.
fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

/// Parses a path. Accepts an empty one, which an empty environment variable yields.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// Parses the command line. Prints help, version or usage errors, without control characters.
///
/// # Errors
/// Returns the exit status if the program has nothing else to do: after a usage error, the help or the version.
pub fn arguments() -> Result<Arguments, ExitCode> {
    Arguments::try_parse().map(Arguments::without_empty).map_err(|error| {
        if !error.use_stderr() {
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        // clap echoes arguments unescaped.
        let _ = write!(io::stderr(), "{}", hoplight_model::text::sanitise(&error.to_string()));
        ExitCode::from(USAGE)
    })
}

/// Prints why the full screen was refused or failed. Returns the exit status.
pub fn report(error: &shell::Error) -> ExitCode {
    match error {
        shell::Error::Refused(refusal) => print_error(
            USAGE,
            &format!("{refusal}\nText commands such as `hoplight list` need no terminal; see `hoplight --help`."),
        ),
        shell::Error::Terminal(_) => print_error(FAILURE, &error.to_string()),
    }
}

/// Prints any other error with its causes. Returns the exit status.
pub fn report_failure(error: &anyhow::Error) -> ExitCode {
    print_error(FAILURE, &format!("{error:#}"))
}

/// Prints a warning.
fn warn(message: &str) {
    let _ = print_error(FAILURE, message);
}

/// Prints a message on standard error, ignoring write errors. Returns `status`.
fn print_error(status: u8, message: &str) -> ExitCode {
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

/// Whether a terminal's font has few signs beyond Latin letters and lines: the Linux console, and terminals of 16 colours.
fn has_console_font(term: &str) -> bool {
    term == "linux" || term.starts_with("linux-") || term.ends_with("-16color") || matches!(term, "ansi" | "vt100" | "vt220")
}

/// Whether the locale is UTF-8. The first variable that is set decides; without any, the locale is C.
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
    fn an_explicit_colour_choice_overrides_the_environment() {
        assert!(colours(ColorChoice::Always, Some(OsStr::new("1"))));
        assert!(!colours(ColorChoice::Never, None));
        assert!(!colours(ColorChoice::Auto, Some(OsStr::new("1"))));
        assert!(colours(ColorChoice::Auto, Some(OsStr::new(""))));
        assert!(colours(ColorChoice::Auto, None));
    }

    #[test]
    fn the_first_variable_that_is_set_decides_on_utf8() {
        let locale = |names: [&str; 3]| names.map(|name| (!name.is_empty()).then(|| OsString::from(name)));
        assert!(is_utf8(locale(["", "", "de_DE.UTF-8"])));
        assert!(is_utf8(locale(["", "C.utf8", "C"])));
        assert!(is_utf8(locale(["", "", "ca_ES.UTF-8@valencia"])));
        assert!(!is_utf8(locale(["C", "", "de_DE.UTF-8"])));
        assert!(!is_utf8(locale(["", "", ""])));
    }
}
