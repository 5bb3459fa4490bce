//! Availability of a kind of request, and the contribution of each cause to its unavailability.
//!
//! ```text
//!  Structure ──▶ expression over the causes ──▶ binary decision diagram ──▶ exact result
//!                 (reduced: series, parallel)        └─ too large ─────────▶ estimate with a confidence interval
//! ```
//!
//! Each cause is present for a fraction MTTR / (MTBF + MTTR) of the time. Causes are independent: components that fail
//! together share one cause, so dependence is modelled explicitly. The result is the steady state. Failover is assumed
//! to be instant; the simulation measures the downtime that it causes.
//!
//! States in which a single element has failed weigh by far the most, and their terms agree with [`super::losses()`]: the
//! circuits of [`Structure`] do for causes that stop a kind. A cause that *degrades* a kind makes a share of its requests
//! fail while it is present, so it is in series with the circuit, with its unavailability multiplied by that share; so
//! is the share that fails with nothing broken. Two approximations remain: the shares of causes that are present at the
//! same time are multiplied, and in states with several failures a path suffices.

mod diagram;
mod order;
mod reduce;
mod sampling;

use std::collections::BTreeMap;

use hoplight_model::{Infrastructure, Reliability, RequestKind};

use super::cause::Cause;
use super::circuit::Circuit;
use super::losses::WORKS_BELOW;
use super::structure::Structure;
use diagram::Diagram;
use reduce::Reduced;

/// Minutes in a year of 365.25 days.
pub const MINUTES_A_YEAR: f64 = 525_960.0;

/// Node limits of the decision diagrams. Each pair limits the diagram in the first and in the second variable order;
/// the pairs are tried in turn.
pub const LIMITS: [[usize; 2]; 3] = [[500, 500], [5_000, 5_000], [200_000, 20_000]];

/// The availability of a kind of request.
#[derive(Clone, Debug, PartialEq)]
pub struct Availability {
    /// Kind of request.
    pub kind: RequestKind,
    /// Fraction of time during which requests of this kind fail.
    pub unavailability: f64,
    /// How the unavailability was computed.
    pub method: Method,
    /// Contributors, largest first. Causes that have no effect are left out.
    pub contributors: Vec<Contributor>,
}

/// How an unavailability was computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// Exact.
    Exact,
    /// Estimated by Monte Carlo sampling, with a 95 % confidence interval.
    Sampled {
        /// Number of sampled states.
        samples: u64,
        /// Lower bound of the interval.
        low: f64,
        /// Upper bound of the interval.
        high: f64,
    },
}

/// The contribution of one cause to the unavailability.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributor {
    /// The cause.
    pub cause: Cause,
    /// Fraction of time during which the cause is present.
    pub unavailability: f64,
    /// Fraction by which the kind's unavailability would fall if the cause never occurred: the criticality importance
    /// of reliability theory. Shares of redundant components overlap, so they need not add up to one.
    pub share: f64,
}

impl Availability {
    /// Fraction of time during which requests of this kind succeed.
    pub fn availability(&self) -> f64 {
        1.0 - self.unavailability
    }

    /// Downtime in minutes per average year.
    pub fn minutes_a_year(&self) -> f64 {
        self.unavailability * MINUTES_A_YEAR
    }
}

impl Contributor {
    /// Downtime in minutes per average year that would be avoided if the cause never occurred.
    pub fn minutes_a_year(&self, of: &Availability) -> f64 {
        self.share * of.minutes_a_year()
    }
}

/// Computes the availability of a kind of request.
pub fn availability(infra: &Infrastructure, structure: &Structure, kind: RequestKind) -> Availability {
    availability_within(infra, structure, kind, &LIMITS)
}

