//! Health checks that fail only sometimes.

/// Fraction of the time for which a backend is UP, if each check fails with probability `fails`: it goes DOWN after
/// `fall` consecutive failures and UP after `rise` consecutive successes.
pub(super) fn up(fails: f64, fall: u8, rise: u8) -> f64 {
    if fails <= 0.0 {
        return 1.0;
    }
    if fails >= 1.0 {
        return 0.0;
    }
    let (until_down, until_up) = (run(fails, fall), run(1.0 - fails, rise));
    until_down / (until_down + until_up)
}

/// Expected number of independent trials until `length` consecutive ones have happened, each with probability `chance`.
fn run(chance: f64, length: u8) -> f64 {
    let all = libm::pow(chance, f64::from(length.max(1)));
    (1.0 - all) / ((1.0 - chance) * all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_that_fail_half_the_time_leave_a_backend_up_for_seven_tenths_of_it() {
        // Three failures in a row take 14 checks, two successes 6.
        assert!((up(0.5, 3, 2) - 0.7).abs() < 1e-9);
        assert!((up(0.0, 3, 2) - 1.0).abs() < 1e-9 && up(1.0, 3, 2).abs() < 1e-9);
        assert!((up(0.5, 1, 1) - 0.5).abs() < 1e-9);
    }
}
