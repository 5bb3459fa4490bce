//! Retries after failed requests.

use serde::{Deserialize, Serialize};

use super::quantity::{Attempts, Fraction, Seconds};

/// How often a user retries, and the delay between attempts. By default, users do not retry.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retries {
    /// Maximum number of attempts, including the first.
    pub attempts: Attempts,
    /// Delay before the second attempt; it doubles with each further attempt.
    pub backoff_s: Seconds,
    /// Fraction of each delay that is randomised: 0 always waits the full delay, 1 waits anything from zero to the full delay.
    pub jitter: Fraction,
}

impl Default for Retries {
    fn default() -> Self {
        Self { attempts: Attempts::literal(1), backoff_s: Seconds::literal(0.1), jitter: Fraction::literal(1.0) }
    }
}
