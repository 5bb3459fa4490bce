//! The whiteboard exam: a stage of the exercise series, drawn on an empty board and defended before an examiner.
//!
//! ```text
//!  Scenario ──Drawing──▶ requirements        what the task demands, ticked by the structure of the drawing
//!  lessons/exam/*.ron ──▶ ExamContent        what to explain: key points, true statements, misconceptions
//!  Infrastructure ──analysis──▶ defend       questions about this drawing, with computed answers
//!            all of these ──▶ ExamRun ──▶ ExamReport
//!  seed ──▶ generate                         small sites with known flaws, for practice
//!  lessons/reviews/*.ron ──▶ review          write-ups to review beside their diagrams
//! ```
//!
//! The crate reads no clock: the caller passes elapsed time. Everything random follows from a seed.
//!
//! ```
//! use hoplight_exam::{ExamStage, RequirementId, requirements};
//! use hoplight_model::ron_text;
//! use hoplight_model::scenario::Scenario;
//!
//! let board = r#"(
//!     servers: [(id: "one")],
//!     components: [(id: "web", kind: Web(), server: "one"), (id: "app", kind: App(), server: "one")],
//!     links: [(from: "web", to: "app")],
//! )"#;
//! let board: Scenario = ron_text::parse("board.ron", board)?;
//! let open: Vec<RequirementId> =
//!     requirements(ExamStage::Simple, &board).into_iter().filter(|report| !report.met).map(|report| report.id).collect();
//! assert_eq!(open, [RequirementId::Name, RequirementId::Database], "neither a name nor a database is drawn yet");
//! # Ok::<(), hoplight_model::ContentError>(())
//! ```

mod content;
mod defend;
mod drawing;
mod generate;
mod grade;
mod part;
mod report;
mod requirement;
pub mod review;
mod run;
mod sheet;
mod stage;

pub use content::{ExamContent, ExamProblem, ExplainItem, ExplainQuestion, ExplainSubject, WrongStatement};
pub use defend::{DefendOption, DefendQuestion, DefendTopic, defend};
pub use generate::{Puzzle, PuzzleFlaw, generate};
pub use grade::{ExamScore, ExamStatement, ExplainAnswer, PointGrade};
pub use part::{DrawnPart, drawn_parts};
pub use report::{ExamReport, SinglePart};
pub use requirement::{RequirementId, RequirementReport, requirements};
pub use run::{ExamMode, ExamPhase, ExamRefusal, ExamRun};
pub use sheet::mentor_sheet;
pub use stage::{EXAM_LIMIT, ExamStage, draw, stages_of};
