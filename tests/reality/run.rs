//! A run of a small site, with every outcome that users had.

use std::sync::Arc;
use std::time::Duration;

use hoplight::model::Infrastructure;
use hoplight::sim::{EventKind, Failure, JournalEvent, Outcome, SimTime, Simulation, script};

/// An outcome of a request: when, in seconds, and how long it took, in milliseconds.
pub(crate) type Ended = (f64, Outcome, f64);

pub(crate) struct Run {
    pub(crate) sim: Simulation,
    pub(crate) ended: Vec<Ended>,
    /// When the shared address changed hands, who became or stopped being master, and which.
    pub(crate) masters: Vec<(f64, String, bool)>,
}

impl Run {
    pub(crate) fn new(text: &str, seed: u64) -> Self {
        let infra = Arc::new(Infrastructure::from_ron("site.ron", text).unwrap_or_else(|error| panic!("{error}")));
        Self { sim: Simulation::new(infra, seed), ended: Vec::new(), masters: Vec::new() }
    }

    /// Runs until a time in seconds.
    pub(crate) fn to(&mut self, seconds: f64) -> &mut Self {
        let infra = Arc::clone(self.sim.infrastructure());
        let (ended, masters) = (&mut self.ended, &mut self.masters);
        self.sim.advance(SimTime::ZERO + Duration::from_secs_f64(seconds), &mut |note: JournalEvent| match note.what {
            EventKind::Ended { outcome, latency_ms } => ended.push((note.at.as_secs_f64(), outcome, latency_ms)),
            EventKind::Master { balancer, master } => {
                masters.push((note.at.as_secs_f64(), infra.component(balancer).id.to_string(), master));
            }
            _ => {}
        });
        self
    }

    pub(crate) fn act(&mut self, words: &str) -> &mut Self {
        let command = script::command(words, self.sim.infrastructure()).unwrap_or_else(|error| panic!("{words}: {error:?}"));
        self.sim.apply(&command, &mut ()).unwrap_or_else(|error| panic!("{words}: {error:?}"));
        self
    }

    /// The outcomes between two times.
    pub(crate) fn between(&self, from: f64, to: f64) -> impl Iterator<Item = &Ended> {
        self.ended.iter().filter(move |(at, ..)| (from..to).contains(at))
    }

    /// Number of failures of one sort between two times.
    pub(crate) fn count(&self, failure: Failure, from: f64, to: f64) -> usize {
        self.between(from, to).filter(|(_, outcome, _)| *outcome == Err(failure)).count()
    }

    /// Number of failures between two times.
    pub(crate) fn failed(&self, from: f64, to: f64) -> usize {
        self.between(from, to).filter(|(_, outcome, _)| outcome.is_err()).count()
    }

    /// The balancers that have the shared address.
    pub(crate) fn holders(&self) -> Vec<&str> {
        self.sim.masters().map(|ix| self.sim.infrastructure().component(ix).id.as_str()).collect()
    }

    /// The balancer that receives users' packets.
    pub(crate) fn entry(&self) -> &str {
        let infra = self.sim.infrastructure();
        infra.component(infra.ends(self.sim.entry()).1).id.as_str()
    }
}
