//! The address that a pair of balancers shares: VRRP as RFC 5798 has it, with keepalived's timer.
//!
//! The master advertises itself every second or so. The backup takes the address over when it has heard nothing for three
//! intervals and a skew of (256 − priority) / 256 s. A balancer that starts is a backup first; advertisements of a lower
//! priority do not keep it from taking over, so a better master that returns gets the address back. Advertisements come from
//! the virtual MAC address, so the switch sends users' packets to the balancer that advertised last: with two masters that do
//! not hear each other, the address flaps between them, and connections break.
//!
//! An advertisement takes no time: its way is short beside the timers.

use crate::clock::Clock;
use crate::event::{Kind, RENUMBERED};
use crate::index::{IndexVec, Ix, LinkIx, RouterIx, StationIx};
use crate::plan::{Plan, RouterPlan};

/// One balancer of a pair.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Router {
    master: bool,
    /// Sequence number of the one event that counts: a master's next advertisement, or the end of the backup's patience.
    /// Zero while the process does not run.
    timer: u64,
}

/// The address that users connect to, and the balancers that share it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SharedAddress {
    routers: IndexVec<RouterIx, Router>,
    /// The link on which users' packets go to the site.
    entry: LinkIx,
}

impl SharedAddress {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self { routers: IndexVec::of(Router::default(), plan.pair.len()), entry: plan.entry }
    }

    /// The link on which users' packets go to the site: with a pair, to the balancer that advertised last.
    pub(crate) const fn entry(&self) -> LinkIx {
        self.entry
    }

    /// Starts all pairs with their better balancer as master.
    pub(crate) fn start(&mut self, plan: &Plan, clock: &mut Clock) {
        for (number, router) in plan.pair.enumerate() {
            let master = router.entry == self.entry;
            let wait = if master { router.advert } else { router.patience };
            let timer = clock.schedule(clock.now() + wait, Kind::Advert, number.raw());
            self.routers[number] = Router { master, timer };
        }
    }

    /// Whether an event is the one that a balancer waits for.
    pub(crate) fn waits_for(&self, number: RouterIx, sequence: u64) -> bool {
        self.routers[number].timer == sequence
    }

    /// A balancer advertises itself. Returns whether it was the backup until now.
    pub(crate) fn advertise(&mut self, number: RouterIx, plan: &Plan, clock: &mut Clock) -> bool {
        let RouterPlan { entry, advert, .. } = plan.pair[number];
        let was_master = self.routers[number].master;
        let timer = clock.schedule(clock.now() + advert, Kind::Advert, number.raw());
        self.routers[number] = Router { master: true, timer };
        self.entry = entry;
        !was_master
    }

    /// A balancer hears another one's advertisement. Returns whether it ceases to be master.
    pub(crate) fn hear(&mut self, number: RouterIx, from: RouterIx, plan: &Plan, clock: &mut Clock) -> bool {
        let (own, sender) = (plan.pair[number], plan.pair[from]);
        // The higher address wins among equals; positions stand for addresses.
        let is_better = (sender.priority, sender.station) > (own.priority, own.station);
        let router = &mut self.routers[number];
        if router.timer == 0 || !(is_better || !router.master && sender.priority == own.priority) {
            return false;
        }
        router.timer = clock.schedule(clock.now() + own.patience, Kind::Advert, number.raw());
        std::mem::replace(&mut router.master, false)
    }

    /// A balancer's process ends.
    pub(crate) fn stop(&mut self, station: StationIx, plan: &Plan) {
        if let Some(number) = plan.router(station) {
            self.routers[number] = Router::default();
        }
    }

    /// A balancer's process starts: it listens first.
    pub(crate) fn restart(&mut self, station: StationIx, plan: &Plan, clock: &mut Clock) {
        let Some(number) = plan.router(station).filter(|number| self.routers[*number].timer == 0) else { return };
        let timer = clock.schedule(clock.now() + plan.pair[number].patience, Kind::Advert, number.raw());
        self.routers[number] = Router { master: false, timer };
    }

    /// Restores who was master before a rebuild, among the balancers that run. `was_master` knows the balancers that existed
    /// then; `leader` is the balancer that users' packets went to.
    pub(crate) fn carry(
        &mut self,
        was_master: impl Fn(StationIx) -> Option<bool>,
        leader: Option<StationIx>,
        plan: &Plan,
        clock: &mut Clock,
    ) {
        let running = |router: &Router| router.timer != 0;
        let known = plan.pair.iter().zip(&self.routers).filter(|(_, router)| running(router));
        if !known.clone().any(|(plan, _)| was_master(plan.station) == Some(true)) {
            return;
        }
        for (number, router) in plan.pair.enumerate() {
            if !running(&self.routers[number]) {
                continue;
            }
            let master = was_master(router.station) == Some(true);
            let wait = if master { router.advert } else { router.patience };
            self.routers[number] = Router { master, timer: clock.schedule(clock.now() + wait, Kind::Advert, number.raw()) };
            if master && (leader == Some(router.station) || leader.is_none()) {
                self.entry = router.entry;
            }
        }
    }

    /// A number that changes with every advertisement of the pair on a link.
    pub(crate) fn adverts(&self, link: LinkIx, plan: &Plan) -> u64 {
        let masters = plan.pair.iter().zip(&self.routers).filter(|(plan, router)| plan.link == link && router.master);
        masters.fold(0, |sum, (_, router)| sum.wrapping_add(router.timer))
    }

    /// The priority of the balancer that users' packets go to; 0 without a pair.
    pub(crate) fn leading_priority(&self, plan: &Plan) -> u8 {
        plan.pair.iter().find(|router| router.entry == self.entry).map_or(0, |router| router.priority)
    }

    /// Whether a balancer takes itself for the master; `None` if it shares no address.
    pub(crate) fn is_master(&self, station: StationIx, plan: &Plan) -> Option<bool> {
        plan.router(station).map(|number| self.routers[number].master)
    }

    /// The balancers that take themselves for the master.
    pub(crate) fn masters<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = StationIx> + 'a {
        let pairs = plan.pair.iter().zip(&self.routers);
        pairs.filter(|(_, router)| router.master).map(|(plan, _)| plan.station)
    }

    /// The event that a balancer waits for gets a new number.
    pub(crate) fn renumber(&mut self, number: RouterIx, sequence: u64) {
        self.routers[number].timer = RENUMBERED | sequence;
    }

    /// All events have their new numbers.
    pub(crate) fn end_renumbering(&mut self) {
        self.routers.iter_mut().for_each(|router| router.timer &= !RENUMBERED);
    }
}
