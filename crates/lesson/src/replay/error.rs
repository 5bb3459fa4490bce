//! Why a lesson cannot be played.
//!
//! Must not know how it is played.

use thiserror::Error;

use hoplight_sim::CommandError;

use super::super::outcome::Stay;

/// Why a lesson cannot be played. Steps are numbered from 1.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ReplayError {
    /// The commands with which a step begins cannot be done.
    #[error("step {step} cannot begin: {error}")]
    CannotBegin {
        /// The step.
        step: usize,
        /// What refused.
        error: CommandError,
    },
    /// A goal is met before the learner has done anything.
    #[error("step {step}: goal {goal:?} is met before its solution has begun: it cannot fail")]
    MetBefore {
        /// The step.
        step: usize,
        /// Its goal.
        goal: String,
    },
    /// The gate passes if the learner only waits, though the solution does more.
    #[error("step {step} passes if one only waits: what its solution does makes no difference")]
    WaitingSuffices {
        /// The step.
        step: usize,
    },
    /// An act of the solution cannot be done.
    #[error("step {step}: the solution's act {act:?} fails: {why}")]
    CannotAct {
        /// The step.
        step: usize,
        /// The act, in words.
        act: String,
        /// Why.
        why: String,
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
