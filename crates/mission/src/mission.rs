//! A mission with its designs.

use std::sync::Arc;

use hoplight_model::component::Traffic;
use hoplight_model::draft::{Draft, Edit, EditError};
use hoplight_model::scenario::Scenario;
use hoplight_model::{Infrastructure, MissionId};

use super::cost::cost;
use super::form::{MissionForm, TaughtElement};
use super::goal::MissionGoal;
use super::moves::moves;
use super::trial::Trial;

/// A mission whose designs have been built.
#[derive(Clone, Debug)]
pub struct Mission {
    form: MissionForm,
    start: Arc<Infrastructure>,
    solution: Arc<Infrastructure>,
    untaught: Scenario,
    best_cost: u32,
    best_moves: u32,
}

impl Mission {
    /// Both infrastructures are on the mission's machines.
    pub(super) fn new(form: MissionForm, start: Infrastructure, solution: Infrastructure, untaught: Scenario) -> Self {
        let (best_cost, best_moves) = (cost(&solution), moves(&start, &solution));
        Self { form, start: Arc::new(start), solution: Arc::new(solution), untaught, best_cost, best_moves }
    }

    /// Its id.
    pub fn id(&self) -> &MissionId {
        &self.form.id
    }

    /// The mission as written: texts, hints, ladder.
    pub fn form(&self) -> &MissionForm {
        &self.form
    }

    /// The starting design.
    pub fn start(&self) -> &Arc<Infrastructure> {
        &self.start
    }

    /// The best known solution.
    pub fn solution(&self) -> &Arc<Infrastructure> {
        &self.solution
    }

    /// The solution without the element that the mission teaches. It may be impossible to build.
    pub fn untaught(&self) -> &Scenario {
        &self.untaught
    }

    /// What the mission teaches.
    pub fn taught(&self) -> &TaughtElement {
        &self.form.taught
    }

    /// The goals, in authored order.
    pub fn goals(&self) -> &[MissionGoal] {
        &self.form.goals
    }

    /// A trial by name.
    pub fn trial(&self, name: &str) -> Option<&Trial> {
        self.form.trials.iter().find(|trial| trial.name.as_str() == name)
    }

    /// The users' traffic in all trials that set no rate.
    pub fn traffic(&self) -> &Traffic {
        self.start.traffic()
    }

    /// The cost of the best known solution, in units.
    pub fn best_cost(&self) -> u32 {
        self.best_cost
    }

    /// The number of moves of the best known solution.
    pub fn best_moves(&self) -> u32 {
        self.best_moves
    }
}

/// Applies edits to a design.
///
/// # Errors
/// The number of the refused edit, and the reason.
pub(super) fn edited(design: &Scenario, edits: &[Edit]) -> Result<Scenario, (usize, EditError)> {
    let mut draft = Draft::new(design.clone());
    for (number, edit) in edits.iter().enumerate() {
        draft.apply(edit.clone()).map_err(|error| (number, error))?;
    }
    Ok(draft.scenario().clone())
}
