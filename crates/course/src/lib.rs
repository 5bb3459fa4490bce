//! The course beyond single lessons: the question bank, practice, and what a learner has shown to master.
//!
//! ```text
//!  lessons/questions/*.ron ──▶ QuestionBank ──seed──▶ PosedQuestion ──answer──▶ Grade
//! ```
