//! Arrivals: each user that comes sends a request.

use hoplight_model::quantity::Rate;

use crate::arrivals::{is_new_visitor, kind_of};
use crate::journal::Observer;
use crate::simulation::Simulation;

impl Simulation {
    /// A user comes: the next one, or `user` of those who wait for outcomes.
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
    }

    /// The arrival rate now, all kinds together, in requests per second. Where users wait for outcomes: the number of those
    /// who think over the mean time that they do, which is the rate if that time is memoryless.
    pub fn rate(&self) -> f64 {
        self.arrivals.rate(self.clock.now())
    }

    /// How many users there are, and how many of them think now, where users wait for each outcome; `None` where they come
    /// at a rate.
    pub fn population(&self) -> Option<(u32, u32)> {
        self.arrivals.population()
    }
}
