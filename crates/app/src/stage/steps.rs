//! Steps and jumps in simulated time.

use std::time::Duration;

use hoplight_lesson::StepOutcome;
use hoplight_model::RequestKind;
use hoplight_sim::SimTime;

use super::Stage;

/// Simulated time per iteration of the search for the next event.
const SLICE: Duration = Duration::from_millis(100);

impl Stage {
    /// Sends a visitor if the lesson's step is about one request and none is in flight. Returns its kind.
    pub fn send_visitor(&mut self) -> Option<RequestKind> {
        let known = self.knows_future();
        // A refusal leaves nothing to step along, which the step itself reports.
        let sent = self.changing(|session| session.send_visitor().ok().flatten());
        if sent.is_some() {
            self.cut(known);
        }
        sent
    }

    /// Steps one hop forward or back: a hop of the followed request, or of any request if that one is not in flight.
    pub fn step(&mut self, forward: bool) -> StepOutcome {
        self.changing(|session| session.step(forward))
    }

    /// Jumps to a time, and pauses.
    pub fn seek(&mut self, at: SimTime) {
        self.changing(|session| session.seek(at));
    }

    /// Runs until the next headline in the journal, and pauses. Returns whether there was one within `horizon`; if not, stops
    /// at the horizon.
    pub fn run_to_news(&mut self, horizon: Duration) -> bool {
        self.session.playback.paused = true;
        self.session.playback.follow(None);
        let start = self.sim().now();
        let end = start + horizon;
        while self.sim().now() < end {
            let next = (self.sim().now() + SLICE).min(end);
            self.changing(|session| session.timeline.seek(next));
            self.update_marks();
            let news = self.session.timeline.journal().headlines().map(|headline| headline.first.at).find(|at| *at > start);
            if let Some(at) = news {
                self.changing(|session| session.timeline.seek(at));
                self.session.land();
                return true;
            }
        }
        false
    }
}
