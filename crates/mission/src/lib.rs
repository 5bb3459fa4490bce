//! Missions: a problem that is felt, a starting design, and goals that are measured on whatever the learner builds.
//!
//! ```text
//!  mission file ──check──▶ Mission: start, solution, trials, goals
//!                             │
//!  learner's design ──standard┴─▶ case ──record──▶ judge ──▶ MissionReport ──▶ score, explanation, text
//! ```
//!
//! A goal is a property, such as "at most 1 % of reads fail after any server loses power". [`evaluate()`] runs the trials
//! that the goals need on the design, and judges each goal by what was measured or by the analysis; no design is compared
//! with the stored solution. Elements have roles in trials, not names, so every design that has the property passes.
//!
//! ```
//! use hoplight_mission::{MissionScore, Missions, evaluate, text};
//! use hoplight_model::Infrastructure;
//! use hoplight_model::scenario::Scenario;
//!
//! let file = include_str!("../../../lessons/missions/22-password-inside.ron");
//! let site = Infrastructure::from_ron("site.ron", include_str!("../../../assets/stage-2-secured.ron"))?;
//! let missions = Missions::read(&[("mission.ron", file)], |id| (id == site.id()).then(|| Scenario::from(&site)));
//! let missions = missions.expect("the file is valid");
//! let mission = missions.find("password-inside").expect("it is in the file");
//!
//! let before = evaluate(mission, mission.start(), 1);
//! let sentence = text::goal_sentence(mission, &mission.goals()[0], &before.goals[0]);
//! assert_eq!(sentence.to_string(), "No password can be read on any hop of the network: 2 hops.");
//!
//! let after = evaluate(mission, mission.solution(), 1);
//! assert!(!before.passed() && after.passed());
//! assert_eq!(MissionScore::of(mission, &after).map(|score| score.stars), Some(3));
//! # Ok::<(), hoplight_model::ReadError>(())
//! ```
//!
//! Evaluation is bounded: lengths and rates of trials, and the number of servers of a design, have limits. It is
//! deterministic for a seed. The crate knows nothing of the screen.

pub mod case;
pub mod check;
pub mod cost;
pub mod evaluate;
pub mod explain;
pub mod form;
pub mod goal;
mod judge;
pub mod library;
pub mod mission;
pub mod moves;
mod problem;
mod record;
pub mod report;
pub mod score;
mod standard;
pub mod text;
pub mod trial;

pub use case::CaseSubject;
pub use cost::cost;
pub use evaluate::{MOST_SERVERS, MissionRun, evaluate, evaluate_scenario};
pub use explain::explanation;
pub use form::{DesignOrigin, Ladder, MissionForm, MissionStart, TaughtElement};
pub use goal::{GoalCheck, MissionGoal, TrialWindow, WireTap};
pub use library::Missions;
pub use mission::Mission;
pub use moves::moves;
pub use report::{GoalFigure, GoalReport, MissionObstacle, MissionReport};
pub use score::MissionScore;
pub use trial::{Trial, TrialAction, TrialEvent, TrialScope, TrialTarget};
