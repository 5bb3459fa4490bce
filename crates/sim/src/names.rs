//! DNS: the site's record at its authoritative source, the resolver's cache, and the users' caches.
//!
//! On a cache miss, the resolver queries three servers (root, top level, authoritative) and caches the address for the
//! record's TTL. It caches a nonexistent name (NXDOMAIN) for the smaller of the SOA record's TTL and MINIMUM field (RFC
//! 2308), so a restored name stays unknown until that time has passed. It does not cache SERVFAIL. Returning users
//! cache the address for the same TTL, but not an NXDOMAIN.

use hoplight_model::component::ResolverSpec;

use crate::time::SimTime;
use crate::zone::RecordState;

/// A resolver's settings in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ResolverPlan {
    pub(crate) ttl: u64,
    pub(crate) miss: u64,
    pub(crate) negative_ttl: u64,
    pub(crate) servfail: u64,
}

impl ResolverPlan {
    pub(crate) fn new(spec: &ResolverSpec) -> Self {
        Self {
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

/// The site's record and its caches.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Names {
    record: RecordState,
    /// When the address expires in returning visitors' caches.
    known_until: SimTime,
    /// When the record expires in the resolver's cache.
    cached_until: SimTime,
    /// When the nonexistence of the record expires in the resolver's cache.
    absent_until: SimTime,
}

impl Names {
    /// Returning visitors have the address from an earlier visit, for the TTL of the resolver. Without a resolver, the
    /// address never expires.
    pub(crate) fn new(ttl: Option<u64>) -> Self {
        Self {
            record: RecordState::Present,
            known_until: SimTime::from_nanos(ttl.unwrap_or(u64::MAX)),
            cached_until: SimTime::ZERO,
            absent_until: SimTime::ZERO,
        }
    }

    /// The names of a rebuilt simulation. `ttl` is its resolver's TTL, if it has a resolver.
    pub(crate) fn carried(&self, had_resolver: bool, ttl: Option<u64>, now: SimTime) -> Self {
        match ttl {
            Some(_) if had_resolver => self.clone(),
            Some(ttl) => Self { known_until: now + ttl, ..Self::new(Some(ttl)) },
            None => Self::new(None),
        }
    }

    /// The state of the record at its source.
    pub(crate) const fn record(&self) -> RecordState {
        self.record
    }

    pub(crate) fn set_record(&mut self, record: RecordState) {
        self.record = record;
    }

    /// Whether returning visitors have the address cached.
    pub(crate) fn is_known(&self, now: SimTime) -> bool {
        now <= self.known_until
    }

    /// Caches the address for users, for as long as the resolver caches it.
    pub(crate) fn learn(&mut self) {
        self.known_until = self.known_until.max(self.cached_until);
    }

    /// Nanoseconds that a resolver needs to query other servers before it can respond.
    pub(crate) fn lookup_time(&self, resolver: &ResolverPlan, now: SimTime) -> u64 {
        if now < self.cached_until.max(self.absent_until) {
            return 0;
        }
        let in_vain = if self.record == RecordState::Unreachable { resolver.servfail } else { 0 };
        resolver.miss + in_vain
    }

    /// Returns the resolver's current response, and caches it if `keeps` is true.
    pub(crate) fn resolve(&mut self, resolver: &ResolverPlan, keeps: bool, now: SimTime) -> Resolution {
        // A response from the cache does not extend the TTL.
        if now < self.cached_until {
            return Resolution::Address;
        }
        if now < self.absent_until {
            return Resolution::NxDomain;
        }
        match self.record {
            RecordState::Present => {
                if keeps {
                    self.cached_until = now + resolver.ttl;
                }
                Resolution::Address
            }
            RecordState::Gone => {
                if keeps {
                    self.absent_until = now + resolver.negative_ttl;
                }
                Resolution::NxDomain
            }
            RecordState::Unreachable => Resolution::ServFail,
        }
    }

    /// Clears the resolver's cache, because its process has ended.
    pub(crate) fn clear_cache(&mut self) {
        self.cached_until = SimTime::ZERO;
        self.absent_until = SimTime::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uncached_query_fills_no_cache() {
        let mut names = Names::new(None);
        let (now, resolver) = (SimTime::ZERO, ResolverPlan { ttl: 1_000, miss: 60, negative_ttl: 500, servfail: 0 });
        for (record, answer) in [(RecordState::Gone, Resolution::NxDomain), (RecordState::Present, Resolution::Address)] {
            names.set_record(record);
            assert_eq!((names.resolve(&resolver, false, now), names.lookup_time(&resolver, now)), (answer, 60));
        }
        assert_eq!((names.resolve(&resolver, true, now), names.lookup_time(&resolver, now)), (Resolution::Address, 0));
    }
}
