//! Name lookups: what the resolver does with a question.

use crate::index::{RequestIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::names::{Resolution, ResolverPlan};
use crate::outcome::Failure;
use crate::plan::Role;
use crate::request::Status;
use crate::simulation::Simulation;
use crate::zone::RecordState;

impl Simulation {
    /// A resolver has done its work on a question.
    pub(super) fn end_lookup<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        resolver: ResolverPlan,
        observer: &mut O,
    ) {
        // The probe keeps nothing in a cache that users profit from.
        let keeps = !self.requests[request].is_probe();
        let resolution = self.names.resolve(&resolver, keeps, self.clock.now());
        if resolution == Resolution::Address {
            self.serve(request, station, observer);
            return;
        }
        let (tag, nxdomain) = (self.requests[request].tag(), resolution == Resolution::NxDomain);
        self.note(observer, Some(tag), EventKind::Unresolved { resolver: station, nxdomain });
        self.respond(request, Status::Error(Failure::Dns), observer);
    }

    /// A resolver's process ends, and its cache with it.
    pub(super) fn resolver_stops(&mut self, station: StationIx) {
        if matches!(self.plan.stations[station].role, Role::Resolver(_)) {
            self.names.clear_cache();
        }
    }

    /// The state of the site's record at its source.
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
        sim.names.set_record(RecordState::Gone);
        assert_eq!(visit(&mut sim, 0), (UNKNOWN, 71.0), "three questions, and the answer is no");
        // Until 10.066 s it is kept that there is no such name.
        sim.names.set_record(RecordState::Present);
        assert_eq!(visit(&mut sim, 9_000), (UNKNOWN, 11.0), "the record is there again, and the cache says no");
        assert_eq!(visit(&mut sim, 20_000), (Ok(()), 271.0));
        // Until 50.066 s the address is kept, whatever becomes of the record.
        sim.names.set_record(RecordState::Gone);
        assert_eq!(visit(&mut sim, 40_000), (Ok(()), 211.0));
        assert_eq!(visit(&mut sim, 50_061), (UNKNOWN, 71.0), "the cache was empty when the resolver looked");
    }

    #[test]
    fn that_nobody_could_say_is_not_kept() {
        let mut sim = site();
        sim.names.set_record(RecordState::Unreachable);
        for at_ms in [0, 10_000] {
            assert_eq!(visit(&mut sim, at_ms), (UNKNOWN, 2_071.0));
        }
        sim.names.set_record(RecordState::Present);
        assert_eq!(visit(&mut sim, 20_000), (Ok(()), 271.0));
        sim.names.set_record(RecordState::Unreachable);
        assert_eq!(visit(&mut sim, 30_000), (Ok(()), 211.0), "cached names still answer");
    }
}
