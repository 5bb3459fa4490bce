//! How the health checks that a component gets end.

/// Number of times that are kept apart.
const MOST: usize = 3;
/// Times that differ by less than this are merged, in seconds.
const SAME_S: f64 = 0.05;

/// The checks that pass: shares, each with the mean time until the response, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Passes([(f64, f64); MOST]);

impl Passes {
    /// All checks pass after the same time.
    pub(super) fn all(time_s: f64) -> Self {
        let mut passes = Self::default();
        passes.add(1.0, time_s);
        passes
    }

    /// Adds checks that pass after a time.
    pub(super) fn add(&mut self, share: f64, time_s: f64) {
        if share <= 0.0 {
            return;
        }
        let apart = |of: &(f64, f64)| if of.0 > 0.0 { (of.1 - time_s).abs() } else { SAME_S };
        let nearest = (0..MOST).min_by(|a, b| apart(&self.0[*a]).total_cmp(&apart(&self.0[*b]))).unwrap_or(0);
        let free = self.0.iter().position(|(share, _)| *share <= 0.0);
        let place = if apart(&self.0[nearest]) < SAME_S { nearest } else { free.unwrap_or(nearest) };
        let (known, known_s) = self.0[place];
        self.0[place] = (known + share, (known_s * known + time_s * share) / (known + share));
    }

    /// Adds a share of other checks, which pass later than they would.
    pub(super) fn add_later(&mut self, share: f64, others: &Self, by_s: f64) {
        for (of_others, time_s) in others.0 {
            self.add(share * of_others, time_s + by_s);
        }
    }

    /// The checks that pass within a time limit, in seconds.
    pub(super) fn within(mut self, limit_s: f64) -> Self {
        for (share, time_s) in &mut self.0 {
            if *time_s >= limit_s {
                *share = 0.0;
            }
        }
        self
    }

    /// Share of the checks that fail.
    pub(super) fn failing(&self) -> f64 {
        1.0 - self.0.iter().map(|(share, _)| share).sum::<f64>().min(1.0)
    }

    fn differs(&self, other: &Self, tolerance: f64) -> bool {
        let apart = |a: f64, b: f64| (a - b).abs() > tolerance * (1.0 + a);
        self.0.iter().zip(other.0).any(|(a, b)| apart(a.0, b.0) || apart(a.1, b.1))
    }
}

/// How checks of one depth end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Checks {
    /// At the current load.
    pub(super) loaded: Passes,
    /// Without requests from the balancer that checks.
    pub(super) idle: Passes,
    /// The number of checks in a row that can pass without requests from the balancer that checks. A component that
    /// takes turns treats every few checks alike, so two of two upstreams in a row are impossible if one of them fails.
    pub(super) in_a_row: u8,
}

impl Checks {
    /// No check passes.
    pub(super) const FAIL: Self = Self { loaded: Passes([(0.0, 0.0); MOST]), idle: Passes([(0.0, 0.0); MOST]), in_a_row: 0 };

    /// All checks pass, after a time with and without load.
    pub(super) fn pass(loaded_s: f64, idle_s: f64) -> Self {
        Self { loaded: Passes::all(loaded_s), idle: Passes::all(idle_s), in_a_row: u8::MAX }
    }

    /// The checks that pass within a time limit, in seconds.
    pub(super) fn within(self, limit_s: f64) -> Self {
        Self { loaded: self.loaded.within(limit_s), idle: self.idle.within(limit_s), ..self }
    }

    /// Whether other checks differ noticeably.
    pub(super) fn differs(&self, other: &Self, tolerance: f64) -> bool {
        self.in_a_row != other.in_a_row
            || self.loaded.differs(&other.loaded, tolerance)
            || self.idle.differs(&other.idle, tolerance)
    }
}

impl Default for Checks {
    fn default() -> Self {
        Self::FAIL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_that_answer_after_the_time_limit_fail() {
        let mut passes = Passes::default();
        for (share, time_s) in [(0.5, 0.01), (0.2, 0.02), (0.2, 1.5), (0.1, 3.0)] {
            passes.add(share, time_s);
        }
        assert!(passes.failing().abs() < 1e-9, "{passes:?}");
        assert!((passes.within(2.0).failing() - 0.1).abs() < 1e-9);
        assert!((passes.within(1.0).failing() - 0.3).abs() < 1e-9);
        assert!((passes.within(0.012).failing() - 1.0).abs() < 1e-9, "the first two are one: {passes:?}");
    }
}
