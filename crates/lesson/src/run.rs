//! The runner: a learner's progress through one lesson, as a pure state machine.
//!
//! ```text
//!  start ─▶ step 1 ─proceed─▶ … ─▶ step n ─proceed─▶ question 1 ─▶ … ─▶ finished
//!              ▲                                                     (skip: also past a closed gate)
//!              └──previous──
//! ```
//!
//! **Going back** shows an earlier step as the learner left it: its goals stay met and its gate stays passed. Its
//! commands do not run again, because they might break what the learner has just repaired. The same applies when going
//! forward to steps that have already begun: all gates up to the furthest step reached are open. [`LessonRun::again`]
//! restarts a step.
//!
//! The runner executes nothing: it returns an [`StepEntry`] with the commands of a step.

mod replies;
mod shown;

use std::collections::BTreeSet;
use std::sync::Arc;

use hoplight_model::Element;

use super::condition::{Baseline, Observation};
use super::form::{Lesson, Start, Step, StepGate};
use super::outcome::{Changed, Moved, Opening, Score, Stay, StepEntry};
use super::question::{Ask, Question};

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

/// The learner's replies to one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reply {
    /// Options tried, in order, numbered from 0.
    tried: Vec<usize>,
    marks: BTreeSet<Element>,
    /// Whether the first try was right.
    first: Option<bool>,
    solved: bool,
}

/// The learner's state in one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct StepState {
    begun: bool,
    baseline: Option<Baseline>,
    goals_met: usize,
    hints: usize,
    solution: bool,
    reply: Reply,
}

/// A learner's progress through one lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonRun {
    lesson: Arc<Lesson>,
    place: Place,
    /// The furthest place reached.
    furthest: Place,
    steps: Vec<StepState>,
    quiz: Vec<Reply>,
}

impl LessonRun {
    /// Starts a lesson. The entry contains the lesson's setup and the first step's commands.
    pub fn start(lesson: Arc<Lesson>) -> (Self, StepEntry) {
        Self::start_at(lesson, 0)
    }

    /// Starts a lesson at a step, numbered from 0, or at the quiz if `step` is the number of steps. The entry contains
    /// all commands up to that point.
    pub fn start_at(lesson: Arc<Lesson>, step: usize) -> (Self, StepEntry) {
        let steps = vec![StepState::default(); lesson.steps.len()];
        let quiz = vec![Reply::default(); lesson.quiz.len()];
        let mut run = Self { lesson, place: Place::Step(0), furthest: Place::Step(0), steps, quiz };
        let setup = run.lesson.setup.iter().cloned().map(Opening::Do).collect();
        let mut whole = StepEntry { openings: setup, pace: None };
        for number in 0..run.steps.len().min(step.saturating_add(1)) {
            let entry = run.enter(number);
            whole.openings.extend(entry.openings);
            whole.pace = entry.pace.or(whole.pace);
        }
        if run.steps.is_empty() {
            let _ = run.enter_quiz(0);
        }
        if step >= run.steps.len() {
            let _ = run.enter_quiz(0);
        }
        (run, whole)
    }

    /// The lesson.
    pub fn lesson(&self) -> &Arc<Lesson> {
        &self.lesson
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
        let right = self.quiz.iter().filter(|reply| reply.first == Some(true)).count();
        Score { right: count(right), of: count(self.quiz.len()) }
    }

    /// Evaluates the goals. Call it after performing an [`StepEntry`], then after every action and in every frame. The
    /// first call sets the step's baseline.
    pub fn observe(&mut self, seen: &Observation<'_>) -> Changed {
        let Place::Step(number) = self.place else { return Changed::Nothing };
        let (Some(state), Some(step)) = (self.steps.get_mut(number), self.lesson.steps.get(number)) else {
            return Changed::Nothing;
        };
        let began = state.baseline.get_or_insert_with(|| seen.into());
        // After a rewind to before the previous goal, the window starts here.
        began.fresh = began.fresh.min(seen.sim.now());
        let before = state.goals_met;
        while step.goals().get(state.goals_met).is_some_and(|goal| goal.when.holds(seen, began)) {
            state.goals_met += 1;
            began.fresh = seen.sim.now();
        }
        let met = (before..state.goals_met).collect::<Vec<_>>();
        match met.is_empty() {
            true => Changed::Nothing,
            false if state.goals_met == step.goals().len() => Changed::Passed(met),
            false => Changed::Goals(met),
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
                if step.is_passed(state) {
                    return None;
                }
                Some(match &step.gate {
                    StepGate::Goals(goals) => {
                        Stay::GoalsOpen(goals.iter().skip(state.goals_met).map(|goal| goal.label.clone()).collect())
                    }
                    StepGate::Ask(Question { ask: Ask::Mark { .. }, .. }) => Stay::NotMarked,
                    StepGate::Predict(_) => Stay::NotPredicted,
                    StepGate::Ask(_) | StepGate::Continue => Stay::NotAnswered,
                })
            }
            Place::Quiz(number) => {
                let unanswered = self.quiz.get(number).is_none_or(|reply| reply.first.is_none());
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
            None => self.skip(),
        }
    }

    /// Proceeds even if the gate has not passed. A skipped quiz question counts as wrong.
    pub fn skip(&mut self) -> Moved {
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

    /// Restarts the current step: reopens its goals and question and reruns its commands. Hints already shown stay.
    pub fn again(&mut self) -> Moved {
        let Place::Step(number) = self.place else { return Moved::Stays(Stay::AtEnd) };
        if let Some(state) = self.steps.get_mut(number) {
            *state = StepState { hints: state.hints, solution: state.solution, ..StepState::default() };
        }
        Moved::Step(self.enter(number))
    }

    fn enter(&mut self, number: usize) -> StepEntry {
        self.go(Place::Step(number));
        let (Some(state), Some(step)) = (self.steps.get_mut(number), self.lesson.steps.get(number)) else {
            return StepEntry::default();
        };
        if state.begun {
            return StepEntry::default();
        }
        state.begun = true;
        let repair = (step.start == Start::Repaired).then(|| Opening::Repair(self.lesson.setup.clone()));
        let commands = step.begin.iter().cloned().map(Opening::Do);
        StepEntry { openings: repair.into_iter().chain(commands).collect(), pace: step.pace }
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

    fn reply(&self) -> Option<&Reply> {
        match self.place {
            Place::Step(_) => self.current().map(|(state, _)| &state.reply),
            Place::Quiz(number) => self.quiz.get(number),
            Place::Finished => None,
        }
    }

    fn reply_mut(&mut self) -> Option<&mut Reply> {
        match self.place {
            Place::Step(number) => self.steps.get_mut(number).map(|state| &mut state.reply),
            Place::Quiz(number) => self.quiz.get_mut(number),
            Place::Finished => None,
        }
    }
}

impl Step {
    fn is_passed(&self, state: &StepState) -> bool {
        match &self.gate {
            StepGate::Continue => true,
            StepGate::Goals(goals) => state.goals_met >= goals.len(),
            StepGate::Ask(_) => state.reply.solved,
            StepGate::Predict(_) => state.reply.first.is_some(),
        }
    }
}
