//! Load-balancing algorithms: which backend a balancer chooses.
//!
//! A balancer has a list of links per kind of request. Round robin goes from its current position to the next usable
//! backend, which accepts new requests and has room: a single step while all are usable. The other algorithms examine
//! every backend of the list, so they cost O(backends), except for [`Algorithm::RandomTwo`], which draws again when it
//! hits an unusable backend: O(1) while most are usable. Choosing a backend never allocates, and its cost does not
//! depend on the rest of the infrastructure.

use hoplight_model::{Algorithm, RequestKind};

use crate::index::{IndexVec, Ix, LinkIx, RequestIx, StationIx, UserIx, count64};
use crate::plan::{HopPlan, Role};
use crate::random;
use crate::request::{NO_USER, Request};
use crate::simulation::Simulation;
use crate::simulation::retries::first_attempt;
use crate::station::LinkState;

/// Number of draws that may hit an unusable backend before all backends are examined.
const DRAWS: u64 = 8;
/// Salts for the hashed addresses of new visitors and of returning users.
const ADDRESS: u64 = 0x6164_6472_6573_7300;
const USER_ADDRESS: u64 = 0x6164_6472_7573_6572;
/// Salt for the draws of random backends.
const DRAW: u64 = 0x7261_6e64_6f6d_3200;

/// The result of choosing a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// The link to the chosen backend.
    Backend(LinkIx),
    /// The link to the backend that the user's cookie names.
    Named(LinkIx),
    /// Every eligible backend is full. Contains the link if only one backend is eligible, or `None` if any backend of
    /// the list is.
    Full(Option<LinkIx>),
    /// No backend is available.
    Nobody,
}

/// The current state of the backends in one list.
#[derive(Clone, Copy)]
struct Backends<'a> {
    list: &'a [LinkIx],
    hops: &'a IndexVec<LinkIx, HopPlan>,
    links: &'a IndexVec<LinkIx, LinkState>,
}

impl Backends<'_> {
    /// Whether a backend accepts new requests and has room.
    fn is_usable(self, link: LinkIx) -> bool {
        let link_state = &self.links[link];
        link_state.takes_new() && self.hops[link].maxconn.admits(link_state.active())
    }

    /// All positions in the list, starting at `first` and wrapping around.
    fn round(self, first: usize) -> impl Iterator<Item = usize> {
        (first..self.list.len()).chain(0..first)
    }

    fn weight(self, link: LinkIx) -> u32 {
        self.hops[link].weight
    }

    /// The next usable position from `first` on, usually `first` itself.
    #[inline]
    fn next(self, first: usize) -> Option<usize> {
        if self.list.get(first).is_some_and(|link| self.is_usable(*link)) {
            return Some(first);
        }
        self.round(first).find(|place| self.is_usable(self.list[*place]))
    }

    /// Whether `a` is less busy than `b`, given their weights. Like `HAProxy`, compares `(active + 1) / weight`, and
    /// treats an idle backend as the least busy whatever its weight.
    fn is_less_busy(self, a: LinkIx, b: LinkIx) -> bool {
        let load = |link: LinkIx| match self.links[link].active() {
            0 => 0,
            active => u64::from(active) + 1,
        };
        load(a) * u64::from(self.weight(b)) < load(b) * u64::from(self.weight(a))
    }

    fn least_busy(self, first: usize) -> Option<usize> {
        let usable = self.round(first).filter(|place| self.is_usable(self.list[*place]));
        usable.reduce(|best, place| if self.is_less_busy(self.list[place], self.list[best]) { place } else { best })
    }

    /// Rendezvous hashing: each backend draws a number for this address, and the available one with the highest number
    /// wins. With weights, the draws become exponential times and the shortest wins, so each backend wins in proportion
    /// to its weight.
    fn by_address(self, address: u64, keys: impl Fn(StationIx) -> u64, weighted: bool) -> Option<LinkIx> {
        let there = self.list.iter().copied().filter(|link| self.links[*link].takes_new());
        let draw = |link: LinkIx| random::mix(address ^ keys(self.hops[link].to));
        if !weighted {
            return there.max_by_key(|link| draw(*link));
        }
        let time = |link: LinkIx| -libm::log(random::open_unit(draw(link))) / f64::from(self.weight(link));
        there.min_by(|a, b| time(*a).total_cmp(&time(*b)))
    }

    /// Draws one of the usable backends with probabilities proportional to their weights; `heaviest` is the largest
    /// weight.
    fn drawn(self, bits: u64, heaviest: u32) -> Option<LinkIx> {
        let count = count64(self.list.len());
        for attempt in 0..DRAWS {
            let bits = random::mix(bits ^ attempt);
            let Ok(place) = usize::try_from((u128::from(bits) * u128::from(count)) >> 64) else { break };
            let link = self.list[place];
            let passes = heaviest == 1 || random::mix(bits) % u64::from(heaviest) < u64::from(self.weight(link));
            if passes && self.is_usable(link) {
                return Some(link);
            }
        }
        // Most backends are unusable: draw among the usable ones only.
        let usable = || self.list.iter().copied().filter(|link| self.is_usable(*link));
        let whole: u64 = usable().map(|link| u64::from(self.weight(link))).sum();
        let mut left = random::mix(bits ^ DRAWS).checked_rem(whole)?;
        usable().find(|link| {
            let weight = u64::from(self.weight(*link));
            let found = left < weight;
            left = left.saturating_sub(weight);
            found
        })
    }
}

