//! The stub resolver's timeout: a browser that gets no response from a resolver queries the next one.

use hoplight_model::behaviour::LOOKUP_TIMEOUT;

use crate::index::RequestIx;
use crate::journal::Observer;
use crate::outcome::Failure;
use crate::packet::Phase;
use crate::queries::Query;
use crate::simulation::Simulation;
use crate::timers::TimerEvent;

/// Queries are numbered at the level of the resolver, which has no other timeouts.
const LEVEL: usize = 1;

impl Simulation {
    /// Starts the timeout of a query that a browser sends.
    #[inline(never)]
    pub(super) fn await_response(&mut self, request: RequestIx) {
        // This keeps the queue about as short as the list of lookups in progress.
        for _ in 0..2 {
            match self.queries.oldest() {
                Some(oldest) if self.unanswered(oldest).is_none() => self.queries.drop_oldest(),
                _ => break,
            }
        }
        let (until, generation) = (self.clock.now() + LOOKUP_TIMEOUT.nanos(), self.requests.generation(request));
        let number = &mut self.requests[request].clocks[LEVEL];
        *number = number.wrapping_add(1);
        let query = Query { until, request, generation, number: *number };
        if self.queries.push(query) {
            self.set_timer(until, TimerEvent::LookupDue);
        }
    }

    /// The record of the request whose browser still waits for the response to a query.
    fn unanswered(&self, query: Query) -> Option<RequestIx> {
        let request = self.resolve(query.request, query.generation, 0)?;
        let record = &self.requests[request];
        (record.phase == Phase::Lookup && record.clocks[LEVEL] == query.number).then_some(request)
    }

    /// Handles the timeouts of the oldest queries.
    pub(super) fn lookup_due<O: Observer>(&mut self, observer: &mut O) {
        while let Some(query) = self.queries.oldest() {
            let waiting = self.unanswered(query);
            if waiting.is_some() && query.until > self.clock.now() {
                self.set_timer(query.until, TimerEvent::LookupDue);
                return;
            }
            self.queries.drop_oldest();
            let Some(request) = waiting else { continue };
            if self.has_next(request) {
                // A late response is ignored.
                let request = self.abandon(request, 0);
                self.try_next(request, observer);
            } else {
                self.leave(request, Failure::Dns, observer);
            }
        }
        self.queries.disarm();
    }
}
