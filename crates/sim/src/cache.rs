//! Caches: what each one has stored, who waits for a fetch, and what is counted.
//!
//! ```text
//!  request ──▶ object (popularity) ──▶ store (LRU, TTL) ──▶ hit, or a fetch that others may wait for
//! ```
//!
//! A cache is a station like any other: lookups queue for its slots. This part holds its contents. A lookup or a change
//! takes constant time. Two simplifications: what an application stores or removes after a response takes effect at once,
//! without a separate message, and a read that was sent before a write is never stored after it.

mod plan;
mod popularity;
mod store;
mod view;

use std::collections::{BTreeMap, VecDeque};

use crate::index::{CacheIx, IndexVec, RequestIx, count};
use crate::random;
use crate::time::SimTime;

pub(crate) use plan::{CachePlan, CachesPlan};
use store::Store;
pub use view::{CacheCounts, CacheView};

/// Length of the window of the recent hit ratio and the recent evictions, in seconds.
const WINDOW: usize = 10;
/// Salt for the draws of TTLs.
const TTL: u64 = 0x6361_6368_6574_746c;

/// An object that users ask for: its rank by popularity, from 0. Static pages come after the objects of reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Object(pub(crate) u32);

/// The result of a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The object was in the cache.
    Hit,
    /// The object was not in the cache, or had expired.
    Miss,
    /// The request waits for the fetch of another request.
    Waits,
    /// The request got the object that another request fetched.
    Shared,
    /// The fetch failed, and the expired object was served.
    Stale,
}

/// A request that waits for a fetch, with the generation of its record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Waiting {
    pub(crate) request: RequestIx,
    pub(crate) generation: u32,
}

/// A fetch of one object that other requests wait for.
#[derive(Clone, Debug, PartialEq)]
struct Fetch {
    /// After this time, a request that misses starts another fetch: the first one may have been lost with its process.
    until: SimTime,
    waiting: VecDeque<Waiting>,
}

/// The state of one cache.
#[derive(Clone, Debug, Default, PartialEq)]
struct CacheState {
    store: Store,
    fetches: BTreeMap<Object, Fetch>,
    counts: CacheCounts,
    /// Lookups, hits and evictions at the last ends of seconds, oldest first.
    window: VecDeque<[u64; 3]>,
}

/// All caches.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Caches(IndexVec<CacheIx, CacheState>);

