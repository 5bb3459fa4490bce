//! The content check: validates everything about a lesson that does not need human judgement.
//!
//! All names must exist, texts must fit the smallest screen, each question must have one right answer and a reason for
//! every option, steps that require work must have hints, and solutions must pass their gates.

mod fit;
mod names;
mod problem;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hoplight_model::{ContentError, Text};

use super::act::Act;
use super::form::{Lesson, Step, StepGate};
use super::library::{Library, Loaded};
use super::markup::{UnknownName, unknown_name};
use super::question::{Ask, Question};
use super::replay::{replay, replay_step, replay_wrong};
use super::sites::LessonSites;
use problem::LessonProblem;

/// Minimum number of steps in a lesson.
const MIN_STEPS: usize = 6;
/// Minimum number of questions in a quiz.
const MIN_QUESTIONS: usize = 5;
/// Minimum number of options in a question.
const MIN_OPTIONS: usize = 3;
/// Maximum number of hints in a step.
const MAX_HINTS: usize = 3;
/// Number of sentences in a recap. A lesson may have none.
const RECAP: std::ops::RangeInclusive<usize> = 3..=5;
/// Maximum total simulated time that a step's solution may wait. The check replays every solution.
const MAX_WAIT: Duration = Duration::from_secs(300);
/// Maximum total number of hops that a step's solution may step, forward and back.
const MAX_STEPS: u64 = 1_000;
/// Seed for replaying solutions.
const SEED: u64 = 1;

/// Checks all lessons, individually and for conflicts between them.
pub fn check(library: &Library) -> Vec<ContentError> {
    check_some(library, |_| true)
}

/// Checks the selected lessons, individually and for conflicts with all others.
pub fn check_some(library: &Library, is_asked: impl Fn(&Loaded<Lesson>) -> bool) -> Vec<ContentError> {
    let mut errors = Vec::new();
    let mut orders = BTreeMap::new();
    for entry in library.loaded_lessons() {
        let lesson = &entry.content;
        let other = orders.insert(lesson.order, entry);
        if let Some(other) = other.filter(|other| is_asked(other) || is_asked(entry)) {
            let problem = LessonProblem::SameOrder(other.content.id.clone(), lesson.id.clone(), lesson.order);
            errors.push(ContentError::about(&entry.file, &entry.text, lesson.id.as_str(), problem.to_string()));
        }
        if is_asked(entry) {
            errors.extend(check_lesson(library, entry));
        }
    }
    errors.extend(library.glossary().subjects_without_note().into_iter().map(|subject| {
        let name = format!("{subject:?}");
        ContentError::about("whiteboard notes", "", &name, LessonProblem::NoNote(subject).to_string())
    }));
    errors
}

/// Checks one lesson. Solutions are replayed only if all other checks pass.
pub fn check_lesson(library: &Library, entry: &Loaded<Lesson>) -> Vec<ContentError> {
    let lesson = &entry.content;
    let mut report = Report { entry, errors: Vec::new() };
    let sites = match LessonSites::find(library, lesson) {
        Ok(sites) => sites,
        // The scenario's own errors are already reported; anything else about this lesson would be a guess.
        Err(missing) if library.is_broken(&missing) => return Vec::new(),
        Err(missing) => {
            let id = missing.as_str();
            let known = library.scenarios().map(|scenario| scenario.id().as_str());
            let problem = LessonProblem::UnknownScenario(missing.clone());
            let error = ContentError::about(&entry.file, &entry.text, id, problem.to_string()).suggest(id, known);
            return vec![error];
        }
    };
    report.shape(lesson);
    report.names(lesson, &sites);
    report.texts(lesson);
    if report.errors.is_empty() {
        report.play(lesson, &sites);
    }
    report.errors
}

/// Collects the errors of one lesson.
struct Report<'a> {
    entry: &'a Loaded<Lesson>,
    errors: Vec<ContentError>,
}

