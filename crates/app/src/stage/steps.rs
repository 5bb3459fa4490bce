//! Journeys through a stage's time: steps, jumps, and on to the next news. Must not do anything to the infrastructure.

use std::time::Duration;

use hoplight_lesson::Pace;
use hoplight_sim::SimTime;

use crate::stage::Stage;

/// How much of the run is looked at together for news.
const SLICE: Duration = Duration::from_millis(100);

/// How far back a request may have been on its way that a step back follows: as far as steps look.
const STEP_HORIZON: Duration = Duration::from_secs(10);

/// Where a step led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// Nowhere: there is no such moment.
    No,
    /// To another moment.
    Moved,
    /// To the moment right before a command, which will be done again.
    BeforeCommand,
    /// Over a command that was undone: it is done again.
    Again,
}

impl Stage {
    /// Steps one hop forward or back: of the request that is followed, or of any where that one is not on its way.
    pub fn step(&mut self, forward: bool) -> Stepped {
        self.playback.paused = true;
        let followed = self.playback.followed.filter(|number| self.is_near(*number, forward));
        let stepped = self.changing(|stage| if forward { stage.step_forward(followed) } else { stage.step_back(followed) });
        if stepped != Stepped::No {
            let count = if forward { &mut self.steps.0 } else { &mut self.steps.1 };
            *count += 1;
            self.landed = None;
        }
        if forward && followed.is_none() && self.playback.pace == Pace::Trace {
            self.playback.follow(self.timeline.simulation().newest_request(None));
        }
        stepped
    }

    /// Whether a request is on its way or, seen from a step back, was so a short while ago.
    fn is_near(&self, number: u64, forward: bool) -> bool {
        let was_near = || {
            let last = self.timeline.trail().next_back().filter(|_| self.timeline.followed() == Some(number));
            last.is_some_and(|note| self.sim().now().since(note.at) < STEP_HORIZON)
        };
        self.sim().is_in_flight(number) || (!forward && was_near())
    }

    fn step_forward(&mut self, followed: Option<u64>) -> Stepped {
        let commands = self.timeline.commands().count();
        match self.timeline.step_forward(followed) {
            false => Stepped::No,
            true if self.timeline.commands().count() > commands => Stepped::Again,
            true => Stepped::Moved,
        }
    }

    fn step_back(&mut self, followed: Option<u64>) -> Stepped {
        let now = self.sim().now();
        let commands = self.timeline.commands().count();
        if self.landed == Some(now) && now > self.timeline.earliest() {
            if self.timeline.step_before_now(followed) {
                return if self.sim().now() == now { Stepped::BeforeCommand } else { Stepped::Moved };
            }
        } else if commands != self.set_up && self.timeline.step_before_command() {
            return Stepped::BeforeCommand;
        }
        if self.timeline.step_back(followed) { Stepped::Moved } else { Stepped::No }
    }

    /// Goes to a moment, and stops there.
    pub fn seek(&mut self, at: SimTime) {
        self.playback.paused = true;
        self.changing(|stage| stage.timeline.seek(at));
        self.playback.follow(None);
        self.landed = Some(at);
    }

    /// Goes on until something happens that is worth a line, and stops there. Returns whether something did within
    /// `horizon`; if not, this is where time stands now.
    pub fn run_to_news(&mut self, horizon: Duration) -> bool {
        self.playback.paused = true;
        self.playback.follow(None);
        let start = self.timeline.simulation().now();
        let end = start + horizon;
        while self.timeline.simulation().now() < end {
            let next = (self.timeline.simulation().now() + SLICE).min(end);
            self.changing(|stage| stage.timeline.seek(next));
            self.mark();
            let news = self.timeline.journal().headlines().map(|headline| headline.first.at).find(|at| *at > start);
            if let Some(at) = news {
                self.changing(|stage| stage.timeline.seek(at));
                self.landed = Some(at);
                return true;
            }
        }
        false
    }
}
