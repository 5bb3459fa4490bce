//! DNS lookups at the resolver.

use crate::index::{Ix, RequestIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::names::{CacheIx, Resolution, ResolverPlan};
use crate::outcome::Failure;
use crate::plan::Role;
use crate::request::{NO_USER, Request, Status};
use crate::simulation::Simulation;
use crate::simulation::retries::SENT_BY_HAND;
use crate::zone::RecordState;

impl Simulation {
    /// Responds to a query that the resolver has processed.
    pub(super) fn end_lookup<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        resolver: ResolverPlan,
        observer: &mut O,
    ) {
        // The probe and attackers must not fill a cache that users benefit from.
        let keeps = self.requests[request].is_users();
        let cache = Self::cache_of(&self.requests[request]);
        let resolution = self.names.resolve(&resolver, cache, keeps, self.clock.now());
        if resolution == Resolution::Address {
            self.serve(request, station, observer);
            return;
        }
        let (tag, nxdomain) = (self.requests[request].tag(), resolution == Resolution::NxDomain);
        self.note(observer, Some(tag), EventKind::Unresolved { resolver: station, nxdomain });
        self.respond(request, Status::Error(Failure::Dns), observer);
    }

    /// The resolver's cache that a request's user depends on.
    pub(super) fn cache_of(record: &Request) -> CacheIx {
        match record.user {
            _ if !record.is_users() || record.stream & SENT_BY_HAND != 0 => CacheIx::OWN,
            NO_USER => CacheIx::of(u32::try_from(record.key >> 32).expect("32 bits")),
            user => CacheIx::of(user.raw()),
        }
    }

    /// Caches the address that the resolver returned for the user of a request. Only returning users do.
    pub(super) fn learn_address(&mut self, request: RequestIx) {
        let record = &self.requests[request];
        if record.user != NO_USER {
            let until = self.names.known_until(self.resolver_at(record.path[0]), Self::cache_of(record));
            self.returning.learn(record.user, until, record.target);
        }
    }

    /// Clears a resolver's caches, because its process has ended.
    pub(super) fn resolver_stops(&mut self, station: StationIx) {
        if let Role::Resolver(resolver) = self.plan.stations[station].role {
            self.names.clear_cache(resolver.number);
        }
    }

    /// The state of the site's record on the authoritative server.
    pub fn record(&self) -> RecordState {
        self.names.record()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::SimTime;
    use crate::{Command, JournalEvent, Outcome};
    use hoplight_model::{Infrastructure, RequestKind};

    /// A resolver 5 ms away that takes 1 ms, plus 60 ms on a cache miss, and a site that responds at once.
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

    /// Sends a new visitor at a time in milliseconds. Returns the outcome and the latency in milliseconds.
    fn visit(sim: &mut Simulation, at_ms: u64) -> (Outcome, f64) {
        let mut endings = Vec::new();
        let mut observer = |note: JournalEvent| {
            if let EventKind::Ended { outcome, latency_ms } = note.what {
                endings.push((outcome, latency_ms));
            }
        };
        sim.advance(SimTime::ZERO + at_ms * 1_000_000, &mut observer);
        sim.apply(&Command::Send(RequestKind::Static), &mut observer).expect("requests are always accepted");
        let end = sim.now() + 8 * crate::time::SECOND;
        sim.advance(end, &mut observer);
        endings.pop().expect("the request has ended")
    }

    const UNKNOWN: Outcome = Err(Failure::Dns);

    #[test]
    fn nxdomain_is_cached_until_the_negative_ttl_expires() {
        let mut sim = site();
        sim.names.set_record(RecordState::Gone);
        assert_eq!(visit(&mut sim, 0), (UNKNOWN, 71.0), "a cache miss, and NXDOMAIN");
        // NXDOMAIN is cached until 10.066 s.
        sim.names.set_record(RecordState::Present);
        assert_eq!(visit(&mut sim, 9_000), (UNKNOWN, 11.0), "the record is back, but NXDOMAIN is cached");
        assert_eq!(visit(&mut sim, 20_000), (Ok(()), 271.0));
        // The address is cached until 50.066 s, whatever happens to the record.
        sim.names.set_record(RecordState::Gone);
        assert_eq!(visit(&mut sim, 40_000), (Ok(()), 211.0));
        assert_eq!(visit(&mut sim, 50_061), (UNKNOWN, 71.0), "the cached address had expired when the query arrived");
    }

    #[test]
    fn servfail_is_not_cached() {
        let mut sim = site();
        sim.names.set_record(RecordState::Unreachable);
        for at_ms in [0, 10_000] {
            assert_eq!(visit(&mut sim, at_ms), (UNKNOWN, 2_071.0));
        }
        sim.names.set_record(RecordState::Present);
        assert_eq!(visit(&mut sim, 20_000), (Ok(()), 271.0));
        sim.names.set_record(RecordState::Unreachable);
        assert_eq!(visit(&mut sim, 30_000), (Ok(()), 211.0), "the address is still cached");
    }
}
