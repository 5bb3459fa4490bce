//! The program: the command line, then the terminal.

use std::process::ExitCode;

use clap::Parser;
use hoplight::{cli, tui};

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    // Fails only where there is no such limit; then nothing is lost.
    let _ = tui::survive_file_size_limit();
    match start(&arguments) {
        Ok(ending) => ending.exit(),
        Err(error) => cli::report(&error),
    }
}

/// Runs the program in the terminal.
fn start(_arguments: &cli::Arguments) -> Result<tui::Ending, tui::Error> {
    tui::check()?;
    Ok(tui::Ending::Quit)
}
