//! How simulated time advances: pace, speed, pause, and the followed request.
//!
//! In the *live* pace, simulated time is wall time multiplied by the speed. In the *trace* pace, the followed request
//! sets the clock: each of its hops takes the same wall time, whether its latency is 25 ms or 20 µs. This module reads
//! no clock; callers pass the elapsed wall time.

use std::time::Duration;

use hoplight_sim::{Activity, Present, SimTime, Timeline};

use super::act::Pace;

/// Wall seconds per hop and per service of the followed request.
const HOP: f64 = 0.7;
const SERVICE: f64 = 0.4;
/// Wall seconds for which the end of a request stays on the screen.
const LINGER: f64 = 1.2;
/// Simulated seconds per wall second while no request is followed, and while the followed request only waits.
const IDLE: f64 = 0.05;
const WAITING: f64 = 0.5;
/// Range of the speed, as exponents of two.
const SPEEDS: std::ops::RangeInclusive<i8> = -6..=5;

/// The state of the playback.
#[derive(Clone, Debug, PartialEq)]
pub struct Playback {
    /// Trace or live.
    pub pace: Pace,
    /// Whether the simulation is paused.
    pub paused: bool,
    speed: i8,
    /// Whether the learner steps from hop to hop: until time runs again, or jumps.
    pub stepping: bool,
    /// The request followed in the trace.
    pub followed: Option<u64>,
    /// Wall seconds left before the next request is followed.
    linger: f64,
    /// Requests with numbers up to this one are no longer followed.
    past: u64,
}

impl Playback {
    /// Creates a running playback at `pace`.
    pub fn new(pace: Pace) -> Self {
        Self { pace, paused: false, speed: 0, stepping: false, followed: None, linger: 0.0, past: 0 }
    }

    /// Returns the speed as a factor.
    pub fn factor(&self) -> f64 {
        f64::from(self.speed).exp2()
    }

    /// Formats the speed for the screen: `×1`, `×1/2`, `×1/4`.
    pub fn speed_label(&self) -> String {
        let power = 1u32 << self.speed.unsigned_abs();
        if self.speed < 0 { format!("×1/{power}") } else { format!("×{power}") }
    }

    /// Returns the wall time needed for `simulated` time; `None` in the trace pace, whose clock is not uniform.
    pub fn until(&self, simulated: Duration) -> Option<Duration> {
        (self.pace == Pace::Live).then(|| Duration::from_secs_f64(simulated.as_secs_f64() / self.factor()))
    }

    /// Changes the speed by `by` powers of two. Returns whether the result is in range.
    pub fn change_speed(&mut self, by: i8) -> bool {
        let speed = self.speed + by;
        let possible = SPEEDS.contains(&speed);
        if possible {
            self.speed = speed;
        }
        possible
    }

    /// Follows a request, or stops following if `None`.
    pub fn follow(&mut self, number: Option<u64>) {
        self.followed = number;
        self.linger = LINGER;
    }

    /// Lets the trace follow the newest request as soon as time advances, even if it has begun already.
    pub(super) fn await_newest(&mut self) {
        self.past = 0;
    }

    /// Changes the pace. The trace starts with the next new request.
    pub fn set_pace(&mut self, pace: Pace, timeline: &Timeline) {
        if self.pace != pace {
            self.pace = pace;
            self.past = timeline.simulation().newest_request(None).unwrap_or(0);
            self.follow(None);
        }
    }

    /// Advances simulated time by `elapsed` wall time.
    pub fn tick(&mut self, timeline: &mut Timeline, elapsed: Duration) {
        if self.paused {
            return;
        }
        self.stepping = false;
        let wall = elapsed.as_secs_f64() * self.factor();
        match self.pace {
            Pace::Live => {
                timeline.sample_at(self.factor());
                let to = timeline.simulation().now() + Duration::from_secs_f64(wall);
                timeline.seek(to);
            }
            Pace::Trace => self.trace(timeline, wall),
        }
    }

