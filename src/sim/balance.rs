//! Load balancing: which backend gets a request, and who waits while all of them are full.
//!
//! A balancer has a list of links per kind of request. Round robin walks from whose turn it is to the next backend that
//! may be chosen: one step as long as all of them may. The other algorithms look at every backend of the list, so they cost
//! O(backends); [`Algorithm::RandomTwo`] draws again when it meets one that may not be chosen, which is O(1) while most may.
//! No choice allocates, and none depends on what else the infrastructure has.
//!
//! A request whose backends are all full waits: in a line that all backends of its list share or, where only one backend
//! will do (its user's address is hashed, or it is tried again), in that backend's own. When a request in progress ends,
//! the older of the two heads takes its place at once, so nobody who comes later can be faster. Must not know how
//! messages travel.

use std::collections::VecDeque;

use crate::model::{Algorithm, Element, TlsMode};

use super::command::CommandError;
use super::event::Kind;
use super::flow::component_ix;
use super::journal::{Observer, What, Why};
use super::outcome::Failure;
use super::plan::{BalancerPlan, HopPlan, Role};
use super::random;
use super::request::{NONE, State};
use super::simulation::{Simulation, index};
use super::station::Line;

/// How often a draw is repeated that met a backend that may not be chosen, before all are looked at.
const DRAWS: u64 = 8;
/// What the draws of a user's address and of random backends are mixed with.
const ADDRESS: u64 = 0x6164_6472_6573_7300;
const DRAW: u64 = 0x7261_6e64_6f6d_3200;

/// A request that waits for a backend. It counts as long as the ticket is the request's pending event.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Waiter {
    request: u32,
    ticket: u64,
}

/// What changes about a balancer while time passes, apart from its station and its links.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rota {
    /// Whose turn it is, per list of backends.
    turns: [u32; 3],
    /// Those who wait for any backend of a list.
    shared: [VecDeque<Waiter>; 3],
    /// Those who wait for one backend, by its number.
    own: Vec<VecDeque<Waiter>>,
}

impl Rota {
    /// The process ends.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn own(&mut self, backend: u32) -> &mut VecDeque<Waiter> {
        let backend = backend as usize;
        if self.own.len() <= backend {
            self.own.resize_with(backend + 1, VecDeque::new);
        }
        &mut self.own[backend]
    }
}

/// What came of choosing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// The link to the backend.
    Backend(u32),
    /// Every backend that will do is full. The link to the only one that will do, or [`NONE`] if any of the list will.
    Full(u32),
    /// No backend is there.
    Nobody,
}

/// The backends of one list, as they are now.
#[derive(Clone, Copy)]
struct Backends<'a> {
    links: &'a [u32],
    hops: &'a [HopPlan],
    lines: &'a [Line],
}

