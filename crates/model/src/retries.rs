//! What users, or the programs that they use, do when a request failed.
//!
//! Must not know why it failed.

use serde::{Deserialize, Serialize};

use super::quantity::{Attempts, Fraction, Seconds};

/// How often a user tries, and how long they wait before they try again. By default nobody tries again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retries {
    /// Most attempts, the first among them.
    pub attempts: Attempts,
    /// The wait before the second attempt; it doubles before each further one.
    pub backoff_s: Seconds,
    /// The part of each wait that is left to chance: 0 waits the whole time, 1 anything between nothing and all of it.
    pub jitter: Fraction,
}

impl Default for Retries {
    fn default() -> Self {
        Self { attempts: Attempts::literal(1), backoff_s: Seconds::literal(0.1), jitter: Fraction::literal(1.0) }
    }
}
