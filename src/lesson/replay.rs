//! Plays a lesson's solutions, to see whether they pass its gates.
//!
//! A lesson whose solution fails is a dead end, and a goal that is met beforehand teaches nothing. Must not know content
//! rules: only what happens when the lesson runs.

mod error;

use std::sync::Arc;
use std::time::Duration;

use crate::model::{Element, Infrastructure};
use crate::sim::{SimTime, Simulation, Timeline};

use super::act::{Act, Pace};
use super::condition::Observation;
use super::form::{Gate, Lesson};
use super::outcome::{Answered, Changed, Entry, Moved, Score, Submitted, Toggled};
use super::run::{LessonRun, Place};

pub use error::ReplayError;

/// How often a waiting learner's goals are looked at.
const FRAME: Duration = Duration::from_millis(100);

/// What became of a lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// How many steps were played.
    pub steps: usize,
    /// How much simulated time the solutions took.
    pub simulated: SimTime,
    /// How the quiz went: every right option is chosen, every mark computed.
    pub score: Score,
}

/// A learner who does as the solutions say.
#[derive(Clone, Debug)]
struct Player {
    timeline: Timeline,
    run: LessonRun,
    selected: Option<Element>,
    pace: Pace,
    paused: bool,
    steps_forward: u32,
    steps_back: u32,
}

/// Plays a lesson from the start to the end, on a simulation of its own.
///
/// # Errors
/// The first step that does not begin, or does not pass, or passes by itself.
pub fn replay(lesson: &Arc<Lesson>, infrastructure: &Arc<Infrastructure>, seed: u64) -> Result<Replay, ReplayError> {
    let mut player = Player::begin(lesson, infrastructure, seed, 0)?;
    for number in 0..lesson.steps.len() {
        player.play_step(number)?;
        if let Moved::Step(entry) = player.leave(number)? {
            player.enter(number + 1, &entry)?;
        }
    }
    player.play_quiz()?;
    let (simulated, score) = (player.timeline.simulation().now(), player.run.score());
    Ok(Replay { steps: lesson.steps.len(), simulated, score })
}

/// Plays one step, by number from 0, as a learner meets it who has skipped all steps before or comes back to it later.
///
/// # Errors
/// If the step does not begin, or does not pass, or passes by itself.
pub fn replay_step(
    lesson: &Arc<Lesson>,
    infrastructure: &Arc<Infrastructure>,
    seed: u64,
    number: usize,
) -> Result<(), ReplayError> {
    let mut player = Player::begin(lesson, infrastructure, seed, number)?;
    player.play_step(number)?;
    player.leave(number).map(drop)
}

impl Player {
    fn begin(lesson: &Arc<Lesson>, infra: &Arc<Infrastructure>, seed: u64, step: usize) -> Result<Self, ReplayError> {
        let (run, entry) = LessonRun::start_at(Arc::clone(lesson), step);
        let timeline = Timeline::new(Simulation::new(Arc::clone(infra), seed));
        let pace = Pace::default();
        let mut player = Self { timeline, run, selected: None, pace, paused: false, steps_forward: 0, steps_back: 0 };
        player.enter(step, &entry)?;
        Ok(player)
    }

    fn enter(&mut self, number: usize, entry: &Entry) -> Result<(), ReplayError> {
        entry.carry_out(&mut self.timeline).map_err(|error| ReplayError::CannotBegin { step: number + 1, error })?;
        if let Some(pace) = entry.pace {
            self.pace = pace;
            self.paused = false;
        }
        match self.observe() {
            Changed::Nothing => Ok(()),
            Changed::Goals(met) | Changed::Passed(met) => {
                let goals = self.run.step().map_or(&[][..], |step| step.goals());
                let goal = met.first().and_then(|number| goals.get(*number)).map(|goal| goal.label.to_string());
                Err(ReplayError::MetBefore { step: number + 1, goal: goal.unwrap_or_default() })
            }
        }
    }

    fn observe(&mut self) -> Changed {
        let seen = Observation {
            sim: self.timeline.simulation(),
            selected: self.selected.as_ref(),
            pace: self.pace,
            paused: self.paused,
            steps_forward: self.steps_forward,
            steps_back: self.steps_back,
        };
        self.run.observe(&seen)
    }

    fn wait(&mut self, time: Duration) {
        let end = self.timeline.simulation().now() + time;
        while self.timeline.simulation().now() < end {
            let next = (self.timeline.simulation().now() + FRAME).min(end);
            self.timeline.seek(next);
            let _ = self.observe();
        }
    }