/// Like [`availability`], with explicit node limits for the decision diagrams. With no limits, it always samples.
pub fn availability_within(
    infra: &Infrastructure,
    structure: &Structure,
    kind: RequestKind,
    limits: &[[usize; 2]],
) -> Availability {
    let of_cause = |cause: &Cause| cause.reliability(infra).map_or(0.0, Reliability::unavailability);
    let down: Vec<f64> = structure.causes().iter().map(of_cause).collect();
    let (stopped, method, shares) = unavailability(structure.circuit(kind), &down, limits);
    let degrading: Vec<(u32, f64)> = structure
        .degrading(kind)
        .filter_map(|(cause, share)| Some((structure.place(cause)?, share)))
        .map(|(input, share)| (input, share * down[input as usize]))
        .collect();
    let usual = structure.losses().whole.eventual[kind.index()];
    let usual = if usual < WORKS_BELOW { 0.0 } else { usual };
    let series = Series::of(stopped, degrading.iter().map(|(_, fails)| *fails).chain([usual]));
    let mut saved: BTreeMap<u32, f64> = BTreeMap::new();
    for (input, share) in shares {
        *saved.entry(input).or_default() += share * stopped * series.without(stopped);
    }
    for (input, fails) in degrading {
        *saved.entry(input).or_default() += fails * series.without(fails);
    }
    let mut shares: Vec<(u32, f64)> = saved.into_iter().map(|(input, saved)| (input, saved / series.fails)).collect();
    shares.retain(|(_, share)| *share > 0.0);
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let contributors = shares.into_iter().map(|(input, share)| Contributor {
        cause: structure.causes()[input as usize].clone(),
        unavailability: down[input as usize],
        share,
    });
    let method = match method {
        Method::Exact => Method::Exact,
        Method::Sampled { samples, low, high } => {
            let [low, high] = [low, high].map(|of| Series::of(of, series.others(stopped)).fails);
            Method::Sampled { samples, low, high }
        }
    };
    Availability { kind, unavailability: series.fails, method, contributors: contributors.collect() }
}

/// Independent reasons for which a request fails, each with its probability.
struct Series {
    /// Probability that at least one of them applies.
    fails: f64,
}

impl Series {
    /// The sum is accumulated without a difference from one, so small probabilities keep their precision.
    fn of(first: f64, others: impl IntoIterator<Item = f64>) -> Self {
        Self { fails: others.into_iter().fold(first, |sum, fails| sum + fails * (1.0 - sum)) }
    }

    /// Probability that no reason but one of probability `fails` applies.
    fn without(&self, fails: f64) -> f64 {
        if fails < 1.0 { (1.0 - self.fails) / (1.0 - fails) } else { 0.0 }
    }

    /// Probability that a reason other than one of probability `fails` applies.
    fn others(&self, fails: f64) -> [f64; 1] {
        [(1.0 - self.without(fails)).max(0.0)]
    }
}

/// Returns the probability that a structure function is false, the method that computed it, and each input's share.
/// Input `i` is down with probability `down[i]`.
pub fn unavailability(circuit: &Circuit, down: &[f64], limits: &[[usize; 2]]) -> (f64, Method, Vec<(u32, f64)>) {
    match exact(&Reduced::of(circuit, down), down, limits) {
        Some((unavailability, shares)) => (unavailability, Method::Exact, shares),
        None => sampling::sample(circuit, down),
    }
}

/// Returns the unavailability and each input's share of it, or `None` if every diagram exceeds its limit.
fn exact(reduced: &Reduced, down: &[f64], limits: &[[usize; 2]]) -> Option<(f64, Vec<(u32, f64)>)> {
    let orders = [order::wide(&reduced.forms, reduced.root), order::deep(&reduced.forms, reduced.root)];
    let tried = |order: &[u32], limit: usize| {
        let (mut forms, root) = order::ordered(&reduced.forms, reduced.root, order);
        Diagram::of(&mut forms, root, order.len(), limit)
    };
    let turns = limits.iter().flat_map(|limits| orders.iter().zip(limits));
    let (diagram, order) = turns.into_iter().find_map(|(order, limit)| Some((tried(order, *limit)?, order)))?;
    let of_variables: Vec<f64> = order.iter().map(|variable| reduced.down(*variable)).collect();
    let (unavailability, importance) = diagram.unavailability(&of_variables);
    let mut shares = Vec::new();
    for (variable, importance) in order.iter().zip(importance) {
        for (input, derivative) in reduced.inputs(*variable) {
            // If the input never failed, unavailability would fall by q·(P(down | input down) − P(down | input up)).
            shares.push((input, down[input as usize] * derivative * importance / unavailability));
        }
    }
    Some((unavailability, shares))
}
