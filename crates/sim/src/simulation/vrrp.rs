//! Who holds the address that a pair of balancers shares: VRRP as RFC 5798 has it, with keepalived's timer.
//!
//! The master advertises itself every second or so. The other stands by, and takes the address over when it has heard
//! nothing for 3 × advert + (256 − priority) / 256 s. One that starts stands by first; an advertisement of somebody with a
//! lower priority does not keep it from taking over, so a better master that returns gets the address back. Advertisements
//! come from the virtual MAC address, so the switch sends users' packets to whoever advertised last: with two masters that
//! do not hear each other, the address flaps between them, and connections break.
//!
//! An advertisement takes no time: its way is short beside the timers. Must not know what a balancer does with requests.

use crate::event::Kind;
use crate::index::{Ix, RequestIx, RouterIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::packet::Phase;
use crate::simulation::Simulation;
use crate::station::Passage;
use crate::vrrp::Router;
use hoplight_model::{ComponentIx, LinkIx};

impl Simulation {
    /// Starts all pairs with their better balancer as master.
    pub(super) fn schedule_adverts(&mut self) {
        for number in self.plan.pair.indices() {
            let plan = self.plan.pair[number];
            let master = plan.entry == self.address.entry;
            let wait = if master { plan.advert } else { plan.patience };
            let timer = self.clock.schedule(self.clock.now() + wait, Kind::Advert, number.raw());
            self.address.routers[number] = Router { master, timer };
        }
    }

    /// A timer of a balancer is due.
    pub(super) fn advert_due<O: Observer>(&mut self, number: RouterIx, sequence: u64, observer: &mut O) {
        if self.address.routers[number].timer != sequence {
            return;
        }
        let plan = self.plan.pair[number];
        if !self.address.routers[number].master {
            self.address.routers[number].master = true;
            self.note(observer, None, EventKind::Master { balancer: plan.station, master: true });
        }
        self.address.entry = plan.entry;
        self.address.routers[number].timer = self.clock.schedule(self.clock.now() + plan.advert, Kind::Advert, number.raw());
        for other in self.plan.pair.indices() {
            if other != number && self.hears(other) {
                self.hear_advert(other, number, observer);
            }
        }
    }

    /// Whether advertisements reach a balancer. A firewall or a cut on the way stops them in both directions.
    fn hears(&self, number: RouterIx) -> bool {
        let plan = self.plan.pair[number];
        self.way(plan.link) == Passage::Open && self.health(plan.station).is_up()
    }

    fn hear_advert<O: Observer>(&mut self, number: RouterIx, from: RouterIx, observer: &mut O) {
        let (plan, sender) = (self.plan.pair[number], self.plan.pair[from]);
        // The higher address wins among equals; positions stand for addresses.
        let is_better = (sender.priority, sender.station) > (plan.priority, plan.station);
        let router = &mut self.address.routers[number];
        if router.timer == 0 || !(is_better || !router.master && sender.priority == plan.priority) {
            return;
        }
        let was_master = std::mem::replace(&mut router.master, false);
        self.address.routers[number].timer = self.clock.schedule(self.clock.now() + plan.patience, Kind::Advert, number.raw());
        if was_master {
            self.note(observer, None, EventKind::Master { balancer: plan.station, master: false });
        }
    }

    /// A number that changes with every advertisement of the pair on a link.
    pub(super) fn adverts(&self, link: LinkIx) -> u64 {
        let masters =
            self.plan.pair.iter().zip(&self.address.routers).filter(|(plan, router)| plan.link == link && router.master);
        masters.fold(0, |sum, (_, router)| sum.wrapping_add(router.timer))
    }

    /// The priority of the balancer that users' packets go to; 0 without a pair.
    pub(crate) fn leading_priority(&self) -> u8 {
        self.plan.pair.iter().find(|plan| plan.entry == self.address.entry).map_or(0, |plan| plan.priority)
    }

    fn router(&self, station: StationIx) -> Option<RouterIx> {
        self.plan.pair.position(|plan| plan.station == station)
    }

    /// A balancer's process has ended.
    pub(super) fn router_stops(&mut self, station: StationIx) {
        if let Some(number) = self.router(station) {
            self.address.routers[number] = Router::default();
        }
    }

    /// A balancer's process has started: it listens first.
    pub(super) fn router_starts(&mut self, station: StationIx) {
        let Some(number) = self.router(station).filter(|number| self.address.routers[*number].timer == 0) else { return };
        let timer = self.clock.schedule(self.clock.now() + self.plan.pair[number].patience, Kind::Advert, number.raw());
        self.address.routers[number] = Router { master: false, timer };
    }

    /// Whether a message of a user belongs to a connection with the other balancer of the pair: this one never heard of it
    /// and resets it. A visitor who returns opens a new connection where the old one is gone.
    pub(super) fn is_foreign_connection(&mut self, request: RequestIx) -> bool {
        if self.plan.pair.is_empty() || self.requests[request].depth != 1 {
            return false;
        }
        let record = &mut self.requests[request];
        let link = record.link();
        match record.phase {
            Phase::Lookup => false,
            Phase::Connect => {
                record.connection = Some(link);
                false
            }
            _ => record.connection.is_some_and(|connection| connection != link),
        }
    }

    /// The balancers that take themselves for the master of the shared address; one, if all is well. Empty without a pair.
    pub fn masters(&self) -> impl Iterator<Item = ComponentIx> + '_ {
        let pairs = self.plan.pair.iter().zip(&self.address.routers);
        pairs.filter(|(_, router)| router.master).map(|(plan, _)| plan.station)
    }

    /// The link on which users' packets go to the site now: with a pair, to whoever advertised last.
    pub fn entry(&self) -> LinkIx {
        self.address.entry
    }
}
