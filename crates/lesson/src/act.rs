//! A learner's actions, as the lines of a step's solution.

use std::fmt;

use serde::{Deserialize, Serialize};

use hoplight_model::quantity::Seconds;
use hoplight_model::{ComponentId, Element};
use hoplight_sim::Command;
use hoplight_text::instruction;

/// How fast simulated time passes on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Pace {
    /// Slow motion along a single request.
    Trace,
    /// All traffic, at the chosen speed.
    #[default]
    Live,
}

impl Pace {
    /// Returns the word shown on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Live => "live",
        }
    }
}

/// One action of a solution. Proceeding to the next step is implied at the end of every solution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Act {
    /// Selects an element of the diagram.
    Select(Element),
    /// Follows the newest request.
    Follow,
    /// Executes a command.
    Do(Command),
    /// Places the wiretap on a hop.
    Tap(ComponentId, ComponentId),
    /// Waits for this much simulated time.
    Wait(Seconds),
    /// Changes the pace.
    Pace(Pace),
    /// Pauses the simulation.
    Pause,
    /// Resumes the simulation.
    Resume,
    /// Steps forward by this many hops and pauses.
    Step(u32),
    /// Steps back by this many hops and pauses.
    StepBack(u32),
    /// Chooses an option, numbered from 1.
    Answer(u32),
    /// Marks the computed right set and submits it.
    Mark,
}

impl fmt::Display for Act {
    /// Formats the action as an instruction, such as "kill web-1".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Select(element) => write!(f, "select {element}"),
            Self::Follow => f.write_str("follow the packet"),
            Self::Do(command) => instruction(command).fmt(f),
            Self::Tap(from, to) => write!(f, "listen on {from} → {to}"),
            Self::Wait(seconds) => write!(f, "wait {} s", seconds.get()),
            Self::Pace(pace) => write!(f, "change the pace to {}", pace.word()),
            Self::Pause => f.write_str("pause"),
            Self::Resume => f.write_str("resume"),
            Self::Step(hops) => write!(f, "step {hops} × forward"),
            Self::StepBack(hops) => write!(f, "step {hops} × back"),
            Self::Answer(choice) => write!(f, "answer {choice}"),
            Self::Mark => f.write_str("mark what is asked for and submit it"),
        }
    }
}
