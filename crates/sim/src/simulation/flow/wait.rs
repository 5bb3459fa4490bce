//! Waiting for responses: timeouts, and lost messages, of which the sender is not notified.

use hoplight_model::RequestKind;

use crate::event::Kind;
use crate::index::{Ix, LinkIx, RequestIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::packet::{Heading, Phase};
use crate::request::{Lost, State};
use crate::simulation::Simulation;
use crate::station::{Deadline, is_timed};

impl Simulation {
    /// Marks a message as lost. The sender is not notified and keeps waiting.
    #[cold]
    pub(in crate::simulation) fn lose<O: Observer>(&mut self, request: RequestIx, how: Lost, observer: &mut O) {
        let now = self.clock.now();
        let record = &mut self.requests[request];
        record.state = State::Lost(how);
        record.pending = 0;
        record.departed = now;
        let (link, tag, level) = (record.link(), record.tag(), record.depth - 1);
        // A balancer's check waits for its connection; a component behind it may have given up.
        let is_check = level == 0 && record.is_check();
        let unwanted = level == record.floor && !(how == Lost::Syn && is_check);
        if !matches!(how, Lost::Dropped(_) | Lost::Unread | Lost::Syn) {
            self.tell(observer, Some(tag), || EventKind::Vanished { link });
        }
        let record = &self.requests[request];
        if unwanted {
            self.discard(request);
        } else if level == 0 && !is_check {
            self.lost_at_browser(request, how);
        } else if record.heading == Heading::Request
            && how != Lost::Unanswered
            && let Some(connect_timeout) = self.connect_timeout(record.kind, link)
        {
            // The timeout for the response starts once there is a connection.
            let clock = &mut self.requests[request].clocks[usize::from(level)];
            *clock = clock.wrapping_add(1);
            if how == Lost::Syn {
                self.await_syn(request, now);
                return;
            }
            // The timeout counts from when the attempt was sent, not from when it was lost at the far end.
            let timeout = connect_timeout.saturating_sub(self.travelled(link, how));
            self.schedule_for(request, self.clock.now() + timeout, Kind::Retry);
        }
    }

    /// Sends a user's lost message again, to the balancer that has the address now.
    pub(in crate::simulation) fn resend<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        self.close_call(request);
        let entry = self.chosen_entry(request);
        let record = &self.requests[request];
        let is_gone = record.phase.is_exchange() && record.connection.is_none() && record.path[0] != entry;
        if is_gone {
            self.release_connection(request);
        }
        let record = &mut self.requests[request];
        record.resends = record.resends.saturating_add(1);
        if is_gone {
            // Another balancer resets a connection that it does not know. A browser then opens a new one, unless the
            // connection was new.
            record.phase = if record.phase.is_plaintext() { Phase::PlainConnect } else { Phase::Connect };
        }
        self.send(request, entry, observer);
    }

    /// How long a message travelled on a link before it was lost, in nanoseconds.
    pub(in crate::simulation) fn travelled(&self, link: LinkIx, how: Lost) -> u64 {
        let hop = &self.plan.hops[link];
        let crossed = match how {
            Lost::Cut => false,
            Lost::Silent | Lost::Unanswered | Lost::Unread | Lost::Syn => true,
            Lost::Dropped(leg) | Lost::DeadFirewall(leg) => usize::from(leg) >= hop.outward,
        };
        if crossed { self.links[link].stretch(hop.latency) } else { 0 }
    }

    /// The connect timeout of the sender on a link, in nanoseconds; `None` for a browser.
    pub(in crate::simulation) fn connect_timeout(&self, kind: RequestKind, link: LinkIx) -> Option<u64> {
        let hop = &self.plan.hops[link];
        let plan = &self.plan.stations[hop.from];
        if let Some(store) = plan.sessions[kind].as_ref().and_then(|session| session.store).filter(|store| store.link == link) {
            return Some(store.policy.connect_timeout.nanos());
        }
        let forwarding = plan.forwarding(kind)?;
        Some(forwarding.policy(hop.protocol).connect_timeout.nanos())
    }

    /// Starts the timeout of a component that waits for a response.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(in crate::simulation) fn arm_deadline(&mut self, request: RequestIx, station: StationIx, level: u8, timeout: u64) {
        if is_timed(timeout) {
            self.start_deadline(request, station, level, timeout);
        }
    }

    fn start_deadline(&mut self, request: RequestIx, station: StationIx, level: u8, timeout: u64) {
        self.drop_stale_deadlines(station);
        let at = self.clock.now() + timeout;
        let generation = self.requests.generation(request);
        let clock = &mut self.requests[request].clocks[usize::from(level)];
        *clock = clock.wrapping_add(1);
        let clock = *clock;
        let state = &mut self.stations[station];
        if state.push_deadline(Deadline { at, request, generation, level, clock }) {
            self.clock.schedule(at, Kind::Deadline, station.raw());
        }
    }

    /// Removes at most two stale deadlines of a station, which keeps the queue about as short as the list of requests
    /// in progress.
    fn drop_stale_deadlines(&mut self, station: StationIx) {
        for _ in 0..2 {
            let Some(oldest) = self.stations[station].oldest_deadline() else { return };
            if self.waiting_record(oldest).is_some() {
                return;
            }
            self.stations[station].drop_oldest_deadline();
        }
    }
}
