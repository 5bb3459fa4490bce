//! Quantities with a unit and a range, checked on deserialization.
//!
//! RON accepts `inf`, `NaN` and `1e400`; these types reject them.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $min:expr, $max:expr, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
        pub struct $name(f64);

        impl $name {
            /// Minimum and maximum.
            pub const RANGE: (f64, f64) = ($min, $max);

            /// Checks `value` against the range.
            ///
            /// # Errors
            /// If `value` is outside the range or not a number; the message states the range.
            pub fn new(value: f64) -> Result<Self, String> {
                if value.is_finite() && ($min..=$max).contains(&value) {
                    Ok(Self(value))
                } else {
                    Err(format!(concat!($what, " must be between {} and {}, found {}"), $min, $max, value))
                }
            }

            /// The value, in the type's unit.
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_f64(self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(f64::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }
    };
}

quantity!(
    /// A duration in milliseconds, at most an hour.
    Millis, 0.0, 3_600_000.0, "a time in milliseconds"
);
quantity!(
    /// A duration in seconds, from a millisecond to a day.
    Seconds, 0.001, 86_400.0, "a time in seconds"
);
quantity!(
    /// A duration in hours, from about a second to a thousand years.
    Hours, 0.000_3, 8_766_000.0, "a time in hours"
);
quantity!(
    /// A fraction between 0 and 1.
    Fraction, 0.0, 1.0, "a fraction"
);
quantity!(
    /// Requests per second.
    Rate, 0.0, 100_000.0, "a rate per second"
);
quantity!(
    /// σ of a lognormal distribution: the standard deviation of the logarithm.
    Sigma, 0.0, 3.0, "sigma"
);
quantity!(
    /// The squared coefficient of variation (variance over squared mean) of a distribution at least as variable as the
    /// exponential.
    Variability, 1.0, 100.0, "a squared coefficient of variation"
);
quantity!(
    /// A time in a run, in seconds since its start, within the first day.
    Moment, 0.0, 86_400.0, "a moment in seconds"
);

macro_rules! count {
    ($(#[$doc:meta])* $name:ident, $whole:ty, $min:expr, $max:expr, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name($whole);

        impl $name {
            /// Checks `value` against the range.
            ///
            /// # Errors
            /// If `value` is outside the range; the message states the range.
            pub fn new(value: $whole) -> Result<Self, String> {
                if ($min..=$max).contains(&value) {
                    Ok(Self(value))
                } else {
                    Err(format!(concat!($what, " must be between {} and {}, found {}"), $min, $max, value))
                }
            }

            /// The value.
            pub const fn get(self) -> $whole {
                self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(<$whole>::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }
    };
}

count!(
    /// Number of steps of a service.
    Phases, u8, 1, 100, "a number of steps"
);
count!(
    /// Number of users.
    Population, u32, 1, 1_000_000, "a number of users"
);

count!(
    /// Number of processor cores of a server.
    Cores, u32, 1, 1_024, "a number of cores"
);

count!(
    /// Number of attempts per request, including the first.
    Attempts, u8, 1, 16, "a number of attempts"
);

impl Population {
    /// Creates a literal.
    ///
    /// # Panics
    /// If the value is outside the range.
    pub const fn literal(value: u32) -> Self {
        assert!(value >= 1 && value <= 1_000_000);
        Self(value)
    }
}

impl Attempts {
    /// Creates a literal.
    ///
    /// # Panics
    /// If the value is not between 1 and 16.
    pub const fn literal(value: u8) -> Self {
        assert!(value >= 1 && value <= 16);
        Self(value)
    }
}

quantity!(
    /// A factor by which a duration is scaled.
    Factor, 0.01, 1_000.0, "a factor"
);

impl Factor {
    /// Creates a literal.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.01 && value <= 1_000.0);
        Self(value)
    }

    /// Whether the factor is 1.
    pub fn is_none(self) -> bool {
        (self.0 - 1.0).abs() < f64::EPSILON
    }

    /// Scales a duration in nanoseconds and rounds it.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time in nanoseconds times a thousand is far below 2^64"
    )]
    pub fn of(self, nanos: u64) -> u64 {
        (nanos as f64 * self.0).round() as u64
    }
}

quantity!(
    /// A metric's threshold, in the metric's unit.
    Level, 0.0, 1_000_000_000.0, "a level"
);

quantity!(
    /// The exponent of a Zipf distribution.
    Exponent, 0.0, 3.0, "an exponent"
);

impl Exponent {
    /// Creates a literal.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.0 && value <= 3.0);
        Self(value)
    }
}

impl Level {
    /// Creates a literal.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.0 && value <= 1_000_000_000.0);
        Self(value)
    }
}

impl Default for Level {
    /// Level zero.
    fn default() -> Self {
        Self(0.0)
    }
}

impl Hours {
    /// Creates a literal.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.000_3 && value <= 8_766_000.0);
        Self(value)
    }
}

impl Millis {
    /// Creates a literal.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.0 && value <= 3_600_000.0);
        Self(value)
    }

    /// The duration in nanoseconds, rounded.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is 0 to 3.6e12 ns")]
    pub fn nanos(self) -> u64 {
        (self.0 * 1e6).round() as u64
    }
}

impl Seconds {
    /// Creates a literal.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.001 && value <= 86_400.0);
        Self(value)
    }

    /// The duration in nanoseconds, rounded.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is 1e6 to 8.64e13 ns")]
    pub fn nanos(self) -> u64 {
        (self.0 * 1e9).round() as u64
    }

    /// The shorter of two durations.
    #[must_use]
    pub const fn shorter(self, other: Self) -> Self {
        if other.0 < self.0 { other } else { self }
    }

    /// Converts it to a `Duration`.
    pub fn duration(self) -> Duration {
        Duration::from_nanos(self.nanos())
    }
}

impl Fraction {
    /// Creates a literal.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.0 && value <= 1.0);
        Self(value)
    }

    /// This fraction of a duration in nanoseconds, rounded.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the duration itself")]
    pub fn of(self, nanos: u64) -> u64 {
        if self.0 >= 1.0 { nanos } else { (nanos as f64 * self.0).round() as u64 }
    }
}

impl Rate {
    /// Creates a literal.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.0 && value <= 100_000.0);
        Self(value)
    }
}

impl Sigma {
    /// Creates a literal.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.0 && value <= 3.0);
        Self(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_rejected() {
        for bad in [f64::NAN, f64::INFINITY, -1.0, 4e6] {
            assert!(Millis::new(bad).is_err(), "{bad}");
        }
        assert_eq!(Millis::new(0.25).unwrap().nanos(), 250_000);
        assert_eq!(Seconds::new(1.5).unwrap().nanos(), 1_500_000_000);
    }
}
