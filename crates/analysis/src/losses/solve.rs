//! The fixed point of outcomes and load: outcomes follow from the upstreams, rates from the clients, and queueing from
//! both.
//!
//! ```text
//!  upstreams first:  how requests end ─┐
//!  clients first:    rates  ◀──────────┘
//!  per component:    queueing, which changes how requests end: repeat
//! ```
//!
//! A loss changes the solution only above and below what it affects. Only these components are recomputed, and the
//! solution without the loss is then restored.

mod queueing;
mod stretch;

use std::collections::{BTreeMap, BTreeSet};

use hoplight_model::{ComponentIx, LinkIx, Protocol, RequestKind};

use super::loss::{Consequence, Loss, Stability, WINDOW_END_S, WINDOW_START_S};
use super::node::{Evaluation, Load, Node};
use super::sessions;
use super::site::Site;
use super::state::State;
use super::users::Users;
use queueing::{BUSY, timeout_s};

/// Maximum number of rounds. Most losses overload nothing and need one.
const ROUNDS: usize = 40;
/// Changes below this do not matter for a verdict.
const TOLERANCE: f64 = 1e-4;
/// Relative change of a rate below which it is not propagated.
const RATE_TOLERANCE: f64 = 1e-3;
/// Utilisation at which the length of a queue varies so much that its mean says little.
const CRITICAL: std::ops::Range<f64> = 0.85..1.15;
/// Utilisation at which some of the work still ends in time.
const OVERLOADED: std::ops::Range<f64> = 1.0..5.0;
/// Mean waiting times, relative to the callers' timeout, at which some requests are answered in time and others are not.
const DECISIVE: std::ops::Range<f64> = 0.5..2.0;

pub(super) struct Solver<'a> {
    site: &'a Site<'a>,
    state: State,
    nodes: Vec<Node>,
    loads: Vec<Load>,
    /// Hit ratio of each cache by kind of request.
    hits: Vec<[f64; 3]>,
    /// Share of the requests with a session that find it, at each component.
    known: Vec<f64>,
    /// Requests per second of each kind at each component.
    rates: Vec<[f64; 3]>,
    /// Factor by which work is stretched on each server with a number of cores.
    stretches: Vec<f64>,
    /// Whether requests queue or find no room anywhere.
    queues: bool,
    /// Whether the rounds have found a fixed point.
    is_fixed: bool,
    /// What a loss has changed, to be restored.
    before: Option<Before>,
}

/// A component that is busy after a loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Strain {
    pub(crate) ix: ComponentIx,
    /// Kinds of request that arrive there.
    pub(crate) kinds: [bool; 3],
    /// Utilisation of its slots without the loss.
    pub(crate) before: f64,
    /// Utilisation after the loss.
    pub(crate) after: f64,
}

#[derive(Default)]
struct Before {
    nodes: BTreeMap<usize, Node>,
    loads: BTreeMap<usize, Load>,
    hits: BTreeMap<usize, [f64; 3]>,
    known: BTreeMap<usize, f64>,
    rates: BTreeMap<usize, [f64; 3]>,
    stretches: BTreeMap<usize, f64>,
}

impl<'a> Solver<'a> {
    /// Solves the infrastructure without a loss.
    pub(super) fn of(site: &'a Site<'a>) -> Self {
        let count = site.infra.len();
        let mut solver = Self {
            site,
            state: State::whole(site),
            nodes: vec![Node::default(); count],
            loads: vec![Load::default(); count],
            hits: vec![[0.0; 3]; count],
            known: vec![1.0; count],
            rates: vec![[0.0; 3]; count],
            stretches: vec![1.0; site.processors.len()],
            // Hit ratios, refusals and the load of cores follow from rates, so all rates matter.
            queues: site.caches.iter().any(Option::is_some)
                || site.limits.iter().any(Option::is_some)
                || !site.processors.is_empty(),
            is_fixed: true,
            before: None,
        };
        solver.settle((0..site.order.len()).collect());
        solver
    }