    fn trace(&mut self, timeline: &mut Timeline, mut wall: f64) {
        while wall > 1e-9 {
            self.adopt(timeline);
            let now = timeline.simulation().now();
            let present = self.followed.map(|number| timeline.simulation().present(number));
            let (rate, until) = match present {
                // The request has ended: keep its end on the screen for a moment.
                Some(None) => {
                    let pause = wall.min(self.linger);
                    self.linger -= pause;
                    wall -= pause;
                    if self.linger <= 0.0 {
                        self.past = timeline.simulation().newest_request(None).unwrap_or(0);
                        self.follow(None);
                    }
                    continue;
                }
                Some(Some(present)) => rate(&present),
                None => (IDLE, timeline.simulation().next_event()),
            };
            let to = now + Duration::from_secs_f64(wall * rate);
            match until {
                Some(until) if until <= to => {
                    timeline.seek(until.max(now));
                    wall -= until.since(now).as_secs_f64() / rate;
                    if until <= now {
                        // The instant has already passed and takes no time; the next iteration reads the new state.
                        wall -= 1e-6;
                    }
                }
                _ => {
                    timeline.seek(to);
                    wall = 0.0;
                }
            }
        }
    }

    /// Follows the newest request if none is followed.
    fn adopt(&mut self, timeline: &Timeline) {
        if self.followed.is_none()
            && let Some(newest) = timeline.simulation().newest_request(None)
            && newest > self.past
        {
            self.follow(Some(newest));
        }
    }
}

/// Returns simulated seconds per wall second for the followed request's activity, and until when that rate applies.
fn rate(present: &Present) -> (f64, Option<SimTime>) {
    let Some(until) = present.until else { return (WAITING, None) };
    let seconds = until.since(present.since).as_secs_f64();
    let wall = match present.doing {
        Activity::Travels(..) => HOP,
        Activity::Served(_) => SERVICE,
        _ => return (WAITING, Some(until)),
    };
    // An activity of zero duration ends immediately.
    ((seconds / wall).max(1e-7), Some(until))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use hoplight_model::{Infrastructure, RequestKind};
    use hoplight_sim::{Command, Simulation};

    fn timeline() -> Timeline {
        let text = include_str!("../../../assets/stage-2-secured.ron");
        let infra = Infrastructure::from_ron("stage-2-secured.ron", text).unwrap();
        Timeline::new(Simulation::new(Arc::new(infra), 1))
    }

    #[test]
    fn live_time_is_wall_time_times_speed() {
        let (mut timeline, mut playback) = (timeline(), Playback::new(Pace::Live));
        playback.tick(&mut timeline, Duration::from_secs(1));
        assert_eq!(timeline.simulation().now(), SimTime::from_secs(1));
        assert!(playback.change_speed(2));
        playback.tick(&mut timeline, Duration::from_secs(1));
        assert_eq!(timeline.simulation().now(), SimTime::from_secs(5));
        playback.paused = true;
        playback.tick(&mut timeline, Duration::from_secs(1));
        assert_eq!(timeline.simulation().now(), SimTime::from_secs(5));
        assert!(!(0..20).all(|_| playback.change_speed(1)), "the speed is limited");
    }

    #[test]
    fn a_trace_gives_each_hop_the_same_wall_time() {
        let (mut timeline, mut playback) = (timeline(), Playback::new(Pace::Trace));
        timeline.apply(Command::Send(RequestKind::Write)).unwrap();
        playback.follow(timeline.simulation().newest_request(None));
        // After half a hop's wall time, the request is halfway to the resolver, regardless of the latency.
        playback.tick(&mut timeline, Duration::from_secs_f64(HOP / 2.0));
        let present = timeline.simulation().present(1).unwrap();
        let part = timeline.simulation().now().since(present.since).as_secs_f64()
            / present.until.unwrap().since(present.since).as_secs_f64();
        assert!((part - 0.5).abs() < 0.01, "{part}");
        // A login takes a few dozen hops and services. All are shown before the next request is followed.
        let mut seconds = 0;
        while playback.followed == Some(1) {
            playback.tick(&mut timeline, Duration::from_millis(250));
            seconds += 1;
            assert!(seconds < 4 * 120, "the trace continues");
        }
        assert!(!timeline.simulation().is_in_flight(1));
        playback.tick(&mut timeline, Duration::from_secs(2));
        assert!(playback.followed.is_some_and(|number| number > 1));
    }
}
