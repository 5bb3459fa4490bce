//! A headless learner that executes solutions action by action.
//!
//! The caller decides whether a solution passes its gate.

use std::sync::Arc;
use std::time::Duration;

use hoplight_model::{Element, Infrastructure};
use hoplight_sim::{CommandError, Timeline};

use super::super::act::Act;
use super::super::form::Lesson;
use super::super::outcome::{Answered, Changed, Moved, StepEntry, Submitted, Toggled};
use super::super::question::Question;
use super::super::run::LessonRun;
use super::super::session::{Session, StepOutcome};
use super::super::sites::LessonSites;
use super::error::ActError;

/// Interval of simulated time at which goals are checked while the learner waits.
pub(super) const FRAME: Duration = Duration::from_millis(100);

/// A lesson, its simulation, and a learner who follows the solutions.
#[derive(Clone, Debug)]
pub struct Player {
    session: Session,
    sites: LessonSites,
    seed: u64,
}

impl Player {
    /// Opens a lesson at a step, numbered from 0, or at the quiz if `step` is the number of steps. Also returns the
    /// changes that opening it caused; a valid lesson causes none.
    ///
    /// # Errors
    /// Fails if a setup command or a command that a step begins with is refused.
    pub fn begin(lesson: &Arc<Lesson>, sites: &LessonSites, seed: u64, step: usize) -> Result<(Self, Changed), CommandError> {
        let (run, entry) = LessonRun::start_at(Arc::clone(lesson), step);
        let mut session = Session::new(Arc::clone(sites.of(&lesson.scenario)), seed);
        session.lesson = Some(run);
        let mut player = Self { session, sites: sites.clone(), seed };
        let changed = player.enter(&entry)?;
        Ok((player, changed))
    }

    /// Applies the entry of a step.
    pub(super) fn enter(&mut self, entry: &StepEntry) -> Result<Changed, CommandError> {
        if let Some(scenario) = &entry.scenario {
            let lesson = self.session.lesson.take();
            self.session = Session::new(Arc::clone(self.sites.of(scenario)), self.seed);
            self.session.lesson = lesson;
        }
        self.session.enter(entry)?;
        Ok(self.observe())
    }

    /// Returns the lesson's state.
    ///
    /// # Panics
    /// Never: `begin` always sets a lesson.
    pub fn run(&self) -> &LessonRun {
        self.session.lesson.as_ref().expect("`begin` sets a lesson, and nothing removes it")
    }

    /// Returns the lesson's state, for answers and marks.
    ///
    /// # Panics
    /// Never: `begin` always sets a lesson.
    pub fn run_mut(&mut self) -> &mut LessonRun {
        self.session.lesson.as_mut().expect("`begin` sets a lesson, and nothing removes it")
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Shows options in an order that depends on the learner and on the number of earlier attempts.
    pub fn shuffle(&mut self, learner: u64, attempt: u32) {
        self.session.lesson = self.session.lesson.take().map(|run| run.shuffled(learner, attempt));
    }

    /// The simulation with its history.
    pub fn timeline(&self) -> &Timeline {
        &self.session.timeline
    }

    /// The current infrastructure.
    pub fn infrastructure(&self) -> &Arc<Infrastructure> {
        self.session.infra()
    }

    /// Moves on even if the gate has not passed, without showing an answer, and applies the next step's entry.
    ///
    /// # Errors
    /// Fails if a command of the next step is refused. The player is on that step even then.
    pub fn skip(&mut self) -> Result<Moved, CommandError> {
        let moved = self.run_mut().pass();
        if let Moved::Step(entry) = &moved {
            let _ = self.enter(entry)?;
        }
        Ok(moved)
    }

    pub(super) fn observe(&mut self) -> Changed {
        self.session.observe()
    }

    /// Advances simulated time, checking the goals at every frame.
    pub(super) fn wait(&mut self, time: Duration) {
        let end = self.session.sim().now() + time;
        while self.session.sim().now() < end {
            let next = (self.session.sim().now() + FRAME).min(end);
            self.session.timeline.seek(next);
            let _ = self.observe();
        }
    }

    /// Executes one action.
    ///
    /// # Errors
    /// Returns why the action failed.
    pub fn act(&mut self, act: &Act) -> Result<(), ActError> {
        let session = &mut self.session;
        match act {
            Act::Select(element) => session.selected = Some(element.clone()),
            Act::Follow => session.follow(session.sim().newest_request(None)),
            Act::Do(command) => session.apply_command(command)?,
            Act::Tap(from, to) => {
                if session.infra().link_between(from.as_str(), to.as_str()).is_none() {
                    return Err(ActError::NoHop(Element::Hop(from.clone(), to.clone())));
                }
                session.set_wiretap(Some((from.clone(), to.clone())));
            }
            Act::Wait(_) if session.playback.paused => return Err(ActError::Paused),
            Act::Wait(time) => self.wait(time.duration()),
            Act::Pace(pace) => session.playback.set_pace(*pace, &session.timeline),
            Act::Pause => session.playback.paused = true,
            Act::Resume => session.playback.paused = false,
            Act::Step(hops) => self.step(*hops, true)?,
            Act::StepBack(hops) => self.step(*hops, false)?,
            Act::Answer(choice) => {
                let choice = choice.checked_sub(1).ok_or(ActError::AnswerZero)?;
                match self.run_mut().answer(choice as usize) {
                    Answered::Right(_) | Answered::Predicted => {}
                    Answered::Wrong(why) => return Err(ActError::WrongAnswer(why)),
                    Answered::Refused(refusal) => return Err(refusal.into()),
                }
            }
            Act::Mark => self.mark()?,
        }
        let _ = self.observe();
        Ok(())
    }

    /// Steps along the newest request.
    fn step(&mut self, hops: u32, forward: bool) -> Result<(), ActError> {
        self.session.playback.paused = true;
        for _ in 0..hops {
            if forward {
                self.session.send_visitor()?;
            }
            let newest = self.session.sim().newest_request(None);
            if self.session.step_along(newest, forward) == StepOutcome::NoStep {
                return Err(if forward { ActError::NothingMoves } else { ActError::AtBeginning });
            }
            let _ = self.observe();
        }
        Ok(())
    }

    /// Marks the correct elements, as computed, and submits them.
    pub(super) fn mark(&mut self) -> Result<(), ActError> {
        let infra = Arc::clone(self.session.infra());
        let run = self.run_mut();
        let target = run.question().and_then(Question::target).ok_or(ActError::NothingToMark)?;
        let right = target.right(&infra);
        if right.is_empty() {
            return Err(ActError::EmptySet);
        }
        for element in right {
            if let Toggled::Refused(refusal) = run.toggle_mark(&infra, element) {
                return Err(refusal.into());
            }
        }
        match run.submit_marks(&infra) {
            Submitted::Right(_) | Submitted::Predicted => Ok(()),
            Submitted::Wrong { missing, extra } => Err(ActError::WrongMarks { missing, extra }),
            Submitted::Refused(refusal) => Err(refusal.into()),
        }
    }
}
