//! Counts over the whole run, including the warm-up: failures by cause, and changes of backends and of the shared address.
//!
//! The maps have an entry per reason and component or per link, so their size does not depend on the length of the run.

use std::collections::BTreeMap;

use hoplight_model::LinkIx;

use crate::journal::FailureCause;
use crate::outcome::Failure;
use crate::time::SimTime;

/// How often health checks marked a backend DOWN and UP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackendChanges {
    /// Number of changes from UP to DOWN.
    pub down: u64,
    /// Number of changes from DOWN to UP.
    pub up: u64,
    /// Time of the last change.
    pub last: SimTime,
}

/// How often the shared address moved from one balancer to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddressMoves {
    /// Number of moves.
    pub count: u64,
    /// Time of the last move.
    pub last: Option<SimTime>,
}

/// The counts of [`super::Recorder`] over the whole run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Changes {
    pub(super) failures: BTreeMap<(Failure, Option<FailureCause>), u64>,
    pub(super) backends: BTreeMap<LinkIx, BackendChanges>,
    pub(super) address: AddressMoves,
}

impl Changes {
    pub(super) fn failed(&mut self, failure: Failure, cause: Option<FailureCause>) {
        *self.failures.entry((failure, cause)).or_default() += 1;
    }

    pub(super) fn backend_changed(&mut self, at: SimTime, link: LinkIx, up: bool) {
        let changes = self.backends.entry(link).or_default();
        *if up { &mut changes.up } else { &mut changes.down } += 1;
        changes.last = at;
    }

    pub(super) fn address_moved(&mut self, at: SimTime) {
        self.address.count += 1;
        self.address.last = Some(at);
    }
}