impl Backends<'_> {
    /// Whether a backend may be chosen.
    fn may(self, link: u32) -> bool {
        let line = &self.lines[link as usize];
        line.takes_new() && line.active < self.hops[link as usize].maxconn
    }

    /// The places in the list from `first` on, round to the one before it.
    fn round(self, first: usize) -> impl Iterator<Item = usize> {
        (first..self.links.len()).chain(0..first)
    }

    fn weight(self, link: u32) -> u32 {
        self.hops[link as usize].weight
    }

    /// The next in turn.
    fn next(self, first: usize) -> Option<usize> {
        self.round(first).find(|place| self.may(self.links[*place]))
    }

    /// Whether `a` is less busy than `b`, given their weights: `HAProxy` compares `(active + 1) / weight`, and takes an idle
    /// one for the least busy whatever its weight.
    fn is_less_busy(self, a: u32, b: u32) -> bool {
        let load = |link: u32| match self.lines[link as usize].active {
            0 => 0,
            active => u64::from(active) + 1,
        };
        load(a) * u64::from(self.weight(b)) < load(b) * u64::from(self.weight(a))
    }

    fn least_busy(self, first: usize) -> Option<usize> {
        let may = self.round(first).filter(|place| self.may(self.links[*place]));
        may.reduce(|best, place| if self.is_less_busy(self.links[place], self.links[best]) { place } else { best })
    }

    /// Rendezvous hashing: every backend draws a number for this address, and the best of those that are there wins. Weights
    /// turn the draws into exponential times of which the shortest wins: each wins as often as its weight says.
    fn of_address(self, address: u64, keys: impl Fn(u32) -> u64, weighted: bool) -> Option<u32> {
        let there = self.links.iter().copied().filter(|link| self.lines[*link as usize].takes_new());
        let draw = |link: u32| random::mix(address ^ keys(self.hops[link as usize].to));
        if !weighted {
            return there.max_by_key(|link| draw(*link));
        }
        let time = |link: u32| -libm::log(random::open_unit(draw(link))) / f64::from(self.weight(link));
        there.min_by(|a, b| time(*a).total_cmp(&time(*b)))
    }

    /// A backend drawn from those that may be chosen, each as likely as its weight says; `heaviest` is the largest weight.
    fn drawn(self, bits: u64, heaviest: u32) -> Option<u32> {
        let count = self.links.len() as u64;
        for attempt in 0..DRAWS {
            let bits = random::mix(bits ^ attempt);
            let Ok(place) = usize::try_from((u128::from(bits) * u128::from(count)) >> 64) else { break };
            let link = self.links[place];
            let passes = heaviest == 1 || random::mix(bits) % u64::from(heaviest) < u64::from(self.weight(link));
            if passes && self.may(link) {
                return Some(link);
            }
        }
        // Most may not be chosen: draw among the others alone.
        let may = || self.links.iter().copied().filter(|link| self.may(*link));
        let whole: u64 = may().map(|link| u64::from(self.weight(link))).sum();
        let mut left = random::mix(bits ^ DRAWS).checked_rem(whole)?;
        may().find(|link| {
            let weight = u64::from(self.weight(*link));
            let found = left < weight;
            left = left.saturating_sub(weight);
            found
        })
    }
}

/// nginx's smooth weighted round robin: every backend that may be chosen earns its weight, and the one that has most pays
/// for all. In a cycle of as many choices as the weights sum up to, each is chosen as often as its weight says.
fn weighted(links: &[u32], hops: &[HopPlan], lines: &mut [Line]) -> Option<u32> {
    let mut whole = 0;
    let mut best: Option<(i64, u32)> = None;
    for link in links.iter().copied() {
        if !(Backends { links, hops, lines }).may(link) {
            continue;
        }
        let weight = i64::from(hops[link as usize].weight);
        let line = &mut lines[link as usize];
        line.credit += weight;
        whole += weight;
        if best.is_none_or(|(most, _)| line.credit > most) {
            best = Some((line.credit, link));
        }
    }
    let (_, link) = best?;
    lines[link as usize].credit -= whole;
    Some(link)
}

impl Simulation {
    /// A balancer has looked at a request: on to a backend, or into a line.
    pub(super) fn balance<O: Observer>(&mut self, request: u32, station: u32, observer: &mut O) {
        let pinned = self.requests[request].pinned;
        if pinned == NONE {
            self.assign(request, station, 1, observer);
        } else {
            // The connection is there already: it is neither chosen nor counted again.
            self.forward(request, pinned, 1, observer);
        }
    }

    /// Gives a request to a backend, for the asker's attempt of this number.
    pub(super) fn assign<O: Observer>(&mut self, request: u32, station: u32, attempt: u8, observer: &mut O) {
        match self.choose(request, station) {
            Choice::Backend(link) => self.give(request, link, attempt, observer),
            Choice::Full(link) => {
                let level = usize::from(self.requests[request].depth);
                self.requests[request].attempts[level] = attempt;
                self.wait_for_backend(request, station, link, observer);
            }
            Choice::Nobody => {
                let tag = self.requests[request].tag();
                self.note(observer, Some(tag), What::NoBackend { balancer: component_ix(station) });
                self.fail(request, station, Failure::Unavailable, Why::NoBackend, observer);
            }
        }
    }

    /// Sends a request to the backend that was chosen for it.
    fn give<O: Observer>(&mut self, request: u32, link: u32, attempt: u8, observer: &mut O) {
        let hop = &self.plan.hops[link as usize];
        let (station, backend) = (hop.from, component_ix(hop.to));
        if O::NOTES {
            let record = &self.requests[request];
            let (tag, kind) = (record.tag(), record.kind);
            let links = &self.plan.stations[station as usize].out[kind.index()];
            let up = index(links.iter().filter(|link| self.lines[**link as usize].takes_new()).count());
            let algorithm = self.algorithm_of(station);
            self.note(observer, Some(tag), What::Chose { balancer: component_ix(station), backend, algorithm, up });
        }
        if self.plan.tls == TlsMode::Passthrough {
            // The TLS connection is with one web server: what follows must go to the same.
            self.requests[request].pinned = link;
        }
        self.forward(request, link, attempt, observer);
    }

