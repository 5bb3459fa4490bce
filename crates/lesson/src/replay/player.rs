//! A learner who does as the solutions say, one act after the other, without a screen.
//!
//! Must not judge: whether a solution passes its gate is seen by whoever plays it.

use std::sync::Arc;
use std::time::Duration;

use hoplight_model::{ComponentId, Element, Infrastructure};
use hoplight_sim::{CommandError, Simulation, Timeline};

use super::super::act::{Act, Pace};
use super::super::condition::{Observation, Wiretap};
use super::super::form::Lesson;
use super::super::outcome::{Answered, Changed, Entry, Moved, Submitted, Toggled};
use super::super::question::Question;
use super::super::run::LessonRun;

/// How often a waiting learner's goals are looked at.
pub(super) const FRAME: Duration = Duration::from_millis(100);

/// A lesson, the simulation that it runs on, and a learner who acts as solutions are written.
#[derive(Clone, Debug)]
pub struct Player {
    timeline: Timeline,
    run: LessonRun,
    selected: Option<Element>,
    pace: Pace,
    paused: bool,
    steps_forward: u32,
    steps_back: u32,
    wiretap: Option<(ComponentId, ComponentId)>,
}

impl Player {
    /// A learner who opens a lesson at a step, by number from 0, or behind the last one at the quiz. Also returns what changed
    /// by that alone: nothing, in a good lesson.
    ///
    /// # Errors
    /// If the commands with which the lesson and its steps begin cannot be done.
    pub fn begin(
        lesson: &Arc<Lesson>,
        infra: &Arc<Infrastructure>,
        seed: u64,
        step: usize,
    ) -> Result<(Self, Changed), CommandError> {
        let (run, entry) = LessonRun::start_at(Arc::clone(lesson), step);
        let timeline = Timeline::new(Simulation::new(Arc::clone(infra), seed));
        let pace = Pace::default();
        let mut player =
            Self { timeline, run, selected: None, pace, paused: false, steps_forward: 0, steps_back: 0, wiretap: None };
        let changed = player.enter(&entry)?;
        Ok((player, changed))
    }

    /// Carries out what a step begins with.
    pub(super) fn enter(&mut self, entry: &Entry) -> Result<Changed, CommandError> {
        entry.carry_out(&mut self.timeline)?;
        if let Some(pace) = entry.pace {
            self.pace = pace;
            self.paused = false;
        }
        Ok(self.observe())
    }

    /// The lesson.
    pub fn run(&self) -> &LessonRun {
        &self.run
    }

    /// The lesson, for answers and marks.
    pub fn run_mut(&mut self) -> &mut LessonRun {
        &mut self.run
    }

    /// The simulation, with its past.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The infrastructure as it is now.
    pub fn infrastructure(&self) -> &Arc<Infrastructure> {
        self.timeline.simulation().infrastructure()
    }

    /// Goes on, whatever the gate says, and carries out what the next step begins with.
    ///
    /// # Errors
    /// If that cannot be done; the learner is at the next step all the same.
    pub fn skip(&mut self) -> Result<Moved, CommandError> {
        let moved = self.run.skip();
        if let Moved::Step(entry) = &moved {
            let _ = self.enter(entry)?;
        }
        Ok(moved)
    }

    pub(super) fn observe(&mut self) -> Changed {
        let seen = Observation {
            sim: self.timeline.simulation(),
            selected: self.selected.as_ref(),
            pace: self.pace,
            paused: self.paused,
            steps_forward: self.steps_forward,
            steps_back: self.steps_back,
            wiretap: self
                .wiretap
                .as_ref()
                .map(|(from, to)| Wiretap { on: (from, to), password_at: self.timeline.heard_password().map(|heard| heard.at) }),
        };
        self.run.observe(&seen)
    }

    /// Lets simulated time go by; the goals are looked at on the way.
    pub(super) fn wait(&mut self, time: Duration) {
        let end = self.timeline.simulation().now() + time;
        while self.timeline.simulation().now() < end {
            let next = (self.timeline.simulation().now() + FRAME).min(end);
            self.timeline.seek(next);
            let _ = self.observe();
        }
    }

    /// Does one act.
    ///
    /// # Errors
    /// Says why it cannot be done.
    pub fn act(&mut self, act: &Act) -> Result<(), String> {
        match act {
            Act::Select(element) => self.selected = Some(element.clone()),
            Act::Do(command) => self.timeline.act(command.clone()).map_err(|error| error.to_string())?,
            Act::Tap(from, to) => {
                let link = self.infrastructure().link_between(from.as_str(), to.as_str());
                let link = link.ok_or_else(|| format!("there is no hop {from} → {to}"))?;
                self.timeline.listen(Some(link));
                self.wiretap = Some((from.clone(), to.clone()));
            }
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
        let _ = self.observe();
        Ok(())
    }

    /// Marks what is right, as computed, and submits it.
    pub(super) fn mark(&mut self) -> Result<(), String> {
        let infra = Arc::clone(self.timeline.simulation().infrastructure());
        let target = self.run.question().and_then(Question::target).ok_or("nothing is to be marked here")?;
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
}
