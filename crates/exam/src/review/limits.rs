//! Limits of a review, so that it is read in minutes and measured in a second.

use std::ops::RangeInclusive;

/// Number of sentences.
pub(super) const SENTENCES: RangeInclusive<usize> = 6..=12;
/// Number of expected findings.
pub(super) const FINDINGS: RangeInclusive<usize> = 2..=8;
/// Number of distractors.
pub(super) const DISTRACTORS: RangeInclusive<usize> = 2..=8;
/// Maximum number of elements that are lost in runs.
pub(super) const MOST_SERVERS: usize = 24;
/// Maximum rate of a design in requests per second.
pub(super) const MOST_RATE: f64 = 500.0;
