//! Failure rates and repair times.
//!
//! Two numbers per element, as on a data sheet: it runs for MTBF hours on average, and is then repaired for MTTR hours.
//! Elements fail independently; failure domains, software versions and servers model common causes.

use serde::{Deserialize, Serialize};

use super::quantity::Hours;

/// How often an element fails, and how long a repair takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reliability {
    /// Mean time between a repair and the next failure, in hours.
    pub mtbf_h: Hours,
    /// Mean time to repair, in hours.
    pub mttr_h: Hours,
}

impl Reliability {
    const fn literal(mtbf_h: f64, mttr_h: f64) -> Self {
        Self { mtbf_h: Hours::literal(mtbf_h), mttr_h: Hours::literal(mttr_h) }
    }

    /// Fraction of time during which the element works: MTBF / (MTBF + MTTR).
    pub fn availability(self) -> f64 {
        self.mtbf_h.get() / (self.mtbf_h.get() + self.mttr_h.get())
    }

    /// Fraction of time during which the element does not work, without the cancellation in 1 − availability.
    pub fn unavailability(self) -> f64 {
        self.mttr_h.get() / (self.mtbf_h.get() + self.mttr_h.get())
    }
}

/// Defaults for elements that do not specify their reliability. They are plausible values for teaching, not
/// measurements.
///
/// Links and failure domains have no default: cables fail along with a switch, a rack or a line, which is a failure
/// domain, and a domain fails only if the scenario says how often.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReliabilityDefaults {
    /// A program: crashes about four times a year and is back within a quarter of an hour.
    pub program: Reliability,
    /// A server: its hardware fails every three years, and a repair takes a working day.
    pub server: Reliability,
    /// All instances of one software version: a bug or a bad configuration takes them down every four years.
    pub software: Reliability,
    /// A third-party service, such as a resolver.
    pub service: Reliability,
    /// The site's DNS zone: its registration lapses, or a wrong record is published.
    pub dns_zone: Reliability,
    /// A certificate: someone forgets to renew it.
    pub certificate: Reliability,
}

impl Default for ReliabilityDefaults {
    fn default() -> Self {
        Self {
            program: Reliability::literal(2_190.0, 0.25),
            server: Reliability::literal(26_280.0, 8.0),
            software: Reliability::literal(35_040.0, 4.0),
            service: Reliability::literal(8_760.0, 0.5),
            dns_zone: Reliability::literal(87_600.0, 4.0),
            certificate: Reliability::literal(43_800.0, 2.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_nines_are_nearly_nine_hours_a_year() {
        let three_nines = Reliability::literal(999.0, 1.0);
        assert!((three_nines.availability() - 0.999).abs() < 1e-15);
        assert!((three_nines.unavailability() * 8_766.0 - 8.766).abs() < 1e-12);
        assert!((three_nines.availability() + three_nines.unavailability() - 1.0).abs() < 1e-15);
    }
}
