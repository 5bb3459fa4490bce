//! Evaluation of a design: runs the trials that the goals need, then judges each goal.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use hoplight_model::scenario::Scenario;
use hoplight_model::{Infrastructure, RequestKind};

use super::case::{TrialCase, cases};
use super::cost::cost;
use super::judge::{Judged, judge};
use super::mission::Mission;
use super::moves::moves;
use super::record::{CaseRecord, TrialRecord};
use super::report::{GoalReport, MissionObstacle, MissionReport};
use super::standard::standardised;
use super::trial::Trial;

/// Maximum number of servers of a design; each may be lost in a run of its own.
pub const MOST_SERVERS: usize = 24;
/// Length of the run that shows whether a design works at all, in seconds.
const BASELINE_S: f64 = 12.0;
/// The requests of this window of it count, in seconds.
const BASELINE_WINDOW: (f64, f64) = (1.0, 7.0);

/// Evaluates a design. The result depends only on the arguments.
pub fn evaluate(mission: &Mission, design: &Infrastructure, seed: u64) -> MissionReport {
    let mut run = MissionRun::new(mission, design, seed);
    while run.step() {}
    run.report()
}

/// Like [`evaluate`], for a design that may be impossible to build.
pub fn evaluate_scenario(mission: &Mission, design: &Scenario, seed: u64) -> MissionReport {
    match design.build() {
        Ok(infra) => evaluate(mission, &infra, seed),
        Err(problems) => unjudged(mission, MissionObstacle::CannotBuild(problems.len()), None, None),
    }
}

/// An evaluation in steps, so that a screen can show its progress. Each step is one run of the simulation, of at most a
/// few minutes of simulated time.
#[derive(Clone, Debug)]
pub struct MissionRun<M> {
    mission: M,
    seed: u64,
    infra: Option<Arc<Infrastructure>>,
    obstacle: Option<MissionObstacle>,
    cost: Option<u32>,
    moves: Option<u32>,
    is_begun: bool,
    /// Cases still to run, last first, with the names of their trials.
    pending: Vec<(String, TrialCase)>,
    /// Total number of cases.
    total: usize,
    records: BTreeMap<String, Vec<TrialRecord>>,
}

impl<M: Deref<Target = Mission>> MissionRun<M> {
    /// Prepares the evaluation of a design. `mission` is a reference or an `Arc`.
    pub fn new(mission: M, design: &Infrastructure, seed: u64) -> Self {
        let design = standardised(Scenario::from(design), mission.traffic()).build();
        let (infra, mut obstacle) = match design {
            Ok(infra) => (Some(Arc::new(infra)), None),
            Err(problems) => (None, Some(MissionObstacle::CannotBuild(problems.len()))),
        };
        if let Some(infra) = &infra {
            let missing = mission.form().keep.iter().find(|id| infra.find(id.as_str()).is_none());
            obstacle = missing.map(|id| MissionObstacle::Missing(id.clone()));
            let servers = infra.servers().len();
            if servers > MOST_SERVERS {
                obstacle = Some(MissionObstacle::TooLarge(servers));
            }
        }
        let mut pending = Vec::new();
        if let Some(infra) = infra.as_ref().filter(|_| obstacle.is_none()) {
            let is_used = |name: &str| mission.goals().iter().any(|goal| goal.check.trial() == Some(name));
            for trial in mission.form().trials.iter().filter(|trial| is_used(&trial.name)) {
                pending.extend(cases(trial, infra).into_iter().map(|case| (trial.name.as_str().to_owned(), case)));
            }
            pending.reverse();
        }
        let total = pending.len();
        let (cost, moves) = (infra.as_ref().map(|infra| cost(infra)), infra.as_ref().map(|infra| moves(mission.start(), infra)));
        Self { mission, seed, infra, obstacle, cost, moves, is_begun: false, pending, total, records: BTreeMap::new() }
    }

    /// Runs the next case. Returns whether there is more to do.
    pub fn step(&mut self) -> bool {
        let Some(infra) = self.infra.clone().filter(|_| self.can_run()) else { return false };
        if !self.is_begun {
            self.is_begun = true;
            self.obstacle = dead_kind(&infra, self.seed).map(MissionObstacle::NothingWorks);
            return true;
        }
        let Some((name, case)) = self.pending.pop() else { return false };
        if let Some(trial) = self.mission.trial(&name) {
            let record = CaseRecord::of(&infra, &case, trial.rate, trial.lasts_s.get(), self.seed);
            self.records.entry(name).or_default().push((case, record));
        }
        !self.pending.is_empty()
    }

    /// Whether the design can be measured. A site that does not serve every kind of request fails the mission, but its figures
    /// say what else is missing.
    const fn can_run(&self) -> bool {
        matches!(self.obstacle, None | Some(MissionObstacle::NothingWorks(_)))
    }

    /// Number of runs done, and their total number.
    pub fn progress(&self) -> (usize, usize) {
        (self.total - self.pending.len(), self.total)
    }

    /// The report. Goals whose trials have not run yet are not met.
    pub fn report(&self) -> MissionReport {
        let infra = match (&self.infra, &self.obstacle) {
            (Some(infra), _) if self.is_begun && self.can_run() => infra,
            (_, obstacle) => {
                return MissionReport { obstacle: obstacle.clone(), ..unjudged_with(&self.mission, self.cost, self.moves) };
            }
        };
        let works = self.obstacle.is_none();
        let goals = self.mission.goals().iter().map(|goal| {
            let records = goal.check.trial().and_then(|name| self.records.get(name)).map_or(&[][..], Vec::as_slice);
            let start_s = goal.check.trial().and_then(|name| self.mission.trial(name)).and_then(Trial::first_event_s);
            let Judged { met, measured, worst, kind } = judge(&goal.check, infra, records, start_s.unwrap_or(0.0));
            GoalReport { name: goal.name.clone(), met: met && works, measured, worst, kind }
        });
        MissionReport {
            mission: self.mission.id().clone(),
            obstacle: self.obstacle.clone(),
            goals: goals.collect(),
            cost: self.cost,
            moves: self.moves,
        }
    }
}

/// The first kind of request that users send and of which none succeeds.
fn dead_kind(infra: &Arc<Infrastructure>, seed: u64) -> Option<RequestKind> {
    let calm = TrialCase { subject: None, commands: Vec::new() };
    let record = CaseRecord::of(infra, &calm, None, BASELINE_S, seed);
    let (from, to) = BASELINE_WINDOW;
    RequestKind::ALL.into_iter().find(|kind| {
        let (sent, served) = record.served(*kind, from, to);
        sent > 0 && served == 0
    })
}

fn unjudged(mission: &Mission, obstacle: MissionObstacle, cost: Option<u32>, moves: Option<u32>) -> MissionReport {
    MissionReport { obstacle: Some(obstacle), ..unjudged_with(mission, cost, moves) }
}

fn unjudged_with(mission: &Mission, cost: Option<u32>, moves: Option<u32>) -> MissionReport {
    let goal =
        |name: &hoplight_model::Text| GoalReport { name: name.clone(), met: false, measured: None, worst: None, kind: None };
    let goals = mission.goals().iter().map(|known| goal(&known.name)).collect();
    MissionReport { mission: mission.id().clone(), obstacle: None, goals, cost, moves }
}
