//! What the course teaches: the demands that a learner has to meet, and the misconceptions that stand in the way.
//!
//! Lessons, questions and exams refer to both, so that coverage can be computed. [`Seeded`] makes the random choices of
//! questions and exams reproducible.

mod demand;
mod misconception;
mod seeded;

pub use demand::Demand;
pub use misconception::Misconception;
pub use seeded::Seeded;
