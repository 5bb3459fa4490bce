//! The runner: a learner's progress through one lesson, as a pure state machine.
//!
//! ```text
//!  start ─▶ step 1 ─proceed─▶ … ─▶ step n ─proceed─▶ question 1 ─▶ … ─▶ finished
//!              ▲                                                     (skip: also past a closed gate)
//!              └──previous──
//! ```
//!
//! **Going back** shows an earlier step as the learner left it: its goals stay met and its gate stays passed. Its
//! commands do not run again, because they might break what the learner has just repaired, unless the step is on another
//! infrastructure: then a new run begins, as the step began. The same applies when going
//! forward to steps that have already begun: all gates up to the furthest step reached are open. [`LessonRun::again`]
//! restarts a step.
//!
//! The runner executes nothing: it returns an [`StepEntry`] with the commands of a step.

mod finished;
mod replies;
mod shown;
mod state;

use std::collections::BTreeSet;
use std::sync::Arc;

use hoplight_model::{Element, Infrastructure, ScenarioId};
use hoplight_sim::Command;

use super::condition::{Condition, Observation};
use super::form::{Lesson, Readout, Start, Step, StepGate};
use super::marks::Review;
use super::outcome::{Changed, Moved, Opening, Score, Stay, StepEntry};
use super::question::{Ask, Question};
use super::shuffle::Shuffle;
use state::StepState;

/// The learner's position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// At a step, numbered from 0.
    Step(usize),
    /// At a question of the quiz, numbered from 0.
    Quiz(usize),
    /// At the end.
    Finished,
}

/// The learner's answers to one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct QuestionState {
    /// Options tried, in order, numbered from 0 as in the file.
    tried: Vec<usize>,
    marks: BTreeSet<Element>,
    /// The marks as last submitted, compared with the right set; `None` once a mark changes.
    review: Option<Review>,
    /// Whether the first try was right.
    first: Option<bool>,
    solved: bool,
    /// Whether the learner has skipped the question, so that its right answer is shown.
    given_up: bool,
}

/// A learner's progress through one lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonRun {
    lesson: Arc<Lesson>,
    place: Place,
    /// The infrastructure of the run.
    scenario: ScenarioId,
    /// The furthest place reached.
    furthest: Place,
    steps: Vec<StepState>,
    quiz: Vec<QuestionState>,
    /// How options are shuffled; `None` to show them as in the file.
    shuffle: Option<Shuffle>,
}

impl LessonRun {
    /// Starts a lesson. The entry contains the lesson's setup and the first step's commands.
    pub fn start(lesson: Arc<Lesson>) -> (Self, StepEntry) {
        Self::start_at(lesson, 0)
    }

    /// Starts a lesson at a step, numbered from 0, or at the quiz if `step` is the number of steps. The entry contains
    /// all commands up to that point, from the last change of the infrastructure on.
    pub fn start_at(lesson: Arc<Lesson>, step: usize) -> (Self, StepEntry) {
        let steps = vec![StepState::default(); lesson.steps.len()];
        let quiz = vec![QuestionState::default(); lesson.quiz.len()];
        let (scenario, place) = (lesson.scenario.clone(), Place::Step(0));
        let mut run = Self { lesson, place, scenario, furthest: place, steps, quiz, shuffle: None };
        let mut whole = StepEntry { openings: run.setup(), ..StepEntry::default() };
        for number in 0..run.steps.len().min(step.saturating_add(1)) {
            let entry = run.enter(number);
            if entry.scenario.is_some() {
                whole.scenario = entry.scenario;
                whole.openings.clear();
            }
            // Visitors of earlier steps would be counted in this one.
            whole.openings.retain(|opening| !matches!(opening, Opening::Do(Command::Send(_))));
            whole.openings.extend(entry.openings);
            (whole.from, whole.tap) = (entry.from, entry.tap);
            whole.pace = entry.pace.or(whole.pace);
            whole.clock = entry.clock.or(whole.clock);
            whole.unfollows = entry.unfollows;
        }
        if run.steps.is_empty() {
            let _ = run.enter_quiz(0);
        }
        if step >= run.steps.len() {
            let _ = run.enter_quiz(0);
        }
        (run, whole)
    }

    /// Shows the options of questions in an order that depends on the learner and on `attempt`, the number of times that
    /// the learner has finished the quiz before.
    #[must_use]
    pub fn shuffled(mut self, learner: u64, attempt: u32) -> Self {
        self.shuffle = Some(Shuffle { learner, attempt });
        self
    }

    /// The number of times that the learner had finished the quiz before this attempt.
    pub fn attempt(&self) -> u32 {
        self.shuffle.map_or(0, |shuffle| shuffle.attempt)
    }

