//! When the next frame is due. The time is passed in.

use std::time::Duration;

use tokio::time::Instant;

/// Minimum time between frames: 30 frames per second.
pub(super) const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 30);

/// Maximum time that the program advances per frame.
const MAX_STEP: Duration = Duration::from_millis(250);

/// Decides when to draw: after an event, or during an animation.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last_frame: Option<Instant>,
    last_step: Option<Instant>,
    pending: bool,
}

impl Pace {
    /// Records an event that may change the screen.
    pub(super) fn happened(&mut self) {
        self.pending = true;
    }

    /// When the next frame is due, if one is.
    pub(super) fn due(&self, animating: bool, now: Instant) -> Option<Instant> {
        (self.pending || animating).then(|| self.last_frame.map_or(now, |last| last + FRAME))
    }

    /// Begins a frame. Returns the time since the last one; `None` after a rest.
    pub(super) fn begin(&mut self, animating: bool, now: Instant) -> Option<Duration> {
        self.pending = false;
        self.last_frame = Some(now);
        let last = std::mem::replace(&mut self.last_step, animating.then_some(now));
        last.filter(|_| animating).map(|last| now.duration_since(last).min(MAX_STEP))
    }

    /// Discards the elapsed time after a suspend or when the animation has ended.
    pub(super) fn rest(&mut self) {
        self.last_step = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_frame_is_due_without_events_or_animation() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        assert_eq!(pace.due(false, start), None);
        pace.happened();
        assert_eq!(pace.due(false, start), Some(start));
        assert_eq!(pace.begin(false, start), None);
        assert_eq!(pace.due(false, start), None);
    }

    #[test]
    fn a_backlog_of_events_is_drawn_at_the_frame_rate() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        pace.happened();
        assert_eq!(pace.begin(false, start), None);
        pace.happened();
        pace.happened();
        assert_eq!(pace.due(false, start), Some(start + FRAME));
    }

    #[test]
    fn elapsed_time_is_limited_and_reset_by_a_rest() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        assert_eq!(pace.begin(true, start), None, "the first frame of an animation");
        assert_eq!(pace.begin(true, start + FRAME), Some(FRAME));
        assert_eq!(pace.begin(true, start + Duration::from_secs(9)), Some(MAX_STEP));
        pace.rest();
        assert_eq!(pace.begin(true, start + Duration::from_secs(10)), None);
        assert_eq!(pace.begin(false, start + Duration::from_secs(11)), None);
    }
}
