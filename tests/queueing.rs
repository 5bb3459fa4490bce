//! Compares the simulation with closed forms of queueing theory.
//!
//! `tests/data/queueing.csv` holds the exact values; `queueing/cases.rs` configures the engine for each row, or states
//! why it cannot be tested. There are two levels:
//!
//! - Plain `cargo test` runs some cases with few jobs and the wide bound stated in the case, to catch gross errors.
//! - `cargo test --release --test queueing -- --ignored --nocapture` runs every case with 20 seeds of 10⁶ jobs each. The
//!   exact value must lie inside the 99 % confidence interval, and the mean within 1 % of it, or 2 % if the service's
//!   squared coefficient of variation is at least 4. The interval is Student's t over the 20 means; these are independent,
//!   so the autocorrelation of waiting times within a run does not matter.
//!
//! A run starts empty. Its first twentieth is a warm-up and not measured: 50,000 jobs, hundreds of times the relaxation
//! time of the most heavily loaded queue here. Percentiles are computed per run and then averaged. Near saturation,
//! successive waiting times are so strongly correlated that a run of 10⁶ jobs at ρ = 0.8 determines the 99th percentile
//! no better than some ten thousand independent jobs would; the confidence interval reflects this.

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

/// The first seed. It was chosen before the first run, not selected by results.
const SEED: u64 = 1;

/// Measures case `number`. Returns a row per quantity with a value per seed. Worker threads share the seeds.
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
                    // Each case uses different seeds; otherwise a lucky seed would favour all cases.
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

/// Every row of the file has a case that measures its quantity, or a reason why not.
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
        assert!(
            rows.iter().any(|row| (row.model, row.parameters) == (model, parameters)),
            "{model} is excused but not in the file"
        );
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
