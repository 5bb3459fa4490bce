//! Random choices that follow from a seed.

/// A stream of numbers from a seed: `SplitMix64` (Steele, Lea and Flood 2014). Equal seeds give equal streams on every
/// platform.
#[derive(Clone, Debug)]
pub struct Seeded(u64);

impl Seeded {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`; zero if `bound` is zero.
    pub fn below(&mut self, bound: usize) -> usize {
        let bits = self.bits();
        let choices = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(bits % choices).unwrap_or_default()
    }

    /// True with a chance of one in `n`.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of the items; `None` if there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let at = self.below(items.len());
        items.get(at)
    }

    /// Shuffles the items (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_orders_and_every_item_comes_first() {
        let order = |seed| {
            let mut items = [0, 1, 2, 3];
            Seeded::new(seed).shuffle(&mut items);
            items
        };
        assert_eq!(order(7), order(7));
        let mut first = [0_u32; 4];
        (0..400).for_each(|seed| first[order(seed)[0]] += 1);
        assert!(first.iter().all(|count| (60..140).contains(count)), "{first:?}");
        assert_eq!(Seeded::new(1).below(0), 0);
    }
}
