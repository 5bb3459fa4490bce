//! The mix of request kinds.
//!
//! Must not know the load.

use hoplight_model::RequestKind;
use hoplight_model::component::Traffic;

/// The fraction of each kind; together 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mix([f64; 3]);

impl Mix {
    /// The mix of a scenario's traffic. What is neither static nor a write is a read.
    pub fn of(traffic: &Traffic) -> Self {
        let (statics, writes) = (traffic.static_share.get(), traffic.write_share.get());
        Self([statics, (1.0 - statics - writes).max(0.0), writes])
    }

    /// One kind alone.
    pub fn only(kind: RequestKind) -> Self {
        Self(RequestKind::ALL.map(|other| if other == kind { 1.0 } else { 0.0 }))
    }

    /// The fraction of one kind.
    pub const fn share(self, kind: RequestKind) -> f64 {
        self.0[kind.index()]
    }

    /// The mean of a value over the kinds.
    pub fn mean(self, of: impl Fn(RequestKind) -> f64) -> f64 {
        let parts = RequestKind::ALL.into_iter().filter(|kind| self.share(*kind) > 0.0);
        parts.map(|kind| self.share(kind) * of(kind)).sum()
    }
}
