//! Which backend a balancer chooses.
//!
//! A balancer has a list of links per kind of request. Round robin walks from whose turn it is to the next backend that may be
//! chosen: one step as long as all of them may. The other algorithms look at every backend of the list, so they cost
//! O(backends); [`Algorithm::RandomTwo`] draws again when it meets one that may not be chosen, which is O(1) while most may.
//! No choice allocates, and none depends on what else the infrastructure has.

use hoplight_model::Algorithm;

use crate::index::{IndexVec, LinkIx, RequestIx, StationIx};
use crate::plan::{HopPlan, Role};
use crate::random;
use crate::simulation::Simulation;
use crate::station::LinkState;

/// How often a draw is repeated that met a backend that may not be chosen, before all are looked at.
const DRAWS: u64 = 8;
/// What the draws of a user's address and of random backends are mixed with.
const ADDRESS: u64 = 0x6164_6472_6573_7300;
const DRAW: u64 = 0x7261_6e64_6f6d_3200;

/// What came of choosing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// The link to the backend.
    Backend(LinkIx),
    /// Every backend that will do is full. The link to the only one that will do, or `None` if any of the list will.
    Full(Option<LinkIx>),
    /// No backend is there.
    Nobody,
}

/// The backends of one list, as they are now.
#[derive(Clone, Copy)]
struct Backends<'a> {
    links: &'a [LinkIx],
    hops: &'a IndexVec<LinkIx, HopPlan>,
    lines: &'a IndexVec<LinkIx, LinkState>,
}

impl Backends<'_> {
    /// Whether a backend may be chosen.
    fn may(self, link: LinkIx) -> bool {
        let line = &self.lines[link];
        line.takes_new() && self.hops[link].maxconn.admits(line.active)
    }

    /// The places in the list from `first` on, round to the one before it.
    fn round(self, first: usize) -> impl Iterator<Item = usize> {
        (first..self.links.len()).chain(0..first)
    }

    fn weight(self, link: LinkIx) -> u32 {
        self.hops[link].weight
    }

    /// The next in turn, who nearly always may be chosen.
    #[inline]
    fn next(self, first: usize) -> Option<usize> {
        if self.links.get(first).is_some_and(|link| self.may(*link)) {
            return Some(first);
        }
        self.round(first).find(|place| self.may(self.links[*place]))
    }

    /// Whether `a` is less busy than `b`, given their weights: `HAProxy` compares `(active + 1) / weight`, and takes an idle
    /// one for the least busy whatever its weight.
    fn is_less_busy(self, a: LinkIx, b: LinkIx) -> bool {
        let load = |link: LinkIx| match self.lines[link].active {
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
    fn of_address(self, address: u64, keys: impl Fn(StationIx) -> u64, weighted: bool) -> Option<LinkIx> {
        let there = self.links.iter().copied().filter(|link| self.lines[*link].takes_new());
        let draw = |link: LinkIx| random::mix(address ^ keys(self.hops[link].to));
        if !weighted {
            return there.max_by_key(|link| draw(*link));
        }
        let time = |link: LinkIx| -libm::log(random::open_unit(draw(link))) / f64::from(self.weight(link));
        there.min_by(|a, b| time(*a).total_cmp(&time(*b)))
    }

    /// A backend drawn from those that may be chosen, each as likely as its weight says; `heaviest` is the largest weight.
    fn drawn(self, bits: u64, heaviest: u32) -> Option<LinkIx> {
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
fn weighted(links: &[LinkIx], hops: &IndexVec<LinkIx, HopPlan>, lines: &mut IndexVec<LinkIx, LinkState>) -> Option<LinkIx> {
    let mut whole = 0;
    let mut best: Option<(i64, LinkIx)> = None;
    for link in links.iter().copied() {
        if !(Backends { links, hops, lines }).may(link) {
            continue;
        }
        let weight = i64::from(hops[link].weight);
        let line = &mut lines[link];
        line.credit += weight;
        whole += weight;
        if best.is_none_or(|(most, _)| line.credit > most) {
            best = Some((line.credit, link));
        }
    }
    let (_, link) = best?;
    lines[link].credit -= whole;
    Some(link)
}

impl Simulation {
    /// Chooses a backend.
    pub(super) fn choose(&mut self, request: RequestIx, station: StationIx) -> Choice {
        let record = &self.requests[request];
        let plan = &self.plan.stations[station];
        let Role::Balancer(balancer) = &plan.role else { return Choice::Nobody };
        let (links, list) = (&plan.out[record.kind][..], usize::from(balancer.lists[record.kind]));
        if links.is_empty() {
            return Choice::Nobody;
        }
        let (hops, stations) = (&self.plan.hops, &self.plan.stations);
        let backends = Backends { links, hops, lines: &self.links };
        let algorithm = self.balancers.algorithm(balancer.algorithm);
        let turn = self.balancers.turn(balancer.number, list);
        // A list keeps its length; behind its last place comes the first.
        let first = if *turn < links.len() { *turn } else { 0 };
        let mut by_turn = |place: Option<usize>| {
            place.map(|place| {
                *turn = place + 1;
                links[place]
            })
        };
        let chosen = match algorithm {
            Algorithm::RoundRobin => by_turn(backends.next(first)),
            Algorithm::LeastConnections => by_turn(backends.least_busy(first)),
            Algorithm::First => links.iter().copied().find(|link| backends.may(*link)),
            Algorithm::WeightedRoundRobin => weighted(links, hops, &mut self.links),
            Algorithm::SourceHash => {
                let address = random::mix(self.clock.seed() ^ random::mix(record.stream ^ ADDRESS));
                let keys = |station: StationIx| stations[station].key;
                match backends.of_address(address, keys, balancer.heaviest > 1) {
                    Some(link) if !backends.may(link) => return Choice::Full(Some(link)),
                    found => found,
                }
            }
            Algorithm::RandomTwo => {
                let attempt = u64::from(record.attempts[usize::from(record.depth)]);
                let visit = (attempt << 16) | (u64::from(record.depth) << 8) | record.phase as u64;
                let bits = random::mix(self.clock.seed() ^ random::mix(record.stream ^ random::mix(plan.key ^ DRAW ^ visit)));
                let draw = |bits| backends.drawn(bits, balancer.heaviest);
                // Both draws may meet the same backend, as HAProxy's may.
                draw(bits).zip(draw(!bits)).map(|(a, b)| if backends.is_less_busy(b, a) { b } else { a })
            }
        };
        match chosen {
            Some(link) => Choice::Backend(link),
            None if links.iter().any(|link| self.links[*link].takes_new()) => Choice::Full(None),
            None => Choice::Nobody,
        }
    }

    /// Another backend than the one at the end of `link` that may be chosen: the next one in the list.
    pub(super) fn another(&self, request: RequestIx, station: StationIx, link: LinkIx) -> Option<LinkIx> {
        let links = &self.plan.stations[station].out[self.requests[request].kind];
        let backends = Backends { links, hops: &self.plan.hops, lines: &self.links };
        let here = links.iter().position(|known| *known == link)?;
        let others = backends.round(here + 1).filter(|place| *place != here);
        others.map(|place| links[place]).find(|other| backends.may(*other))
    }
}
