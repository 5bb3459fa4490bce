//! Measures a loss in the simulation.

use std::sync::Arc;

use hoplight::analysis::losses::{CACHE_AGE_S, WINDOW_END_S, WINDOW_START_S};
use hoplight::analysis::{LossForecast, Stability};
use hoplight::model::{Infrastructure, RequestKind};
use hoplight::sim::{Command, SimTime, Simulation};

/// Minimum number of requests of a kind for a share.
const FEWEST: u64 = 50;
/// Number of runs of a loss after which the site does not settle, so that what happens rarely counts as often as it should.
const RUNS_UNSETTLED: u64 = 6;

/// Share of the requests of each kind that fail in the long run after a loss; `None` for a kind with too few requests.
/// `None` for all if no command causes this loss.
pub(crate) fn failing(infra: &Arc<Infrastructure>, forecast: &LossForecast) -> Option<[Option<f64>; 3]> {
    let runs = if forecast.stability == Stability::Settled { 1 } else { RUNS_UNSETTLED };
    Some(failing_after(infra, &forecast.loss.commands(infra)?, runs))
}

/// Share of the requests of each kind that fail if nothing is lost.
pub(crate) fn failing_whole(infra: &Arc<Infrastructure>) -> [Option<f64>; 3] {
    failing_after(infra, &[], 1)
}

fn failing_after(infra: &Arc<Infrastructure>, commands: &[Command], runs: u64) -> [Option<f64>; 3] {
    let (mut failed, mut ended) = ([0; 3], [0; 3]);
    for seed in 1..=runs {
        let mut sim = Simulation::new(Arc::clone(infra), seed);
        // Caches are filled when the run starts.
        sim.advance(SimTime::ZERO + nanos(CACHE_AGE_S), &mut ());
        for command in commands {
            // Components on a server that is off are down already, and a site without a resolver has no record to lose.
            let _ = sim.apply(command, &mut ());
        }
        let totals = |sim: &Simulation| RequestKind::ALL.map(|kind| sim.totals_of(kind));
        sim.advance(SimTime::ZERO + nanos(CACHE_AGE_S + WINDOW_START_S), &mut ());
        let before = totals(&sim);
        sim.advance(SimTime::ZERO + nanos(CACHE_AGE_S + WINDOW_END_S), &mut ());
        let after = totals(&sim);
        for kind in 0..3 {
            failed[kind] += after[kind].failed - before[kind].failed;
            ended[kind] += after[kind].failed - before[kind].failed + after[kind].completed - before[kind].completed;
        }
    }
    std::array::from_fn(|kind| (ended[kind] >= FEWEST).then(|| failed[kind] as f64 / ended[kind] as f64))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few minutes")]
fn nanos(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}
