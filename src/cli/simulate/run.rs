//! One run: the simulation advanced in slices, with the script's commands at their times.
//!
//! Must not know how it is reported. The slices follow the wall clock, the course of the run does not: a slice ends
//! between two events.

use std::sync::Arc;
use std::time::Duration;

use hoplight_model::TlsMode;
use hoplight_sim::{Command, CommandError, Recorder, SimTime, Simulation, StationView};

use super::Plan;
use super::watch::Watch;

/// How long a slice should take on the wall clock.
const SLICE: Duration = Duration::from_millis(10);
/// Simulated length of the first slice, and the least of any.
const FIRST: Duration = Duration::from_millis(1);
const LEAST: Duration = Duration::from_micros(1);

/// What became of an entry of the script.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Given {
    Done,
    Refused(CommandError),
    /// The run was interrupted before its time.
    NotReached,
}

/// A run that is over, or was interrupted.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) simulation: Simulation,
    pub(super) recorder: Recorder,
    /// TLS mode and requests per second at the start, with what the options changed.
    pub(super) begins: (TlsMode, f64),
    /// The stations at the end of the warm-up, in authored order.
    pub(super) before: Vec<StationView>,
    /// What became of the script's entries, in their order.
    pub(super) given: Vec<Given>,
    pub(super) interrupted: bool,
    pub(super) wall: Duration,
}

impl Run {
    /// Runs `plan` with this seed, until its end or until it is interrupted.
    pub(super) fn of(plan: &Plan, seed: u64, watch: &Watch) -> Self {
        let began = watch.elapsed();
        let mut simulation = Simulation::new(Arc::clone(&plan.infra), seed);
        let mut recorder = Recorder::new(plan.warm());
        for command in &plan.first {
            // The plan has tried them: they do not depend on the seed.
            let _ = simulation.apply(command, &mut recorder);
        }
        let begins = (simulation.infrastructure().tls().edge, simulation.rate());
        // Without a warm-up nothing is left out, not even what happens at time zero.
        let before = (plan.warm() == SimTime::ZERO).then(|| stations(&simulation));
        let mut runner = Runner { simulation, recorder, before, warm: plan.warm(), slice: FIRST, watch };
        let mut given = vec![Given::NotReached; plan.script.entries().len()];
        let mut going = true;
        for (entry, given) in plan.script.entries().iter().zip(&mut given) {
            going = going && runner.reach(entry.at);
            if going {
                *given = runner.give(&entry.command);
            }
        }
        let interrupted = !(going && runner.reach(plan.end()));
        let Runner { simulation, recorder, before, .. } = runner;
        let before = before.unwrap_or_else(|| stations(&simulation));
        Self { simulation, recorder, begins, before, given, interrupted, wall: watch.elapsed().saturating_sub(began) }
    }

    /// The part of the run that is measured: what follows the warm-up. Empty if the run did not get so far.
    pub(super) fn window(&self) -> (SimTime, SimTime) {
        let now = self.simulation.now();
        (self.recorder.warmup().min(now), now)
    }
}

/// All stations, in authored order.
pub(super) fn stations(simulation: &Simulation) -> Vec<StationView> {
    simulation.infrastructure().components().map(|(ix, _)| simulation.station(ix)).collect()
}

struct Runner<'a> {
    simulation: Simulation,
    recorder: Recorder,
    /// The stations at the end of the warm-up, once that is over.
    before: Option<Vec<StationView>>,
    warm: SimTime,
    slice: Duration,
    watch: &'a Watch,
}

impl Runner<'_> {
    fn give(&mut self, command: &Command) -> Given {
        match self.simulation.apply(command, &mut self.recorder) {
            Ok(()) => Given::Done,
            Err(error) => Given::Refused(error),
        }
    }

    /// Runs to `until`, and looks at the stations on the way. Returns whether it got there.
    fn reach(&mut self, until: SimTime) -> bool {
        if self.before.is_none() && until >= self.warm {
            if !self.advance(self.warm) {
                return false;
            }
            self.before = Some(stations(&self.simulation));
        }
        self.advance(until)
    }

    /// Runs to `until` in slices, unless it is interrupted.
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
                // A slice that a command cut short says nothing about a whole one.
                self.slice = self.slice.saturating_mul(2);
            }
        }
        // What is due at this very instant.
        self.simulation.advance(until, &mut self.recorder);
        true
    }
}
