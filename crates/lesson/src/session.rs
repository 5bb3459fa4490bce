//! One learner's session with a running infrastructure: time and its playback, the selection, the wiretap, the lesson.
//!
//! The stage of the application and the headless [`Player`](crate::Player) both act through it, so a solution that is played
//! back does what the keys do. Must not know how anything is shown.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use hoplight_model::{ComponentId, Element, Infrastructure};
use hoplight_sim::{CapturedMessage, CapturedPayload, Command, CommandError, SimTime, Simulation, Timeline};
use hoplight_text::Phrase;

use super::act::Pace;
use super::condition::{Observation, Wiretap};
use super::design::Design;
use super::outcome::{Changed, Entry};
use super::playback::Playback;
use super::run::LessonRun;

/// Refused commands that are kept.
const KEPT_REFUSALS: usize = 100;

/// A followed request that ended less than this ago is stepped back into; steps search this far.
const STEP_HORIZON: Duration = Duration::from_secs(10);

/// Where a step led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepOutcome {
    /// Nowhere: there is no such moment.
    NoStep,
    /// To another moment.
    Moved,
    /// To the moment right before a command, which is done again when time goes on.
    BeforeCommand,
    /// Over a command that had been taken back: it is done again.
    RedoneCommand,
}

/// A running infrastructure and one learner's place in it.
#[derive(Clone, Debug)]
pub struct Session {
    /// The simulation with its past.
    pub timeline: Timeline,
    /// How simulated time advances, and which request is followed.
    pub playback: Playback,
    /// The selected element.
    pub selected: Option<Element>,
    /// The lesson, if there is one.
    pub lesson: Option<LessonRun>,
    /// How many things the learner has done to the infrastructure.
    pub acts: u32,
    /// The hop with the wiretap, by its ends.
    wiretap: Option<(ComponentId, ComponentId)>,
    /// Steps that the learner took, forward and back.
    steps: (u32, u32),
    /// The moment that was gone to, until time moves on: it is shown after everything that happened at it.
    landed: Option<SimTime>,
    /// How many commands were done when the lesson's step had been set up. A step back does not stop right before these.
    set_up: usize,
    /// The drafts behind the infrastructure.
    pub(super) design: Design,
    /// Refused commands with the reason, oldest first. The simulation does not know of them.
    refused: VecDeque<(SimTime, Phrase)>,
}

impl Session {
    /// A session at the beginning of a run, in the live pace.
    pub fn new(infra: Arc<Infrastructure>, seed: u64) -> Self {
        Self {
            timeline: Timeline::new(Simulation::new(infra, seed)),
            playback: Playback::new(Pace::Live),
            selected: None,
            lesson: None,
            acts: 0,
            wiretap: None,
            steps: (0, 0),
            landed: None,
            set_up: 0,
            design: Design::default(),
            refused: VecDeque::new(),
        }
    }

    /// The simulation now.
    pub fn sim(&self) -> &Simulation {
        self.timeline.simulation()
    }

    /// The infrastructure now.
    pub fn infra(&self) -> &Arc<Infrastructure> {
        self.timeline.simulation().infrastructure()
    }

    /// Carries out what a lesson's step begins with.
    ///
    /// # Errors
    /// If one of its commands is refused; the commands before it are done.
    pub fn enter(&mut self, entry: &Entry) -> Result<(), CommandError> {
        let before = self.timeline.changes();
        let result = entry.carry_out(&mut self.timeline);
        self.set_up = self.timeline.changes();
        // Most steps do nothing to the infrastructure: then the known future stays.
        if self.set_up > before {
            self.cut_future();
        }
        if let Some(pace) = entry.pace {
            self.playback.set_pace(pace, &self.timeline);
            self.playback.paused = false;
        }
        result
    }

    /// Does a command, and cuts off the future.
    ///
    /// # Errors
    /// Says why it was refused; then nothing changes.
    pub fn act(&mut self, command: &Command) -> Result<(), CommandError> {
        self.timeline.act(command.clone())?;
        self.acts += 1;
        self.cut_future();
        Ok(())
    }

    /// Forgets what was known of the future: a command has changed it.
    pub fn cut_future(&mut self) {
        let now = self.sim().now();
        self.refused.retain(|(at, _)| *at <= now);
        self.landed = None;
        self.design.cut_future(self.timeline.changes());
    }

    /// Remembers a refused command. A repeated refusal at the same moment counts once.
    pub fn refuse(&mut self, why: Phrase) {
        if self.refused.len() == KEPT_REFUSALS {
            self.refused.pop_front();
        }
        let refusal = (self.sim().now(), why);
        if self.refused.back() != Some(&refusal) {
            self.refused.push_back(refusal);
        }
    }

    /// Refused commands up to now, oldest first.
    pub fn refused(&self) -> impl Iterator<Item = &(SimTime, Phrase)> {
        let now = self.sim().now();
        self.refused.iter().filter(move |(at, _)| *at <= now)
    }

    /// Shows the lesson the present state.
    pub fn observe(&mut self) -> Changed {
        let Some(lesson) = &mut self.lesson else { return Changed::Nothing };
        lesson.observe(&Observation {
            sim: self.timeline.simulation(),
            selected: self.selected.as_ref(),
            pace: self.playback.pace,
            paused: self.playback.paused,
            steps_forward: self.steps.0,
            steps_back: self.steps.1,
            wiretap: self
                .wiretap
                .as_ref()
                .map(|(from, to)| Wiretap { on: (from, to), password_at: self.timeline.heard_password().map(|heard| heard.at) }),
        })
    }

