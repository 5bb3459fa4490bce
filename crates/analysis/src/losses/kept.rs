//! Returning users whose connections outlive what new ones need: a valid certificate, or the site's address.
//!
//! A user pauses for an exponential time between two requests. A connection that is idle for longer than the timeout is
//! closed, and the next request opens a new one, which now fails. The share of requests that still succeed some time after
//! the loss follows from a renewal equation, which is solved in small steps.

use super::loss::{WINDOW_END_S, WINDOW_START_S};

/// Minimum step of the solution, in seconds.
const LEAST_STEP_S: f64 = 0.1;
/// Number of steps per timeout or mean pause, whichever is shorter.
const STEPS: f64 = 40.0;

/// The connections of returning users after a loss.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeptConnections {
    /// Mean pause of a user between two requests, in seconds.
    pub(super) pause_s: f64,
    /// How long a connection may be idle, in seconds; 0 if none is kept.
    pub(super) idle_s: f64,
    /// Share of new connections that succeed in spite of the loss.
    pub(super) reopens: f64,
}

impl KeptConnections {
    /// For each step since the loss, the share of returning users' requests that succeed; and the length of a step in
    /// seconds. `idle_s` and `pause_s` must be positive.
    ///
    /// Let λ be the rate of a user's requests, T the timeout and r the share that reopens. A request at time t succeeds if
    /// its connection is open, or else with probability r. It is open if the previous request, an exponential time x
    /// earlier, is within T, and succeeded or came before the loss:
    /// f(t) = r + (1 − r) · ( ∫ over x < min(t, T) of λ exp(−λx) f(t − x) + max(0, exp(−λt) − exp(−λT)) ).
    fn succeeding(self, until_s: f64) -> (Vec<f64>, f64) {
        let step = (self.idle_s.min(self.pause_s) / STEPS).max(LEAST_STEP_S);
        let rate = 1.0 / self.pause_s;
        let stays = |time_s: f64| (-rate * time_s).exp();
        // The integral over the steps within the timeout is updated from step to step, because its weights decrease
        // exponentially. Of the step that the timeout cuts, only a part counts.
        let (whole, decay) = (whole_part(self.idle_s / step), stays(step));
        let whole_s = whole as f64 * step;
        let (within, cut) = (stays(whole_s), stays(whole_s) - stays(self.idle_s));
        let ago = |shares: &[f64], steps: usize| shares.len().checked_sub(steps).map_or(0.0, |place| shares[place]);
        let mut shares: Vec<f64> = Vec::new();
        let mut recent = 0.0;
        for place in 0.. {
            let now = f64::from(place) * step;
            if now > until_s {
                break;
            }
            let before = (stays(now) - stays(self.idle_s)).max(0.0);
            let open = recent + cut * ago(&shares, whole + 1) + before;
            shares.push(self.reopens + (1.0 - self.reopens) * open);
            recent = decay * recent + (1.0 - decay) * (ago(&shares, 1) - within * ago(&shares, whole + 1));
        }
        (shares, step)
    }

    /// Share of returning users' requests that succeed in the window, if new connections have failed since the loss.
    pub(super) fn after_loss(self) -> f64 {
        if self.idle_s <= 0.0 || !self.pause_s.is_finite() {
            return self.reopens;
        }
        let (shares, step) = self.succeeding(WINDOW_END_S);
        let (mut sum, mut count) = (0.0, 0.0);
        for (place, share) in shares.iter().enumerate() {
            if place as f64 * step >= WINDOW_START_S {
                sum += share;
                count += 1.0;
            }
        }
        if count > 0.0 { sum / count } else { self.reopens }
    }

    /// Shares of requests in the window that succeed, if new connections fail once the address has expired in the user's
    /// cache: of new visitors, whose resolver has it cached, and of returning users. Caches expire evenly over the TTL.
    pub(super) fn after_expiry(self, ttl_s: f64) -> (f64, f64) {
        const TIMES: u32 = 15;
        let (shares, step) = if self.idle_s > 0.0 && self.pause_s.is_finite() {
            self.succeeding(WINDOW_END_S)
        } else {
            (vec![self.reopens], WINDOW_END_S)
        };
        // The sum of the failing shares up to each step.
        let failing: Vec<f64> = std::iter::once(0.0)
            .chain(shares.iter().scan(0.0, |sum, share| {
                *sum += (1.0 - share) * step;
                Some(*sum)
            }))
            .collect();
        let until = |time_s: f64| {
            let place = (time_s / step).max(0.0);
            let whole = failing.len().saturating_sub(1).min(whole_part(place));
            let part = failing.get(whole + 1).map_or(0.0, |next| (next - failing[whole]) * (place - place.floor()));
            failing[whole] + part
        };
        let (mut fresh, mut returning) = (0.0, 0.0);
        for time in 0..TIMES {
            let now = WINDOW_START_S + (f64::from(time) + 0.5) / f64::from(TIMES) * (WINDOW_END_S - WINDOW_START_S);
            fresh += 1.0 - (now / ttl_s).min(1.0);
            returning += 1.0 - (until(now) - until(now - ttl_s)) / ttl_s;
        }
        (fresh / f64::from(TIMES), returning / f64::from(TIMES))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of steps")]
fn whole_part(place: f64) -> usize {
    place as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The users of the measured site: 45 requests per second from 200 users.
    fn measured(idle_s: f64) -> KeptConnections {
        KeptConnections { pause_s: 200.0 / 45.0, idle_s, reopens: 0.0 }
    }

    #[test]
    fn the_share_falls_as_measured_with_haproxy() {
        let (shares, step) = measured(10.0).succeeding(45.0);
        // With a quarter of the requests on new connections, 0.34, 0.68 and 0.82 failed in these seconds.
        for (from, to, failing) in [(0.0, 5.0, 0.34), (20.0, 25.0, 0.68), (40.0, 45.0, 0.82)] {
            let within: Vec<f64> = shares
                .iter()
                .enumerate()
                .map(|(place, share)| (place as f64 * step, *share))
                .filter(|(at, _)| (from..to).contains(at))
                .map(|(_, share)| share)
                .collect();
            let found = 1.0 - 0.75 * within.iter().sum::<f64>() / within.len() as f64;
            assert!((found - failing).abs() < 0.035, "{from} s: {found}, measured {failing}");
        }
        let (shares, _) = measured(60.0).succeeding(45.0);
        assert!(shares.iter().all(|share| *share > 0.999), "{shares:?}");
    }

    #[test]
    fn caches_expire_over_the_ttl() {
        let none_kept = KeptConnections { idle_s: 0.0, ..measured(1.0) };
        let (fresh, returning) = none_kept.after_expiry(300.0);
        assert!((fresh - (1.0 - 205.0 / 300.0)).abs() < 0.01 && (fresh - returning).abs() < 0.01, "{fresh} {returning}");
        assert!(measured(60.0).after_expiry(300.0).1 > 0.99);
        let (fresh, returning) = measured(10.0).after_expiry(30.0);
        assert!(fresh < 0.001 && returning < 0.05, "{fresh} {returning}");
    }
}
