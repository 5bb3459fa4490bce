//! One run: advances the simulation in slices, and applies the script's commands at their times.
//!
//! The length of a slice depends on the wall clock, but the result does not: a slice ends between two events.

use std::sync::Arc;
use std::time::Duration;

use hoplight_model::{ServerId, TlsMode};
use hoplight_sim::{Command, CommandError, CpuView, Recorder, SimTime, Simulation, StationView};

use super::Plan;
use super::watch::Watch;

/// Target wall time of a slice.
const SLICE: Duration = Duration::from_millis(10);
/// Simulated length of the first slice, and the minimum of any slice.
const FIRST: Duration = Duration::from_millis(1);
const LEAST: Duration = Duration::from_micros(1);

/// The processors of servers with a number of cores, by the server's id.
pub(super) type Processors = Vec<(ServerId, CpuView)>;

/// Result of an entry of the script.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ScriptResult {
    Done,
    Refused(CommandError),
    /// The run was interrupted before the entry's time.
    NotReached,
}

/// A finished or interrupted run.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) simulation: Simulation,
    pub(super) recorder: Recorder,
    /// TLS mode and requests per second at the start, after the options were applied.
    pub(super) begins: (TlsMode, f64),
    /// The stations at the end of the warm-up, in the order of the scenario file.
    pub(super) before: Vec<StationView>,
    /// The processors at the end of the warm-up, in the order of the scenario file.
    pub(super) processors_before: Processors,
    /// Results of the script's entries, in order.
    pub(super) given: Vec<ScriptResult>,
    pub(super) interrupted: bool,
    pub(super) wall: Duration,
}

impl Run {
    /// Runs `plan` with this seed until it finishes or is interrupted.
    pub(super) fn of(plan: &Plan, seed: u64, watch: &Watch) -> Self {
        let began = watch.elapsed();
        let mut simulation = Simulation::new(Arc::clone(&plan.infra), seed);
        let mut recorder = Recorder::new(plan.warm());
        for command in &plan.first {
            // `Plan::try_out` has checked them, and they do not depend on the seed.
            let _ = simulation.apply(command, &mut recorder);
        }
        let begins = (simulation.infrastructure().tls().edge, simulation.rate());
        // Without a warm-up, events at time zero are measured too.
        let before = (plan.warm() == SimTime::ZERO).then(|| (stations(&simulation), processors(&simulation)));
        let mut runner = Runner { simulation, recorder, before, warm: plan.warm(), slice: FIRST, watch };
        let mut given = vec![ScriptResult::NotReached; plan.script.entries().len()];
        let mut going = true;
        for (entry, given) in plan.script.entries().iter().zip(&mut given) {
            going = going && runner.run_to(entry.at);
            if going {
                *given = runner.apply(&entry.command);
            }
        }
        let interrupted = !(going && runner.run_to(plan.end()));
        let Runner { simulation, recorder, before, .. } = runner;
        let (before, processors_before) = before.unwrap_or_else(|| (stations(&simulation), processors(&simulation)));
        let wall = watch.elapsed().saturating_sub(began);
        Self { simulation, recorder, begins, before, processors_before, given, interrupted, wall }
    }

    /// The measured interval: from the end of the warm-up to the end of the run. Empty if the run ended earlier.
    pub(super) fn window(&self) -> (SimTime, SimTime) {
        let now = self.simulation.now();
        (self.recorder.warmup().min(now), now)
    }
}

/// All stations, in the order of the scenario file.
pub(super) fn stations(simulation: &Simulation) -> Vec<StationView> {
    simulation.infrastructure().components().map(|(ix, _)| simulation.station(ix)).collect()
}

/// The processors of all servers with a number of cores, in the order of the scenario file.
pub(super) fn processors(simulation: &Simulation) -> Processors {
    let servers = simulation.infrastructure().servers().map(|server| &server.id);
    servers.filter_map(|id| Some((id.clone(), simulation.cpu(id)?))).collect()
}

struct Runner<'a> {
    simulation: Simulation,
    recorder: Recorder,
    /// The stations and processors at the end of the warm-up, once reached.
    before: Option<(Vec<StationView>, Processors)>,
    warm: SimTime,
    slice: Duration,
    watch: &'a Watch,
}

impl Runner<'_> {
    fn apply(&mut self, command: &Command) -> ScriptResult {
        match self.simulation.apply(command, &mut self.recorder) {
            Ok(()) => ScriptResult::Done,
            Err(error) => ScriptResult::Refused(error),
        }
    }

    /// Runs to `until`, and records the stations and processors at the end of the warm-up. Returns false if interrupted.
    fn run_to(&mut self, until: SimTime) -> bool {
        if self.before.is_none() && until >= self.warm {
            if !self.advance(self.warm) {
                return false;
            }
            self.before = Some((stations(&self.simulation), processors(&self.simulation)));
        }
        self.advance(until)
    }

    /// Runs to `until` in slices. Returns false if interrupted.
    fn advance(&mut self, until: SimTime) -> bool {
        while self.simulation.now() < until {
            if self.watch.stopping() {
                return false;
            }
            let (began, from) = (self.watch.elapsed(), self.simulation.now());
            let to = (from + self.slice).min(until);
            self.simulation.advance(to, &mut self.recorder);
            self.watch.passed(to.since(from));
            let took = self.watch.elapsed().saturating_sub(began);
            if took > SLICE * 2 {
                self.slice = (self.slice / 2).max(LEAST);
            } else if took < SLICE / 2 && to.since(from) == self.slice {
                // Only if the slice was not cut short by a command.
                self.slice = self.slice.saturating_mul(2);
            }
        }
        // Dispatch the events at exactly `until`.
        self.simulation.advance(until, &mut self.recorder);
        true
    }
}
