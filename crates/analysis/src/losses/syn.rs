//! Dropped SYNs: how many of the connection attempts that find a full accept queue succeed when they are resent.

use hoplight_model::behaviour::AttemptFailure;

use super::reply::{Ending, Part, Reply};

/// When a SYN is resent, in seconds after the first one (RFC 6298: 1 s, doubled each time).
const RESENT_S: [f64; 6] = [1.0, 3.0, 7.0, 15.0, 31.0, 63.0];

/// How often a caller with this connect timeout resends a SYN. One that is due when the timeout expires is not sent.
pub(crate) fn resends(timeout_s: f64) -> usize {
    RESENT_S.iter().filter(|at| **at < timeout_s).count()
}

/// Number of SYNs per connection attempt if each is dropped with probability `block`.
pub(super) fn attempts(block: f64, resends: usize) -> f64 {
    (0..=resends).map(|count| power(block, count)).sum()
}

/// Probability that a caller with this connect timeout gets no connection if each SYN is dropped with probability `block`.
pub(super) fn lost(block: f64, timeout_s: f64) -> f64 {
    power(block, 1 + resends(timeout_s))
}

fn power(base: f64, exponent: usize) -> f64 {
    (0..exponent).map(|_| base).product()
}

/// Converts the outcomes at a component whose share of [`AttemptFailure::Silent`] is the probability that it drops a SYN
/// into those that a caller with this connect timeout sees. Later attempts answer later.
pub(super) fn resolve(outcomes: &Reply, timeout_s: f64) -> Reply {
    let silent = Ending::Failed(AttemptFailure::Silent);
    let block: f64 = outcomes.parts.iter().filter(|part| part.ending == silent).map(|part| part.share).sum();
    if block <= 0.0 {
        return outcomes.clone();
    }
    let resends = resends(timeout_s);
    let mut reply = Reply::default();
    for part in &outcomes.parts {
        if part.ending == silent {
            reply.add(Part { share: part.share * power(block, resends), time_s: timeout_s, ..*part });
            continue;
        }
        reply.add(*part);
        for (count, at) in (1..=resends).zip(RESENT_S) {
            reply.add(Part { share: part.share * power(block, count), time_s: part.time_s + at, ..*part });
        }
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syn_is_resent_until_the_timeout() {
        assert_eq!([1.0, 1.5, 3.0, 10.0, 60.0].map(resends), [0, 1, 1, 3, 5]);
        assert!((attempts(0.5, 3) - 1.875).abs() < 1e-12);
    }

    #[test]
    fn resent_syns_leave_fewer_failures_and_later_answers() {
        let mut full = Reply::default();
        full.add(Part { ending: Ending::Ok, why: None, share: 0.5, time_s: 0.1 });
        full.add(Part { ending: Ending::Failed(AttemptFailure::Silent), why: None, share: 0.5, time_s: 0.0 });
        assert!((resolve(&full, 1.0).ok() - 0.5).abs() < 1e-9);
        let patient = resolve(&full, 10.0);
        assert!((patient.ok() - 0.9375).abs() < 1e-9, "{patient:?}");
        let whole: f64 = patient.parts.iter().map(|part| part.share).sum();
        assert!((whole - 1.0).abs() < 1e-9);
    }
}
