//! Arrivals of users: the arrival process and the schedule of its rate.
//!
//! Parameters only; the simulation draws the arrivals.

use serde::{Deserialize, Serialize};

use super::quantity::{Moment, Population, Rate, Seconds};
use super::station::ServiceTime;

/// The arrival process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Arrivals {
    /// Poisson process: exponential interarrival times.
    #[default]
    Poisson,
    /// Equal interarrival times as long as the rate is constant.
    Constant,
    /// A fixed number of users. Each thinks, sends a request, waits for the outcome and thinks again, so a slow site gets
    /// fewer requests. The traffic's rate is not used.
    Closed {
        /// Number of users.
        users: Population,
        /// Think time before each request.
        think: ServiceTime,
    },
}

impl Arrivals {
    /// Whether the population is closed and thus has no arrival rate.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Closed { .. })
    }
}

/// A scheduled change of the arrival rate. Changes are in chronological order and do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RateChange {
    /// The rate jumps to a new value and stays there.
    Step {
        /// Time of the step.
        at_s: Moment,
        /// The new rate.
        rate: Rate,
    },
    /// The rate changes linearly to a new value and stays there.
    Ramp {
        /// Start of the ramp.
        from_s: Moment,
        /// End of the ramp.
        to_s: Moment,
        /// The new rate.
        rate: Rate,
    },
    /// The rate jumps to another value for a while, then returns to the previous one.
    Spike {
        /// Start of the spike.
        at_s: Moment,
        /// Duration of the spike.
        for_s: Seconds,
        /// Rate during the spike.
        rate: Rate,
    },
}

impl RateChange {
    /// Start and end, in seconds.
    pub fn span(self) -> (f64, f64) {
        match self {
            Self::Step { at_s, .. } => (at_s.get(), at_s.get()),
            Self::Ramp { from_s, to_s, .. } => (from_s.get(), to_s.get()),
            Self::Spike { at_s, for_s, .. } => (at_s.get(), at_s.get() + for_s.get()),
        }
    }
}
