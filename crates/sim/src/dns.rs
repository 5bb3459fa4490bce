//! Names: what the resolver keeps, and what it answers.
//!
//! A resolver that has nothing in its cache asks three servers (root, top level, authoritative), and keeps the address for
//! the record's TTL. That there is no such name it keeps as well, for the smaller one of the SOA record's TTL and MINIMUM
//! (RFC 2308): a name that comes back stays unknown until then. That it could not find out (SERVFAIL) it does not keep.
//! Users who return keep the address for the same TTL; that a name was unknown they do not keep.
//!
//! A resolver that starts again has an empty cache. Must not know what becomes of the record: `zone` does.

use hoplight_model::component::ResolverSpec;

use super::journal::{EventKind, Observer};
use super::outcome::Failure;
use super::plan::Role;
use super::request::Status;
use super::simulation::Simulation;
use super::time::SimTime;
use super::zone::RecordState;
use crate::index::{RequestIx, StationIx};

/// A resolver's settings in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ResolverPlan {
    pub(super) ttl: u64,
    miss: u64,
    negative_ttl: u64,
    servfail: u64,
}

impl ResolverPlan {
    pub(super) fn new(spec: &ResolverSpec) -> Self {
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
pub(super) enum Resolution {
    /// The site's address.
    Address,
    /// There is no such name.
    NxDomain,
    /// It could not find out.
    ServFail,
}

impl Simulation {
    /// How long a resolver asks others before it can answer, in nanoseconds.
    pub(super) fn upstream_questions(&self, resolver: &ResolverPlan) -> u64 {
        if self.now < self.record_cached_until.max(self.absence_cached_until) {
            return 0;
        }
        let in_vain = if self.zone_state() == RecordState::Unreachable { resolver.servfail } else { 0 };
        resolver.miss + in_vain
    }

    /// The answer that a resolver has now; it is kept if `keeps` says so.
    pub(super) fn resolve_name(&mut self, resolver: &ResolverPlan, keeps: bool) -> Resolution {
        // An answer from the cache keeps what is left of its life.
        if self.now < self.record_cached_until {
            return Resolution::Address;
        }
        if self.now < self.absence_cached_until {
            return Resolution::NxDomain;
        }
        match self.zone_state() {
            RecordState::Present => {
                if keeps {
                    self.record_cached_until = self.now + resolver.ttl;
                }
                Resolution::Address
            }
            RecordState::Gone => {
                if keeps {
                    self.absence_cached_until = self.now + resolver.negative_ttl;
                }
                Resolution::NxDomain
            }
            RecordState::Unreachable => Resolution::ServFail,
        }
    }

    /// A resolver has done its work on a question.
    pub(super) fn lookup_served<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        resolver: ResolverPlan,
        observer: &mut O,
    ) {
        // The probe keeps nothing in a cache that users profit from.
        let keeps = !self.requests[request].is_probe();
        let resolution = self.resolve_name(&resolver, keeps);
        if resolution == Resolution::Address {
            self.answers(request, station, observer);
            return;
        }
        let (tag, nxdomain) = (self.requests[request].tag(), resolution == Resolution::NxDomain);
        self.note(observer, Some(tag), EventKind::Unresolved { resolver: station, nxdomain });
        self.answer(request, Status::Error(Failure::Dns), observer);
    }

    /// A resolver's process ends, and its cache with it.
    pub(super) fn resolver_stops(&mut self, station: StationIx) {
        if matches!(self.plan.stations[station].role, Role::Resolver(_)) {
            self.record_cached_until = SimTime::ZERO;
            self.absence_cached_until = SimTime::ZERO;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Command, JournalEvent, Outcome};
    use hoplight_model::{Infrastructure, RequestKind};

    /// A resolver 5 ms away that takes 1 ms, 60 ms more where it has to ask, and a site that answers at once.
    fn site() -> Simulation {
        let text = r#"(format: 1, id: "names", title: "Names", summary: "Names.",
            traffic: (rate: 0.0), tls: (edge: None),
            components: [(id: "browser", kind: Browser),
                (id: "dns", kind: DnsResolver(ttl_s: 30.0, negative_ttl_s: 10.0, servfail_s: 2.0)),
                (id: "web-1", kind: Web(), station: (service: Constant(ms: 0.0)))],
            links: [(from: "browser", to: "dns", protocol: Dns, latency_ms: 5.0),
                (from: "browser", to: "web-1", protocol: Http, latency_ms: 50.0)])"#;
        Simulation::new(Arc::new(Infrastructure::from_ron("names.ron", text).expect("a valid scenario")), 1)
    }

    /// Sends a new visitor at a moment, in milliseconds, and says how that ended and how long it took, in milliseconds.
    fn visit(sim: &mut Simulation, at_ms: u64) -> (Outcome, f64) {
        let mut endings = Vec::new();
        let mut observer = |note: JournalEvent| {
            if let EventKind::Ended { outcome, latency_ms } = note.what {
                endings.push((outcome, latency_ms));
            }
        };
        sim.advance(SimTime::ZERO + at_ms * 1_000_000, &mut observer);
        sim.apply(&Command::Send(RequestKind::Static), &mut observer).expect("a user may always ask");
        let end = sim.now() + 8 * crate::time::SECOND;
        sim.advance(end, &mut observer);
        endings.pop().expect("it has ended")
    }

    const UNKNOWN: Outcome = Err(Failure::Dns);

    #[test]
    fn a_name_that_comes_back_stays_unknown_until_the_negative_ttl_is_over() {
        let mut sim = site();
        sim.faults.record = RecordState::Gone;
        assert_eq!(visit(&mut sim, 0), (UNKNOWN, 71.0), "three questions, and the answer is no");
        // Until 10.066 s it is kept that there is no such name.
        sim.faults.record = RecordState::Present;
        assert_eq!(visit(&mut sim, 9_000), (UNKNOWN, 11.0), "the record is there again, and the cache says no");
        assert_eq!(visit(&mut sim, 20_000), (Ok(()), 271.0));
        // Until 50.066 s the address is kept, whatever becomes of the record.
        sim.faults.record = RecordState::Gone;
        assert_eq!(visit(&mut sim, 40_000), (Ok(()), 211.0));
        assert_eq!(visit(&mut sim, 50_061), (UNKNOWN, 71.0), "the cache was empty when the resolver looked");
    }

    #[test]
    fn that_nobody_could_say_is_not_kept() {
        let mut sim = site();
        sim.faults.record = RecordState::Unreachable;
        for at_ms in [0, 10_000] {
            assert_eq!(visit(&mut sim, at_ms), (UNKNOWN, 2_071.0));
        }
        sim.faults.record = RecordState::Present;
        assert_eq!(visit(&mut sim, 20_000), (Ok(()), 271.0));
        sim.faults.record = RecordState::Unreachable;
        assert_eq!(visit(&mut sim, 30_000), (Ok(()), 211.0), "cached names still answer");
    }

    #[test]
    fn the_probe_fills_no_cache() {
        let mut sim = site();
        let resolver = ResolverPlan { ttl: 1_000, miss: 60, negative_ttl: 500, servfail: 0 };
        for (record, answer) in [(RecordState::Gone, Resolution::NxDomain), (RecordState::Present, Resolution::Address)] {
            sim.faults.record = record;
            assert_eq!((sim.resolve_name(&resolver, false), sim.upstream_questions(&resolver)), (answer, 60));
        }
        assert_eq!((sim.resolve_name(&resolver, true), sim.upstream_questions(&resolver)), (Resolution::Address, 0));
    }
}
