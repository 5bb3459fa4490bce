//! Steps and jumps in time, for the session and everything that follows its clock.

use std::time::Duration;

use hoplight_lesson::StepOutcome;
use hoplight_sim::SimTime;

use super::Stage;

/// How much of the run is searched at once for the next event.
const SLICE: Duration = Duration::from_millis(100);

impl Stage {
    /// Steps one hop forward or back: of the followed request, or of any if that one is not on its way.
    pub fn step(&mut self, forward: bool) -> StepOutcome {
        self.changing(|session| session.step(forward))
    }

    /// Goes to a moment, and pauses there.
    pub fn seek(&mut self, at: SimTime) {
        self.changing(|session| session.seek(at));
    }

    /// Runs until something worth a line happens, and pauses there. Returns whether something did within `horizon`; if not,
    /// time is at the horizon.
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