/// nginx's smooth weighted round robin: each usable backend's credit grows by its weight, and the one with the most
/// credit is chosen and pays the sum of all weights. In a cycle as long as that sum, each backend is chosen as often as
/// its weight.
fn weighted(list: &[LinkIx], hops: &IndexVec<LinkIx, HopPlan>, links: &mut IndexVec<LinkIx, LinkState>) -> Option<LinkIx> {
    let mut whole = 0;
    let mut best: Option<(i64, LinkIx)> = None;
    for link in list.iter().copied() {
        if !(Backends { list, hops, links }).is_usable(link) {
            continue;
        }
        let weight = i64::from(hops[link].weight);
        let credit = links[link].earn(weight);
        whole += weight;
        if best.is_none_or(|(most, _)| credit > most) {
            best = Some((credit, link));
        }
    }
    let (_, link) = best?;
    links[link].pay(whole);
    Some(link)
}

impl Simulation {
    /// A hash of the address of the client who sends a request. A returning user keeps it; every new visitor has another one.
    fn address_of(&self, record: &Request) -> u64 {
        if record.user == NO_USER {
            random::mix(self.clock.seed() ^ random::mix(first_attempt(record.stream) ^ ADDRESS))
        } else {
            self.address_of_user(record.user)
        }
    }

    pub(super) fn address_of_user(&self, user: UserIx) -> u64 {
        random::mix(self.clock.seed() ^ random::mix(u64::from(user.raw()) ^ USER_ADDRESS))
    }

    /// Chooses a backend.
    pub(super) fn choose(&mut self, request: RequestIx, station: StationIx) -> Choice {
        let record = &self.requests[request];
        let plan = &self.plan.stations[station];
        let Role::Balancer(balancer) = &plan.role else { return Choice::Nobody };
        let (list, number) = (&plan.out[record.kind][..], usize::from(balancer.lists[record.kind]));
        if list.is_empty() {
            return Choice::Nobody;
        }
        if balancer.by_role {
            return self.choose_database(station, record.kind);
        }
        if balancer.sticky
            && let Some(named) = self.follow_cookie(request, balancer.cookies, list)
        {
            return named;
        }
        let (hops, stations) = (&self.plan.hops, &self.plan.stations);
        let backends = Backends { list, hops, links: &self.links };
        let algorithm = self.balancers.algorithm(balancer.algorithm);
        let turn = self.balancers.turn(balancer.number, number);
        // The last position wraps around to the first.
        let first = if *turn < list.len() { *turn } else { 0 };
        let mut by_turn = |place: Option<usize>| {
            place.map(|place| {
                *turn = place + 1;
                list[place]
            })
        };
        let chosen = match algorithm {
            Algorithm::RoundRobin => by_turn(backends.next(first)),
            Algorithm::LeastConnections => by_turn(backends.least_busy(first)),
            Algorithm::First => list.iter().copied().find(|link| backends.is_usable(*link)),
            Algorithm::WeightedRoundRobin => weighted(list, hops, &mut self.links),
            Algorithm::SourceHash => {
                let address = self.address_of(record);
                let keys = |station: StationIx| stations[station].key;
                match backends.by_address(address, keys, balancer.heaviest > 1) {
                    Some(link) if !backends.is_usable(link) => return Choice::Full(Some(link)),
                    found => found,
                }
            }
            Algorithm::RandomTwo => {
                let attempt = u64::from(record.attempts[usize::from(record.depth)]);
                let visit = (attempt << 16) | (u64::from(record.depth) << 8) | record.phase as u64;
                let bits = random::mix(self.clock.seed() ^ random::mix(record.stream ^ random::mix(plan.key ^ DRAW ^ visit)));
                let draw = |bits| backends.drawn(bits, balancer.heaviest);
                // Both draws may give the same backend, as in HAProxy.
                draw(bits).zip(draw(!bits)).map(|(a, b)| if backends.is_less_busy(b, a) { b } else { a })
            }
        };
        match chosen {
            Some(link) => Choice::Backend(link),
            None if list.iter().any(|link| self.links[*link].takes_new()) => Choice::Full(None),
            None => Choice::Nobody,
        }
    }

    /// The backend that source hashing chooses for an address.
    pub(super) fn backend_by_address(
        &self,
        station: StationIx,
        kind: RequestKind,
        address: u64,
        weighted: bool,
    ) -> Option<LinkIx> {
        let backends = Backends { list: &self.plan.stations[station].out[kind], hops: &self.plan.hops, links: &self.links };
        backends.by_address(address, |station| self.plan.stations[station].key, weighted)
    }

    /// Returns the next usable backend in the list after the one at the end of `link`.
    pub(super) fn next_other(&self, request: RequestIx, station: StationIx, link: LinkIx) -> Option<LinkIx> {
        let kind = self.requests[request].kind;
        let list = &self.plan.stations[station].out[kind];
        if self.balancer(station).by_role {
            let here = list.iter().position(|known| *known == link)?;
            let mut others = (here + 1..list.len()).chain(0..here).map(|place| list[place]);
            return others.find(|other| self.is_candidate(station, kind, *other));
        }
        let backends = Backends { list, hops: &self.plan.hops, links: &self.links };
        let here = list.iter().position(|known| *known == link)?;
        let others = backends.round(here + 1).filter(|place| *place != here);
        others.map(|place| list[place]).find(|other| backends.is_usable(*other))
    }
}
