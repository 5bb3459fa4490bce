//! Validation of one mission file.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use hoplight_model::arrivals::Arrivals;
use hoplight_model::quantity::Rate;
use hoplight_model::scenario::Scenario;
use hoplight_model::{ContentError, Infrastructure, Text};

use super::case::is_command;
use super::explain::{COST, placeholders};
use super::form::{FORMAT, MissionForm};
use super::goal::MissionGoal;
use super::judge::SETTLE_S;
use super::mission::{Mission, edited};
use super::problem::MissionProblem;
use super::standard::standardised;
use super::trial::{Trial, TrialAction};

/// Number of hints.
pub(super) const HINTS: usize = 3;
/// Number of paragraphs of a problem.
pub(super) const PROBLEM: RangeInclusive<usize> = 1..=3;
/// Number of sentences of an explanation.
pub(super) const EXPLANATION: RangeInclusive<usize> = 1..=4;
/// Maximum number of goals.
pub(super) const MOST_GOALS: usize = 8;
/// Maximum number of trials.
pub(super) const MOST_TRIALS: usize = 6;
/// Maximum number of events of a trial.
pub(super) const MOST_EVENTS: usize = 12;
/// Maximum length of a trial in seconds.
pub(super) const LONGEST_TRIAL_S: f64 = 180.0;
/// Maximum rate of a trial in requests per second.
pub(super) const MOST_RATE: f64 = 500.0;
/// Maximum number of requests of all trials of a mission together, for a design with [`USUAL_SERVERS`] servers: at most a
/// second of work.
pub(super) const MOST_REQUESTS: f64 = 200_000.0;
/// Number of servers of a usual design.
const USUAL_SERVERS: f64 = 10.0;
/// Maximum number of threads of a program that hogs a processor.
pub(super) const MOST_THREADS: u32 = 64;

/// Checks a file's content apart from its designs. Returns all problems.
pub(super) fn check_form(file: &str, text: &str, form: &MissionForm) -> Vec<ContentError> {
    let mut found = Found { file, text, errors: Vec::new() };
    let id = form.id.as_str();
    if form.format > FORMAT {
        found.about(id, &MissionProblem::Format(form.format));
    }
    if !PROBLEM.contains(&form.problem.len()) {
        found.about(id, &MissionProblem::ProblemLength(form.problem.len()));
    }
    if form.hints.len() != HINTS {
        found.about(id, &MissionProblem::Hints(form.hints.len()));
    }
    if !EXPLANATION.contains(&form.explanation.len()) {
        found.about(id, &MissionProblem::ExplanationLength(form.explanation.len()));
    }
    let texts = [&form.title, &form.task, &form.taught.element, &form.price];
    let texts = texts.into_iter().chain(&form.problem).chain(&form.hints).chain(&form.explanation);
    if texts.into_iter().any(|text| text.trim().is_empty()) {
        found.about(id, &MissionProblem::EmptyText);
    }
    found.goals(form);
    found.trials(form);
    for text in form.explanation.iter().chain([&form.price]) {
        found.placeholders(form, text);
    }
    found.errors
}

/// Builds the designs of a mission that starts from `origin`.
pub(super) fn prepare(file: &str, text: &str, form: MissionForm, origin: &Scenario) -> Result<Mission, Vec<ContentError>> {
    let id = form.id.clone();
    let wrong = |problem: &MissionProblem| vec![ContentError::about(file, text, id.as_str(), problem.to_string())];
    let first = |problems: Vec<hoplight_model::Problem>| problems.first().map_or_else(String::new, hoplight_text::problem);
    let start = edited(origin, &form.start.changes).map_err(|(at, error)| wrong(&MissionProblem::StartEdit(at + 1, error)))?;
    let start = standardised(start.clone(), &start.traffic);
    let start_built = start.build().map_err(|problems| wrong(&MissionProblem::StartBroken(first(problems))))?;
    let solution = edited(&start, &form.solution).map_err(|(at, error)| wrong(&MissionProblem::SolutionEdit(at + 1, error)))?;
    let untaught =
        edited(&solution, &form.taught.without).map_err(|(at, error)| wrong(&MissionProblem::UntaughtEdit(at + 1, error)))?;
    let solution = standardised(solution, &start.traffic);
    let solution_built = solution.build().map_err(|problems| wrong(&MissionProblem::SolutionBroken(first(problems))))?;
    let mut found = Found { file, text, errors: Vec::new() };
    for id in form.keep.iter().filter(|id| start_built.find(id.as_str()).is_none()) {
        found.about(id.as_str(), &MissionProblem::Keep(id.clone()));
    }
    if start.traffic.rate.get() > MOST_RATE {
        found.about(id.as_str(), &MissionProblem::HighRate(start.traffic.rate.get()));
    }
    let requests: f64 = form.trials.iter().map(|trial| requests(trial, start.traffic.rate.get())).sum();
    if requests > MOST_REQUESTS {
        found.about(id.as_str(), &MissionProblem::ManyRequests(requests));
    }
    let is_closed = matches!(start.traffic.arrivals, Arrivals::Closed { .. });
    if is_closed && form.trials.iter().any(|trial| trial.rate.is_some()) {
        found.about(id.as_str(), &MissionProblem::ClosedPopulation);
    }
    found.commands(&form, [&start_built, &solution_built]);
    if found.errors.is_empty() { Ok(Mission::new(form, start_built, solution_built, untaught)) } else { Err(found.errors) }
}

