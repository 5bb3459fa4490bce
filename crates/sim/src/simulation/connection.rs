//! Connections: opening, keeping and closing them as requests need them.

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
    /// What a browser does after a phase that went well and was not yet the request.
    pub(super) fn after_opening(&self, request: RequestIx) -> Phase {
        match self.requests[request].phase {
            Phase::Lookup => Phase::Connect,
            Phase::Connect if self.plan.tls != TlsMode::None => self.plan.connections.handshake(self.resumes(request)),
            Phase::Hello => Phase::Finish,
            _ => Phase::Exchange,
        }
    }

    /// Whether a user's browser resumes a session. The external probe has none: it wants to see the certificate.
    fn resumes(&self, request: RequestIx) -> bool {
        let (record, share) = (&self.requests[request], self.plan.connections.resumes);
        share > 0.0 && !record.is_probe() && random::open_unit(random::mix(record.key ^ RESUMES)) < share
    }

    /// Sends a request's message down a link, on a connection that is there or after opening one.
    pub(super) fn send_on_connection<O: Observer>(&mut self, request: RequestIx, link: LinkIx, observer: &mut O) {
        self.take_connection(request, link);
        self.send(request, link, observer);
    }

    /// Takes an idle connection, or makes the request open one first, where connections are not simply there.
    pub(super) fn take_connection(&mut self, request: RequestIx, link: LinkIx) {
        let (record, pool) = (&mut self.requests[request], &mut self.links[link].pool);
        let bit = 1 << (record.depth + 1);
        record.pooled &= !bit;
        let opens = match self.plan.hops[link].connects.when {
            When::Never => false,
            // The second half of a handshake, and the request, follow the first on the same connection.
            When::Begins => matches!(record.phase, Phase::Handshake | Phase::Hello | Phase::Resume),
            When::NoneIdle if pool.idle > 0 => {
                pool.idle -= 1;
                record.pooled |= bit;
                false
            }
            When::NoneIdle | When::Always => true,
        };
        if opens {
            record.carries = Some(record.phase);
            record.phase = Phase::Connect;
        }
    }

    /// An answer is back at the one who asked, who still waits. If it was about opening a connection and was good, goes on
    /// with that and returns true. If it came on a connection of a pool, gives that back.
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
                line.pool.idle = if is_closed { line.pool.idle } else { (line.pool.idle + 1).min(connects.most) };
            }
            return false;
        };
        if status != Status::Ok {
            return false;
        }
        let next = match phase {
            Phase::Connect if connects.secure => Some(self.plan.connections.handshake(connects.resumes && line.pool.session)),
            Phase::Hello => Some(Phase::Finish),
            _ => None,
        };
        let is_open = next.is_none();
        record.phase = next.unwrap_or(carried);
        record.depth -= 1;
        line.active = line.active.saturating_sub(1);
        let (asker, level) = (hop.from, record.depth);
        if is_open {
            record.carries = None;
            record.pooled |= if connects.when == When::NoneIdle { bit } else { 0 };
            line.pool.session |= connects.secure;
        }
        let component = asker;
        self.note(observer, Some(tag), EventKind::Reached { component, heading: Heading::Response, phase });
        if is_open {
            // The wait for a response begins with the request.
            self.arm_deadline(request, asker, level, self.plan.stations[asker].timeout);
        }
        self.send(request, link, observer);
        true
    }

    /// Closes the connections of some links, and forgets their TLS sessions. One that is in use is not kept afterwards.
    pub(super) fn close_connections(&mut self, which: impl Fn(&HopPlan) -> bool) {
        if !self.plan.connections.any_open && self.links.iter().all(|line| line.pool == Pool::default()) {
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

    /// The TLS server has done its part of a handshake.
    pub(super) fn end_handshake<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        let record = &self.requests[request];
        let own = self.plan.stations[station].certificate_until;
        // Where TLS passes through a balancer, the web servers hold what was written for it.
        let until = if record.carries.is_some() { own } else { own.or(self.plan.certificate_until) };
        // Who resumes a session has seen the certificate before, and is shown none.
        let is_shown = matches!(record.phase, Phase::Handshake | Phase::Hello);
        let expired = is_shown && until.is_some_and(|until| self.clock.now() >= SimTime::from_nanos(until));
        self.respond(request, if expired { Status::Certificate } else { Status::Ok }, observer);
    }

    /// Connections that are open and idle on a link, where they are pooled.
    pub fn idle_connections(&self, link: hoplight_model::LinkIx) -> u32 {
        self.links[link].pool.idle
    }
}
