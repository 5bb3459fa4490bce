//! A learner's session with a running infrastructure: time and playback, selection, wiretap and lesson.
//!
//! Both the stage of the application and the headless [`Player`](crate::Player) act through a session, so replaying a
//! solution has the same effect as pressing the keys.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use hoplight_model::{ComponentId, Element, Infrastructure, RequestKind};
use hoplight_sim::{CapturedMessage, CapturedPayload, Command, CommandError, EventKind, SimTime, Simulation, Timeline};
use hoplight_text::Phrase;

use super::act::Pace;
use super::condition::{Arrival, Observation, RequestPart, Wiretap};
use super::design::Design;
use super::figure::{self, Figure, Measured, RequestTiming};
use super::form::Clock;
use super::outcome::{Changed, Opening, StepEntry};
use super::playback::Playback;
use super::run::{LessonRun, Place};

/// Maximum number of refused commands kept.
const KEPT_REFUSALS: usize = 100;

/// Longest simulated time in which the requests of earlier steps may end. Users give up sooner.
const SETTLING: Duration = Duration::from_secs(60);

/// Simulated time between the requests of two steps.
const QUIET: Duration = Duration::from_secs(10);

/// Maximum number of stops on the way to a part of a request.
const MOST_STOPS: u32 = 100;

/// A step back re-enters a followed request that ended less than this long ago. The timeline searches equally far.
const STEP_HORIZON: Duration = Duration::from_secs(10);

/// The result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepOutcome {
    /// There is no step in that direction.
    NoStep,
    /// Moved to another moment.
    Moved,
    /// Moved to just before a command, which runs again when time advances.
    BeforeCommand,
    /// Moved past an undone command, which ran again.
    RedoneCommand,
}

/// A running infrastructure with one learner's state.
#[derive(Clone, Debug)]
pub struct Session {
    /// The simulation with its history.
    pub timeline: Timeline,
    /// How simulated time advances, and which request is followed.
    pub playback: Playback,
    /// The selected element.
    pub selected: Option<Element>,
    /// The current lesson, if any.
    pub lesson: Option<LessonRun>,
    /// Number of commands that the learner has executed.
    pub acts: u32,
    /// The tapped hop, by its ends.
    wiretap: Option<(ComponentId, ComponentId)>,
    /// Steps taken by the learner, forward and back.
    steps: (u32, u32),
    /// The moment last sought, until time advances. It is shown with all events of that moment applied.
    landed: Option<SimTime>,
    /// Number of commands executed when the lesson's step had been set up. A step back does not stop before these
    /// commands.
    set_up: usize,
    /// The drafts behind the infrastructure.
    pub(super) design: Design,
    /// Refused commands with the reason, oldest first. The simulation does not record them.
    refused: VecDeque<(SimTime, Phrase)>,
    /// The last followed request that succeeded.
    timed: Option<RequestTiming>,
}

