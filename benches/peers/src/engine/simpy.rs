//! SimPy on CPython: a script, run with the interpreter named by `PEERS_PYTHON`, or `python3`.

use std::process::{Command, Stdio};

pub const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/simpy_w.py");

pub fn python() -> String {
    std::env::var("PEERS_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// The reason why SimPy cannot run; `None` if it can.
pub fn missing() -> Option<String> {
    let python = python();
    let mut import = Command::new(&python);
    import.args(["-c", "import simpy"]).stdout(Stdio::null()).stderr(Stdio::null());
    let works = import.status().is_ok_and(|status| status.success());
    (!works).then(|| format!("not installed: {python} -m pip install simpy"))
}
