//! Who holds the address that a pair of balancers shares: VRRP as RFC 5798 has it, with keepalived's timer.
//!
//! The master advertises itself every second or so. The other stands by, and takes the address over when it has heard
//! nothing for 3 × advert + (256 − priority) / 256 s. One that starts stands by first; an advertisement of somebody with a
//! lower priority does not keep it from taking over, so a better master that returns gets the address back. Advertisements
//! come from the virtual MAC address, so the switch sends users' packets to whoever advertised last: with two masters that
//! do not hear each other, the address flaps between them, and connections break.
//!
//! An advertisement takes no time: its way is short beside the timers. Must not know what a balancer does with requests.

use hoplight_model::LinkIx;

use crate::index::{IndexVec, RouterIx};
use crate::plan::Plan;

/// What changes about one balancer of a pair while time passes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Router {
    pub(crate) master: bool,
    /// Sequence number of the one event that counts: a master's next advertisement, or the end of the other's patience.
    /// Zero while it does not run.
    pub(super) timer: u64,
}

impl Router {
    /// Whether it takes itself for the master.
    pub(super) fn is_master(self) -> bool {
        self.master
    }
}

/// The address that users connect to, and the balancers that share it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SharedAddress {
    pub(crate) routers: IndexVec<RouterIx, Router>,
    /// The link on which users' packets go to the site.
    pub(crate) entry: LinkIx,
}

impl SharedAddress {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self { routers: IndexVec::of(Router::default(), plan.pair.len()), entry: plan.entry }
    }
}
