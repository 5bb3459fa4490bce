//! Compares hoplight's engine with its peers: the same workloads, in turn, on one core.
//!
//! The engines take turns for a number of rounds, with each run in a separate process; the tables show the medians. If
//! an engine's mean time in the system is wrong, it does not simulate the workload, and the exit status is 1.

mod engine;
mod random;
mod run;
mod table;
mod workload;

use std::process::ExitCode;
use std::str::FromStr;
use std::time::Instant;

use engine::Engine;
use run::Told;
use table::Row;
use workload::{Outcome, Workload};

const USAGE: &str = "usage: hoplight-peers [--rounds N] [--engines A,B,…]
       hoplight-peers --engine NAME --workload w1|w2 [--requests N] [--seed N]";

struct Arguments {
    rounds: u64,
    engines: Vec<Engine>,
    /// Run only this engine, in this process, instead of all engines in child processes.
    engine: Option<Engine>,
    workload: Workload,
    requests: Option<u64>,
    seed: u64,
}

fn arguments() -> Result<Arguments, String> {
    fn parse<T: FromStr>(text: &str) -> Result<T, String> {
        text.parse().map_err(|_| format!("cannot read {text:?}"))
    }
    let mut arguments =
        Arguments { rounds: 7, engines: Engine::ALL.to_vec(), engine: None, workload: Workload::W2, requests: None, seed: 1 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--rounds" => arguments.rounds = parse::<u64>(&value)?.max(1),
            "--engines" => arguments.engines = value.split(',').map(Engine::from_str).collect::<Result<_, _>>()?,
            "--engine" => arguments.engine = Some(value.parse()?),
            "--workload" => arguments.workload = value.parse()?,
            "--requests" => arguments.requests = Some(parse::<u64>(&value)?.max(1)),
            "--seed" => arguments.seed = parse(&value)?,
            _ => return Err(format!("no option {word}")),
        }
    }
    Ok(arguments)
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let done = match arguments.engine {
        Some(engine) => single(engine, &arguments),
        None => compare(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one engine in this process and prints one line with the result.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn single(engine: Engine, arguments: &Arguments) -> Result<(), String> {
    let requests = arguments.requests.unwrap_or(engine.requests(arguments.workload));
    let (started, used) = (Instant::now(), run::processor_seconds());
    let outcome = engine.run(arguments.workload, requests, arguments.seed)?;
    let (wall, seconds) = (started.elapsed().as_secs_f64(), run::processor_seconds() - used);
    match outcome {
        Outcome::Skipped(reason) => println!("skipped: {reason}"),
        Outcome::Ran { requests, mean_ms } => {
            let peak = run::peak_kib();
            println!("requests={requests} seconds={seconds} wall_seconds={wall} mean_ms={mean_ms} peak_kib={peak}");
        }
    }
    Ok(())
}

/// Runs all engines in turn for a number of rounds, and prints the tables.
fn compare(arguments: &Arguments) -> Result<(), String> {
    let mut rows: Vec<_> = arguments.engines.iter().map(|&engine| Row { engine, runs: start(engine) }).collect();
    // Round 0 does not count: the first run of an executable may have to read it from disk.
    for seed in 0..=arguments.rounds {
        for workload in Workload::ALL {
            for row in &mut rows {
                let Ok(runs) = &mut row.runs[workload as usize] else { continue };
                match run::run(row.engine, workload, seed)? {
                    Told::Skipped(reason) => row.runs[workload as usize] = Err(reason),
                    Told::Run(run) if seed > 0 => {
                        eprintln!("round {seed} {workload} {}: {:.0} per second", row.engine.name(), run.rate());
                        runs.push(run);
                    }
                    Told::Run(_) => {}
                }
            }
        }
    }
    let (machine, noise) = (machine(), table::noise(&rows));
    println!("{machine}; {} rounds, medians; {noise}.\n\n{}\n{}", arguments.rounds, table::rates(&rows), table::ratios(&rows));
    let complaints: Vec<_> =
        rows.iter().flat_map(|row| Workload::ALL.map(|workload| row.complaint(workload))).flatten().collect();
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\nerror: ")) }
}

fn start(engine: Engine) -> [Result<Vec<run::Run>, String>; 2] {
    [(); 2].map(|()| engine.missing().map_or(Ok(Vec::new()), Err))
}

/// The processor's name, if the system reports it, and the number of cores available to the process.
fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| Some(line.strip_prefix("model name")?.split_once(':')?.1.trim().to_owned()));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {cores} cores", name.unwrap_or_else(|| std::env::consts::ARCH.to_owned()))
}
