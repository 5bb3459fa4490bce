//! DNS: the site's record at its authoritative source, the resolver's cache, and the users' caches.
//!
//! On a cache miss, the resolver queries three servers (root, top level, authoritative) and caches the address for the
//! record's TTL. It caches a nonexistent name (NXDOMAIN) for the smaller of the SOA record's TTL and MINIMUM field (RFC
//! 2308), so a restored name stays unknown until that time has passed. It does not cache SERVFAIL. Returning users
//! cache the address for as long as the resolver does, but not an NXDOMAIN.
//!
//! The resolver stands for those of the users' providers, which looked the name up at different moments: their caches
//! expire one after the other. If users query several resolvers, each has its own caches, of which only those of the
//! first hold the address at the start.
//!
//! If there is a standby site, the record can be switched to its addresses. Caches hold the former addresses until their
//! TTL expires.

use hoplight_model::component::ResolverSpec;

use crate::index::length;
use crate::time::SimTime;
use crate::zone::{RecordState, RecordTarget};

/// A resolver's settings in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ResolverPlan {
    /// Position among the resolvers.
    pub(crate) number: usize,
    pub(crate) ttl: u64,
    pub(crate) miss: u64,
    pub(crate) negative_ttl: u64,
    pub(crate) servfail: u64,
}

impl ResolverPlan {
    pub(crate) fn new(spec: &ResolverSpec, number: usize) -> Self {
        Self {
            number,
            ttl: spec.ttl_s.nanos(),
            miss: spec.miss_s.nanos(),
            negative_ttl: spec.negative_ttl_s.nanos(),
            servfail: spec.servfail_s.nanos(),
        }
    }
}

/// A resolver's response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    /// The site's address.
    Address,
    /// The name does not exist.
    NxDomain,
    /// The resolver could not reach the authoritative servers.
    ServFail,
}

/// The resolver that users query first.
pub(crate) const FIRST: usize = 0;
/// Number of caches of a resolver that stand for the resolvers of the users' providers.
const CACHES: u32 = 16;

/// What a resolver has cached.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cache {
    /// When the record expires.
    until: SimTime,
    /// When the nonexistence of the record expires.
    absent_until: SimTime,
    /// Where the record leads.
    target: RecordTarget,
}

/// One of the caches of a resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CacheIx(u32);

impl CacheIx {
    /// The cache that requests sent by hand and the external probe use. It is empty at the start.
    pub(crate) const OWN: Self = Self(0);

    /// The cache of a user with this number. Few users, too, have caches that expire early and caches that expire late.
    pub(crate) const fn of(number: u32) -> Self {
        Self(1 + (number % CACHES * 7 + CACHES / 2) % CACHES)
    }

    fn place(self) -> usize {
        length(self.0)
    }
}

/// The site's record and its caches.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Names {
    record: RecordState,
    /// Where the record leads.
    target: RecordTarget,
    /// The caches of each resolver.
    resolvers: Vec<Vec<Cache>>,
}

impl Names {
    /// The users' caches at the first resolver hold the address at the start, and expire one after the other during the
    /// resolver's TTL.
    pub(crate) fn new(ttl: Option<u64>, resolvers: usize, now: SimTime) -> Self {
        let ttl = ttl.unwrap_or(0);
        let part = ttl / u64::from(CACHES);
        let used = (0..u64::from(CACHES)).map(|place| Cache { until: now + place * part + part / 2, ..Cache::default() });
        let first: Vec<Cache> = std::iter::once(Cache::default()).chain(used).collect();
        let empty = vec![Cache::default(); first.len()];
        let resolvers = std::iter::once(first).chain(std::iter::repeat(empty)).take(resolvers).collect();
        Self { record: RecordState::Present, target: RecordTarget::Primary, resolvers }
    }

