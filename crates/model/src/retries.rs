//! What users or their programs do after a failed request.

use serde::{Deserialize, Serialize};

use super::quantity::{Attempts, Fraction, Seconds};

/// How often a user tries, and the wait between attempts. By default, users don't retry.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retries {
    /// Maximum number of attempts, including the first.
    pub attempts: Attempts,
    /// The wait before the second attempt; it doubles before each further one.
    pub backoff_s: Seconds,
    /// The random fraction of each wait: 0 waits the full time, 1 anything from zero to the full time.
    pub jitter: Fraction,
}

impl Default for Retries {
    fn default() -> Self {
        Self { attempts: Attempts::literal(1), backoff_s: Seconds::literal(0.1), jitter: Fraction::literal(1.0) }
    }
}