    /// The consequences of a loss, and the components that it overloads.
    pub(super) fn after(&mut self, loss: &Loss) -> (Consequence, Vec<Strain>) {
        self.before = Some(Before::default());
        let queues = self.queues;
        let touched = self.state.set(self.site, loss, true);
        let places = touched.into_iter().filter_map(|ix| self.site.places[ix.index()]).collect();
        self.settle(places);
        let consequence = self.consequence();
        let strained = self.strained();
        self.state.set(self.site, loss, false);
        self.queues = queues;
        if let Some(before) = self.before.take() {
            before.nodes.into_iter().for_each(|(ix, node)| self.nodes[ix] = node);
            before.loads.into_iter().for_each(|(ix, load)| self.loads[ix] = load);
            before.hits.into_iter().for_each(|(ix, hits)| self.hits[ix] = hits);
            before.known.into_iter().for_each(|(ix, known)| self.known[ix] = known);
            before.rates.into_iter().for_each(|(ix, rates)| self.rates[ix] = rates);
            before.stretches.into_iter().for_each(|(number, stretch)| self.stretches[number] = stretch);
        }
        let strained =
            strained.into_iter().map(|(ix, kinds, after)| Strain { ix, kinds, before: self.utilisation(ix.index()), after });
        (consequence, strained.collect())
    }

    /// The consequences of the current state.
    pub(super) fn consequence(&self) -> Consequence {
        let Some(browser) = self.site.order.first() else {
            return Consequence::of(&Default::default(), None, Stability::Settled);
        };
        let replies = &self.nodes[browser.index()].replies;
        let users = Users { site: self.site, state: &self.state, nodes: &self.nodes, cached: false };
        let origins = RequestKind::ALL.map(|kind| Users::origin(self.site, kind));
        if !origins.iter().flatten().any(|origin| users.lookup_fails(origin)) {
            return Consequence::of(replies, None, self.stability());
        }
        let eventually =
            RequestKind::ALL.map(|kind| origins[kind.index()].map(|origin| users.respond(origin, kind).0).unwrap_or_default());
        Consequence::of(replies, Some(&eventually), self.stability())
    }

    /// Components that a loss changes and that have more work than slots, with the kinds that arrive there.
    fn strained(&self) -> Vec<(ComponentIx, [bool; 3], f64)> {
        let Some(before) = &self.before else { return Vec::new() };
        let changed: BTreeSet<usize> =
            before.nodes.keys().chain(before.rates.keys()).chain(before.loads.keys()).copied().collect();
        let of = |ix: &ComponentIx| {
            changed
                .contains(&ix.index())
                .then(|| (*ix, self.rates[ix.index()].map(|rate| rate > 0.0), self.utilisation(ix.index())))
        };
        // The browser is no resource.
        self.site.order.iter().skip(1).filter_map(of).filter(|(.., used)| *used > BUSY).collect()
    }

    /// How requests of each kind end for users.
    #[cfg(test)]
    pub(super) fn replies(&self) -> [super::reply::Reply; 3] {
        self.site.order.first().map(|browser| self.nodes[browser.index()].replies.clone()).unwrap_or_default()
    }

    fn settle(&mut self, mut dirty: BTreeSet<usize>) {
        self.is_fixed = true;
        for round in 0..ROUNDS {
            let mut flows = BTreeSet::new();
            while let Some(place) = dirty.pop_last() {
                let ix = self.site.order[place];
                let node = self.evaluate(ix);
                let known = &self.nodes[ix.index()];
                let differs = (0..3).any(|kind| node.replies[kind].differs(&known.replies[kind], TOLERANCE))
                    || node.checks.iter().zip(&known.checks).any(|(a, b)| a.differs(b, TOLERANCE));
                if differs {
                    let clients = self.site.into[ix.index()].iter().map(|link| self.site.hop(*link).from);
                    dirty.extend(clients.filter_map(|client| self.site.places[client.index()]).filter(|client| *client < place));
                }
                if node.sends != known.sends
                    || (0..3).any(|kind| {
                        (node.fetched[kind] - known.fetched[kind]).abs() > 1e-9
                            || (node.holds_s[kind] - known.holds_s[kind]).abs() > 1e-6
                    })
                {
                    flows.insert(place);
                }
                self.replace(ix, node, place == 0);
            }
            let queued = self.queues;
            dirty = self.queue(&flows, round);
            if self.queues != queued {
                // Rates that were left unchanged now matter.
                dirty.extend(self.queue(&(0..self.site.order.len()).collect(), round));
            }
            if self.site.has_sessions() {
                dirty.extend(self.adopt_known());
            }
            if dirty.is_empty() {
                return;
            }
        }
        self.is_fixed = false;
    }

