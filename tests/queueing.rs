//! The simulation against closed forms of queueing theory.
//!
//! `tests/data/queueing.csv` holds exact values; `queueing/cases.rs` says how the engine is set up for each row, or why it
//! cannot be. Two depths:
//!
//! - In plain `cargo test`, some of the cases, with few jobs and the wide bound that the case states: a guard against gross
//!   mistakes.
//! - `cargo test --release --test queueing -- --ignored --nocapture`: every case, 20 seeds of 10⁶ jobs each. The exact value
//!   lies inside the 99 % confidence interval (Student's t over the 20 means, which are independent, so that the
//!   autocorrelation of waiting times inside a run does not matter) and the mean within 1 % of it, 2 % where the service's
//!   squared variation is 4 or more.
//!
//! A run starts empty. The first twentieth is not measured: 50,000 jobs, hundreds of times the relaxation time of the most
//! loaded queue here. Percentiles are taken per run and then averaged; waits of neighbours are so alike near saturation that
//! a run of 10⁶ jobs at ρ = 0.8 tells of the 99th percentile no more than some ten thousand independent ones would, which the
//! interval shows.

#[path = "queueing/cases.rs"]
mod cases;
#[path = "queueing/measure.rs"]
mod measure;
#[path = "queueing/statistics.rs"]
mod statistics;

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use cases::{Case, EXCUSED, Row, cases, rows};
use statistics::Estimate;

/// The first seed. It was chosen before the first run, and stands for no favour.
const SEED: u64 = 1;

/// What was measured of case `number`: a row per quantity, a value per seed. Workers share the seeds.
fn replicate(number: usize, case: &Case, seeds: usize, jobs: f64) -> Vec<Vec<f64>> {
    let results = Mutex::new(vec![vec![0.0; seeds]; case.exact.len()]);
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let run = next.fetch_add(1, Ordering::Relaxed);
                    if run >= seeds {
                        return;
                    }
                    // Each case has seeds of its own: otherwise a lucky seed would be lucky for all.
                    let seed = SEED + (number * seeds + run) as u64;
                    let measured = measure::measure(case, seed, jobs);
                    let mut results = results.lock().expect("no worker panics while it holds the lock");
                    for (row, value) in results.iter_mut().zip(measured) {
                        row[run] = value;
                    }
                }
            });
        }
    });
    results.into_inner().expect("all workers are done")
}

/// Every row of the file has a case that measures its quantity against its value, or a reason why not.
#[test]
fn no_row_of_the_reference_is_left_out() {
    let (rows, cases) = (rows(), cases());
    assert!(rows.len() > 30, "the reference has {} rows", rows.len());
    for row in &rows {
        let excuse = EXCUSED.iter().find(|(model, parameters, _)| (*model, *parameters) == (row.model, row.parameters));
        let of_row = cases.iter().filter(|case| (case.model, case.parameters) == (row.model, row.parameters));
        let tested = of_row.flat_map(|case| &case.exact).any(|(name, value)| is_of(row, name, *value));
        assert!(tested != excuse.is_some(), "{row:?}: tested {tested}, excuse {excuse:?}");
    }
    for (model, parameters, _) in EXCUSED {
        assert!(rows.iter().any(|row| (row.model, row.parameters) == (model, parameters)), "{model} is excused and not there");
    }
}

#[expect(clippy::float_cmp, reason = "both were read from the same text")]
fn is_of(row: &Row, name: &str, value: f64) -> bool {
    row.quantity == name && row.value == value
}

#[test]
fn a_quick_look_agrees_with_the_closed_forms() {
    const SEEDS: usize = 4;
    let cases: Vec<Case> = cases().into_iter().filter(|case| case.quick.is_some()).collect();
    assert!(cases.len() >= 8);
    for (number, case) in cases.iter().enumerate() {
        for ((name, exact), values) in case.exact.iter().zip(replicate(number, case, SEEDS, 20_000.0)) {
            let mean = values.iter().sum::<f64>() / SEEDS as f64;
            let error = (mean / exact - 1.0).abs();
            let bound = case.quick.expect("only quick cases are here");
            assert!(error < bound, "{} {}: {name} {mean}, exact {exact}", case.model, case.parameters);
        }
    }
}

#[test]
#[ignore = "takes minutes: cargo test --release --test queueing -- --ignored --nocapture"]
fn twenty_runs_of_a_million_jobs_agree_with_the_closed_forms() {
    const SEEDS: usize = 20;
    let cases = cases();
    let mut wrong = Vec::new();
    println!("{:<44} {:<9} {:>12} {:>12} {:>11} {:>8} {:>7}", "model", "quantity", "exact", "measured", "± (99 %)", "error", "p");
    for (number, case) in cases.iter().enumerate() {
        for ((name, exact), values) in case.exact.iter().zip(replicate(number, case, SEEDS, 1e6)) {
            let estimate = Estimate::of(&values);
            let (error, p) = (estimate.mean / exact - 1.0, estimate.p_value(*exact));
            let line = format!(
                "{:<44} {name:<9} {exact:>12.7} {:>12.7} {:>11.7} {:>7.3}% {p:>7.4}",
                format!("{} {}", case.model, case.parameters),
                estimate.mean,
                estimate.half_width(),
                error * 100.0,
            );
            println!("{line}");
            let most = if case.cv2 >= 4.0 { 0.02 } else { 0.01 };
            if (estimate.mean - exact).abs() > estimate.half_width() || error.abs() > most {
                wrong.push(line);
            }
        }
    }
    assert!(wrong.is_empty(), "outside the interval or the bound:\n{}", wrong.join("\n"));
}
