//! Incident drills: a fault of the catalogue is injected into a running design at a hidden moment. The learner sees what an
//! operator sees, names the cause, and ends the harm.
//!
//! A [`Drill`] is data; a [`DrillRun`] is a drill in progress; a [`DrillView`] is what the learner may see of it; a [`Debrief`]
//! shows the truth beside it afterwards.

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
