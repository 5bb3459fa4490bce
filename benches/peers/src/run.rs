//! One run of one engine in a separate process, so that no engine is affected by another engine's memory or warm
//! allocator.

use std::process::Command;

use rustix::time::{ClockId, clock_gettime};

use crate::engine::Engine;
use crate::workload::Workload;

/// Measurements of one run.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub requests: f64,
    /// Processor time.
    pub seconds: f64,
    pub wall_seconds: f64,
    pub mean_ms: f64,
    /// Peak resident set size in KiB; 0 if the system does not report it.
    pub peak_kib: f64,
}

impl Run {
    /// Requests per second of processor time. It equals the rate per wall time on an idle machine, and is not affected
    /// by other programs on a busy one.
    pub fn rate(&self) -> f64 {
        self.requests / self.seconds
    }

    /// Parses a child's output line: `requests=… seconds=… wall_seconds=… mean_ms=… peak_kib=…`.
    fn parse(line: &str) -> Option<Self> {
        let field = |name: &str| {
            let mut fields = line.split_whitespace().filter_map(|field| field.split_once('='));
            fields.find(|(key, _)| *key == name)?.1.parse().ok()
        };
        let run = Self {
            requests: field("requests")?,
            seconds: field("seconds")?,
            wall_seconds: field("wall_seconds")?,
            mean_ms: field("mean_ms")?,
            peak_kib: field("peak_kib")?,
        };
        (run.requests > 0.0 && run.seconds > 0.0).then_some(run)
    }
}

/// The output of a child process.
pub enum Told {
    Run(Run),
    /// The engine cannot run on this machine, for this reason.
    Skipped(String),
}

/// Runs `engine` in a child process.
pub fn run(engine: Engine, workload: Workload, seed: u64) -> Result<Told, String> {
    let (requests, seed) = (engine.requests(workload).to_string(), seed.to_string());
    let workload_name = workload.to_string();
    let mut child = match engine.script() {
        Some((program, script)) => {
            let mut child = Command::new(program);
            child.args([script, &workload_name, &requests, &seed]);
            child
        }
        None => {
            let mut child = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
            child.args(["--engine", engine.name(), "--workload", &workload_name, "--requests", &requests, "--seed", &seed]);
            child
        }
    };
    let name = engine.name();
    let output = child.output().map_err(|error| format!("{name} does not start: {error}"))?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!(
            "{name} failed at {workload}: {}",
            String::from_utf8_lossy(&output.stderr).trim().trim_start_matches("error: ")
        ));
    }
    let line = stdout.trim();
    match line.strip_prefix("skipped: ") {
        Some(reason) => Ok(Told::Skipped(reason.to_owned())),
        None => Run::parse(line).map(Told::Run).ok_or_else(|| format!("{name} printed {line:?} for {workload}")),
    }
}

/// Processor time used by all threads of this process so far, in seconds.
pub fn processor_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Peak resident set size of this process so far, in KiB; 0 if the system does not report it.
pub fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    field.and_then(|field| field.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