    fn balancer(&self, station: u32) -> Option<&BalancerPlan> {
        match &self.plan.stations[station as usize].role {
            Role::Balancer(balancer) => Some(balancer),
            _ => None,
        }
    }

    fn algorithm_of(&self, station: u32) -> Algorithm {
        let own = self.balancer(station).map(|balancer| balancer.algorithm);
        self.algorithm.or(own).unwrap_or_default()
    }

    /// Chooses a backend.
    fn choose(&mut self, request: u32, station: u32) -> Choice {
        let record = &self.requests[request];
        let plan = &self.plan.stations[station as usize];
        let Role::Balancer(balancer) = &plan.role else { return Choice::Nobody };
        let (links, list) = (&plan.out[record.kind.index()][..], usize::from(balancer.lists[record.kind.index()]));
        if links.is_empty() {
            return Choice::Nobody;
        }
        let (hops, stations) = (&self.plan.hops[..], &self.plan.stations);
        let backends = Backends { links, hops, lines: &self.lines };
        let turn = &mut self.rotas[balancer.number as usize].turns[list];
        let first = *turn as usize % links.len();
        let mut by_turn = |place: Option<usize>| {
            place.map(|place| {
                *turn = index(place + 1);
                links[place]
            })
        };
        let chosen = match self.algorithm.unwrap_or(balancer.algorithm) {
            Algorithm::RoundRobin => by_turn(backends.next(first)),
            Algorithm::LeastConnections => by_turn(backends.least_busy(first)),
            Algorithm::First => links.iter().copied().find(|link| backends.may(*link)),
            Algorithm::WeightedRoundRobin => weighted(links, hops, &mut self.lines),
            Algorithm::SourceHash => {
                let address = random::mix(self.seed ^ random::mix(record.stream ^ ADDRESS));
                let keys = |station: u32| stations[station as usize].key;
                match backends.of_address(address, keys, balancer.heaviest > 1) {
                    Some(link) if !backends.may(link) => return Choice::Full(link),
                    found => found,
                }
            }
            Algorithm::RandomTwo => {
                let attempt = u64::from(record.attempts[usize::from(record.depth)]);
                let visit = (attempt << 16) | (u64::from(record.depth) << 8) | record.phase as u64;
                let bits = random::mix(self.seed ^ random::mix(record.stream ^ random::mix(plan.key ^ DRAW ^ visit)));
                let draw = |bits| backends.drawn(bits, balancer.heaviest);
                // Both draws may meet the same backend, as HAProxy's may.
                draw(bits).zip(draw(!bits)).map(|(a, b)| if backends.is_less_busy(b, a) { b } else { a })
            }
        };
        match chosen {
            Some(link) => Choice::Backend(link),
            None if links.iter().any(|link| self.lines[*link as usize].takes_new()) => Choice::Full(NONE),
            None => Choice::Nobody,
        }
    }

    /// Another backend than the one at the end of `link` that may be chosen: the next one in the list.
    pub(super) fn another(&self, request: u32, station: u32, link: u32) -> Option<u32> {
        let links = &self.plan.stations[station as usize].out[self.requests[request].kind.index()];
        let backends = Backends { links, hops: &self.plan.hops, lines: &self.lines };
        let here = links.iter().position(|known| *known == link)?;
        let others = backends.round(here + 1).filter(|place| *place != here);
        others.map(|place| links[place]).find(|other| backends.may(*other))
    }

    /// Whether a balancer has fewer requests in progress on a link than it may.
    pub(super) fn has_room(&self, link: u32) -> bool {
        self.lines[link as usize].active < self.plan.hops[link as usize].maxconn
    }