    /// Lets wall time pass.
    pub fn tick(&mut self, elapsed: Duration) {
        self.playback.tick(&mut self.timeline, elapsed);
    }

    /// Goes to a moment, and pauses there.
    pub fn seek(&mut self, at: SimTime) {
        self.playback.paused = true;
        self.timeline.seek(at);
        self.playback.follow(None);
        self.landed = Some(at);
    }

    /// Notes that the present moment was gone to.
    pub fn land(&mut self) {
        self.landed = Some(self.sim().now());
    }

    /// Steps one hop: of the followed request, or of any if that one is not on its way. In the trace pace, a step without a
    /// followed request follows the newest one.
    pub fn step(&mut self, forward: bool) -> StepOutcome {
        let followed = self.playback.followed.filter(|number| self.is_near(*number, forward));
        let outcome = self.step_along(followed, forward);
        if forward && followed.is_none() && self.playback.pace == Pace::Trace {
            self.playback.follow(self.timeline.simulation().newest_request(None));
        }
        outcome
    }

    /// Steps one hop of a request, or of any, and pauses.
    pub fn step_along(&mut self, request: Option<u64>, forward: bool) -> StepOutcome {
        self.playback.paused = true;
        let outcome = if forward { self.step_forward(request) } else { self.step_back(request) };
        if outcome != StepOutcome::NoStep {
            let count = if forward { &mut self.steps.0 } else { &mut self.steps.1 };
            *count += 1;
            self.landed = None;
        }
        outcome
    }

    /// Whether a request is on its way or, for a step back, was on its way a short while ago.
    fn is_near(&self, number: u64, forward: bool) -> bool {
        let was_near = || {
            let last = self.timeline.trail().next_back().filter(|_| self.timeline.followed() == Some(number));
            last.is_some_and(|note| self.sim().now().since(note.at) < STEP_HORIZON)
        };
        self.sim().is_in_flight(number) || (!forward && was_near())
    }

    fn step_forward(&mut self, request: Option<u64>) -> StepOutcome {
        let commands = self.timeline.changes();
        match self.timeline.step_forward(request) {
            false => StepOutcome::NoStep,
            true if self.timeline.changes() > commands => StepOutcome::RedoneCommand,
            true => StepOutcome::Moved,
        }
    }

    fn step_back(&mut self, request: Option<u64>) -> StepOutcome {
        let now = self.sim().now();
        if self.landed == Some(now) && now > self.timeline.earliest() {
            if self.timeline.step_before_now(request) {
                return if self.sim().now() == now { StepOutcome::BeforeCommand } else { StepOutcome::Moved };
            }
        } else if self.timeline.changes() != self.set_up && self.timeline.step_before_command() {
            return StepOutcome::BeforeCommand;
        }
        if self.timeline.step_back(request) { StepOutcome::Moved } else { StepOutcome::NoStep }
    }

    /// Steps that the learner took, forward and back.
    pub const fn steps(&self) -> (u32, u32) {
        self.steps
    }

    /// The hop with the wiretap, by its ends.
    pub fn wiretap(&self) -> Option<&(ComponentId, ComponentId)> {
        self.wiretap.as_ref()
    }

    /// Moves the wiretap to a hop, or removes it.
    pub fn set_wiretap(&mut self, hop: Option<(ComponentId, ComponentId)>) {
        self.wiretap = hop;
        let link = self.wiretap.as_ref().and_then(|(from, to)| self.infra().link_between(from.as_str(), to.as_str()));
        self.timeline.listen(link);
    }

    /// Whether the selected hop has the wiretap.
    pub fn is_tap_selected(&self) -> bool {
        matches!((&self.wiretap, &self.selected), (Some((from, to)), Some(Element::Hop(a, b))) if (from, to) == (a, b))
    }

    /// Whether the wiretap has read a password.
    pub fn wiretap_saw_password(&self) -> bool {
        self.timeline.heard_password().is_some()
    }

    /// Follows a request, or none. Following a request clears the selection.
    pub fn follow(&mut self, number: Option<u64>) {
        if number.is_some() {
            self.selected = None;
        }
        self.playback.follow(number);
    }

    /// Stops following a request in the live pace, because an element has been selected. The trace always follows one.
    pub fn unfollow_for_selection(&mut self) {
        if self.playback.pace == Pace::Live && self.selected.is_some() {
            self.playback.follow(None);
        }
    }

    /// Records the trail of the followed request from now on.
    pub fn record_followed(&mut self) {
        let followed = self.playback.followed;
        if self.timeline.followed() == followed {
            return;
        }
        // A request that has ended was on its way when its message was captured, or else a few seconds ago at most.
        let is_its =
            |heard: &&CapturedMessage| matches!(heard.said, CapturedPayload::Request { number, .. } if Some(number) == followed);
        let about = self.timeline.heard().find(is_its).map_or(self.sim().now(), |heard| heard.at);
        self.timeline.follow(followed, about);
    }

    /// Whether a question asks for marks and is not answered yet.
    pub fn wants_marks(&self) -> bool {
        let run = self.lesson.as_ref().filter(|run| !run.is_solved());
        run.and_then(LessonRun::question).is_some_and(|question| question.target().is_some())
    }
}
