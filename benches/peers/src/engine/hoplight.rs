//! hoplight's own engine, through the same interface as the terminal program: a scenario file and
//! `Simulation::advance`.

use std::path::Path;
use std::sync::Arc;

use hoplight::model::Infrastructure;
use hoplight::sim::{Observer, Recorder, SimTime, Simulation};

use crate::workload::{Outcome, Workload};

/// Runs without an observer.
pub fn run(workload: Workload, requests: u64, seed: u64) -> Result<Outcome, String> {
    advance(workload, requests, seed, &mut ())
}

/// Runs with all metrics on: percentiles and a series with a row per second.
pub fn run_with_metrics(workload: Workload, requests: u64, seed: u64) -> Result<Outcome, String> {
    advance(workload, requests, seed, &mut Recorder::new(SimTime::ZERO))
}

fn advance<O: Observer>(workload: Workload, requests: u64, seed: u64, observer: &mut O) -> Result<Outcome, String> {
    let file = format!("bench-{workload}.ron");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets").join(&file);
    if !path.exists() {
        return Ok(Outcome::Skipped("no scenario file yet".to_owned()));
    }
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
    let infra = Infrastructure::from_ron(&file, &text).map_err(|error| error.to_string())?;
    let (rate, wanted) = (infra.traffic().rate.get(), 1e9 / workload.gap_ns());
    if (rate / wanted - 1.0).abs() > 1e-9 {
        return Err(format!("{file} has {rate} requests per second, not {wanted}"));
    }
    let mut simulation = Simulation::new(Arc::new(infra), seed);
    simulation.advance(SimTime::from_nanos((requests as f64 * workload.gap_ns()) as u64), observer);
    let totals = simulation.totals();
    if totals.failed > 0 {
        return Err(format!("{file}: {} of {} requests failed", totals.failed, totals.offered));
    }
    // The few requests still in flight are included in both, with the time that they have waited so far.
    let mean_ms = simulation.sojourn() as f64 / totals.offered as f64 / 1e6;
    Ok(Outcome::Ran { requests: totals.completed, mean_ms })
}