    /// The lesson.
    pub fn lesson(&self) -> &Arc<Lesson> {
        &self.lesson
    }

    /// Whether the screen withholds a figure because no step has explained it yet.
    pub fn hides(&self, readout: Readout) -> bool {
        let step = if let Place::Step(step) = self.place() { step } else { self.lesson().steps.len() };
        self.lesson().is_hidden_at(step, readout)
    }

    /// The learner's position.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The current step; `None` in the quiz and at the end.
    pub fn step(&self) -> Option<&Step> {
        self.current().map(|(_, step)| step)
    }

    fn current(&self) -> Option<(&StepState, &Step)> {
        let Place::Step(number) = self.place else { return None };
        Some((self.steps.get(number)?, self.lesson.steps.get(number)?))
    }

    /// The current question.
    pub fn question(&self) -> Option<&Question> {
        match self.place {
            Place::Step(_) => self.step()?.question(),
            Place::Quiz(number) => self.lesson.quiz.get(number),
            Place::Finished => None,
        }
    }

    /// Whether the learner can proceed.
    pub fn is_open(&self) -> bool {
        self.closed().is_none()
    }

    /// The quiz score. Only first answers count.
    pub fn score(&self) -> Score {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let right = self.quiz.iter().filter(|question| question.first == Some(true)).count();
        Score { right: count(right), of: count(self.quiz.len()) }
    }

    /// Evaluates goals and replies. Call it after performing an [`StepEntry`], then after every action and in every frame.
    /// The first call sets the step's baseline.
    pub fn observe(&mut self, seen: &Observation<'_>) -> Changed {
        let Place::Step(number) = self.place else { return Changed::Nothing };
        let is_over = self.place < self.furthest;
        match (self.steps.get_mut(number), self.lesson.steps.get(number)) {
            (Some(state), Some(step)) => state.observe(step, seen, is_over),
            (None, _) | (_, None) => Changed::Nothing,
        }
    }

    /// Why the learner cannot proceed, if so.
    fn closed(&self) -> Option<Stay> {
        if self.place < self.furthest {
            return None;
        }
        match self.place {
            Place::Step(_) => {
                let (state, step) = self.current()?;
                if state.has_passed(step) {
                    return None;
                }
                Some(match &step.gate {
                    StepGate::Goals(goals) => {
                        let open = goals.iter().enumerate().filter(|(number, _)| !state.is_met(*number));
                        Stay::GoalsOpen(open.map(|(_, goal)| goal.label.clone()).collect())
                    }
                    StepGate::Ask(Question { ask: Ask::Mark { .. }, .. }) => Stay::NotMarked,
                    StepGate::Predict(_) => Stay::NotPredicted,
                    StepGate::Ask(_) | StepGate::Continue => Stay::NotAnswered,
                })
            }
            Place::Quiz(number) => {
                let unanswered = self.quiz.get(number).is_none_or(|question| question.first.is_none());
                let marks = self.question().is_some_and(|question| question.target().is_some());
                unanswered.then_some(if marks { Stay::NotMarked } else { Stay::NotAnswered })
            }
            Place::Finished => Some(Stay::AtEnd),
        }
    }

    /// Proceeds if the gate has passed. In the quiz, any answer is enough, right or wrong.
    pub fn proceed(&mut self) -> Moved {
        match self.closed() {
            Some(stay) => Moved::Stays(stay),
            None => self.pass(),
        }
    }

    /// Proceeds even if the gate has not passed. A question that is not answered correctly first shows its right answer; a
    /// skipped quiz question counts as wrong. A prediction shows nothing, because the experiment will.
    pub fn skip(&mut self, infra: &Infrastructure) -> Moved {
        let predicts = self.predicts();
        let target = self.question().and_then(Question::target);
        let is_asked = self.question().is_some() && !predicts;
        let Some(question) = self.question_state_mut().filter(|_| is_asked) else { return self.pass() };
        if question.solved || question.given_up {
            return self.pass();
        }
        question.given_up = true;
        // Computed once: the right set of a large site may take a simulation.
        question.review = target.map(|target| Review::of(&question.marks, &target.right(infra)));
        question.first.get_or_insert(false);
        Moved::Shows
    }

    /// Proceeds even if the gate has not passed, and shows no answer.
    pub fn pass(&mut self) -> Moved {
        match self.place {
            Place::Step(number) if number + 1 < self.steps.len() => Moved::Step(self.enter(number + 1)),
            Place::Step(_) => self.enter_quiz(0),
            Place::Quiz(number) => self.enter_quiz(number + 1),
            Place::Finished => Moved::Stays(Stay::AtEnd),
        }
    }

