//! The arrival rate over time: constant and linear pieces, their integral, and its inverse.

use std::sync::Arc;

use hoplight_model::arrivals::RateChange;
use hoplight_model::quantity::{Moment, Rate, Seconds};

use super::super::time::SimTime;

/// Upper limit of the gap between two users: 73 years, in nanoseconds.
const NEVER: f64 = 2_305_843_009_213_693_952.0;
/// Nanoseconds in a second.
const NANOS: f64 = 1e9;

/// One piece of the curve: from `from` until the next piece, the rate is `rate + slope · (t − from)`, in users per
/// second.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    from: SimTime,
    /// `None` if the piece has no end.
    until: Option<SimTime>,
    rate: f64,
    slope: f64,
}

impl Piece {
    fn at(&self, offset: f64) -> f64 {
        (self.rate + self.slope * offset).max(0.0)
    }
}

/// The arrival rate over time, in contiguous pieces that cover all time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Curve {
    pieces: Arc<[Piece]>,
}

impl Curve {
    /// A curve that starts at `rate` and follows the changes of `schedule`, which are in chronological order.
    pub(crate) fn new(rate: Rate, schedule: &[RateChange]) -> Self {
        let mut builder = CurveBuilder { pieces: Vec::new(), from: SimTime::ZERO, rate: rate.get() };
        for change in schedule {
            match *change {
                RateChange::Step { at_s, rate } => {
                    builder.hold(moment(at_s));
                    builder.rate = rate.get();
                }
                RateChange::Ramp { from_s, to_s, rate } => {
                    builder.hold(moment(from_s));
                    builder.ramp(moment(to_s), rate.get());
                }
                RateChange::Spike { at_s, for_s, rate } => {
                    builder.hold(moment(at_s));
                    let usual = std::mem::replace(&mut builder.rate, rate.get());
                    builder.hold(moment(at_s) + Seconds::nanos(for_s));
                    builder.rate = usual;
                }
            }
        }
        let CurveBuilder { mut pieces, from, rate } = builder;
        pieces.push(Piece { from, until: None, rate, slope: 0.0 });
        Self { pieces: pieces.into() }
    }

    /// The pieces, starting with the one that contains `from`.
    fn pieces_from(&self, from: SimTime) -> &[Piece] {
        let after = self.pieces.partition_point(|piece| piece.from <= from);
        self.pieces.get(after.saturating_sub(1)..).unwrap_or_default()
    }

    /// The rate at one instant, in users per second.
    pub(crate) fn at(&self, time: SimTime) -> f64 {
        self.pieces_from(time).first().map_or(0.0, |piece| piece.at((time - piece.from) as f64))
    }

    /// The integral of the rate: the expected number of users between two instants.
    pub(crate) fn integral(&self, from: SimTime, until: SimTime) -> f64 {
        let pieces = self.pieces_from(from).iter().take_while(|piece| piece.from < until);
        let user_nanos: f64 = pieces
            .map(|piece| {
                let begin = (from.max(piece.from) - piece.from) as f64;
                let end = (piece.until.map_or(until, |end| end.min(until)) - piece.from) as f64;
                f64::midpoint(piece.at(begin), piece.at(end)) * (end - begin)
            })
            .sum();
        user_nanos / NANOS
    }

    /// Nanoseconds after `from` at which the integral of the rate reaches `units`, or `None` if it never does.
    pub(crate) fn reach(&self, from: SimTime, units: f64) -> Option<f64> {
        let mut units = units * NANOS;
        if let [.., last] = &self.pieces[..]
            && last.until.is_none()
            && last.slope == 0.0
            && last.rate > 0.0
            && from >= last.from
        {
            // The rate is constant from here on.
            let gap = units / last.rate;
            return (gap < NEVER).then_some(gap);
        }
        for piece in self.pieces_from(from) {
            let begin = from.max(piece.from);
            let rate = piece.at((begin - piece.from) as f64);
            let length = piece.until.map(|until| (until - begin) as f64);
            let whole = length
                .map_or(f64::INFINITY, |length| f64::midpoint(rate, piece.at(length + (begin - piece.from) as f64)) * length);
            if units < whole {
                // The root of rate · t + slope · t²/2 = units, in the form that avoids cancellation.
                let root = (rate * rate + 2.0 * piece.slope * units).max(0.0).sqrt();
                let within = length.map_or(f64::INFINITY, |length| length).min(2.0 * units / (rate + root));
                let gap = (begin - from) as f64 + if units > 0.0 { within } else { 0.0 };
                return (gap < NEVER).then_some(gap);
            }
            units -= whole;
        }
        None
    }
}

