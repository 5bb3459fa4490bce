//! The shared addresses: sending and receiving advertisements, and the effect of a change of master on users'
//! connections.

use hoplight_model::{ComponentIx, LinkIx};

use crate::index::{IndexVec, RequestIx, RouterIx, ServerIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::packet::Phase;
use crate::simulation::Simulation;
use crate::station::Passage;
use crate::vrrp::VrrpEnd;

impl Simulation {
    /// Handles a timer of a balancer, which then advertises itself.
    pub(super) fn advert_due<O: Observer>(&mut self, number: RouterIx, sequence: u64, observer: &mut O) {
        if !self.address.waits_for(number, sequence) {
            return;
        }
        if self.address.is_verdict(number, sequence) {
            return self.script_ran(number, observer);
        }
        let becomes_master = self.address.advertise(number, &self.plan, &mut self.clock);
        if becomes_master {
            self.note(observer, None, EventKind::Master { balancer: self.plan.pair[number].station, master: true });
        }
        let mut announces = becomes_master || self.plan.pair[number].vmac;
        for other in self.plan.pair.indices() {
            if self.are_peers(number, other)
                && self.is_reachable(other)
                && self.address.receive_advert(other, number, &self.plan, &mut self.clock)
            {
                // A master that hears another one announces the address again (`garp_lower_prio_repeat`).
                announces = true;
                self.note(observer, None, EventKind::Master { balancer: self.plan.pair[other].station, master: false });
            }
        }
        if announces && self.is_heard_by_users(number) && self.address.announce(number, &self.plan) {
            observer.address_moved(self.clock.now());
        }
    }

    /// Handles the run of a tracking script whose result differs from the ones before.
    fn script_ran<O: Observer>(&mut self, number: RouterIx, observer: &mut O) {
        let is_up = self.health(self.plan.pair[number].station).accepts();
        if self.address.judge_balancer(number, is_up, &self.plan, &mut self.clock) {
            self.give_up_address(number, observer);
        }
    }

    /// Sends an advertisement of priority 0.
    fn give_up_address<O: Observer>(&mut self, number: RouterIx, observer: &mut O) {
        self.note(observer, None, EventKind::Master { balancer: self.plan.pair[number].station, master: false });
        for other in self.plan.pair.indices() {
            if self.are_peers(number, other) && self.is_reachable(other) {
                self.address.receive_farewell(other, &self.plan, &mut self.clock);
            }
        }
    }

    /// Ends the keepalived of a balancer, with all of its virtual routers.
    pub(super) fn end_keepalived<O: Observer>(&mut self, number: RouterIx, how: VrrpEnd, observer: &mut O) {
        for number in self.plan.routers(self.plan.pair[number].station) {
            if self.address.end(number, how) {
                self.give_up_address(number, observer);
            }
        }
    }

    /// Starts the keepalived of a balancer, with all of its virtual routers.
    pub(super) fn launch_keepalived(&mut self, number: RouterIx, boots: bool) {
        let station = self.plan.pair[number].station;
        let has_balancer = self.health(station).accepts();
        for number in self.plan.routers(station) {
            self.address.launch(number, has_balancer, boots, &self.plan, &mut self.clock);
        }
    }

    /// Starts keepalived on a server that has booted.
    pub(super) fn boot_keepalived(&mut self, server: ServerIx) {
        for station in self.stations_on(server) {
            if let Some(number) = self.plan.router(station).filter(|number| !self.address.is_running(*number)) {
                self.launch_keepalived(number, true);
            }
        }
    }

    /// Whether two balancers share an address.
    fn are_peers(&self, one: RouterIx, other: RouterIx) -> bool {
        one != other && self.plan.pair[one].address == self.plan.pair[other].address
    }

    /// Whether advertisements reach a balancer. A firewall or a cut on the path stops them in both directions.
    fn is_reachable(&self, number: RouterIx) -> bool {
        self.way(self.plan.pair[number].link) == Passage::Open && self.address.is_running(number)
    }

    /// Whether ARP messages of a balancer's machine reach the users' router: no rule of a packet filter stops them, but a
    /// cut or a dead firewall does.
    fn is_heard_by_users(&self, number: RouterIx) -> bool {
        let entry = self.plan.pair[number].entry;
        let mut guards = self.plan.hops[entry].guards.iter();
        !self.links[entry].is_cut() && guards.all(|guard| self.acting(guard).is_some())
    }

    /// Updates what the users' router knows about the address, once a second.
    pub(super) fn refresh_arp<O: Observer>(&mut self, observer: &mut O) {
        let heard: IndexVec<RouterIx, bool> = self.plan.pair.indices().map(|number| self.is_heard_by_users(number)).collect();
        if self.address.age(|number| heard[number], &self.plan) {
            observer.address_moved(self.clock.now());
        }
    }

    /// Whether a message for the shared address reaches a machine that does not have it.
    pub(super) fn lacks_address(&self, request: RequestIx, station: StationIx) -> bool {
        self.requests[request].depth == 1
            && !self.plan.pair.is_empty()
            && self.address.holds(station, self.chosen_address(request), &self.plan) == Some(false)
    }

    /// Whether a user's message belongs to a connection with the other balancer of the pair, so that this balancer
    /// resets it. A returning visitor opens a new connection if the old one is gone.
    pub(super) fn is_foreign_connection(&mut self, request: RequestIx) -> bool {
        if self.plan.pair.is_empty() || self.requests[request].depth != 1 {
            return false;
        }
        let record = &mut self.requests[request];
        let link = record.link();
        match record.phase {
            Phase::Lookup => false,
            Phase::Connect | Phase::PlainConnect => {
                record.connection = Some(link);
                false
            }
            _ => record.connection.is_some_and(|connection| connection != link),
        }
    }

    /// The priority of the balancer that receives users' packets, in the pair that exchanges advertisements on a link.
    pub(crate) fn leading_priority(&self, link: LinkIx) -> u8 {
        self.address.leading_priority(link, &self.plan)
    }

    /// The balancers whose machines have a shared address; normally one for each address.
    pub fn masters(&self) -> impl Iterator<Item = ComponentIx> + '_ {
        self.address.holders(&self.plan)
    }

    /// The link on which users' packets reach the site's first address now: in a pair, to the balancer that announced it
    /// last.
    ///
    /// # Panics
    /// If the site has no address: a drawing in progress.
    pub fn entry(&self) -> LinkIx {
        self.address.first_entry()
    }

    /// Number of addresses that are shared by a VRRP pair: two by a crossed one.
    pub fn shared_addresses(&self) -> usize {
        self.plan.pair.len() / 2
    }
}
