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

#[cfg(test)]
mod tests {
    use super::*;

    const MISSION: &str = r#"(
        format: 1, id: "m", ladder: FromZero, order: 1, title: "M", minutes: 1,
        problem: ["It is slow."], task: "Make it work.",
        start: (from: Inline(
            tls: (edge: None),
            components: [(id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "browser", to: "web"), (from: "web", to: "app"), (from: "app", to: "db")],
        )),
        keep: ["db"],
        trials: [(name: "day", lasts_s: 20.0, events: [(at_s: 5.0, what: Crash(All(Primary)))])],
        goals: [(name: "failing", check: Failing(trial: "day", window: (6.0, 14.0), at_most: 0.5))],
        hints: ["One.", "Two.", "Three."],
        solution: [AddComponent(id: "web-2", kind: Web()), AddLink(from: "web-2", to: "app"), AddLink(from: "browser", to: "web-2")],
        taught: (element: "a web server", without: [RemoveComponent("web-2")]),
        explanation: ["From {before:failing} to {after:failing}."],
        price: "It costs {after:cost}.",
    )"#;

    /// The errors of the mission after one replacement.
    fn errors(from: &str, to: &str) -> String {
        assert!(MISSION.contains(from), "{from}");
        let text = MISSION.replacen(from, to, 1);
        match Missions::read(&[("m.ron", &text)], |_| None) {
            Ok(_) => String::new(),
            Err(errors) => errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        }
    }

    #[test]
    fn a_valid_mission_is_read() {
        let missions = Missions::read(&[("m.ron", MISSION)], |_| None).unwrap();
        let mission = missions.find("m").unwrap();
        assert_eq!((mission.best_moves(), missions.after(mission.id()).is_none()), (2, true), "a component and its server");
        assert!(mission.start().servers().all(|server| server.cores.is_some()), "the mission's machines");
    }

    #[test]
    fn mistakes_are_located() {
        for (from, to, message) in [
            ("order: 1,", "order: 1, level: 2,", "m.ron:2:"),
            ("format: 1", "format: 9", "format 9 is newer"),
            ("\"Three.\"", "", "a mission has 3 hints; this one has 2"),
            ("\"Three.\"", "\" \"", "a text of this mission is empty"),
            ("trial: \"day\"", "trial: \"night\"", "no trial `night`"),
            ("name: \"failing\"", "name: \"cost\"", "two goals are called `cost`"),
            ("name: \"failing\"", "name: \"Failing\"", "`Failing` is no name"),
            ("{before:failing}", "{before:fails}", "no figure `before:fails`"),
            ("{before:failing}", "{failing}", "no figure `failing`"),
            ("{after:failing}", "{after", "has no closing bracket"),
            ("(6.0, 14.0)", "(6.0, 19.0)", "the window of the goal `failing`"),
            ("lasts_s: 20.0", "lasts_s: 600.0", "a trial lasts at most 180 s"),
            ("lasts_s: 20.0", "rate: 5000.0, lasts_s: 20.0", "at most 500 requests per second"),
            (
                "lasts_s: 20.0, events: [(at_s: 5.0, what: Crash(All(",
                "rate: 500.0, lasts_s: 60.0, events: [(at_s: 5.0, what: Crash(Any(",
                "the trials have 300000 requests with ten servers",
            ),
            ("at_s: 5.0", "at_s: 25.0", "not in chronological order"),
            ("Crash(All(Primary))", "Command(\"kill nobody\")", "the command `kill nobody` does not fit"),
            ("Crash(All(Primary))", "Hog(All(Primary), 1000)", "with 1 to 64 threads"),
            ("keep: [\"db\"]", "keep: [\"data\"]", "no component `data` to keep"),
            ("RemoveComponent(\"web-2\")", "RemoveComponent(\"web-3\")", "edit 1 that takes out the taught element"),
            ("AddLink(from: \"web-2\", to: \"app\")", "AddLink(from: \"web-2\", to: \"apps\")", "edit 2 of the solution"),
            ("AddLink(from: \"web-2\", to: \"app\")", "AddLink(from: \"app\", to: \"web-2\")", "the solution cannot be built"),
            ("(from: \"web\", to: \"app\")", "(from: \"web\", to: \"apps\")", "the starting design cannot be built"),
        ] {
            let found = errors(from, to);
            assert!(found.contains(message), "{to}: {found}");
        }
    }

    #[test]
    fn a_start_that_leads_nowhere_is_an_error() {
        let other = MISSION.replacen("id: \"m\"", "id: \"n\"", 1).replacen("order: 1", "order: 2", 1);
        let begin = other.find("Inline(").unwrap();
        let end = other.find("keep:").unwrap();
        let from = |origin: &str| format!("{}{origin}),{}", other.get(..begin).unwrap(), other.get(end..).unwrap());
        for (origin, message) in [
            ("SolutionOf(\"n\")", "no mission `n`, or it leads back to this one"),
            ("SolutionOf(\"o\")", "no mission `o`"),
            ("Scenario(\"s\")", "no scenario `s`"),
        ] {
            let text = from(origin);
            let errors = Missions::read(&[("n.ron", &text), ("m.ron", MISSION)], |_| None).unwrap_err();
            assert!(errors.len() == 1 && errors[0].to_string().contains(message), "{errors:?}");
        }
        let chained = from("SolutionOf(\"m\"), changes: [RemoveComponent(\"web-2\")]");
        assert!(Missions::read(&[("n.ron", &chained), ("m.ron", MISSION)], |_| None).is_ok(), "in any order of files");
        let same = Missions::read(&[("a.ron", MISSION), ("b.ron", MISSION)], |_| None).unwrap_err();
        assert!(same[0].to_string().contains("mission `m` is also in a.ron"), "{same:?}");
    }
}