    /// A request waits for the backend at the end of `link`, or for any of its list if that is [`NONE`].
    pub(super) fn wait_for_backend<O: Observer>(&mut self, request: u32, station: u32, link: u32, observer: &mut O) {
        let Some(balancer) = self.balancer(station) else { return };
        let (number, timeout, lists) = (balancer.number as usize, balancer.queue_timeout, balancer.lists);
        let kind = self.requests[request].kind.index();
        let level = usize::from(self.requests[request].depth);
        self.requests[request].path[level] = if link == NONE { self.plan.stations[station as usize].out[kind][0] } else { link };
        self.requests[request].state = State::Backlogged;
        self.schedule_for(request, self.now + timeout, Kind::Retry);
        let waiter = Waiter { request, ticket: self.requests[request].pending };
        let line = if link == NONE {
            &mut self.rotas[number].shared[usize::from(lists[kind])]
        } else {
            self.rotas[number].own(self.plan.hops[link as usize].backend)
        };
        line.push_back(waiter);
        let waiting = index(line.len());
        let tag = self.requests[request].tag();
        self.note(observer, Some(tag), What::Waits { component: component_ix(station), waiting });
    }

    /// A request has waited for a backend for too long.
    pub(super) fn backlog_timed_out<O: Observer>(&mut self, request: u32, observer: &mut O) {
        let record = &self.requests[request];
        let (link, kind) = (record.path[usize::from(record.depth)], record.kind.index());
        let station = self.plan.hops[link as usize].from;
        self.fail(request, station, Failure::Unavailable, Why::QueueTimeout, observer);
        let Some(balancer) = self.balancer(station) else { return };
        // It stood at the head of a line, with nobody before it but others whose time is over.
        let (number, list) = (balancer.number as usize, usize::from(balancer.lists[kind]));
        let backend = self.plan.hops[link as usize].backend;
        let (rota, requests) = (&mut self.rotas[number], &self.requests);
        let counts = |waiter: &Waiter| requests.get(waiter.request).is_some_and(|record| record.pending == waiter.ticket);
        for line in [&mut rota.shared[list]].into_iter().chain(rota.own.get_mut(backend as usize)) {
            while line.front().is_some_and(|waiter| !counts(waiter)) {
                line.pop_front();
            }
        }
    }

    /// A request is no longer in progress on a link.
    pub(super) fn place_freed(&mut self, link: u32) {
        // Nobody waits for a backend without a limit.
        if self.plan.hops[link as usize].maxconn != u32::MAX {
            self.admit(link);
        }
    }

    /// A place at a backend is free: whoever has waited longest for it takes it. The message leaves in an event of its own
    /// at the same instant; the place is taken now.
    pub(super) fn admit(&mut self, link: u32) {
        while self.has_room(link) {
            let Some(request) = self.next_waiter(link) else { return };
            self.lines[link as usize].active += 1;
            let record = &mut self.requests[request];
            record.path[usize::from(record.depth)] = link;
            record.state = State::Admitted;
            self.schedule_for(request, self.now, Kind::Retry);
        }
    }

    /// Takes the one out of line who has waited longest for a backend.
    fn next_waiter(&mut self, link: u32) -> Option<u32> {
        let hop = &self.plan.hops[link as usize];
        let Role::Balancer(balancer) = &self.plan.stations[hop.from as usize].role else { return None };
        let (rota, requests) = (&mut self.rotas[balancer.number as usize], &self.requests);
        let takes_new = self.lines[link as usize].takes_new();
        let shared = rota.shared.iter_mut().enumerate().filter(|(list, _)| takes_new && hop.lists & (1 << list) != 0);
        let lines = shared.map(|(_, line)| line).chain(rota.own.get_mut(hop.backend as usize));
        let counts = |waiter: &Waiter| requests.get(waiter.request).is_some_and(|record| record.pending == waiter.ticket);
        let mut oldest: Option<&mut VecDeque<Waiter>> = None;
        for line in lines {
            while line.front().is_some_and(|waiter| !counts(waiter)) {
                line.pop_front();
            }
            let Some(head) = line.front() else { continue };
            if oldest.as_ref().and_then(|line| line.front()).is_none_or(|other| head.ticket < other.ticket) {
                oldest = Some(line);
            }
        }
        oldest?.pop_front().map(|waiter| waiter.request)
    }

