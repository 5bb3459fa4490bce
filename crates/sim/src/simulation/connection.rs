//! Opening, keeping and closing connections.

use hoplight_model::TlsMode;

use crate::connection::{Pool, RESUMES, When};
use crate::index::{LinkIx, RequestIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::packet::{Heading, Phase};
use crate::plan::HopPlan;
use crate::random;
use crate::request::Status;
use crate::simulation::Simulation;
use crate::time::SimTime;

impl Simulation {
    /// The phase that follows a successful phase of a browser, before the request itself.
    pub(super) fn after_opening(&self, request: RequestIx) -> Phase {
        match self.requests[request].phase {
            Phase::Lookup => Phase::Connect,
            Phase::Connect if self.plan.tls != TlsMode::None => self.plan.connections.handshake(self.resumes(request)),
            Phase::Hello => Phase::Finish,
            _ => Phase::Exchange,
        }
    }

    /// Whether a user's browser resumes a session. The external probe never does, because it checks the certificate.
    fn resumes(&self, request: RequestIx) -> bool {
        let (record, share) = (&self.requests[request], self.plan.connections.resumes);
        share > 0.0 && !record.is_probe() && random::open_unit(random::mix(record.key ^ RESUMES)) < share
    }

    /// Sends a request's message on an existing connection, or opens one first.
    pub(super) fn send_on_connection<O: Observer>(&mut self, request: RequestIx, link: LinkIx, observer: &mut O) {
        self.take_connection(request, link);
        self.send(request, link, observer);
    }

    /// Takes an idle connection, or makes the request open one first.
    pub(super) fn take_connection(&mut self, request: RequestIx, link: LinkIx) {
        let (record, pool) = (&mut self.requests[request], &mut self.links[link].pool);
        let bit = 1 << (record.depth + 1);
        record.pooled &= !bit;
        let opens = match self.plan.hops[link].connects.when {
            When::Never => false,
            // The rest of a handshake, and the request, use the same connection.
            When::Begins => matches!(record.phase, Phase::Handshake | Phase::Hello | Phase::Resume),
            When::NoneIdle => {
                let taken = pool.take();
                record.pooled |= if taken { bit } else { 0 };
                !taken
            }
            When::Always => true,
        };
        if opens {
            record.carries = Some(record.phase);
            record.phase = Phase::Connect;
        }
    }

    /// Handles a response to a client that is still waiting. If it belongs to the opening of a connection and is
    /// successful, takes the next step and returns true. If it came on a pooled connection, returns the connection to
    /// the pool.
    #[inline(never)]
    pub(super) fn on_opening_response<O: Observer>(&mut self, request: RequestIx, observer: &mut O) -> bool {
        let record = &mut self.requests[request];
        let (link, bit, tag, phase, status) = (record.link(), 1 << record.depth, record.tag(), record.phase, record.status);
        let (hop, line) = (&self.plan.hops[link], &mut self.links[link]);
        let connects = hop.connects;
        let Some(carried) = record.carries else {
            if record.pooled & bit != 0 {
                record.pooled &= !bit;
                let is_closed = matches!(status, Status::Refused | Status::Reset | Status::TooManyConnections);
                if !is_closed {
                    line.pool.put_back(connects.most);
                }
            }
            return false;
        };
        if status != Status::Ok {
            return false;
        }
        let next = match phase {
            Phase::Connect if connects.secure => {
                Some(self.plan.connections.handshake(connects.resumes && line.pool.has_session()))
            }
            Phase::Hello => Some(Phase::Finish),
            _ => None,
        };
        let is_open = next.is_none();
        record.phase = next.unwrap_or(carried);
        record.depth -= 1;
        line.end_call();
        let (client, level) = (hop.from, record.depth);
        if is_open {
            record.carries = None;
            record.pooled |= if connects.when == When::NoneIdle { bit } else { 0 };
            if connects.secure {
                line.pool.keep_session();
            }
        }
        self.note(observer, Some(tag), EventKind::Reached { component: client, heading: Heading::Response, phase });
        if is_open {
            // The timeout for the response starts with the request.
            self.arm_deadline(request, client, level, self.plan.stations[client].timeout);
        }
        self.send(request, link, observer);
        true
    }

    /// Closes the connections of the selected links, and discards their TLS sessions. Connections in use are not
    /// returned to the pool.
    pub(super) fn close_connections(&mut self, which: impl Fn(&HopPlan) -> bool) {
        if !self.plan.connections.any_open && self.links.iter().all(|line| line.pool.is_empty()) {
            return;
        }
        for (hop, line) in self.plan.hops.iter().zip(&mut self.links) {
            if which(hop) {
                line.pool = Pool::default();
            }
        }
        let hops = &self.plan.hops;
        self.requests.for_each_slot(|record| {
            for (level, link) in (1..=record.depth).zip(record.path) {
                if record.pooled & (1 << level) != 0 && which(&hops[link]) {
                    record.pooled &= !(1 << level);
                }
            }
        });
    }

    /// Responds to one phase of a handshake, after the TLS server has processed it.
    pub(super) fn end_handshake<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        let record = &self.requests[request];
        let own = self.plan.stations[station].certificate_until;
        // With TLS passthrough, the web servers hold the certificate of the balancer.
        let until = if record.carries.is_some() { own } else { own.or(self.plan.certificate_until) };
        // A resumed session does not show the certificate again.
        let is_shown = matches!(record.phase, Phase::Handshake | Phase::Hello);
        let expired = is_shown && until.is_some_and(|until| self.clock.now() >= SimTime::from_nanos(until));
        self.respond(request, if expired { Status::Certificate } else { Status::Ok }, observer);
    }

    /// Number of idle connections in the pool of a link.
    pub fn idle_connections(&self, link: hoplight_model::LinkIx) -> u32 {
        self.links[link].pool.idle()
    }
}
