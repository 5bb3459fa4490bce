//! What the authoritative server says of the site's name.
//!
//! Must not know caches: who keeps an old answer, and for how long, is `dns`'s business.

use super::simulation::Simulation;

/// The state of the site's record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(test), expect(dead_code, reason = "nothing takes the record away yet"))]
pub(super) enum RecordState {
    /// It is there.
    #[default]
    Present,
    /// It is gone: there is no such name.
    Gone,
    /// The authoritative server is silent.
    Unreachable,
}

impl Simulation {
    /// What the authoritative server would say now.
    pub(super) fn zone_state(&self) -> RecordState {
        self.record
    }
}
