//! Lessons: their content, a learner's progress through them, and the checks that their solutions work.
//!
//! ```text
//!  lesson file ──form──▶ Lesson ──run──▶ LessonRun ◀── Observation (the simulation, what the learner does)
//!       │                                  │
//!       └──check, replay──▶ errors         └──▶ outcomes: what changed, or the reason for a refusal; Progress
//! ```
//!
//! A [`Session`] is a running infrastructure with a learner's actions on it. The screen and the headless [`Player`]
//! share it:
//!
//! ```
//! use std::sync::Arc;
//!
//! use hoplight_lesson::Session;
//! use hoplight_model::{ComponentId, Element, Infrastructure};
//! use hoplight_sim::{Command, SimTime};
//!
//! let site = r#"(
//!     components: [(id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
//!     links: [(from: "web", to: "app"), (from: "app", to: "db")],
//! )"#;
//! let infra = Infrastructure::from_ron("site.ron", site)?;
//! let mut session = Session::new(Arc::new(infra), 1);
//! let app = Element::Component(ComponentId::new("app"));
//! session.apply_command(&Command::Kill(app.clone())).expect("the application is up");
//! session.seek(SimTime::from_secs(5));
//! assert_eq!(session.sim().is_up(&app), Some(false));
//! # Ok::<(), hoplight_model::ReadError>(())
//! ```
//!
//! Architecture invariant: lessons never hard-code the result of a run or the answer to a question about the diagram:
//! conditions are measured and correct marks are computed. A lesson changes the simulation only through
//! [`Command`](hoplight_sim::Command)s, which the caller executes.

pub mod act;
pub mod check;
pub mod condition;
mod design;
pub mod figure;
pub mod form;
pub mod glossary;
pub mod library;
pub mod marks;
pub mod markup;
pub mod outcome;
pub mod playback;
pub mod progress;
pub mod question;
pub mod replay;
pub mod run;
pub mod session;
mod shuffle;
pub mod sites;
pub mod whiteboard;
mod wording;

pub use act::{Act, Pace};
pub use check::{check, check_lesson, check_some};
pub use condition::{Arrival, Condition, Nature, Observation, RequestPart, Wiretap};
pub use design::{Edited, RefusedAct};
pub use figure::Figure;
pub use form::{Clock, Goal, Lesson, Readout, Start, Step, StepGate, StepReply};
pub use glossary::{Glossary, Term};
pub use library::{Library, Loaded, Sources};
pub use marks::{MarkTarget, Review};
pub use markup::{KeyName, Piece};
pub use outcome::{
    Answered, Changed, Hinted, Moved, Opening, Refusal, Reveal, Score, Solved, Stay, StepEntry, Submitted, Toggled,
};
pub use playback::Playback;
pub use progress::attempt::{ActivityAttempt, AttemptPart};
pub use progress::log::{AttemptLog, ChainFault, ChainProblem};
pub use progress::record::{AttemptHash, AttemptRecord, RecordWord};
pub use progress::standing::{ActivityStanding, Standing};
pub use progress::{LessonProgress, Memory, Progress, ProgressError};
pub use question::{Ask, Choice, Question};
pub use replay::{ActError, Player, Replay, ReplayError, replay};
pub use run::{LessonRun, Place};
pub use session::{Session, StepOutcome};
pub use sites::LessonSites;
pub use whiteboard::{NoteSubject, WhiteboardNote};
