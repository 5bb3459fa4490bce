//! How users arrive: the arrival process and the schedule of its rate.
//!
//! Parameters only; the simulation samples them.

use serde::{Deserialize, Serialize};

use super::quantity::{Moment, Population, Rate, Seconds};
use super::station::ServiceTime;

/// The arrival process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Arrivals {
    /// Independent users: the gaps are exponential.
    #[default]
    Poisson,
    /// Equal gaps while the rate is constant.
    Constant,
    /// A fixed number of users. Each thinks, sends a request, waits for the outcome and thinks again, so a slow site gets
    /// fewer requests. The traffic's rate is not used.
    Closed {
        /// How many there are.
        users: Population,
        /// How long each thinks before a request.
        think: ServiceTime,
    },
}

impl Arrivals {
    /// Whether the population is closed, so that there is no arrival rate to set.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Closed { .. })
    }
}

/// A scheduled change of the arrival rate. The changes of a schedule follow each other in time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RateChange {
    /// The rate jumps to a new value and stays there.
    Step {
        /// When.
        at_s: Moment,
        /// The new rate.
        rate: Rate,
    },
    /// The rate changes linearly to a new value and stays there.
    Ramp {
        /// When it begins to change.
        from_s: Moment,
        /// When it reaches the new rate.
        to_s: Moment,
        /// The new rate.
        rate: Rate,
    },
    /// The rate takes another value for a while, then returns to the previous one.
    Spike {
        /// When.
        at_s: Moment,
        /// For how long.
        for_s: Seconds,
        /// The rate during that time.
        rate: Rate,
    },
}

impl RateChange {
    /// When it begins and when it is over, in seconds.
    pub fn span(self) -> (f64, f64) {
        match self {
            Self::Step { at_s, .. } => (at_s.get(), at_s.get()),
            Self::Ramp { from_s, to_s, .. } => (from_s.get(), to_s.get()),
            Self::Spike { at_s, for_s, .. } => (at_s.get(), at_s.get() + for_s.get()),
        }
    }
}
