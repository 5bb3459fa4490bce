//! Health checks that fail intermittently.

/// Fraction of the time that a backend is UP: it goes DOWN after `fall` consecutive failures and UP after `rise`
/// consecutive successes. Each check fails with probability `fails` while the backend is UP, and with probability
/// `fails_idle` while it is DOWN and so gets no requests.
pub(super) fn up(fails: f64, fails_idle: f64, fall: u8, rise: u8) -> f64 {
    if fails <= 0.0 {
        return 1.0;
    }
    if fails_idle >= 1.0 {
        return 0.0;
    }
    let (until_down, until_up) = (run(fails, fall), run(1.0 - fails_idle, rise));
    until_down / (until_down + until_up)
}

/// Expected number of independent trials until `length` consecutive successes, each with probability `chance` above 0.
fn run(chance: f64, length: u8) -> f64 {
    let length = f64::from(length.max(1));
    if chance >= 1.0 {
        return length;
    }
    let all = libm::pow(chance, length);
    (1.0 - all) / ((1.0 - chance) * all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_that_fail_half_the_time_leave_a_backend_up_for_seven_tenths_of_it() {
        // Three failures in a row take 14 checks, two successes 6.
        assert!((up(0.5, 0.5, 3, 2) - 0.7).abs() < 1e-9);
        assert!((up(0.0, 0.0, 3, 2) - 1.0).abs() < 1e-9 && up(1.0, 1.0, 3, 2).abs() < 1e-9);
    }

    #[test]
    fn a_backend_that_fails_only_under_load_recovers_as_soon_as_it_is_down() {
        assert!((up(0.5, 0.0, 3, 2) - 14.0 / 16.0).abs() < 1e-9);
        assert!((up(1.0, 0.0, 3, 2) - 3.0 / 5.0).abs() < 1e-9);
    }
}
