//! All missions, read from the texts of their files.

use std::collections::BTreeMap;
use std::sync::Arc;

use hoplight_model::scenario::Scenario;
use hoplight_model::{ContentError, MissionId, ScenarioId, ron_text};

use super::check::{check_form, prepare};
use super::form::{DesignOrigin, Ladder, MissionForm};
use super::mission::Mission;
use super::problem::MissionProblem;

/// Missions by ladder and place.
#[derive(Clone, Debug, Default)]
pub struct Missions {
    missions: Vec<Arc<Mission>>,
}

/// A parsed file whose designs have not been built.
struct Unbuilt<'a> {
    file: &'a str,
    text: &'a str,
    form: MissionForm,
}

impl Missions {
    /// Reads missions from files, each given by name and text. `scenario` finds the scenarios of the program.
    ///
    /// # Errors
    /// All errors of all files, with their positions.
    pub fn read(files: &[(&str, &str)], scenario: impl Fn(&ScenarioId) -> Option<Scenario>) -> Result<Self, Vec<ContentError>> {
        let mut errors = Vec::new();
        let mut unbuilt = Vec::new();
        for (file, text) in files {
            match ron_text::parse::<MissionForm>(file, text) {
                Ok(form) => {
                    errors.extend(check_form(file, text, &form));
                    unbuilt.push(Unbuilt { file, text, form });
                }
                Err(error) => errors.push(error),
            }
        }
        errors.extend(collisions(&unbuilt));
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut missions = build(unbuilt, scenario)?;
        missions.sort_by_key(|mission| (mission.form().ladder, mission.form().order));
        Ok(Self { missions })
    }

    /// All missions, by ladder and place.
    pub fn all(&self) -> &[Arc<Mission>] {
        &self.missions
    }

    /// The missions of a ladder, in order.
    pub fn ladder(&self, ladder: Ladder) -> impl Iterator<Item = &Arc<Mission>> {
        self.missions.iter().filter(move |mission| mission.form().ladder == ladder)
    }

    /// Finds a mission by id.
    pub fn find(&self, id: &str) -> Option<&Arc<Mission>> {
        self.missions.iter().find(|mission| mission.id().as_str() == id)
    }

    /// The next mission of the same ladder.
    pub fn after(&self, id: &MissionId) -> Option<&Arc<Mission>> {
        let ladder = self.find(id.as_str())?.form().ladder;
        self.ladder(ladder).skip_while(|mission| mission.id() != id).nth(1)
    }
}

/// Ids and places that two files claim.
fn collisions(files: &[Unbuilt<'_>]) -> Vec<ContentError> {
    let mut errors = Vec::new();
    let mut ids: BTreeMap<&MissionId, &str> = BTreeMap::new();
    let mut places: BTreeMap<(Ladder, u32), &MissionId> = BTreeMap::new();
    for Unbuilt { file, text, form } in files {
        let mut about = |problem: &MissionProblem| {
            errors.push(ContentError::about(file, text, form.id.as_str(), problem.to_string()));
        };
        if let Some(other) = ids.insert(&form.id, file) {
            about(&MissionProblem::Duplicate(form.id.clone(), other.to_owned()));
        } else if let Some(other) = places.insert((form.ladder, form.order), &form.id) {
            about(&MissionProblem::SamePlace(form.id.clone(), other.clone()));
        }
    }
    errors
}

/// Builds the designs, those of missions that others start from first.
fn build(
    mut files: Vec<Unbuilt<'_>>,
    scenario: impl Fn(&ScenarioId) -> Option<Scenario>,
) -> Result<Vec<Arc<Mission>>, Vec<ContentError>> {
    let mut built: Vec<Arc<Mission>> = Vec::new();
    let mut errors = Vec::new();
    loop {
        let before = files.len();
        let mut waiting = Vec::new();
        for entry in files {
            let Unbuilt { file, text, form } = &entry;
            let wrong = |needle: &str, problem: &MissionProblem| ContentError::about(file, text, needle, problem.to_string());
            let origin = match &form.start.from {
                DesignOrigin::Inline(design) => Scenario::clone(design),
                DesignOrigin::Scenario(id) => {
                    let Some(found) = scenario(id) else {
                        errors.push(wrong(id.as_str(), &MissionProblem::UnknownScenario(id.clone())));
                        continue;
                    };
                    found
                }
                DesignOrigin::SolutionOf(id) => {
                    let Some(other) = built.iter().find(|mission| mission.id() == id) else {
                        waiting.push(entry);
                        continue;
                    };
                    Scenario::from(other.solution().as_ref())
                }
            };
            match prepare(file, text, form.clone(), &origin) {
                Ok(mission) => built.push(Arc::new(mission)),
                Err(found) => errors.extend(found),
            }
        }
        files = waiting;
        if files.is_empty() || files.len() == before {
            break;
        }
    }
    // If a file has an error, those that start from it are not at fault.
    if errors.is_empty() {
        for Unbuilt { file, text, form } in &files {
            let DesignOrigin::SolutionOf(id) = &form.start.from else { continue };
            let problem = MissionProblem::UnknownMission(id.clone());
            errors.push(ContentError::about(file, text, id.as_str(), problem.to_string()));
        }
    }
    if errors.is_empty() { Ok(built) } else { Err(errors) }
}