    /// Whether the current state lasts, and if not, the upstream that is taken out of rotation and put back again and again,
    /// if there is one.
    fn stability(&self) -> Stability {
        let all = || self.site.order.iter().skip(1).copied().collect::<Vec<_>>();
        let changed: Vec<ComponentIx> = self.before.as_ref().map_or_else(all, |before| {
            all()
                .into_iter()
                .filter(|ix| before.nodes.contains_key(&ix.index()) || before.rates.contains_key(&ix.index()))
                .collect()
        });
        let evaluation = self.evaluation();
        if let Some(link) = changed.iter().find_map(|ix| evaluation.flapping(*ix)) {
            return Stability::Flapping(link);
        }
        let is_unsettled = !self.is_fixed || self.queues && changed.iter().any(|ix| self.is_critical(*ix));
        if is_unsettled { Stability::Unsettled } else { Stability::Settled }
    }

    /// Whether a component is so close to its capacity, or requests wait about as long as its clients do, that the mean
    /// does not tell how many fail.
    fn is_critical(&self, ix: ComponentIx) -> bool {
        let used = self.utilisation(ix.index());
        let links = &self.site.into[ix.index()];
        let timeouts = links.iter().flat_map(|link| {
            let behaviours = self.site.behaviours(self.site.hop(*link).from);
            behaviours.iter().filter_map(|behaviour| timeout_s(behaviour, *link))
        });
        let waits = self.loads[ix.index()].wait_s / timeouts.fold(f64::INFINITY, f64::min);
        CRITICAL.contains(&used) || OVERLOADED.contains(&used) && DECISIVE.contains(&waits)
    }

