//! The course beyond single lessons: the question bank, practice, and what a learner has shown to master.
//!
//! ```text
//!  lessons/questions/*.ron ──▶ QuestionBank ──seed──▶ PosedQuestion ──answer──▶ Grade ──▶ Memory
//!                                   │                                                       │
//!  lessons, exam ──────────────▶ Coverage                     next_questions, Mastery ◀─────┘
//! ```
//! A question in the bank is a pattern. Posing it with a seed chooses the order of its options, its numbers and the
//! infrastructure that it is about, so that a learner who sees it again has to think again.

mod bank;
mod check;
mod coverage;
mod earlier;
mod form;
mod grade;
mod mastery;
mod number;
mod posed;
mod practice;
mod problem;
mod review;

pub use bank::QuestionBank;
pub use coverage::{Coverage, DemandCoverage, MisconceptionCoverage};
pub use earlier::{check_earlier, with_earlier};
pub use form::{BankAsk, BankLoss, BankQuestion, Statement};
pub use grade::{BankAnswer, Grade};
pub use mastery::{Mastery, UnitMastery};
pub use number::{NumberFamily, NumberTask, Slip};
pub use posed::{PosedBody, PosedOption, PosedQuestion};
pub use practice::{PracticeItem, PracticeReason, SESSION, next_questions};
pub use problem::BankProblem;
pub use review::review;
