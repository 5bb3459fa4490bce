//! How web servers and database drivers use upstreams that have failed: an ejected upstream gets no requests while another
//! one is available.

use hoplight_model::RequestKind;
use hoplight_model::behaviour::{AttemptFailure, Ejection, UpstreamChoice};

use crate::index::{LinkIx, RequestIx, StationIx};
use crate::simulation::Simulation;

impl Simulation {
    /// How a station ejects upstreams for requests of a kind; `None` if it does not.
    fn ejection(&self, station: StationIx, kind: RequestKind) -> Option<Ejection> {
        self.plan.stations[station].forwarding(kind)?.ejection
    }

    /// Whether a station sends requests of a kind to an upstream.
    pub(super) fn is_available(&self, station: StationIx, kind: RequestKind, link: LinkIx) -> bool {
        let rule = self.ejection(station, kind);
        rule.is_none_or(|rule| self.ejections.is_available(link, self.clock.now(), &rule))
    }

    /// Chooses an upstream for a new request of a station whose upstreams have failed recently.
    #[cold]
    pub(super) fn choose_available(&mut self, request: RequestIx, station: StationIx) -> LinkIx {
        let kind = self.requests[request].kind;
        let links = &self.plan.stations[station].out[kind];
        let mut available: Vec<LinkIx> = links.iter().copied().filter(|link| self.is_available(station, kind, *link)).collect();
        if available.is_empty() {
            // nginx also makes all of them available when none is left.
            available.clone_from(links);
            for link in &available {
                self.ejections.forget(*link);
            }
            self.update_failing(station);
        }
        let forwarding = self.plan.stations[station].forwarding(kind).expect("a station with upstreams forwards requests");
        let place = match forwarding.choice {
            UpstreamChoice::RoundRobin => self.stations[station].take_turn(available.len()),
            UpstreamChoice::First | UpstreamChoice::Writer | UpstreamChoice::Balanced(_) | UpstreamChoice::Role(_) => 0,
        };
        self.note_attempt(station, kind, available[place]);
        available[place]
    }

    /// Records that a station sends a request to an upstream, which may be a probe.
    pub(super) fn note_attempt(&mut self, station: StationIx, kind: RequestKind, link: LinkIx) {
        if let Some(rule) = self.ejection(station, kind) {
            self.ejections.attempt(link, self.clock.now(), &rule);
        }
    }

    /// Records a failed attempt on a link, if it counts.
    pub(super) fn note_failure(&mut self, station: StationIx, kind: RequestKind, link: LinkIx, failure: AttemptFailure) {
        if Ejection::counts(failure) && self.ejection(station, kind).is_some() {
            self.note_link_failure(station, link);
        }
    }

    /// Records a failed attempt on a link.
    pub(super) fn note_link_failure(&mut self, station: StationIx, link: LinkIx) {
        self.ejections.fail(link, self.clock.now());
        self.update_failing(station);
    }

    /// Records that an upstream has responded.
    pub(super) fn note_success(&mut self, station: StationIx, link: LinkIx) {
        if self.stations[station].has_failing_upstreams() {
            self.ejections.succeed(link);
            self.update_failing(station);
        }
    }

    /// Forgets what a process knew about its upstreams.
    pub(super) fn forget_failures(&mut self, station: StationIx) {
        let links: Vec<LinkIx> = self.ejections.links().filter(|link| self.plan.hops[*link].from == station).collect();
        for link in links {
            self.ejections.forget(link);
        }
        self.update_failing(station);
    }

    fn update_failing(&mut self, station: StationIx) {
        let failing = self.ejections.links().any(|link| self.plan.hops[link].from == station);
        if failing != self.stations[station].has_failing_upstreams() {
            self.stations[station].set_failing_upstreams(failing, &self.plan, station);
        }
    }

    /// Whether the client of a link has ejected the component at its end, because requests to it failed.
    pub fn is_ejected(&self, link: LinkIx) -> bool {
        let Some(hop) = self.plan.hops.get(link) else { return false };
        let lookups = RequestKind::ALL.into_iter().filter_map(|kind| self.plan.stations[hop.from].forwarding(kind)?.cache);
        let mut rules = lookups.filter(|caching| caching.link == Some(link)).filter_map(|caching| caching.ejection);
        if rules.any(|rule| !self.ejections.is_available(link, self.clock.now(), &rule)) {
            return true;
        }
        self.stations[hop.from].has_failing_upstreams()
            && RequestKind::ALL
                .into_iter()
                .any(|kind| self.plan.stations[hop.from].out[kind].contains(&link) && !self.is_available(hop.from, kind, link))
    }
}