    /// A request that had waited goes to the backend that has a place for it.
    pub(super) fn admitted<O: Observer>(&mut self, request: u32, observer: &mut O) {
        let record = &self.requests[request];
        let level = usize::from(record.depth);
        let (link, attempt) = (record.path[level], record.attempts[level]);
        self.release(link);
        if self.lines[link as usize].takes_new() {
            self.give(request, link, attempt, observer);
        } else {
            // It is bound to this one, and tries again: nobody chose.
            self.forward(request, link, attempt, observer);
        }
    }

    /// Gives back a place that was taken for a request that was not sent.
    pub(super) fn release(&mut self, link: u32) {
        let line = &mut self.lines[link as usize];
        line.active = line.active.saturating_sub(1);
    }

    /// A backend has come or gone: everybody earns anew, those who waited for it alone choose again, and if it has come,
    /// those who wait for any take its places.
    pub(super) fn backend_changed<O: Observer>(&mut self, link: u32, observer: &mut O) {
        let (station, backend) = (self.plan.hops[link as usize].from, self.plan.hops[link as usize].backend);
        let Some(balancer) = self.balancer(station) else { return };
        let (number, redispatch) = (balancer.number as usize, balancer.redispatch);
        for (line, hop) in self.lines.iter_mut().zip(&self.plan.hops) {
            if hop.from == station {
                line.credit = 0;
            }
        }
        if self.lines[link as usize].takes_new() {
            self.admit(link);
            return;
        }
        let waiting = self.rotas[number].own.get_mut(backend as usize).map(std::mem::take).unwrap_or_default();
        for waiter in waiting {
            let record = self.requests.get(waiter.request).filter(|record| record.pending == waiter.ticket);
            let Some(attempt) = record.map(|record| record.attempts[usize::from(record.depth)]) else { continue };
            if attempt > 1 && !redispatch {
                // It is bound to this backend, whatever the checks say.
                self.rotas[number].own(backend).push_back(waiter);
            } else {
                self.assign(waiter.request, station, attempt, observer);
            }
        }
    }

    /// The links on which balancers ask an element: a backend, what runs on a server, or one hop.
    fn backend_links(&self, element: &Element) -> Result<Vec<u32>, CommandError> {
        let target = self.target(element)?;
        let is_meant = |(link, hop): &(u32, &HopPlan)| match element {
            Element::Component(_) => hop.to == target,
            Element::Server(_) => self.plan.stations[hop.to as usize].server == Some(target),
            Element::Hop(..) => *link == target,
        };
        let links: Vec<u32> =
            (0u32..).zip(&self.plan.hops).filter(|(_, hop)| hop.backend != NONE).filter(is_meant).map(|(link, _)| link).collect();
        if links.is_empty() { Err(CommandError::NoBackend(element.clone())) } else { Ok(links) }
    }

    /// Lets balancers give an element no more new requests, or give it some again. What it has, it finishes.
    pub(super) fn drain<O: Observer>(&mut self, element: &Element, drain: bool, observer: &mut O) -> Result<(), CommandError> {
        let links = self.backend_links(element)?;
        if links.iter().all(|link| self.lines[*link as usize].draining == drain) {
            let element = element.clone();
            return Err(if drain { CommandError::AlreadyDraining(element) } else { CommandError::NotDraining(element) });
        }
        for link in links {
            if std::mem::replace(&mut self.lines[link as usize].draining, drain) != drain {
                self.backend_changed(link, observer);
            }
        }
        Ok(())
    }

    /// Whether balancers give an element no new requests because somebody said so. `None` if it is no backend.
    pub fn is_draining(&self, element: &Element) -> Option<bool> {
        let links = self.backend_links(element).ok()?;
        Some(links.into_iter().all(|link| self.lines[link as usize].draining))
    }

    /// Requests that wait at a balancer because its backends are full.
    pub fn backlog(&self, balancer: crate::model::ComponentIx) -> u32 {
        let counts = |waiter: &&Waiter| self.requests.get(waiter.request).is_some_and(|record| record.pending == waiter.ticket);
        let number = self.plan.stations.get(balancer.index()).and_then(|station| match &station.role {
            Role::Balancer(balancer) => Some(balancer.number as usize),
            _ => None,
        });
        number.map_or(0, |number| {
            let rota = &self.rotas[number];
            index(rota.shared.iter().chain(&rota.own).flatten().filter(counts).count())
        })
    }
}
