//! Why a lesson cannot be played.
//!
//! Must not know how it is played.

use thiserror::Error;

use hoplight_model::{Element, Text};
use hoplight_sim::CommandError;
use hoplight_text::refusal;

use super::super::act::Act;
use super::super::outcome::{Refusal, Stay};

/// Why a lesson cannot be played. Steps are numbered from 1.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ReplayError {
    /// The commands with which a step begins cannot be done.
    #[error("step {step} cannot begin: {}", refusal(.error))]
    CannotBegin {
        /// The step.
        step: usize,
        /// What refused.
        error: CommandError,
    },
    /// A goal is met before the learner has done anything.
    #[error("step {step}: goal {goal:?} is met before its solution begins, so it cannot fail")]
    MetBefore {
        /// The step.
        step: usize,
        /// Its goal.
        goal: String,
    },
    /// The gate passes if the learner only waits, though the solution does more.
    #[error("step {step} passes by waiting alone: its solution makes no difference")]
    WaitingSuffices {
        /// The step.
        step: usize,
    },
    /// An act of the solution cannot be done.
    #[error("step {step}: the solution's act {:?} fails: {why}", .act.to_string())]
    CannotAct {
        /// The step.
        step: usize,
        /// The act.
        act: Box<Act>,
        /// Why.
        why: ActError,
    },
    /// The solution does not pass the gate.
    #[error("step {step} does not pass with its solution: {stay}")]
    NotPassed {
        /// The step.
        step: usize,
        /// What is open.
        stay: Stay,
    },
    /// A question of the quiz cannot be answered rightly.
    #[error("question {question} has no right answer")]
    NoRightAnswer {
        /// The question, from 1.
        question: usize,
    },
}

impl ReplayError {
    /// The step that it is about, from 1.
    pub fn step(&self) -> Option<usize> {
        match self {
            Self::CannotBegin { step, .. }
            | Self::MetBefore { step, .. }
            | Self::WaitingSuffices { step }
            | Self::CannotAct { step, .. }
            | Self::NotPassed { step, .. } => Some(*step),
            Self::NoRightAnswer { .. } => None,
        }
    }
}

/// Why an act of a solution cannot be done.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ActError {
    /// The simulation refused the command.
    #[error("{}", refusal(.0))]
    Command(CommandError),
    /// The lesson refused the answer or the mark.
    #[error("{0}")]
    Refused(Refusal),
    /// There is no such hop.
    #[error("there is no hop {0}")]
    NoHop(Element),
    /// Waiting has no end while time is paused.
    #[error("time is paused: resume first")]
    Paused,
    /// No step forward is left.
    #[error("nothing moves")]
    NothingMoves,
    /// No step back is left.
    #[error("this is the beginning")]
    AtBeginning,
    /// Answers are numbered from 1.
    #[error("answers count from 1")]
    AnswerZero,
    /// The answer is wrong.
    #[error("this answer is wrong: {0}")]
    WrongAnswer(Text),
    /// The question wants no marks.
    #[error("there is nothing to mark here")]
    NothingToMark,
    /// Nothing is right, so nothing can be marked.
    #[error("the right set is empty")]
    EmptySet,
    /// Other elements are right.
    #[error("{missing} are missing, {extra} too many")]
    WrongMarks {
        /// How many right ones are not marked.
        missing: usize,
        /// How many marked ones are not right.
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
