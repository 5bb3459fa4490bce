//! Measures in a simulation what the analysis predicts.

use std::sync::Arc;

use hoplight::model::quantity::Rate;
use hoplight::model::{Infrastructure, RequestKind};
use hoplight::sim::{Command, SimTime, Simulation};

/// Nanoseconds in a millisecond.
const MILLISECOND: u64 = 1_000_000;

/// Measurements since the end of the warm-up.
pub(crate) struct Measured {
    pub(crate) seconds: f64,
    /// Requests per kind that users sent.
    pub(crate) offered: [f64; 3],
    /// Requests per kind that succeeded.
    pub(crate) completed: [f64; 3],
    /// Visits per component.
    pub(crate) visits: Vec<f64>,
    /// Mean slots in use per component.
    pub(crate) busy: Vec<f64>,
    /// Requests waiting per component at the end.
    pub(crate) waiting: Vec<u32>,
    /// Mean open connections per component.
    pub(crate) present: Vec<f64>,
    /// Mean requests in progress per link.
    pub(crate) active: Vec<f64>,
}

impl Measured {
    /// Requests of all kinds that users sent per second.
    pub(crate) fn rate(&self) -> f64 {
        self.offered.iter().sum::<f64>() / self.seconds
    }
}

/// Runs a site at a constant rate: applies the commands, runs the warm-up, then measures for `seconds`.
pub(crate) fn measure(infra: &Infrastructure, rate: f64, commands: &[Command], [warmup, seconds]: [u64; 2]) -> Measured {
    let mut sim = Simulation::new(Arc::new(infra.clone()), 1);
    sim.apply(&Command::Rate(Rate::new(rate).expect("a rate")), &mut ()).expect("the rate is accepted");
    for command in commands {
        sim.apply(command, &mut ()).expect("the command is accepted");
    }
    let start = SimTime::from_secs(warmup);
    sim.advance(start, &mut ());
    let read = |sim: &Simulation| -> Vec<_> { infra.components().map(|(ix, _)| sim.station(ix)).collect() };
    let totals = |sim: &Simulation| RequestKind::ALL.map(|kind| sim.totals_of(kind));
    let (before, before_totals) = (read(&sim), totals(&sim));
    let (mut present, mut active) = (vec![0.0; infra.len()], vec![0.0; infra.graph().edge_count()]);
    // Sampling interval: not a multiple of any regular period in the simulation.
    let (step, end) = (17 * MILLISECOND, start + seconds * 1_000 * MILLISECOND);
    let mut looks = 0.0;
    while sim.now() + step <= end {
        sim.advance(sim.now() + step, &mut ());
        looks += 1.0;
        infra.components().zip(&mut present).for_each(|((ix, _), sum)| *sum += f64::from(sim.station(ix).connections));
        infra.links().zip(&mut active).for_each(|((link, _), sum)| *sum += f64::from(sim.active(link)));
    }
    sim.advance(end, &mut ());
    let (after, after_totals) = (read(&sim), totals(&sim));
    let seconds = seconds as f64;
    Measured {
        seconds,
        offered: [0, 1, 2].map(|kind| (after_totals[kind].offered - before_totals[kind].offered) as f64),
        completed: [0, 1, 2].map(|kind| (after_totals[kind].completed - before_totals[kind].completed) as f64),
        visits: after.iter().zip(&before).map(|(after, before)| (after.visits - before.visits) as f64).collect(),
        busy: after.iter().zip(&before).map(|(after, before)| (after.busy_ns - before.busy_ns) as f64 / seconds / 1e9).collect(),
        waiting: after.iter().map(|view| view.waiting).collect(),
        present: present.into_iter().map(|sum| sum / looks).collect(),
        active: active.into_iter().map(|sum| sum / looks).collect(),
    }
}