/// The number of requests of a trial's runs.
fn requests(trial: &Trial, usual_rate: f64) -> f64 {
    let runs = if trial.events.iter().any(|event| event.what.is_any()) { USUAL_SERVERS } else { 1.0 };
    trial.rate.map_or(usual_rate, Rate::get) * trial.lasts_s.get() * runs
}

/// Collects the errors of one file.
struct Found<'a> {
    file: &'a str,
    text: &'a str,
    errors: Vec<ContentError>,
}

impl Found<'_> {
    fn about(&mut self, needle: &str, problem: &MissionProblem) {
        self.errors.push(ContentError::about(self.file, self.text, needle, problem.to_string()));
    }

    fn name(&mut self, name: &Text) {
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if name.is_empty() || !name.bytes().all(is_plain) {
            self.about(name, &MissionProblem::BadName(name.to_string()));
        }
    }

    fn goals(&mut self, form: &MissionForm) {
        if !(1..=MOST_GOALS).contains(&form.goals.len()) {
            self.about(form.id.as_str(), &MissionProblem::Goals(form.goals.len()));
        }
        let mut known = BTreeSet::from([COST]);
        for goal in &form.goals {
            self.name(&goal.name);
            if !known.insert(goal.name.as_str()) {
                self.about(&goal.name, &MissionProblem::DuplicateGoal(goal.name.to_string()));
            }
            self.goal(form, goal);
        }
    }

    fn goal(&mut self, form: &MissionForm, goal: &MissionGoal) {
        let Some(name) = goal.check.trial() else { return };
        let Some(trial) = form.trials.iter().find(|trial| trial.name.as_str() == name) else {
            self.about(name, &MissionProblem::UnknownTrial(name.to_owned()));
            return;
        };
        let Some(window) = goal.check.window() else { return };
        let (from, to) = (window.0.get(), window.1.get());
        if from >= to || to + SETTLE_S > trial.lasts_s.get() {
            self.about(&goal.name, &MissionProblem::Window(goal.name.to_string()));
        }
    }

    fn trials(&mut self, form: &MissionForm) {
        if form.trials.len() > MOST_TRIALS {
            self.about(form.id.as_str(), &MissionProblem::ManyTrials(form.trials.len()));
        }
        let mut known = BTreeSet::new();
        for trial in &form.trials {
            self.name(&trial.name);
            if !known.insert(trial.name.as_str()) {
                self.about(&trial.name, &MissionProblem::DuplicateTrial(trial.name.to_string()));
            }
            if !form.goals.iter().any(|goal| goal.check.trial() == Some(&trial.name)) {
                self.about(&trial.name, &MissionProblem::UnusedTrial(trial.name.to_string()));
            }
            self.trial(trial);
        }
    }

    fn trial(&mut self, trial: &Trial) {
        let lasts = trial.lasts_s.get();
        if lasts > LONGEST_TRIAL_S {
            self.about(&trial.name, &MissionProblem::LongTrial(lasts));
        }
        if let Some(rate) = trial.rate.map(Rate::get).filter(|rate| *rate > MOST_RATE) {
            self.about(&trial.name, &MissionProblem::HighRate(rate));
        }
        if trial.events.len() > MOST_EVENTS {
            self.about(&trial.name, &MissionProblem::ManyEvents(trial.events.len()));
        }
        let times: Vec<f64> = trial.events.iter().map(|event| event.at_s.get()).collect();
        if !times.is_sorted() || times.last().is_some_and(|last| *last >= lasts) {
            self.about(&trial.name, &MissionProblem::Order(trial.name.to_string()));
        }
        if trial.events.iter().filter(|event| event.what.is_any()).count() > 1 {
            self.about(&trial.name, &MissionProblem::SeveralAny(trial.name.to_string()));
        }
        for event in &trial.events {
            if let TrialAction::Hog(_, threads) = event.what
                && !(1..=MOST_THREADS).contains(&threads)
            {
                self.about(&trial.name, &MissionProblem::ManyThreads(threads));
            }
        }
    }

    fn commands(&mut self, form: &MissionForm, designs: [&Infrastructure; 2]) {
        for event in form.trials.iter().flat_map(|trial| &trial.events) {
            let TrialAction::Command(text) = &event.what else { continue };
            if !designs.into_iter().all(|design| is_command(text, design)) {
                self.about(text, &MissionProblem::Command(text.to_string()));
            }
        }
    }

    fn placeholders(&mut self, form: &MissionForm, text: &Text) {
        let Ok(named) = placeholders(text) else {
            self.about(text, &MissionProblem::OpenPlaceholder);
            return;
        };
        for name in named {
            let figure = name.split_once(':').filter(|(side, _)| matches!(*side, "before" | "after")).map(|(_, figure)| figure);
            let is_known = |figure: &str| figure == COST || form.goals.iter().any(|goal| goal.name.as_str() == figure);
            if !figure.is_some_and(is_known) {
                self.about(text, &MissionProblem::UnknownFigure(name.to_owned()));
            }
        }
    }
}