    /// Goes back one step. No command runs again; see the module documentation.
    pub fn previous(&mut self) -> Moved {
        match self.place {
            Place::Step(0) => Moved::Stays(Stay::AtStart),
            Place::Step(number) => Moved::Step(self.enter(number - 1)),
            Place::Quiz(0) if self.steps.is_empty() => Moved::Stays(Stay::AtStart),
            Place::Quiz(0) => Moved::Step(self.enter(self.steps.len() - 1)),
            Place::Quiz(number) => self.enter_quiz(number - 1),
            Place::Finished => match self.quiz.len() {
                0 if self.steps.is_empty() => Moved::Stays(Stay::AtStart),
                0 => Moved::Step(self.enter(self.steps.len() - 1)),
                questions => self.enter_quiz(questions - 1),
            },
        }
    }

    /// Restarts the current step: reopens its goals and question and reruns its commands, in a new run if it names its
    /// infrastructure. Hints already shown stay. At the end, restarts the quiz alone, with its options in another order.
    pub fn again(&mut self) -> Moved {
        let number = match self.place {
            Place::Step(number) => number,
            Place::Quiz(_) => return Moved::Stays(Stay::InQuiz),
            Place::Finished => return self.retry_quiz(),
        };
        if let Some(state) = self.steps.get_mut(number) {
            *state = state.restarted();
        }
        let mut entry = self.enter(number);
        let named = self.lesson.steps.get(number).and_then(|step| step.scenario.clone());
        if entry.scenario.is_none() && named.is_some() {
            // Requests of the first attempt would be in the way.
            entry.openings.splice(0..0, self.setup());
            entry.scenario = named;
        }
        Moved::Step(entry)
    }

    fn retry_quiz(&mut self) -> Moved {
        if self.quiz.is_empty() {
            return Moved::Stays(Stay::AtEnd);
        }
        self.quiz.fill(QuestionState::default());
        if let Some(shuffle) = &mut self.shuffle {
            shuffle.attempt = shuffle.attempt.saturating_add(1);
        }
        self.furthest = Place::Quiz(0);
        self.enter_quiz(0)
    }

    fn enter(&mut self, number: usize) -> StepEntry {
        self.go(Place::Step(number));
        let (Some(state), Some(step)) = (self.steps.get_mut(number), self.lesson.steps.get(number)) else {
            return StepEntry::default();
        };
        let is_other = *self.lesson.scenario_at(number) != self.scenario;
        if state.begun && !is_other {
            return StepEntry::default();
        }
        let scenario = (is_other || step.start == Start::Fresh).then(|| self.lesson.scenario_at(number).clone());
        state.begun = true;
        if let Some(scenario) = &scenario {
            self.scenario = scenario.clone();
        }
        let repair = (step.start == Start::Repaired).then(|| Opening::Repair(self.lesson.setup.clone()));
        let commands = step.begin.iter().cloned().map(Opening::Do);
        let setup = if scenario.is_some() { self.setup() } else { Vec::new() };
        let scenario_continues = scenario.is_none();
        StepEntry {
            scenario,
            openings: setup.into_iter().chain(repair).chain(commands).collect(),
            pace: step.pace,
            clock: Some(step.clock),
            deselects: step.goals().iter().any(|goal| goal.when.reads_selection()),
            unfollows: step.goals().iter().any(|goal| goal.when == Condition::Follows),
            settles: scenario_continues && (step.start == Start::Repaired || step.sends().is_some()),
            from: step.from,
            tap: step.tap.clone(),
        }
    }

    fn setup(&self) -> Vec<Opening> {
        self.lesson.setup.iter().cloned().map(Opening::Do).collect()
    }

    fn go(&mut self, place: Place) {
        self.place = place;
        self.furthest = self.furthest.max(place);
    }

    fn enter_quiz(&mut self, number: usize) -> Moved {
        if number < self.quiz.len() {
            self.go(Place::Quiz(number));
            return Moved::Quiz(number);
        }
        self.go(Place::Finished);
        Moved::Finished(self.score())
    }

    fn question_state(&self) -> Option<&QuestionState> {
        match self.place {
            Place::Step(_) => self.current().map(|(state, _)| &state.question),
            Place::Quiz(number) => self.quiz.get(number),
            Place::Finished => None,
        }
    }

    fn question_state_mut(&mut self) -> Option<&mut QuestionState> {
        match self.place {
            Place::Step(number) => self.steps.get_mut(number).map(|state| &mut state.question),
            Place::Quiz(number) => self.quiz.get_mut(number),
            Place::Finished => None,
        }
    }
}
