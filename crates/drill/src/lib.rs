//! Incident drills: a fault of the catalogue is injected into a running design at a hidden moment. The learner sees what an
//! operator sees, names the cause, and ends the harm.
//!
//! A [`Drill`] is data; a [`DrillRun`] is a drill in progress; a [`DrillView`] is what the learner may see of it; a [`Debrief`]
//! shows the truth beside it afterwards.
//!
//! ```
//! use std::sync::Arc;
//!
//! use hoplight_drill::{DrillCatalogue, DrillRun, Effect, ProbeTarget, Verdict};
//! use hoplight_model::{Infrastructure, RequestKind};
//! use hoplight_sim::SimTime;
//!
//! let design = include_str!("../../../assets/stage-2-secured.ron");
//! let designs = [Arc::new(Infrastructure::from_ron("stage-2-secured.ron", design)?)];
//! let file = ("every-second-page.ron", include_str!("../../../lessons/drills/05-every-second-page.ron"));
//! let catalogue = DrillCatalogue::read(&[file], &designs).expect("a correct file");
//! let (drill, infra) = catalogue.find("every-second-page").expect("the drill");
//!
//! let mut run = DrillRun::new(drill, Arc::clone(infra), 1).expect("checked");
//! run.advance(SimTime::from_secs(60));
//! assert!(!run.view().complaints.is_empty(), "users have noticed");
//! run.probe(&ProbeTarget::Site(RequestKind::Read));
//! let cause = run.drill().remedy.cause.clone();
//! assert_eq!(run.diagnose(&cause).verdict, Verdict::Right);
//! for command in run.remedies(&cause) {
//!     assert_eq!(run.remedy(command), Effect::Pending);
//! }
//! run.advance(SimTime::from_secs(120));
//! let debrief = run.debrief().expect("the harm is over, and its cause is named");
//! assert!(debrief.score.points > 70);
//! # Ok::<(), hoplight_model::ReadError>(())
//! ```

mod catalogue;
mod cause;
mod debrief;
mod evidence;
mod form;
mod generate;
mod harm;
mod plan;
mod probe;
mod random;
mod remedy;
mod run;
mod view;
pub mod wording;

pub use catalogue::DrillCatalogue;
pub use cause::{Cause, CauseKind, suspects};
pub use debrief::{Debrief, DebriefEntry, DebriefEvent, DrillScore, MOST_POINTS, Side};
pub use evidence::{Complaint, LogEntry, LogLine, Sighting, Symptom, WINDOW_S};
pub use form::{Difficulty, Drill, FORMAT, Injection, Remedy, WrongDiagnosis};
pub use generate::{GeneratedDrill, daily, generate};
pub use harm::Harm;
pub use plan::DrillError;
pub use probe::{Probe, ProbeAnswer, ProbeStage, ProbeTarget};
pub use remedy::{Attempt, Effect, JUDGED_AFTER_S, remedies};
pub use run::{CALM_S, Diagnosis, DrillRun, Verdict};
pub use view::{AgentRow, AlertRow, Dashboard, DrillView, Monitoring, TapView};