    /// The names of a rebuilt simulation, of which `self` is the initial state. `former` maps a resolver to its number in
    /// `old`.
    pub(crate) fn carry(&mut self, old: &Self, former: impl Fn(usize) -> Option<usize>, has_standby: bool) {
        (self.record, self.target) = (old.record, old.target);
        for (number, caches) in self.resolvers.iter_mut().enumerate() {
            let known = former(number).and_then(|former| old.resolvers.get(former));
            *caches = known.cloned().unwrap_or_else(|| vec![Cache::default(); caches.len()]);
        }
        if !has_standby {
            self.target = RecordTarget::Primary;
            self.resolvers.iter_mut().flatten().for_each(|cache| cache.target = RecordTarget::Primary);
        }
    }

    /// Where the record at its source leads.
    pub(crate) const fn target(&self) -> RecordTarget {
        self.target
    }

    /// Switches the record.
    pub(crate) fn switch(&mut self, target: RecordTarget) {
        self.target = target;
    }

    /// Where the record leads that a resolver has just returned.
    pub(crate) fn returned_target(&self, resolver: usize, cache: CacheIx, now: SimTime) -> RecordTarget {
        let cache = &self.resolvers[resolver][cache.place()];
        if now < cache.until { cache.target } else { self.target }
    }

    /// The state of the record at its source.
    pub(crate) const fn record(&self) -> RecordState {
        self.record
    }

    pub(crate) fn set_record(&mut self, record: RecordState) {
        self.record = record;
    }

    /// When a user who asks a resolver now has to ask again. A response from the cache does not extend the TTL.
    pub(crate) fn known_until(&self, resolver: usize, cache: CacheIx) -> SimTime {
        self.resolvers.get(resolver).map_or(SimTime::ZERO, |caches| caches[cache.place()].until)
    }

    /// Nanoseconds that a resolver needs to query other servers before it can respond.
    pub(crate) fn lookup_time(&self, resolver: &ResolverPlan, cache: CacheIx, now: SimTime) -> u64 {
        let Cache { until, absent_until, .. } = self.resolvers[resolver.number][cache.place()];
        if now < until.max(absent_until) {
            return 0;
        }
        let in_vain = if self.record == RecordState::Unreachable { resolver.servfail } else { 0 };
        resolver.miss + in_vain
    }

    /// Returns the resolver's current response, and caches it if `keeps` is true.
    pub(crate) fn resolve(&mut self, resolver: &ResolverPlan, cache: CacheIx, keeps: bool, now: SimTime) -> Resolution {
        let target = self.target;
        let cache = &mut self.resolvers[resolver.number][cache.place()];
        if now < cache.until {
            return Resolution::Address;
        }
        if now < cache.absent_until {
            return Resolution::NxDomain;
        }
        match self.record {
            RecordState::Present => {
                if keeps {
                    (cache.until, cache.target) = (now + resolver.ttl, target);
                }
                Resolution::Address
            }
            RecordState::Gone => {
                if keeps {
                    cache.absent_until = now + resolver.negative_ttl;
                }
                Resolution::NxDomain
            }
            RecordState::Unreachable => Resolution::ServFail,
        }
    }

    /// Clears a resolver's caches, because its process has ended.
    pub(crate) fn clear_cache(&mut self, resolver: usize) {
        self.resolvers[resolver].fill(Cache::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uncached_query_fills_no_cache() {
        let mut names = Names::new(None, 1, SimTime::ZERO);
        let (now, resolver) = (SimTime::ZERO, ResolverPlan { number: 0, ttl: 1_000, miss: 60, negative_ttl: 500, servfail: 0 });
        for (record, answer) in [(RecordState::Gone, Resolution::NxDomain), (RecordState::Present, Resolution::Address)] {
            names.set_record(record);
            assert_eq!(
                (names.resolve(&resolver, CacheIx::OWN, false, now), names.lookup_time(&resolver, CacheIx::OWN, now)),
                (answer, 60)
            );
        }
        assert_eq!(
            (names.resolve(&resolver, CacheIx::OWN, true, now), names.lookup_time(&resolver, CacheIx::OWN, now)),
            (Resolution::Address, 0)
        );
    }
}