/// Builds a curve piece by piece.
struct CurveBuilder {
    pieces: Vec<Piece>,
    from: SimTime,
    rate: f64,
}

impl CurveBuilder {
    /// Keeps the rate constant until `until`.
    fn hold(&mut self, until: SimTime) {
        self.ramp(until, self.rate);
    }

    /// Changes the rate linearly until it is `rate` at `until`.
    fn ramp(&mut self, until: SimTime, rate: f64) {
        if until > self.from {
            let slope = (rate - self.rate) / (until - self.from) as f64;
            self.pieces.push(Piece { from: self.from, until: Some(until), rate: self.rate, slope });
            self.from = until;
        }
        self.rate = rate;
    }
}

/// Converts a moment of a run to an instant.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is 0 to 8.64e13 ns")]
fn moment(moment: Moment) -> SimTime {
    SimTime::from_nanos((moment.get() * 1e9).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve() -> Curve {
        let (at, rate) = (|s| Moment::new(s).unwrap(), |r| Rate::new(r).unwrap());
        let schedule = [
            RateChange::Step { at_s: at(10.0), rate: rate(0.0) },
            RateChange::Ramp { from_s: at(20.0), to_s: at(30.0), rate: rate(50.0) },
            RateChange::Ramp { from_s: at(30.0), to_s: at(40.0), rate: rate(10.0) },
            RateChange::Spike { at_s: at(50.0), for_s: Seconds::new(5.0).unwrap(), rate: rate(200.0) },
        ];
        Curve::new(rate(5.0), &schedule)
    }

    #[test]
    fn the_rate_follows_the_schedule() {
        let curve = curve();
        for (second, rate) in
            [(0, 5.0), (9, 5.0), (10, 0.0), (25, 25.0), (30, 50.0), (35, 30.0), (45, 10.0), (52, 200.0), (55, 10.0)]
        {
            assert!(
                (curve.at(SimTime::from_secs(second)) - rate).abs() < 1e-9,
                "{second}: {}",
                curve.at(SimTime::from_secs(second))
            );
        }
        let all = curve.integral(SimTime::ZERO, SimTime::from_secs(60));
        assert!((all - (50.0 + 250.0 + 300.0 + 100.0 + 1_000.0 + 50.0)).abs() < 1e-6, "{all}");
    }

    #[test]
    fn reach_inverts_the_integral() {
        let curve = curve();
        for from in [0.0, 3.3, 10.0, 19.0, 22.2, 29.999_999, 33.0, 51.0, 100.0].map(|s| moment(Moment::new(s).unwrap())) {
            for units in [1e-9, 0.3, 1.0, 17.0, 250.0, 5_000.0] {
                let gap = curve.reach(from, units).unwrap();
                let until = from + std::time::Duration::from_secs_f64(gap / NANOS);
                let back = curve.integral(from, until);
                assert!((back - units).abs() < 1e-6 * units.max(1.0), "{from} + {units}: {gap}, {back}");
            }
        }
    }

    #[test]
    fn no_user_arrives_while_the_rate_is_zero() {
        let rate = |r| Rate::new(r).unwrap();
        assert_eq!(Curve::new(rate(0.0), &[]).reach(SimTime::ZERO, 1.0), None);
        assert_eq!(Curve::new(rate(1e-300), &[]).reach(SimTime::ZERO, 1.0), None);
        let later = RateChange::Step { at_s: Moment::new(7.0).unwrap(), rate: rate(1.0) };
        let gap = Curve::new(rate(0.0), &[later]).reach(SimTime::ZERO, 1.0).unwrap();
        assert!((gap - 8e9).abs() < 1.0, "{gap}");
        // A unit that is already due arrives at once, regardless of the rate.
        assert_eq!(Curve::new(rate(2.0), &[]).reach(SimTime::ZERO, 0.0), Some(0.0));
    }
}