impl Report<'_> {
    /// Reports an error at the position of `needle` in the file.
    fn about(&mut self, needle: &str, problem: &LessonProblem) {
        self.errors.push(ContentError::about(&self.entry.file, &self.entry.text, needle, problem.to_string()));
    }

    fn shape(&mut self, lesson: &Lesson) {
        let id = lesson.id.as_str();
        if lesson.steps.len() < MIN_STEPS {
            self.about(id, &LessonProblem::FewSteps(lesson.steps.len()));
        }
        if lesson.quiz.len() < MIN_QUESTIONS {
            self.about(id, &LessonProblem::FewQuestions(lesson.quiz.len()));
        }
        if !lesson.recap.is_empty() && !RECAP.contains(&lesson.recap.len()) {
            self.about(id, &LessonProblem::RecapLength(lesson.recap.len()));
        }
        if lesson.recap.iter().any(|sentence| sentence.trim().is_empty()) {
            self.about(id, &LessonProblem::EmptyRecap);
        }
        if lesson.minutes == 0 {
            self.about(id, &LessonProblem::NoMinutes);
        }
        for (number, step) in lesson.steps.iter().enumerate() {
            self.step(step);
            let deferred = matches!(step.gate, StepGate::Predict(_)) && step.reveal.is_none();
            if deferred && lesson.steps.get(number + 1).is_none_or(|next| next.reveal.is_none()) {
                self.about(&step.title, &LessonProblem::UnjudgedPrediction);
            }
        }
        for question in &lesson.quiz {
            self.question(question);
        }
    }

    fn step(&mut self, step: &Step) {
        let title = step.title.as_str();
        if step.text.iter().all(|text| text.trim().is_empty()) && step.question().is_none() {
            self.about(title, &LessonProblem::EmptyStep);
        }
        if step.hints.len() > MAX_HINTS {
            self.about(title, &LessonProblem::ManyHints(step.hints.len()));
        }
        if step.hints.iter().any(|hint| hint.trim().is_empty()) {
            self.about(title, &LessonProblem::EmptyHint);
        }
        if step.replies.iter().any(|reply| reply.say.trim().is_empty()) {
            self.about(title, &LessonProblem::EmptyReply);
        }
        if !step.replies.is_empty() && matches!(step.gate, StepGate::Continue) {
            self.about(title, &LessonProblem::ReplyWithoutGate);
        }
        let waits = step.solution.iter().filter_map(|act| if let Act::Wait(time) = act { Some(time.get()) } else { None });
        let waits: f64 = waits.sum();
        if waits > MAX_WAIT.as_secs_f64() {
            self.about(title, &LessonProblem::LongWait { waits });
        }
        let steps = step.solution.iter().map(|act| if let Act::Step(hops) | Act::StepBack(hops) = act { *hops } else { 0 });
        let steps: u64 = steps.map(u64::from).sum();
        if steps > MAX_STEPS {
            self.about(title, &LessonProblem::ManyHops(steps));
        }
        match &step.gate {
            StepGate::Continue if step.reveal.is_some() => {
                self.about(title, &LessonProblem::RevealWithoutGate);
            }
            StepGate::Continue | StepGate::Predict(_) => {}
            StepGate::Goals(goals) if goals.is_empty() => self.about(title, &LessonProblem::NoGoals),
            StepGate::Goals(_) | StepGate::Ask(_) => {
                if step.hints.is_empty() {
                    self.about(title, &LessonProblem::NoHints);
                }
                if step.solution.is_empty() {
                    self.about(title, &LessonProblem::NoSolution);
                }
            }
        }
        if let Some(question) = step.question() {
            self.question(question);
        }
    }

    fn question(&mut self, question: &Question) {
        let stem = question.stem.as_str();
        match &question.ask {
            Ask::Choice(choices) => {
                let right = choices.iter().filter(|choice| choice.right).count();
                if right != 1 {
                    self.about(stem, &LessonProblem::RightOptions(right));
                }
                if choices.len() < MIN_OPTIONS {
                    self.about(stem, &LessonProblem::FewOptions(choices.len()));
                }
                for choice in choices {
                    if choice.why.trim().is_empty() {
                        self.about(&choice.text, &LessonProblem::OptionWithoutReason);
                    }
                }
            }
            Ask::Mark { why, .. } if why.trim().is_empty() => self.about(stem, &LessonProblem::QuestionWithoutReason),
            Ask::Mark { .. } => {}
        }
    }

    fn placeholders(&mut self, text: &Text) {
        if let Some((unknown, meant)) = unknown_name(text) {
            let problem = match unknown {
                UnknownName::Key(name) => LessonProblem::UnknownKey(name.to_owned()),
                UnknownName::Figure(name) => LessonProblem::UnknownFigure(name.to_owned()),
            };
            let mut error = ContentError::about(&self.entry.file, &self.entry.text, text, problem.to_string());
            error.suggestion = meant.map(str::to_owned);
            self.errors.push(error);
        }
    }

    /// Replays the whole lesson, then every step on its own, as for a learner who skipped all earlier steps, then what must
    /// not pass it.
    fn play(&mut self, lesson: &Arc<Lesson>, sites: &LessonSites) {
        let title = |number: usize| lesson.steps.get(number).map_or(lesson.id.as_str(), |step| step.title.as_str());
        match replay(lesson, sites, SEED) {
            Err(error) => self.about(title(error.step().map_or(usize::MAX, |step| step - 1)), &LessonProblem::Replay(error)),
            Ok(_) => {
                for number in 0..lesson.steps.len() {
                    if let Err(error) = replay_step(lesson, sites, SEED, number) {
                        self.about(title(number), &LessonProblem::ReplayStep(error));
                    } else if let Err(error) = replay_wrong(lesson, sites, SEED, number) {
                        self.about(title(number), &LessonProblem::Replay(error));
                    }
                }
            }
        }
    }
}
