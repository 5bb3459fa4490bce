//! End-to-end tests of the binary: in a pseudo-terminal, its text commands, and with hostile files and arguments.

#![expect(clippy::unwrap_used, reason = "test helpers, which clippy does not recognise as tests")]

#[path = "program/analysis.rs"]
mod analysis;
#[path = "program/authors.rs"]
mod authors;
#[path = "program/commands.rs"]
mod commands;
#[path = "program/config.rs"]
mod config;
#[path = "program/designs.rs"]
mod designs;
#[path = "program/docs.rs"]
mod docs;
#[path = "program/group.rs"]
mod group;
#[path = "program/hostile.rs"]
mod hostile;
#[path = "program/incidents.rs"]
mod incidents;
#[path = "support/kept.rs"]
mod kept;
#[path = "program/looks.rs"]
mod looks;
#[path = "program/practice.rs"]
mod practice;
#[path = "program/progress.rs"]
mod progress;
#[path = "support/pty.rs"]
mod pty;
#[path = "program/read.rs"]
mod read;
#[path = "program/screen.rs"]
mod screen;
#[path = "program/shot.rs"]
mod shot;
#[path = "program/simulate.rs"]
mod simulate;
#[path = "support/svg.rs"]
mod svg;

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use portable_pty::CommandBuilder;
use pty::Pty;
use tempfile::TempDir;

/// The program under test.
const HOPLIGHT: &str = env!("CARGO_BIN_EXE_hoplight");

/// A home folder per test, so that no files of the current user are read or written.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file in the home folder. Returns its path.
    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The program's environment: this home folder and a UTF-8 locale.
    fn environment(&self) -> [(&'static str, String); 5] {
        let folder = |name: &str| self.path().join(name).to_str().unwrap().to_owned();
        [
            ("HOME", folder("")),
            ("XDG_DATA_HOME", folder("data")),
            ("XDG_STATE_HOME", folder("state")),
            ("XDG_CONFIG_HOME", folder("config")),
            ("LC_ALL", "C.UTF-8".into()),
        ]
    }

    /// A command that runs the program in a terminal.
    fn in_terminal(&self, arguments: &[&str]) -> CommandBuilder {
        let mut command = pty::command(Path::new(HOPLIGHT));
        for removed in ["NO_COLOR", "HOPLIGHT_PROGRESS", "HOPLIGHT_CONTENT", "HOPLIGHT_CONFIG", "COLUMNS", "LINES"] {
            command.env_remove(removed);
        }
        self.environment().iter().for_each(|(name, value)| command.env(name, value));
        command.args(arguments);
        command
    }

    /// Starts the program in a terminal of 80×24 and waits for its first frame.
    fn start(&self, arguments: &[&str]) -> Pty {
        let mut pty = Pty::spawn(self.in_terminal(arguments), 80, 24);
        pty.wait_for("? help");
        pty
    }

    /// A command that runs the program without a terminal.
    fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(HOPLIGHT);
        command.args(arguments).stdin(Stdio::null()).env("TERM", "xterm-256color").env("RUST_BACKTRACE", "0");
        for removed in ["NO_COLOR", "HOPLIGHT_PROGRESS", "HOPLIGHT_CONTENT", "HOPLIGHT_CONFIG"] {
            command.env_remove(removed);
        }
        command.envs(self.environment());
        command
    }

    /// Runs the program without a terminal.
    fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Finished {
        Finished::from(self.command(arguments).output().unwrap())
    }
}

/// Output and exit status of a program.
#[derive(Debug)]
struct Finished {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        Self { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// Whether a text has no control characters except line breaks.
fn is_harmless(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || hoplight::model::text::is_printable(c))
}

/// Ctrl-C as sent by a terminal.
const CTRL_C: &str = "\x03";

/// Opens a lesson of nine steps from the course map.
const OPEN_LESSON: &str = ":where the padlock ends\r";
