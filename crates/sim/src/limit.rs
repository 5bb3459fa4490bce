//! An optional limit.

/// The maximum of a count, or no limit.
///
/// "No limit" is stored as `u32::MAX`, which no count reaches, so [`Self::admits`] needs only one comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(u32);

impl Limit {
    pub(crate) const NONE: Self = Self(u32::MAX);

    /// Whether one more fits in addition to `present`.
    #[inline]
    pub(crate) const fn admits(self, present: u32) -> bool {
        present < self.0
    }

    pub(crate) const fn is_set(self) -> bool {
        self.0 != u32::MAX
    }
}

impl From<Option<u32>> for Limit {
    fn from(limit: Option<u32>) -> Self {
        limit.map_or(Self::NONE, Self)
    }
}

impl From<Limit> for Option<u32> {
    fn from(limit: Limit) -> Self {
        limit.is_set().then_some(limit.0)
    }
}