impl Caches {
    pub(crate) fn new(plan: &CachesPlan) -> Self {
        Self(IndexVec::of(CacheState::default(), plan.nodes.len()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Looks up an object.
    pub(crate) fn look_up(&mut self, cache: CacheIx, object: Object, now: SimTime) -> Lookup {
        let state = &mut self.0[cache];
        state.counts.lookups += 1;
        match state.store.get(object) {
            Some(entry) if entry.expires > now => {
                state.counts.hits += 1;
                state.counts.stale_reads += u64::from(entry.outdated);
                state.store.touch(object);
                return Lookup::Hit;
            }
            Some(_) => state.counts.expired += 1,
            None => {}
        }
        state.counts.misses += 1;
        Lookup::Miss
    }

    /// Whether an expired object may be served because its fetch failed.
    pub(crate) fn serve_stale(&mut self, cache: CacheIx, object: Object, plan: &CachePlan, now: SimTime) -> bool {
        let state = &mut self.0[cache];
        let serves = state.store.get(object).is_some_and(|entry| now < entry.expires + plan.stale_if_error);
        state.counts.stale_on_error += u64::from(serves);
        serves
    }

    /// Stores an object. Returns the requests that waited for it.
    pub(crate) fn fill(&mut self, cache: CacheIx, object: Object, plan: &CachePlan, now: SimTime) -> VecDeque<Waiting> {
        let state = &mut self.0[cache];
        let expires = plan.ttl.map_or(SimTime::from_nanos(u64::MAX), |ttl| {
            let bits = random::mix(random::mix(now.nanos() ^ TTL) ^ u64::from(object.0) ^ plan.key);
            now + plan.shortened(ttl, bits)
        });
        state.counts.stored += 1;
        state.counts.evictions += u64::from(state.store.insert(object, expires, plan.capacity));
        state.fetches.remove(&object).map(|fetch| fetch.waiting).unwrap_or_default()
    }

    /// Lets a request wait for the fetch of an object that is under way. Returns false if the request must fetch it,
    /// which then takes at most `limit`.
    pub(crate) fn join_fetch(&mut self, cache: CacheIx, object: Object, waiting: Waiting, now: SimTime, limit: u64) -> bool {
        let state = &mut self.0[cache];
        let fetch = state.fetches.entry(object).or_insert_with(|| Fetch { until: now, waiting: VecDeque::new() });
        if fetch.until <= now {
            fetch.until = now + limit;
            return false;
        }
        fetch.waiting.push_back(waiting);
        state.counts.collapsed += 1;
        true
    }

    /// Ends a fetch that failed. Returns the requests that waited for it, oldest first; the first one that still waits
    /// must call [`Self::take_over`].
    pub(crate) fn fetch_failed(&mut self, cache: CacheIx, object: Object) -> VecDeque<Waiting> {
        self.0[cache].fetches.remove(&object).map(|fetch| fetch.waiting).unwrap_or_default()
    }

    /// Starts the next fetch of an object after a failed one, for which `waiting` continue to wait.
    pub(crate) fn take_over(&mut self, cache: CacheIx, object: Object, waiting: VecDeque<Waiting>, until: SimTime) {
        self.0[cache].fetches.insert(object, Fetch { until, waiting });
    }

    /// Removes an object because a write has changed it.
    pub(crate) fn invalidate(&mut self, cache: CacheIx, object: Object) {
        let state = &mut self.0[cache];
        state.counts.invalidations += u64::from(state.store.remove(object));
    }

    /// Records that a database has committed a change of an object: what caches have stored is no longer its value.
    pub(crate) fn written(&mut self, cache: CacheIx, object: Object) {
        self.0[cache].store.mark_outdated(object);
    }

    /// Removes all objects.
    pub(crate) fn flush(&mut self, cache: CacheIx) {
        self.0[cache].store.clear();
    }

    /// Makes the most popular of the stored objects expire. Returns false if nothing is stored.
    pub(crate) fn expire_popular(&mut self, cache: CacheIx, now: SimTime) -> bool {
        self.0[cache].store.expire_first(now)
    }

    /// Discards the contents of a cache whose process ends. Returns the requests that waited for a fetch.
    pub(crate) fn stop(&mut self, cache: CacheIx) -> Vec<Waiting> {
        let state = &mut self.0[cache];
        state.store.clear();
        std::mem::take(&mut state.fetches).into_values().flat_map(|fetch| fetch.waiting).collect()
    }

    /// Completes a whole second.
    pub(crate) fn roll_second(&mut self) {
        for state in &mut self.0 {
            if state.window.len() == WINDOW {
                state.window.pop_front();
            }
            state.window.push_back([state.counts.lookups, state.counts.hits, state.counts.evictions]);
        }
    }

    /// Carries over contents and counts. `before` maps a cache to the same one in the old simulation, whose objects must be
    /// the same.
    pub(crate) fn carry(&mut self, old: &Self, plan: &CachesPlan, before: impl Fn(CacheIx) -> Option<CacheIx>) {
        for (cache, state) in self.0.iter_mut_enumerated() {
            let Some(earlier) = before(cache).map(|earlier| &old.0[earlier]) else { continue };
            *state = CacheState { fetches: BTreeMap::new(), ..earlier.clone() };
            state.store.shrink(plan.nodes[cache].capacity);
        }
    }

    /// What has been counted, and what is stored.
    pub(crate) fn view(&self, cache: CacheIx, plan: &CachePlan) -> CacheView {
        let state = &self.0[cache];
        let [lookups, hits, evictions] = state.window.front().copied().unwrap_or_default();
        let recent = state.counts.lookups.saturating_sub(lookups);
        CacheView {
            counts: state.counts,
            entries: count(state.store.len()),
            capacity: plan.capacity,
            recent_hit_ratio: (recent > 0).then(|| state.counts.hits.saturating_sub(hits) as f64 / recent as f64),
            recent_evictions: state.counts.evictions.saturating_sub(evictions),
            waiting: count(state.fetches.values().map(|fetch| fetch.waiting.len()).sum()),
        }
    }

    /// Approximate size in bytes.
    pub(crate) fn footprint(&self) -> usize {
        self.0.iter().map(|state| size_of::<CacheState>() + state.store.footprint()).sum()
    }
}
