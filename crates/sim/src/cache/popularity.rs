//! Popularity: which object a request asks for.
//!
//! The ranks follow a Zipf distribution. A draw takes constant time by the alias method (Walker 1977; the tables are
//! built as in Vose, "A linear algorithm for generating random numbers with a given distribution", 1991).

use std::sync::Arc;

use crate::index::{count, length};

/// One column of the alias table: a draw takes the column's own rank below the threshold, and the alias above it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct AliasColumn {
    threshold: u64,
    alias: u32,
}

/// A Zipf distribution over ranks from 0.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Popularity(Arc<[AliasColumn]>);

impl Popularity {
    /// The object of rank i, from 1, has the weight 1 / i^exponent.
    pub(super) fn zipf(objects: u32, exponent: f64) -> Self {
        let weights: Vec<f64> = (1..=objects).map(|rank| libm::pow(f64::from(rank), -exponent)).collect();
        let mean = weights.iter().sum::<f64>() / f64::from(objects);
        let mut left: Vec<f64> = weights.into_iter().map(|weight| weight / mean).collect();
        let mut columns = vec![AliasColumn { threshold: u64::MAX, alias: 0 }; left.len()];
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..left.len()).partition(|place| left[*place] < 1.0);
        while let (Some(low), Some(high)) = (small.pop(), large.last().copied()) {
            columns[low] = AliasColumn { threshold: threshold(left[low]), alias: count(high) };
            left[high] -= 1.0 - left[low];
            if left[high] < 1.0 {
                large.pop();
                small.push(high);
            }
        }
        // Rounding leaves columns that are full.
        Self(columns.into())
    }

    /// The rank of a draw, from 0.
    pub(super) fn rank(&self, bits: u64) -> u32 {
        let columns = count(self.0.len());
        let place = u32::try_from((u64::from(columns) * (bits >> 32)) >> 32).expect("below the number of columns");
        let column = self.0[length(place)];
        if crate::random::mix(bits) <= column.threshold { place } else { column.alias }
    }
}

/// A fraction of 2^64.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
fn threshold(fraction: f64) -> u64 {
    (fraction * 18_446_744_073_709_551_616.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::mix;

    #[test]
    fn ranks_are_drawn_in_proportion_to_their_weights() {
        for exponent in [0.0, 0.8, 1.2] {
            let popularity = Popularity::zipf(50, exponent);
            let mut drawn = [0u32; 50];
            let draws = 400_000;
            for number in 0..draws {
                drawn[length(popularity.rank(mix(number)))] += 1;
            }
            let whole: f64 = (1..=50).map(|rank| libm::pow(f64::from(rank), -exponent)).sum();
            for (rank, found) in (1u32..).zip(drawn) {
                let expected = libm::pow(f64::from(rank), -exponent) / whole * draws as f64;
                let spread = 5.0 * libm::sqrt(expected);
                assert!((f64::from(found) - expected).abs() < spread, "rank {rank}: {found} for {expected}");
            }
        }
    }
}
