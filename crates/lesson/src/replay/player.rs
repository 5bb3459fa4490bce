//! A learner who does what the solutions say, one act after the other, without a screen.
//!
//! The caller judges whether a solution passes its gate.

use std::sync::Arc;
use std::time::Duration;

use hoplight_model::{Element, Infrastructure};
use hoplight_sim::{CommandError, Timeline};

use super::super::act::Act;
use super::super::form::Lesson;
use super::super::outcome::{Answered, Changed, Entry, Moved, Submitted, Toggled};
use super::super::question::Question;
use super::super::run::LessonRun;
use super::super::session::{Session, StepOutcome};
use super::error::ActError;

/// How often the goals are checked while the learner waits.
pub(super) const FRAME: Duration = Duration::from_millis(100);

/// A lesson, the simulation that it runs on, and a learner who acts as solutions are written.
#[derive(Clone, Debug)]
pub struct Player {
    session: Session,
}

impl Player {
    /// A learner who opens a lesson at a step, by number from 0, or behind the last one at the quiz. Also returns what that
    /// alone has changed: nothing, in a good lesson.
    ///
    /// # Errors
    /// If a command with which the lesson or one of its steps begins is refused.
    pub fn begin(
        lesson: &Arc<Lesson>,
        infra: &Arc<Infrastructure>,
        seed: u64,
        step: usize,
    ) -> Result<(Self, Changed), CommandError> {
        let (run, entry) = LessonRun::start_at(Arc::clone(lesson), step);
        let mut session = Session::new(Arc::clone(infra), seed);
        session.lesson = Some(run);
        let mut player = Self { session };
        let changed = player.enter(&entry)?;
        Ok((player, changed))
    }

    /// Carries out what a step begins with.
    pub(super) fn enter(&mut self, entry: &Entry) -> Result<Changed, CommandError> {
        self.session.enter(entry)?;
        Ok(self.observe())
    }

    /// The lesson.
    ///
    /// # Panics
    /// Never: `begin` gives every player a lesson.
    pub fn run(&self) -> &LessonRun {
        self.session.lesson.as_ref().expect("`begin` gives every player a lesson, and nothing takes it away")
    }

    /// The lesson, for answers and marks.
    ///
    /// # Panics
    /// Never: `begin` gives every player a lesson.
    pub fn run_mut(&mut self) -> &mut LessonRun {
        self.session.lesson.as_mut().expect("`begin` gives every player a lesson, and nothing takes it away")
    }

    /// The simulation, with its past.
    pub fn timeline(&self) -> &Timeline {
        &self.session.timeline
    }

    /// The infrastructure now.
    pub fn infrastructure(&self) -> &Arc<Infrastructure> {
        self.session.infra()
    }

    /// Goes on, whatever the gate says, and carries out what the next step begins with.
    ///
    /// # Errors
    /// If a command of the next step is refused; the learner is at that step all the same.
    pub fn skip(&mut self) -> Result<Moved, CommandError> {
        let moved = self.run_mut().skip();
        if let Moved::Step(entry) = &moved {
            let _ = self.enter(entry)?;
        }
        Ok(moved)
    }

    pub(super) fn observe(&mut self) -> Changed {
        self.session.observe()
    }

    /// Lets simulated time pass; the goals are checked on the way.
    pub(super) fn wait(&mut self, time: Duration) {
        let end = self.session.sim().now() + time;
        while self.session.sim().now() < end {
            let next = (self.session.sim().now() + FRAME).min(end);
            self.session.timeline.seek(next);
            let _ = self.observe();
        }
    }

    /// Does one act.
    ///
    /// # Errors
    /// Says why it is impossible.
    pub fn act(&mut self, act: &Act) -> Result<(), ActError> {
        let session = &mut self.session;
        match act {
            Act::Select(element) => session.selected = Some(element.clone()),
            Act::Do(command) => session.act(command)?,
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
            let newest = self.session.sim().newest_request(None);
            if self.session.step_along(newest, forward) == StepOutcome::NoStep {
                return Err(if forward { ActError::NothingMoves } else { ActError::AtBeginning });
            }
            let _ = self.observe();
        }
        Ok(())
    }

    /// Marks what is right, as computed, and submits it.
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
