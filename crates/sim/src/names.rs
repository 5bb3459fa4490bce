//! Names: the site's record at its source, what the resolver has cached, and what users know.
//!
//! A resolver that has nothing in its cache asks three servers (root, top level, authoritative), and keeps the address for the
//! record's TTL. That there is no such name it keeps as well, for the smaller one of the SOA record's TTL and MINIMUM (RFC
//! 2308): a name that comes back stays unknown until then. A failure to find out (SERVFAIL) it does not keep. Users who return
//! keep the address for the same TTL; they do not keep that a name was unknown.

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

/// What a resolver answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    /// The site's address.
    Address,
    /// There is no such name.
    NxDomain,
    /// It could not find out.
    ServFail,
}

/// The record and its caches.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Names {
    record: RecordState,
    /// Until when returning visitors know the address.
    known_until: SimTime,
    /// Until when the resolver has the record cached.
    cached_until: SimTime,
    /// Until when the resolver has it cached that there is no record.
    absent_until: SimTime,
}

impl Names {
    /// Returning visitors have the address from an earlier visit; without a resolver, of this TTL, it is simply known.
    pub(crate) fn new(ttl: Option<u64>) -> Self {
        Self {
            record: RecordState::Present,
            known_until: SimTime::from_nanos(ttl.unwrap_or(u64::MAX)),
            cached_until: SimTime::ZERO,
            absent_until: SimTime::ZERO,
        }
    }

    /// The names of a rebuilt simulation. `ttl` is that of its resolver, if it has one.
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

    /// Whether returning visitors know the address.
    pub(crate) fn is_known(&self, now: SimTime) -> bool {
        now <= self.known_until
    }

    /// A user has been told the address, and keeps it as long as the resolver does.
    pub(crate) fn learn(&mut self) {
        self.known_until = self.known_until.max(self.cached_until);
    }

    /// How long a resolver asks others before it can answer, in nanoseconds.
    pub(crate) fn lookup_time(&self, resolver: &ResolverPlan, now: SimTime) -> u64 {
        if now < self.cached_until.max(self.absent_until) {
            return 0;
        }
        let in_vain = if self.record == RecordState::Unreachable { resolver.servfail } else { 0 };
        resolver.miss + in_vain
    }

    /// The resolver's answer now; it is cached if `keeps` says so.
    pub(crate) fn resolve(&mut self, resolver: &ResolverPlan, keeps: bool, now: SimTime) -> Resolution {
        // An answer from the cache keeps what is left of its life.
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

    /// The resolver's process ends, and its cache with it.
    pub(crate) fn clear_cache(&mut self) {
        self.cached_until = SimTime::ZERO;
        self.absent_until = SimTime::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_keeps_nothing_fills_no_cache() {
        let mut names = Names::new(None);
        let (now, resolver) = (SimTime::ZERO, ResolverPlan { ttl: 1_000, miss: 60, negative_ttl: 500, servfail: 0 });
        for (record, answer) in [(RecordState::Gone, Resolution::NxDomain), (RecordState::Present, Resolution::Address)] {
            names.set_record(record);
            assert_eq!((names.resolve(&resolver, false, now), names.lookup_time(&resolver, now)), (answer, 60));
        }
        assert_eq!((names.resolve(&resolver, true, now), names.lookup_time(&resolver, now)), (Resolution::Address, 0));
    }
}
