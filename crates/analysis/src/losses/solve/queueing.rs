//! The rates at which requests arrive at a component, and the queueing that follows from them.

use hoplight_model::behaviour::Behaviour;
use hoplight_model::station::Hold;
use hoplight_model::{ComponentIx, LinkIx, RequestKind};

use super::super::limits::{Clients, keeps_users_apart};
use super::super::node::Load;
use super::super::queue::{finite_queue, with_resends};
use super::super::syn;
use super::Solver;

/// Utilisation below which queueing is ignored.
pub(super) const BUSY: f64 = 0.8;
/// The queueing time of a queue that grows without limit, in seconds.
const ENDLESS_S: f64 = 1e6;

impl Solver<'_> {
    /// Requests per second that arrive at a component.
    pub(super) fn inflow(&self, ix: usize) -> [f64; 3] {
        self.inflow_from(ix, |_| true)
    }

    /// Requests per second that arrive at a component from some of its clients.
    pub(super) fn inflow_from(&self, ix: usize, counts: impl Fn(ComponentIx) -> bool) -> [f64; 3] {
        let mut rates = [0.0; 3];
        for link in &self.site.into[ix] {
            if !counts(self.site.hop(*link).from) {
                continue;
            }
            for (rate, on_link) in rates.iter_mut().zip(self.rates_on(*link)) {
                *rate += on_link;
            }
        }
        rates
    }

    /// Fraction of the requests of each kind that the rate limit of a component refuses.
    pub(super) fn limited(&self, ix: usize) -> [f64; 3] {
        let Some(limits) = &self.site.limits[ix] else { return [0.0; 3] };
        let traffic = self.site.infra.traffic();
        let returning = 1.0 - traffic.new_visitors.get();
        let addresses = f64::from(self.site.returning_users()) / f64::from(traffic.users_per_address.get());
        let clients = |link: LinkIx| {
            let from = self.site.hop(link).from;
            let sticks = self.site.behaviours(from).iter().filter_map(Behaviour::forwarding);
            let share = || self.rates_on(link).iter().sum::<f64>() / self.rates[from.index()].iter().sum::<f64>().max(1e-9);
            let is_sticky = sticks.into_iter().any(|forwarding| keeps_users_apart(forwarding.choice));
            Clients { returning, count: addresses * if is_sticky { share() } else { 1.0 } }
        };
        limits.refused(|link| self.rates_on(link), clients)
    }

    /// Requests per second of each kind on a link.
    pub(super) fn rates_on(&self, link: LinkIx) -> [f64; 3] {
        let from = self.site.hop(link).from.index();
        [0, 1, 2].map(|kind| {
            let sends = &self.nodes[from].sends[kind];
            sends.binary_search_by_key(&link, |(link, _)| *link).map_or(0.0, |place| sends[place].1 * self.rates[from][kind])
        })
    }

    /// Slots that requests hold at the current rates, as a fraction of all slots. Exceeds 1 if the work is too much.
    pub(super) fn utilisation(&self, ix: usize) -> f64 {
        let work: f64 = self.rates[ix].iter().zip(self.nodes[ix].holds_s).map(|(rate, hold)| rate * hold).sum();
        work / f64::from(self.site.stations[ix].slots)
    }

    /// Queueing at a component, with Poisson arrivals at the current rates.
    pub(super) fn load(&self, ix: usize) -> Load {
        let (station, node, rates) = (&self.site.stations[ix], &self.nodes[ix], self.rates[ix]);
        let whole: f64 = rates.iter().sum();
        let work: f64 = rates.iter().zip(node.holds_s).map(|(rate, hold)| rate * hold).sum();
        let slots = f64::from(station.slots);
        let used = work / slots;
        let drops_syn = self.site.drops_syn[ix];
        let resends = if drops_syn { self.resends(ix) } else { 0 };
        if used > BUSY
            && let Some(load) = self.load_of_slots(ix, used, work / whole / slots)
        {
            return load;
        }
        let mut load = Load::default();
        if used > BUSY {
            let room = station.queue.or(station.connections.map(|most| most.saturating_sub(station.slots)));
            load = match room {
                Some(room) => with_resends(resends, |syns| finite_queue(used * syns, f64::from(room), work / whole / slots)),
                None => Load { wait_s: if used >= 1.0 { ENDLESS_S } else { 0.0 }, ..Load::default() },
            };
        }
        if drops_syn && load.block > 0.0 {
            let others = self.inflow_from(ix, |from| !self.site.balances(from));
            let used: f64 = others.iter().zip(node.holds_s).map(|(rate, hold)| rate * hold).sum::<f64>() / slots;
            if let Some(room) = station.queue.filter(|_| used > BUSY) {
                load.idle_block = with_resends(resends, |syns| finite_queue(used * syns, f64::from(room), 0.0)).block;
            }
        }
        if let Some(most) = station.connections.map(f64::from) {
            let present: f64 = rates.iter().zip(node.stays_s).map(|(rate, stay)| rate * stay).sum();
            let surplus = 1.0 - most / present.max(most);
            let taken = present + whole * self.site.idle_s[ix];
            if !drops_syn {
                load.block = load.block.max(surplus);
            } else if self.site.closes_idle[ix] {
                load.closed = surplus.min(1.0 - load.block);
            } else if taken / most > BUSY {
                // Connections are the servers, and the kernel's accept queue has as many places. A user who gets in makes
                // several requests, but the others have no connection to keep, so each request needs its share of a place.
                let line = with_resends(resends, |syns| finite_queue(taken / most * syns, most, taken / whole / most));
                load = Load { block: load.block.max(line.block), line_s: line.wait_s, ..load };
            }
        }
        load
    }

    /// Queueing at a component whose clients hold a slot for each request that they send, if they have fewer slots than
    /// the component has room: those that are not being served are waiting, and more requests do not arrive, but wait at
    /// the clients. `None` if a client gives up before that, because it then sends the next request.
    pub(super) fn load_of_slots(&self, ix: usize, used: f64, each_s: f64) -> Option<Load> {
        let station = &self.site.stations[ix];
        let mut held = 0;
        let mut shortest_s = f64::INFINITY;
        for link in &self.site.into[ix] {
            let from = self.site.hop(*link).from;
            if self.nodes[from.index()].sends.iter().all(|sends| sends.binary_search_by_key(link, |(link, _)| *link).is_err()) {
                continue;
            }
            let client = self.site.station(from);
            let sessions = RequestKind::ALL.into_iter().filter_map(|kind| self.site.session(from, kind)?.store);
            let lookups = sessions.filter(|store| store.link == *link).map(|store| store.policy.connect_timeout.get());
            let behaviours = self.site.behaviours(from).iter();
            let timeouts = behaviours.filter_map(|behaviour| timeout_s(behaviour, *link)).chain(lookups);
            shortest_s = timeouts.fold(shortest_s, f64::min);
            if client.hold == Hold::WhileServed || self.site.order.first() == Some(&from) {
                return None;
            }
            held += client.slots;
        }
        let room = station.queue.map(|queue| queue + station.slots).into_iter().chain(station.connections).min();
        if room.is_some_and(|room| room < held) {
            return None;
        }
        let wait_s = finite_queue(used, f64::from(held.saturating_sub(station.slots)), each_s).wait_s;
        (wait_s + each_s * f64::from(station.slots) < shortest_s).then_some(Load { wait_s, ..Load::default() })
    }

    /// How often the callers of a component resend a SYN.
    pub(super) fn resends(&self, ix: usize) -> usize {
        let of_link = |link: &LinkIx| {
            let behaviours = self.site.behaviours(self.site.hop(*link).from);
            behaviours.iter().find_map(|behaviour| match behaviour {
                Behaviour::Originate(origin) => Some(syn::resends(origin.patience.get())),
                Behaviour::Forward(forwarding) => {
                    let policy = forwarding.policy(self.site.infra.link(*link).protocol);
                    Some(syn::resends(policy.connect_timeout.get()))
                }
                Behaviour::Respond
                | Behaviour::LookUp
                | Behaviour::Query(_)
                | Behaviour::Resolve(_)
                | Behaviour::Redirect
                | Behaviour::Filter
                | Behaviour::Fail(_)
                | Behaviour::Ignore => None,
            })
        };
        self.site.into[ix].iter().filter_map(of_link).max().unwrap_or(0)
    }
}

/// How long a component waits for the response to a request that it sends on a link.
pub(super) fn timeout_s(behaviour: &Behaviour, link: LinkIx) -> Option<f64> {
    let forwarding = behaviour.forwarding()?;
    match forwarding.cache {
        Some(caching) if caching.link == Some(link) => Some(caching.lookup.connect_timeout.get()),
        Some(_) | None => forwarding.links.contains(&link).then(|| forwarding.timeout.get()),
    }
}
