//! Errors of replaying a lesson.

use thiserror::Error;

use hoplight_model::{Element, Text};
use hoplight_sim::CommandError;
use hoplight_text::refusal;

use super::super::act::Act;
use super::super::outcome::{Refusal, Stay};

/// Why a replay failed. Steps are numbered from 1.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ReplayError {
    /// A command that a step begins with was refused.
    #[error("step {step} cannot begin: {}", refusal(.error))]
    CannotBegin {
        /// The step.
        step: usize,
        /// Why it was refused.
        error: CommandError,
    },
    /// A goal is met before the learner acts.
    #[error("step {step}: goal {goal:?} is met before its solution begins, so it cannot fail")]
    MetBefore {
        /// The step.
        step: usize,
        /// The goal's label.
        goal: String,
    },
    /// The gate passes if the learner only waits, although the solution does more.
    #[error("step {step} passes by waiting alone: its solution makes no difference")]
    WaitingSuffices {
        /// The step.
        step: usize,
    },
    /// An action of the solution failed.
    #[error("step {step}: the solution's act {:?} fails: {why}", .act.to_string())]
    CannotAct {
        /// The step.
        step: usize,
        /// The action.
        act: Box<Act>,
        /// Why it failed.
        why: ActError,
    },
    /// The solution does not pass the gate.
    #[error("step {step} does not pass with its solution: {stay}")]
    NotPassed {
        /// The step.
        step: usize,
        /// What is still open.
        stay: Stay,
    },
    /// The author replies to the solution as to a wrong act.
    #[error("step {step}: the solution gets a reply that is meant for wrong acts")]
    RepliesToSolution {
        /// The step.
        step: usize,
    },
    /// The solution does not produce a figure that the step's texts name.
    #[error("step {step}: `{figure}` is not measured when the solution has been played")]
    NotMeasured {
        /// The step.
        step: usize,
        /// The figure's name.
        figure: &'static str,
    },
    /// A wrong way to a goal gets no reply.
    #[error("step {step}: the wrong way to {goal:?} gets no reply")]
    NoReply {
        /// The step.
        step: usize,
        /// The goal's label.
        goal: String,
    },
    /// A wrong way meets its goal.
    #[error("step {step}: the wrong way to {goal:?} meets the goal")]
    WrongWayMeets {
        /// The step.
        step: usize,
        /// The goal's label.
        goal: String,
    },
    /// A goal stays met after its state has ended.
    #[error("step {step}: {goal:?} stays met after what should end its state")]
    StaysMet {
        /// The step.
        step: usize,
        /// The goal's label.
        goal: String,
    },
    /// A question of the quiz has no right answer.
    #[error("question {question} has no right answer")]
    NoRightAnswer {
        /// The question, numbered from 1.
        question: usize,
    },
}

impl ReplayError {
    /// The affected step, numbered from 1.
    pub fn step(&self) -> Option<usize> {
        match self {
            Self::CannotBegin { step, .. }
            | Self::MetBefore { step, .. }
            | Self::WaitingSuffices { step }
            | Self::CannotAct { step, .. }
            | Self::NotPassed { step, .. }
            | Self::RepliesToSolution { step }
            | Self::NoReply { step, .. }
            | Self::WrongWayMeets { step, .. }
            | Self::StaysMet { step, .. }
            | Self::NotMeasured { step, .. } => Some(*step),
            Self::NoRightAnswer { .. } => None,
        }
    }
}

/// Why an action of a solution failed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ActError {
    /// The simulation refused the command.
    #[error("{}", refusal(.0))]
    Command(CommandError),
    /// The lesson refused the answer or the mark.
    #[error("{0}")]
    Refused(Refusal),
    /// The hop does not exist.
    #[error("there is no hop {0}")]
    NoHop(Element),
    /// Waiting would never end while the simulation is paused.
    #[error("time is paused: resume first")]
    Paused,
    /// There is no step forward.
    #[error("there is no step forward")]
    NothingMoves,
    /// There is no step back.
    #[error("there is no step back")]
    AtBeginning,
    /// Answers are numbered from 1.
    #[error("answers are numbered from 1")]
    AnswerZero,
    /// The answer is wrong.
    #[error("this answer is wrong: {0}")]
    WrongAnswer(Text),
    /// The question is not answered with marks.
    #[error("there is nothing to mark here")]
    NothingToMark,
    /// The right set is empty.
    #[error("the right set is empty")]
    EmptySet,
    /// The marks differ from the right set.
    #[error("{missing} missing, {extra} too many")]
    WrongMarks {
        /// Number of right elements that are not marked.
        missing: usize,
        /// Number of marked elements that are not right.
        extra: usize,
    },
}

impl From<CommandError> for ActError {
    fn from(error: CommandError) -> Self {
        Self::Command(error)
    }
}

impl From<Refusal> for ActError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
