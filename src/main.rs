//! The program: the command line, then whatever it asks for.

use std::process::ExitCode;

use hoplight::{cli, shell};

fn main() -> ExitCode {
    let arguments = match cli::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    // Fails only where there is no such limit; then nothing is lost.
    let _ = shell::survive_file_size_limit();
    cli::run(&arguments)
}
