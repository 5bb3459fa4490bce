//! The address that a pair of balancers shares: VRRP as in RFC 5798, with keepalived's timer.
//!
//! The master sends an advertisement at a fixed interval, typically one second. The backup takes over the address if it
//! receives none for three intervals plus a skew of (256 − priority) / 256 s. A balancer always starts as a backup.
//! Advertisements of a lower priority do not keep it from taking over, so a master with a higher priority gets the
//! address back when it returns. Advertisements come from the virtual MAC address, so the switch forwards users'
//! packets to the balancer that advertised last: with two masters that cannot reach each other, the address flaps
//! between them, and connections break.
//!
//! Advertisements arrive at once: their transit time is negligible compared with the timers.

use crate::clock::Clock;
use crate::event::{Kind, RENUMBERED};
use crate::index::{IndexVec, Ix, LinkIx, RouterIx, StationIx};
use crate::plan::{Plan, RouterPlan};

/// One balancer of a pair.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Router {
    master: bool,
    /// Sequence number of the pending event: the master's next advertisement, or the backup's takeover. Zero while the
    /// process is not running.
    timer: u64,
}

/// The address that users connect to, and the balancers that share it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SharedAddress {
    routers: IndexVec<RouterIx, Router>,
    /// The link on which users' packets reach the site.
    entry: LinkIx,
}

impl SharedAddress {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self { routers: IndexVec::of(Router::default(), plan.pair.len()), entry: plan.entry }
    }

    /// The link on which users' packets reach the site: in a pair, to the balancer that advertised last.
    pub(crate) const fn entry(&self) -> LinkIx {
        self.entry
    }

    /// Starts the pair with the balancer of higher priority as master.
    pub(crate) fn start(&mut self, plan: &Plan, clock: &mut Clock) {
        for (number, router) in plan.pair.enumerate() {
            let master = router.entry == self.entry;
            let wait = if master { router.advert } else { router.patience };
            let timer = clock.schedule(clock.now() + wait, Kind::Advert, number.raw());
            self.routers[number] = Router { master, timer };
        }
    }

    /// Whether an event is the pending event of a balancer.
    pub(crate) fn waits_for(&self, number: RouterIx, sequence: u64) -> bool {
        self.routers[number].timer == sequence
    }

    /// Sends a balancer's advertisement. Returns whether it was the backup until now.
    pub(crate) fn advertise(&mut self, number: RouterIx, plan: &Plan, clock: &mut Clock) -> bool {
        let RouterPlan { entry, advert, .. } = plan.pair[number];
        let was_master = self.routers[number].master;
        let timer = clock.schedule(clock.now() + advert, Kind::Advert, number.raw());
        self.routers[number] = Router { master: true, timer };
        self.entry = entry;
        !was_master
    }

    /// Receives another balancer's advertisement. Returns whether this balancer stops being master.
    pub(crate) fn receive_advert(&mut self, number: RouterIx, from: RouterIx, plan: &Plan, clock: &mut Clock) -> bool {
        let (own, sender) = (plan.pair[number], plan.pair[from]);
        // Among equal priorities, the higher address wins; positions stand for addresses.
        let is_better = (sender.priority, sender.station) > (own.priority, own.station);
        let router = &mut self.routers[number];
        if router.timer == 0 || !(is_better || !router.master && sender.priority == own.priority) {
            return false;
        }
        router.timer = clock.schedule(clock.now() + own.patience, Kind::Advert, number.raw());
        std::mem::replace(&mut router.master, false)
    }

    /// Stops VRRP on a balancer whose process has ended.
    pub(crate) fn stop(&mut self, station: StationIx, plan: &Plan) {
        if let Some(number) = plan.router(station) {
            self.routers[number] = Router::default();
        }
    }

    /// Starts VRRP on a balancer whose process has started, as a backup.
    pub(crate) fn restart(&mut self, station: StationIx, plan: &Plan, clock: &mut Clock) {
        let Some(number) = plan.router(station).filter(|number| self.routers[*number].timer == 0) else { return };
        let timer = clock.schedule(clock.now() + plan.pair[number].patience, Kind::Advert, number.raw());
        self.routers[number] = Router { master: false, timer };
    }

    /// Restores the masters from before a rebuild, among the running balancers. `was_master` is `None` for balancers
    /// that were not in the pair then; `leader` is the balancer that received users' packets.
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

    /// The priority of the balancer that receives users' packets; 0 without a pair.
    pub(crate) fn leading_priority(&self, plan: &Plan) -> u8 {
        plan.pair.iter().find(|router| router.entry == self.entry).map_or(0, |router| router.priority)
    }

    /// Whether a balancer considers itself master; `None` if it shares no address.
    pub(crate) fn is_master(&self, station: StationIx, plan: &Plan) -> Option<bool> {
        plan.router(station).map(|number| self.routers[number].master)
    }

    /// The balancers that consider themselves master.
    pub(crate) fn masters<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = StationIx> + 'a {
        let pairs = plan.pair.iter().zip(&self.routers);
        pairs.filter(|(_, router)| router.master).map(|(plan, _)| plan.station)
    }

    /// Updates the sequence number of a balancer's pending event.
    pub(crate) fn renumber(&mut self, number: RouterIx, sequence: u64) {
        self.routers[number].timer = RENUMBERED | sequence;
    }

    /// Clears the marks of renumbered events when renumbering is complete.
    pub(crate) fn end_renumbering(&mut self) {
        self.routers.iter_mut().for_each(|router| router.timer &= !RENUMBERED);
    }
}
