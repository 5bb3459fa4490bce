//! Arrivals: each arriving user sends a request.

use hoplight_model::quantity::Rate;

use crate::arrivals::{is_new_visitor, kind_of};
use crate::journal::Observer;
use crate::simulation::Simulation;

impl Simulation {
    /// Handles the arrival of the next user of open arrivals, or of closed-loop user `user`.
    #[inline(never)]
    pub(super) fn arrival<O: Observer>(&mut self, user: u32, sequence: u64, observer: &mut O) {
        let Some(stream) = self.arrivals.arrive(user, sequence, self.clock.now()) else { return };
        let kind = kind_of(&self.plan, &self.clock, stream);
        let new_visitor = is_new_visitor(&self.plan, &self.clock, stream);
        self.start_request(kind, stream, new_visitor, observer);
        self.arrivals.schedule_next(&mut self.clock);
    }

    pub(super) fn set_rate(&mut self, rate: Rate) {
        self.arrivals.set_rate(rate, &mut self.clock);
        self.adapt_population();
    }

    /// The current arrival rate of all kinds together, in requests per second. With closed-loop arrivals, it is the
    /// number of thinking users divided by the mean think time, which is exact if think times are memoryless.
    pub fn rate(&self) -> f64 {
        self.arrivals.rate(self.clock.now())
    }

    /// Number of closed-loop users and how many of them are thinking; `None` for open arrivals.
    pub fn population(&self) -> Option<(u32, u32)> {
        self.arrivals.population()
    }
}
