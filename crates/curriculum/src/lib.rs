//! What the course teaches: the demands that a learner has to meet, and the misconceptions that stand in the way.
//!
//! Lessons, questions and exams refer to both, so that coverage can be computed.

mod demand;
mod misconception;

pub use demand::Demand;
pub use misconception::Misconception;
