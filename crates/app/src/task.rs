//! Tasks on the stage other than lessons: what the learner is asked to do with the infrastructure that runs.
//!
//! A task has a panel, keys and a state. The diagram, time and the editor work as without one.

pub mod mission;

use crate::keymap::{KeyContext, Keymap};
use crate::line::Line;
use crate::stage::Stage;
use mission::MissionTask;

/// A task on the stage.
#[derive(Clone, Debug)]
pub enum Task {
    /// A mission.
    Mission(Box<MissionTask>),
}

impl Task {
    /// Returns the context in which keys are looked up.
    pub const fn key_context(&self) -> KeyContext {
        match self {
            Self::Mission(_) => KeyContext::Mission,
        }
    }

    /// Returns the title of the panel, and a remark beside it.
    pub fn title(&self) -> (String, String) {
        match self {
            Self::Mission(mission) => mission.title(),
        }
    }

    /// Returns the lines of the panel.
    pub fn lines(&self, stage: &Stage, keymap: &Keymap, width: u16) -> Vec<Line> {
        match self {
            Self::Mission(mission) => mission.lines(stage, keymap, width),
        }
    }

    /// Whether the task works on something, so that time has to pass even while the simulation is paused.
    pub fn is_busy(&self) -> bool {
        match self {
            Self::Mission(mission) => mission.is_measuring(),
        }
    }
}
