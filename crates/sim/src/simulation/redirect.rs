//! Redirects to https: visits that begin at port 80, what browsers remember about a site, and redirects that never end.

use hoplight_model::TlsMode;
use hoplight_model::http::{MAX_REDIRECTS, Port80};

use crate::index::{RequestIx, StationIx, UserIx};
use crate::journal::{EventKind, Observer};
use crate::outcome::Failure;
use crate::packet::Phase;
use crate::random;
use crate::request::{NO_USER, Status};
use crate::simulation::Simulation;
use crate::simulation::retries::first_attempt;
use crate::simulation::service::Next;
use crate::station::Routing;

/// Mixed into the draw that decides whether a visit starts with `http://`.
const TYPED: u64 = 0x6874_7470_3a2f_2f00;

impl Simulation {
    /// Whether a visit begins at port 80: it starts with `http://`, and the browser does not know that the site uses only
    /// https. A retry starts as the first attempt did.
    #[inline(never)]
    pub(super) fn begins_in_plaintext(&self, stream: u64, user: UserIx) -> bool {
        let Some(http) = &self.plan.http else { return false };
        let is_preloaded = http.hsts.is_some_and(|hsts| hsts.preload);
        let remembers = || user != NO_USER && self.clock.now() < self.returning.https_until(user);
        let key = self.clock.draws_of(first_attempt(stream));
        random::open_unit(random::mix(key ^ TYPED)) < http.share && !is_preloaded && !remembers()
    }

    /// The phase in which a browser that knows the address opens its connection.
    pub(super) fn connect_phase(&self, request: RequestIx) -> Phase {
        let record = &self.requests[request];
        let is_plain = self.plan.http.is_some()
            && !record.is_probe()
            && record.redirects == 0
            && self.begins_in_plaintext(record.stream, record.user);
        if is_plain { Phase::PlainConnect } else { Phase::Connect }
    }

    /// Whether nothing listens on port 80 of the entry.
    pub(super) fn is_port_80_closed(&self) -> bool {
        self.plan.port_80 == Port80::Closed
    }

    /// Records that a returning user's browser has received a response over HTTPS.
    #[inline]
    pub(super) fn learn_hsts(&mut self, user: UserIx) {
        if let Some(nanos) = self.plan.hsts_max_age {
            self.returning.remember_https(user, self.clock.now() + nanos);
        }
    }

    /// Handles the end of a station's work on a request that came to port 80: the entry redirects it, if it is to, or a
    /// component that accepts only https does.
    pub(super) fn on_plaintext_work<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        act: Routing,
        observer: &mut O,
    ) {
        let is_entry = self.requests[request].depth == 1;
        if self.plan.stations[station].redirects_plaintext || is_entry && self.plan.port_80 == Port80::Redirect {
            return self.redirect(request, station, observer);
        }
        match self.decide(request, station, act, observer) {
            Next::Forward(link) => self.forward(request, link, 1, observer),
            Next::Respond => self.respond(request, Status::Ok, observer),
            Next::Moved(Some(station)) => self.enter(request, station, observer),
            Next::Moved(None) => {}
        }
    }

    /// Responds with a redirect to https.
    #[cold]
    pub(super) fn redirect<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        self.tell(observer, Some(self.requests[request].tag()), || EventKind::Redirects { component: station });
        self.respond(request, Status::Redirect, observer);
    }

    /// Follows a redirect to https at the browser, or gives up.
    #[cold]
    pub(super) fn follow_redirect<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        let record = &mut self.requests[request];
        record.redirects += 1;
        let failure = match record.redirects {
            // Nothing listens on port 443 of a site without TLS.
            _ if self.plan.tls == TlsMode::None => Some(Failure::Refused),
            count if count > MAX_REDIRECTS => Some(Failure::TooManyRedirects),
            _ => None,
        };
        if let Some(failure) = failure {
            self.end(request, Err(failure), observer);
            self.discard(request);
            return;
        }
        let (user, was_plain) = (record.user, record.phase.is_plaintext());
        record.cause = None;
        if was_plain || self.plan.connections.per_request {
            // The user's connection to port 443 may still be open. A new visitor knows the address by now.
            let phase = if user == NO_USER { Phase::Connect } else { self.first_phase(user) };
            let phase = if phase == Phase::Lookup { Phase::Connect } else { phase };
            let record = &mut self.requests[request];
            (record.kept, record.phase, record.pinned, record.connection) = (phase == Phase::Exchange, phase, None, None);
            if !self.plan.addresses.is_single() {
                self.recall_addresses(request);
            }
            if self.plan.counts_idle && user != NO_USER {
                self.resume_connection(request);
            }
        }
        self.browser_sends(request, observer);
    }
}
