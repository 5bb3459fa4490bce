//! Tasks on the stage other than lessons: what the learner is asked to do with the infrastructure that runs.
//!
//! A task has a panel, keys and a state. The diagram, time and the editor work as without one.

pub mod drill;
pub mod mission;
pub mod review;

use crate::keymap::{KeyContext, Keymap};
use crate::line::Line;
use crate::stage::Stage;
use drill::{DrillPhase, DrillTask};
use mission::MissionTask;
use review::ReviewTask;

/// A task on the stage.
#[derive(Clone, Debug)]
pub enum Task {
    /// A mission.
    Mission(Box<MissionTask>),
    /// An incident drill.
    Drill(Box<DrillTask>),
    /// A design review.
    Review(Box<ReviewTask>),
}

impl Task {
    /// Returns the context in which keys are looked up.
    pub fn key_context(&self) -> KeyContext {
        match self {
            Self::Mission(_) => KeyContext::Mission,
            Self::Drill(drill) if drill.phase() == DrillPhase::Over => KeyContext::Debriefing,
            Self::Drill(_) => KeyContext::Drill,
            Self::Review(_) => KeyContext::Review,
        }
    }

    /// Returns the title of the panel, and a remark beside it.
    pub fn title(&self) -> (String, String) {
        match self {
            Self::Mission(mission) => mission.title(),
            Self::Drill(drill) => drill.title(),
            Self::Review(review) => review.title(),
        }
    }

    /// Returns the lines of the panel.
    pub fn lines(&self, stage: &Stage, keymap: &Keymap, width: u16) -> Vec<Line> {
        match self {
            Self::Mission(mission) => mission.lines(stage, keymap, width),
            Self::Drill(drill) => drill.lines(stage, keymap, width),
            Self::Review(review) => review.lines(stage, keymap, width),
        }
    }

    /// Whether the task works on something, so that time has to pass even while the simulation is paused.
    pub fn is_busy(&self) -> bool {
        match self {
            Self::Mission(mission) => mission.is_measuring(),
            Self::Drill(_) => false,
            Self::Review(review) => review.is_measuring(),
        }
    }

    /// Returns the design review, if the task is one.
    pub const fn as_review(&self) -> Option<&ReviewTask> {
        match self {
            Self::Review(review) => Some(review),
            Self::Mission(_) | Self::Drill(_) => None,
        }
    }

    /// Returns the design review, if the task is one.
    pub(crate) const fn as_review_mut(&mut self) -> Option<&mut ReviewTask> {
        match self {
            Self::Review(review) => Some(review),
            Self::Mission(_) | Self::Drill(_) => None,
        }
    }
}
