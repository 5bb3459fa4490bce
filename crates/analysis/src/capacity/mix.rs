//! Mix of request kinds.

use hoplight_model::RequestKind;
use hoplight_model::component::Traffic;

/// Fraction of each kind; the sum is 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mix([f64; 3]);

impl Mix {
    /// The mix of a scenario's traffic. Requests that are neither static nor writes are reads.
    pub fn of(traffic: &Traffic) -> Self {
        let (statics, writes) = (traffic.static_share.get(), traffic.write_share.get());
        Self([statics, (1.0 - statics - writes).max(0.0), writes])
    }

    /// The mix of one kind alone.
    pub fn only(kind: RequestKind) -> Self {
        Self(RequestKind::ALL.map(|other| if other == kind { 1.0 } else { 0.0 }))
    }

    /// Fraction of one kind.
    pub const fn share(self, kind: RequestKind) -> f64 {
        self.0[kind.index()]
    }

    /// Mean of a value over the kinds.
    pub fn mean(self, of: impl Fn(RequestKind) -> f64) -> f64 {
        let parts = RequestKind::ALL.into_iter().filter(|kind| self.share(*kind) > 0.0);
        parts.map(|kind| self.share(kind) * of(kind)).sum()
    }
}