    fn evaluation(&self) -> Evaluation<'_> {
        let Self { site, state, nodes, loads, hits, rates, stretches, known, .. } = self;
        Evaluation { site, state, nodes, loads, hits, rates, stretches, known }
    }

    fn evaluate(&self, ix: ComponentIx) -> Node {
        if self.site.order.first() != Some(&ix) {
            return self.evaluation().node(ix);
        }
        let users = Users { site: self.site, state: &self.state, nodes: &self.nodes, cached: true };
        let mut node = Node::default();
        for kind in RequestKind::ALL {
            let Some(origin) = Users::origin(self.site, kind) else { continue };
            (node.replies[kind.index()], node.sends[kind.index()]) = users.respond(origin, kind);
        }
        node
    }

    /// Stores a component, and adjusts the rates of its upstreams by the difference.
    fn replace(&mut self, ix: ComponentIx, node: Node, is_browser: bool) {
        if is_browser {
            let mean_s: f64 =
                RequestKind::ALL.iter().map(|kind| self.site.share(*kind) * node.replies[kind.index()].mean_s()).sum();
            self.keep_rates(ix.index());
            self.rates[ix.index()] = self.site.rates(mean_s);
        }
        let old = std::mem::replace(&mut self.nodes[ix.index()], node);
        if let Some(before) = &mut self.before {
            before.nodes.entry(ix.index()).or_insert(old);
        }
    }

    fn keep_rates(&mut self, ix: usize) {
        if let Some(before) = &mut self.before {
            before.rates.entry(ix).or_insert(self.rates[ix]);
        }
    }

    /// Recomputes the rates and the queueing behind components whose sending rates have changed. Returns the places of
    /// the components whose queueing has changed.
    fn queue(&mut self, differing: &BTreeSet<usize>, round: usize) -> BTreeSet<usize> {
        let mut changed = BTreeSet::new();
        let mut processors = BTreeSet::new();
        // Clients come first, so all their rates are known when a component is processed.
        let mut candidates = differing.clone();
        while let Some(place) = candidates.pop_first() {
            let ix = self.site.order[place].index();
            if place > 0 {
                let (known, rates) = (self.rates[ix], self.inflow(ix));
                let moved = known.iter().zip(rates).any(|(known, now)| (known - now).abs() > RATE_TOLERANCE * known.max(now));
                // Where nothing queues, fewer requests change nothing.
                let matters = self.queues || self.site.chooses_by_rate[ix];
                let relieved = !matters && known.iter().zip(rates).all(|(known, now)| now <= *known);
                let is_cache = self.site.caches[ix].is_some();
                if (!moved || relieved) && !differing.contains(&place) && !is_cache {
                    continue;
                }
                self.keep_rates(ix);
                self.rates[ix] = rates;
                if moved && self.site.chooses_by_rate[ix] {
                    changed.insert(place);
                }
                processors.extend(self.site.processor_of[ix]);
                if is_cache && self.adopt_hits(ix, round) {
                    changed.insert(place);
                }
                if self.adopt_load(ix, round) {
                    changed.insert(place);
                }
            }
            let old = self.before.as_ref().and_then(|before| before.nodes.get(&ix));
            let former = old.into_iter().flat_map(|node| node.sends.iter().flatten());
            let upstreams = self.nodes[ix].sends.iter().flatten().chain(former);
            candidates.extend(upstreams.filter_map(|(link, _)| self.site.places[self.site.hop(*link).to.index()]));
        }
        for number in processors {
            if self.adopt_stretch(number, round) {
                changed.extend(self.site.processors[number].on_it.iter().filter_map(|ix| self.site.places[ix.index()]));
            }
        }
        changed
    }

    /// Recomputes how often sessions are found. Returns the places of the components where that has changed.
    fn adopt_known(&mut self) -> Vec<usize> {
        let mut changed = Vec::new();
        for (ix, now) in sessions::known(self.site, &self.nodes).into_iter().enumerate() {
            let known = self.known[ix];
            if (known - now).abs() > TOLERANCE {
                if let Some(before) = &mut self.before {
                    before.known.entry(ix).or_insert(known);
                }
                self.known[ix] = now;
                changed.extend(self.site.places[ix]);
            }
        }
        changed
    }

    /// Recomputes the hit ratios of a cache. Returns whether they have changed.
    fn adopt_hits(&mut self, ix: usize, round: usize) -> bool {
        let Some(model) = &self.site.caches[ix] else { return false };
        let clients: Vec<usize> = self.site.into[ix]
            .iter()
            .filter(|link| self.is_cache_link(**link))
            .map(|link| self.site.hop(*link).from.index())
            .collect();
        // Fetches and changes are the clients' business, unless the cache is before the site.
        let users = if clients.is_empty() { vec![ix] } else { clients };
        let whole = |kind: usize| users.iter().map(|user| self.rates[*user][kind]).sum::<f64>();
        let fetched = [0, 1, 2].map(|kind| {
            let fetched = users.iter().map(|user| self.rates[*user][kind] * self.nodes[*user].fetched[kind]).sum::<f64>();
            if whole(kind) > 0.0 { fetched / whole(kind) } else { 1.0 }
        });
        let rates = [self.rates[ix][0], self.rates[ix][1], whole(2)];
        let window = self.before.is_some().then_some((WINDOW_START_S, WINDOW_END_S));
        let found = model.hit_ratios_with_failures(rates, fetched, window);
        let known = self.hits[ix];
        let step = |(from, to): (f64, f64)| if round < 2 { to } else { f64::midpoint(from, to) };
        let hits = [0, 1, 2].map(|kind| step((known[kind], found[kind])));
        let differs = known.iter().zip(hits).any(|(known, hits)| (known - hits).abs() > TOLERANCE);
        if differs {
            if let Some(before) = &mut self.before {
                before.hits.entry(ix).or_insert(known);
            }
            self.hits[ix] = hits;
        }
        differs
    }

    fn is_cache_link(&self, link: LinkIx) -> bool {
        self.site.infra.link(link).protocol == Protocol::Cache
    }

    /// The hit ratio of each component by kind of request; zero for components that are not caches.
    pub(super) fn hits(&self) -> &[[f64; 3]] {
        &self.hits
    }

    /// Share of the requests with a session that find it, at each component.
    pub(super) fn known(&self) -> &[f64] {
        &self.known
    }

    /// Recomputes the queueing at a component. Returns whether it has changed.
    fn adopt_load(&mut self, ix: usize, round: usize) -> bool {
        let (known, load) = (self.loads[ix], Load { limited: self.limited(ix), ..self.load(ix) });
        // Half steps keep two components that relieve each other from oscillating.
        let step = |from: f64, to: f64| if round < 2 { to } else { f64::midpoint(from, to) };
        let load = Load {
            block: step(known.block, load.block),
            closed: step(known.closed, load.closed),
            wait_s: step(known.wait_s, load.wait_s),
            line_s: step(known.line_s, load.line_s),
            idle_block: step(known.idle_block, load.idle_block),
            limited: [0, 1, 2].map(|kind| step(known.limited[kind], load.limited[kind])),
        };
        let apart = |from: f64, to: f64| (to - from).abs() > TOLERANCE * (1.0 + from);
        let differs = (load.block - known.block).abs() > TOLERANCE
            || (load.closed - known.closed).abs() > TOLERANCE
            || (load.idle_block - known.idle_block).abs() > TOLERANCE
            || (0..3).any(|kind| (load.limited[kind] - known.limited[kind]).abs() > TOLERANCE)
            || apart(known.wait_s, load.wait_s)
            || apart(known.line_s, load.line_s);
        if differs {
            if let Some(before) = &mut self.before {
                before.loads.entry(ix).or_insert(known);
            }
            self.loads[ix] = load;
            self.queues = true;
        }
        differs
    }
}