    /// Plays the solution of the step that the player is at.
    fn play_step(&mut self, number: usize) -> Result<(), ReplayError> {
        let Some(mut step) = self.run.lesson().steps.get(number).cloned() else { return Ok(()) };
        if matches!(step.gate, Gate::Goals(_)) {
            let waits = step.solution.iter().filter_map(|act| if let Act::Wait(time) = act { Some(*time) } else { None });
            let time: Duration = waits.map(crate::model::quantity::Seconds::duration).sum();
            let does_more = step.solution.iter().any(|act| !matches!(act, Act::Wait(_)));
            let mut idle = self.clone();
            idle.wait(time.max(FRAME));
            if does_more && idle.run.is_open() {
                return Err(ReplayError::WaitingSuffices { step: number + 1 });
            }
        }
        if matches!(step.gate, Gate::Predict(_)) && step.solution.is_empty() {
            // Any prediction counts.
            let predicted =
                if step.question().is_some_and(|question| question.target().is_some()) { Act::Mark } else { Act::Answer(1) };
            step.solution.push(predicted);
        }
        for act in &step.solution {
            self.act(act).map_err(|why| ReplayError::CannotAct { step: number + 1, act: act.to_string(), why })?;
            let _ = self.observe();
        }
        Ok(())
    }

    fn act(&mut self, act: &Act) -> Result<(), String> {
        match act {
            Act::Select(element) => self.selected = Some(element.clone()),
            Act::Do(command) => self.timeline.act(command.clone()).map_err(|error| error.to_string())?,
            Act::Wait(_) if self.paused => return Err("time stands still: resume first".into()),
            Act::Wait(time) => self.wait(time.duration()),
            Act::Pace(pace) => self.pace = *pace,
            Act::Pause => self.paused = true,
            Act::Resume => self.paused = false,
            Act::Step(hops) => {
                self.paused = true;
                for _ in 0..*hops {
                    let newest = self.timeline.simulation().newest_request(None);
                    if !self.timeline.step_forward(newest) {
                        return Err("nothing moves".into());
                    }
                    self.steps_forward += 1;
                    let _ = self.observe();
                }
            }
            Act::StepBack(hops) => {
                self.paused = true;
                for _ in 0..*hops {
                    let newest = self.timeline.simulation().newest_request(None);
                    if !self.timeline.step_back(newest) {
                        return Err("there is nothing before this".into());
                    }
                    self.steps_back += 1;
                    let _ = self.observe();
                }
            }
            Act::Answer(choice) => {
                let choice = choice.checked_sub(1).ok_or("answers count from 1")?;
                match self.run.answer(choice as usize) {
                    Answered::Right(_) | Answered::Predicted => {}
                    Answered::Wrong(why) => return Err(format!("this answer is wrong: {why}")),
                    Answered::Refused(refusal) => return Err(refusal.to_string()),
                }
            }
            Act::Mark => self.mark()?,
        }
        Ok(())
    }

    /// Marks what is right, as computed, and submits it.
    fn mark(&mut self) -> Result<(), String> {
        let infra = Arc::clone(self.timeline.simulation().infrastructure());
        let target = self.run.question().and_then(super::Question::target).ok_or("nothing is to be marked here")?;
        let right = target.right(&infra);
        if right.is_empty() {
            return Err("the right set is empty".into());
        }
        for element in right {
            if let Toggled::Refused(refusal) = self.run.toggle_mark(&infra, element) {
                return Err(refusal.to_string());
            }
        }
        match self.run.submit_marks(&infra) {
            Submitted::Right(_) | Submitted::Predicted => Ok(()),
            Submitted::Wrong { missing, extra } => Err(format!("{missing} are missing, {extra} too many")),
            Submitted::Refused(refusal) => Err(refusal.to_string()),
        }
    }

    fn leave(&mut self, number: usize) -> Result<Moved, ReplayError> {
        match self.run.proceed() {
            Moved::Stays(stay) => Err(ReplayError::NotPassed { step: number + 1, stay }),
            moved => Ok(moved),
        }
    }

    fn play_quiz(&mut self) -> Result<(), ReplayError> {
        while let Place::Quiz(number) = self.run.place() {
            let wrong = ReplayError::NoRightAnswer { question: number + 1 };
            let question = self.run.question().cloned().ok_or_else(|| wrong.clone())?;
            if question.target().is_some() {
                self.mark().map_err(|_| wrong)?;
            } else {
                let right = question.choices().iter().position(|choice| choice.right);
                if !right.is_some_and(|right| matches!(self.run.answer(right), Answered::Right(_))) {
                    return Err(wrong);
                }
            }
            let _ = self.run.proceed();
        }
        Ok(())
    }
}