impl Session {
    /// Creates a session at the start of a run, in the live pace.
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
            timed: None,
        }
    }

    /// The current simulation.
    pub fn sim(&self) -> &Simulation {
        self.timeline.simulation()
    }

    /// The current infrastructure.
    pub fn infra(&self) -> &Arc<Infrastructure> {
        self.timeline.simulation().infrastructure()
    }

    /// Performs the entry of a lesson's step.
    ///
    /// # Errors
    /// Fails if one of its commands is refused; the commands before it have run.
    pub fn enter(&mut self, entry: &StepEntry) -> Result<(), CommandError> {
        if entry.settles {
            self.settle();
        }
        let before = self.timeline.changes();
        let result = entry.carry_out(&mut self.timeline);
        self.set_up = self.timeline.changes();
        // Most steps run no commands; then the known future stays valid.
        if self.set_up > before {
            self.cut_future();
        }
        if let Some(pace) = entry.pace {
            self.playback.set_pace(pace, &self.timeline);
        }
        if let Some(clock) = entry.clock {
            self.playback.paused = clock == Clock::Waits;
        }
        if entry.deselects {
            self.selected = None;
        }
        if entry.unfollows {
            self.follow(None);
            self.playback.await_newest();
            self.selected = None;
        } else if matches!(entry.openings.last(), Some(Opening::Do(Command::Send(_)))) {
            self.follow(self.sim().newest_request(None));
            // The trace begins with the request, even if the step shows only a part of it.
            self.record_followed();
            if let Some(part) = entry.from {
                self.advance_to(part);
            }
        }
        if let Some(hop) = &entry.tap {
            self.set_wiretap(Some(hop.clone()));
        }
        result
    }

    /// Lets all requests end, if there is no load that sends new ones, and then some time pass, until neither slow motion
    /// nor the users' recent experience shows them.
    fn settle(&mut self) {
        if self.sim().rate() > 0.0 || self.sim().newest_request(None).is_none() {
            return;
        }
        let end = self.sim().now() + SETTLING;
        while self.sim().in_flight() > 0 && self.sim().now() < end {
            self.timeline.seek(self.sim().now() + SETTLING / 600);
        }
        self.timeline.seek(self.sim().now() + QUIET);
    }

    /// Advances to the part of the followed request.
    fn advance_to(&mut self, part: RequestPart) {
        let Some(number) = self.playback.followed else { return };
        for _ in 0..MOST_STOPS {
            let is_there = self.sim().present(number).is_none_or(|present| part.contains(present.phase));
            if is_there || !self.timeline.step_forward(Some(number)) {
                return;
            }
        }
    }

    /// Sends a visitor if the lesson's step is about one request, none is in flight and the gate is closed, and follows it.
    /// Returns its kind. Does nothing while a known future would be discarded.
    ///
    /// # Errors
    /// If the command is refused.
    pub fn send_visitor(&mut self) -> Result<Option<RequestKind>, CommandError> {
        let wanted = self.lesson.as_ref().filter(|run| !run.is_open()).and_then(visitor);
        let Some(kind) = wanted.filter(|_| self.sim().in_flight() == 0 && self.timeline.known_command().is_none()) else {
            return Ok(None);
        };
        self.apply_command(&Command::Send(kind))?;
        self.follow(self.sim().newest_request(None));
        Ok(Some(kind))
    }

    /// Whether the lesson's step is about one request, its gate has passed, and the request has ended: there is nothing
    /// left to step along.
    pub fn is_visit_over(&self) -> bool {
        let passed = self.lesson.as_ref().filter(|run| run.is_open());
        passed.and_then(visitor).is_some() && self.sim().in_flight() == 0 && self.timeline.known_command().is_none()
    }

    /// Executes a command and discards the known future.
    ///
    /// # Errors
    /// Returns why the command was refused; nothing changes in that case.
    pub fn apply_command(&mut self, command: &Command) -> Result<(), CommandError> {
        self.timeline.apply(command.clone())?;
        self.acts += 1;
        self.cut_future();
        Ok(())
    }

    /// Discards refusals and other state from after the current time, because a command has changed the future.
    pub fn cut_future(&mut self) {
        let now = self.sim().now();
        self.refused.retain(|(at, _)| *at <= now);
        self.landed = None;
        self.design.cut_future(self.timeline.changes());
    }

    /// Records a refused command. Repeated refusals at the same moment are recorded once.
    pub fn refuse(&mut self, why: Phrase) {
        if self.refused.len() == KEPT_REFUSALS {
            self.refused.pop_front();
        }
        let refusal = (self.sim().now(), why);
        if self.refused.back() != Some(&refusal) {
            self.refused.push_back(refusal);
        }
    }

    /// Refused commands up to the current time, oldest first.
    pub fn refused(&self) -> impl Iterator<Item = &(SimTime, Phrase)> {
        let now = self.sim().now();
        self.refused.iter().filter(move |(at, _)| *at <= now)
    }

    /// Evaluates the lesson's goals against the current state. When the gate passes, measures the figures that the step
    /// names, so that they stay as they were.
    pub fn observe(&mut self) -> Changed {
        if self.lesson.is_none() {
            return Changed::Nothing;
        }
        self.record_followed();
        if let Some(timing) = RequestTiming::of(&self.timeline) {
            self.timed = Some(timing);
        }
        let changed = self.observe_goals();
        self.stop_at_goal(&changed);
        if matches!(changed, Changed::Passed(_)) {
            let texts = self.lesson.as_ref().map_or_else(String::new, LessonRun::passed_texts);
            let figures = figure::all(&texts, &self.measured());
            if let Some(lesson) = &mut self.lesson {
                lesson.keep_figures(figures);
            }
        }
        changed
    }

    /// In the trace pace, pauses when the followed request has reached a goal, so that the learner can read what comes next.
    fn stop_at_goal(&mut self, changed: &Changed) {
        let (Changed::Goals(met) | Changed::Passed(met)) = changed else { return };
        let goals = self.lesson.as_ref().and_then(LessonRun::step).map_or(&[][..], |step| step.goals());
        let mut met = met.iter().filter_map(|number| goals.get(*number));
        if self.playback.pace == Pace::Trace && met.any(|goal| goal.when.reads_requests()) {
            self.playback.paused = true;
        }
    }

    /// A figure of the run with its unit, for texts of the lesson; `None` if the run has not produced it.
    pub fn figure(&self, figure: Figure) -> Option<String> {
        let kept = self.lesson.as_ref().and_then(|run| run.figure(figure));
        kept.cloned().or_else(|| self.measured().figure(figure))
    }

    fn measured(&self) -> Measured<'_> {
        let now = self.sim().now();
        Measured {
            timeline: &self.timeline,
            baseline: self.lesson.as_ref().and_then(LessonRun::baseline),
            // After a rewind, a request that has not ended yet has no figures.
            request: self.timed.as_ref().filter(|timing| timing.ended <= now),
        }
    }

    fn observe_goals(&mut self) -> Changed {
        let Some(lesson) = &mut self.lesson else { return Changed::Nothing };
        let mut reached: Vec<Arrival> = Vec::new();
        for note in self.timeline.trail() {
            if let EventKind::Reached { component: at, phase, .. } = note.what {
                reached.push(Arrival { at, phase, time: note.at });
            } else if matches!(note.what, EventKind::Ended { outcome: Err(_), .. }) {
                // A refusal or an error page is no answer.
                reached.pop_if(|arrival| arrival.time == note.at);
            }
        }
        lesson.observe(&Observation {
            sim: self.timeline.simulation(),
            selected: self.selected.as_ref(),
            pace: self.playback.pace,
            paused: self.playback.paused,
            steps_forward: self.steps.0,
            steps_back: self.steps.1,
            wiretap: self.wiretap.as_ref().map(|(from, to)| Wiretap {
                on: (from, to),
                password_at: self.timeline.captured_password().map(|message| message.at),
            }),
            followed: self.playback.followed,
            reached: &reached,
        })
    }

    /// Advances simulated time by `elapsed` wall time.
    pub fn tick(&mut self, elapsed: Duration) {
        self.playback.tick(&mut self.timeline, elapsed);
    }

    /// Seeks to a moment and pauses.
    pub fn seek(&mut self, at: SimTime) {
        self.playback.paused = true;
        self.playback.stepping = false;
        self.timeline.seek(at);
        self.playback.follow(None);
        self.landed = Some(at);
    }

    /// Records that the current moment was reached by seeking.
    pub fn land(&mut self) {
        self.landed = Some(self.sim().now());
    }

    /// Steps by one hop of the followed request, or of any request if that one is not in flight. In the trace pace, if
    /// no request was followed, a step forward follows the newest one.
    pub fn step(&mut self, forward: bool) -> StepOutcome {
        let followed = self.playback.followed.filter(|number| self.is_near(*number, forward));
        let outcome = self.step_along(followed, forward);
        if forward && followed.is_none() && self.playback.pace == Pace::Trace {
            self.playback.follow(self.timeline.simulation().newest_request(None));
        }
        outcome
    }

    /// Steps by one hop of a request, or of any request if `None`, and pauses.
    pub fn step_along(&mut self, request: Option<u64>, forward: bool) -> StepOutcome {
        self.playback.paused = true;
        self.playback.stepping = true;
        let outcome = if forward { self.step_forward(request) } else { self.step_back(request) };
        if outcome != StepOutcome::NoStep {
            let count = if forward { &mut self.steps.0 } else { &mut self.steps.1 };
            *count += 1;
            self.landed = None;
        }
        outcome
    }

    /// Whether a request is in flight or, for a step back, was in flight recently.
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

    /// Steps taken by the learner, forward and back.
    pub const fn steps(&self) -> (u32, u32) {
        self.steps
    }

    /// The tapped hop, by its ends.
    pub fn wiretap(&self) -> Option<&(ComponentId, ComponentId)> {
        self.wiretap.as_ref()
    }

    /// Places the wiretap on a hop, or removes it.
    pub fn set_wiretap(&mut self, hop: Option<(ComponentId, ComponentId)>) {
        self.wiretap = hop;
        let link = self.wiretap.as_ref().and_then(|(from, to)| self.infra().link_between(from.as_str(), to.as_str()));
        self.timeline.listen(link);
    }

    /// Whether the selected hop is tapped.
    pub fn is_tap_selected(&self) -> bool {
        matches!((&self.wiretap, &self.selected), (Some((from, to)), Some(Element::Hop(a, b))) if (from, to) == (a, b))
    }

    /// Whether the wiretap has captured a password.
    pub fn wiretap_saw_password(&self) -> bool {
        self.timeline.captured_password().is_some()
    }

    /// Follows a request, or stops following if `None`. Following a request clears the selection.
    pub fn follow(&mut self, number: Option<u64>) {
        if number.is_some() {
            self.selected = None;
        }
        self.playback.follow(number);
    }

    /// Stops following a request in the live pace if an element is selected. The trace pace always follows a request.
    pub fn unfollow_for_selection(&mut self) {
        if self.playback.pace == Pace::Live && self.selected.is_some() {
            self.playback.follow(None);
        }
    }

    /// Records the trace of the followed request from now on.
    pub fn record_followed(&mut self) {
        let followed = self.playback.followed;
        if self.timeline.followed() == followed {
            return;
        }
        // The request may have ended: slow motion shows it later, and the wiretap keeps its messages.
        let is_its = |message: &&CapturedMessage| matches!(message.payload, CapturedPayload::Request { number, .. } if Some(number) == followed);
        let captured = self.timeline.captured().find(is_its).map(|message| message.at);
        let sampled = self.timeline.journeys().iter().find(|journey| Some(journey.number) == followed);
        let about = captured.or(sampled.map(|journey| journey.born)).unwrap_or(self.sim().now());
        self.timeline.follow(followed, about);
    }

    /// Whether the current question asks for marks and has not been answered.
    pub fn wants_marks(&self) -> bool {
        let run = self.lesson.as_ref().filter(|run| !run.is_solved());
        run.and_then(LessonRun::question).is_some_and(|question| question.target().is_some())
    }
}

/// The kind of the visitor that the lesson's step is about.
fn visitor(run: &LessonRun) -> Option<RequestKind> {
    match run.place() {
        Place::Step(number) => run.lesson().visitor_at(number),
        Place::Quiz(_) | Place::Finished => None,
    }
}
