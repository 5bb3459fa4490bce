//! The binary: parses the command line and runs the command.

use std::process::ExitCode;

use hoplight::{cli, shell};

fn main() -> ExitCode {
    let arguments = match cli::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    // Fails only where the limit does not exist, which is harmless.
    let _ = shell::survive_file_size_limit();
    cli::run(&arguments)
}
