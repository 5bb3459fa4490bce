//! The shared address: sending and receiving advertisements, and the effect of a change of master on users'
//! connections.

use hoplight_model::{ComponentIx, LinkIx};

use crate::index::{RequestIx, RouterIx};
use crate::journal::{EventKind, Observer};
use crate::packet::Phase;
use crate::simulation::Simulation;
use crate::station::Passage;

impl Simulation {
    /// Handles a timer of a balancer, which then advertises itself.
    pub(super) fn advert_due<O: Observer>(&mut self, number: RouterIx, sequence: u64, observer: &mut O) {
        if !self.address.waits_for(number, sequence) {
            return;
        }
        let entry = self.address.entry();
        let becomes_master = self.address.advertise(number, &self.plan, &mut self.clock);
        if self.address.entry() != entry {
            observer.address_moved(self.clock.now());
        }
        if becomes_master {
            self.note(observer, None, EventKind::Master { balancer: self.plan.pair[number].station, master: true });
        }
        for other in self.plan.pair.indices() {
            if other != number
                && self.is_reachable(other)
                && self.address.receive_advert(other, number, &self.plan, &mut self.clock)
            {
                self.note(observer, None, EventKind::Master { balancer: self.plan.pair[other].station, master: false });
            }
        }
    }

    /// Whether advertisements reach a balancer. A firewall or a cut on the path stops them in both directions.
    fn is_reachable(&self, number: RouterIx) -> bool {
        let plan = self.plan.pair[number];
        self.way(plan.link) == Passage::Open && self.health(plan.station).is_up()
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
            Phase::Connect => {
                record.connection = Some(link);
                false
            }
            _ => record.connection.is_some_and(|connection| connection != link),
        }
    }

    /// The priority of the balancer that receives users' packets; 0 without a pair.
    pub(crate) fn leading_priority(&self) -> u8 {
        self.address.leading_priority(&self.plan)
    }

    /// The balancers that consider themselves master of the shared address; normally one. Empty without a pair.
    pub fn masters(&self) -> impl Iterator<Item = ComponentIx> + '_ {
        self.address.masters(&self.plan)
    }

    /// The link on which users' packets reach the site now: in a pair, to the balancer that advertised last.
    pub fn entry(&self) -> LinkIx {
        self.address.entry()
    }
}
