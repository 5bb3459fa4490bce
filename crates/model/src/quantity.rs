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
            /// The smallest and the largest value accepted.
            pub const RANGE: (f64, f64) = ($min, $max);

            /// Checks `value` against the range.
            ///
            /// # Errors
            /// Names the range if `value` is outside it or not a number.
            pub fn new(value: f64) -> Result<Self, String> {
                if value.is_finite() && ($min..=$max).contains(&value) {
                    Ok(Self(value))
                } else {
                    Err(format!(concat!($what, " lies between {} and {}, found {}"), $min, $max, value))
                }
            }

            /// The number, in the type's unit.
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
    /// A length of time in milliseconds, at most an hour.
    Millis, 0.0, 3_600_000.0, "a time in milliseconds"
);
quantity!(
    /// A length of time in seconds, from a millisecond to a day.
    Seconds, 0.001, 86_400.0, "a time in seconds"
);
quantity!(
    /// A length of time in hours, from about a second to a thousand years.
    Hours, 0.000_3, 8_766_000.0, "a time in hours"
);
quantity!(
    /// A fraction of a whole.
    Fraction, 0.0, 1.0, "a fraction"
);
quantity!(
    /// Requests per second.
    Rate, 0.0, 100_000.0, "a rate per second"
);
quantity!(
    /// The σ of a lognormal distribution: the standard deviation of the logarithm.
    Sigma, 0.0, 3.0, "sigma"
);
quantity!(
    /// A squared coefficient of variation, variance over squared mean, of something more varied than memoryless work.
    Variability, 1.0, 100.0, "a squared coefficient of variation"
);
quantity!(
    /// A moment of a run, in seconds since its start, within the first day.
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
            /// Names the range if `value` is outside it.
            pub fn new(value: $whole) -> Result<Self, String> {
                if ($min..=$max).contains(&value) {
                    Ok(Self(value))
                } else {
                    Err(format!(concat!($what, " lies between {} and {}, found {}"), $min, $max, value))
                }
            }

            /// The number.
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
    /// The number of steps of a service.
    Phases, u8, 1, 100, "a number of steps"
);
count!(
    /// The number of users.
    Population, u32, 1, 1_000_000, "a number of users"
);

count!(
    /// The number of a user's attempts, including the first.
    Attempts, u8, 1, 16, "a number of attempts"
);

impl Attempts {
    /// A literal number.
    ///
    /// # Panics
    /// If the value is outside 1 to 16.
    pub const fn literal(value: u8) -> Self {
        assert!(value >= 1 && value <= 16);
        Self(value)
    }
}

quantity!(
    /// A factor on a length of time.
    Factor, 0.01, 1_000.0, "a factor"
);

impl Factor {
    /// A literal factor.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.01 && value <= 1_000.0);
        Self(value)
    }

    /// Whether it is one.
    pub fn is_none(self) -> bool {
        (self.0 - 1.0).abs() < f64::EPSILON
    }

    /// Scales a time in nanoseconds, rounded.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time times a thousand is far from 2^64")]
    pub fn of(self, nanos: u64) -> u64 {
        (nanos as f64 * self.0).round() as u64
    }
}

quantity!(
    /// The threshold of a metric, in the metric's unit.
    Level, 0.0, 1_000_000_000.0, "a level"
);

impl Level {
    /// A literal level.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.0 && value <= 1_000_000_000.0);
        Self(value)
    }
}

impl Default for Level {
    /// Zero.
    fn default() -> Self {
        Self(0.0)
    }
}

impl Hours {
    /// A literal time.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.000_3 && value <= 8_766_000.0);
        Self(value)
    }
}

impl Millis {
    /// A literal in milliseconds.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.0 && value <= 3_600_000.0);
        Self(value)
    }

    /// The same time in nanoseconds, rounded.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is 0 to 3.6e12 ns")]
    pub fn nanos(self) -> u64 {
        (self.0 * 1e6).round() as u64
    }
}

impl Seconds {
    /// A literal in seconds.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.001 && value <= 86_400.0);
        Self(value)
    }

    /// The same time in nanoseconds, rounded.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is 1e6 to 8.64e13 ns")]
    pub fn nanos(self) -> u64 {
        (self.0 * 1e9).round() as u64
    }

    /// The same time as a `Duration`.
    pub fn duration(self) -> Duration {
        Duration::from_nanos(self.nanos())
    }
}

impl Fraction {
    /// A literal between 0 and 1.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.0 && value <= 1.0);
        Self(value)
    }
}

impl Rate {
    /// A literal in requests per second.
    ///
    /// # Panics
    /// If the value is outside [`Self::RANGE`].
    pub const fn literal(value: f64) -> Self {
        assert!(value >= 0.0 && value <= 100_000.0);
        Self(value)
    }
}

impl Sigma {
    /// A literal σ.
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
    fn no_number_outside_the_range_passes() {
        for bad in [f64::NAN, f64::INFINITY, -1.0, 4e6] {
            assert!(Millis::new(bad).is_err(), "{bad}");
        }
        assert_eq!(Millis::new(0.25).unwrap().nanos(), 250_000);
        assert_eq!(Seconds::new(1.5).unwrap().nanos(), 1_500_000_000);
    }
}
