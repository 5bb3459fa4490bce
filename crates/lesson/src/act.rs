//! The acts of a learner: the lines of a step's solution.

use std::fmt;

use serde::{Deserialize, Serialize};

use hoplight_model::quantity::Seconds;
use hoplight_model::{ComponentId, Element};
use hoplight_sim::Command;
use hoplight_text::instruction;

/// The pace of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Pace {
    /// One request, slowly.
    Trace,
    /// The whole load.
    #[default]
    Live,
}

impl Pace {
    /// The word that the screen uses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Live => "live",
        }
    }
}

/// One line of a solution. Going on to the next step is not one: it follows every solution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Act {
    /// Selects an element on the diagram.
    Select(Element),
    /// Gives a command.
    Do(Command),
    /// Moves the wiretap to a hop.
    Tap(ComponentId, ComponentId),
    /// Waits in simulated time.
    Wait(Seconds),
    /// Changes the pace.
    Pace(Pace),
    /// Pauses.
    Pause,
    /// Resumes.
    Resume,
    /// Steps this many hops forward and pauses.
    Step(u32),
    /// Steps this many hops back and pauses.
    StepBack(u32),
    /// Chooses an option; the first is 1.
    Answer(u32),
    /// Marks what the question asks for, as computed, and submits it.
    Mark,
}

impl fmt::Display for Act {
    /// The act as an instruction, such as "kill web-1".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Select(element) => write!(f, "select {element}"),
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
