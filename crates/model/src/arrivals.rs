//! How users come: the arrival process and the course of its rate.
//!
//! Only parameters. The simulation samples them. Must not know what users ask for.

use serde::{Deserialize, Serialize};

use super::quantity::{Moment, Population, Rate, Seconds};
use super::station::ServiceTime;

/// The arrival process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Arrivals {
    /// Many users who know nothing of each other: gaps are exponential.
    #[default]
    Poisson,
    /// Like clockwork: all gaps are equal while the rate is.
    Constant,
    /// A fixed number of users. Each thinks, asks, waits for the outcome, and thinks again: a slow site is asked less often.
    /// The traffic's rate has no meaning then.
    Closed {
        /// How many there are.
        users: Population,
        /// How long each thinks before it asks.
        think: ServiceTime,
    },
}

impl Arrivals {
    /// Whether users wait for an outcome before they ask again, so that there is no arrival rate to set.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Closed { .. })
    }
}

/// A change of the arrival rate at a moment that is known beforehand. A traffic's changes follow each other in time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RateChange {
    /// From one moment to the next, the rate is another one, and stays so.
    Step {
        /// When.
        at_s: Moment,
        /// The new rate.
        rate: Rate,
    },
    /// The rate goes evenly from what it was to another one, and stays there.
    Ramp {
        /// When it begins to change.
        from_s: Moment,
        /// When it has reached the new rate.
        to_s: Moment,
        /// The new rate.
        rate: Rate,
    },
    /// The rate is another one for a while, and then what it was before.
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
