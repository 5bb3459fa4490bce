//! The availability of a kind of request, and what contributes to its unavailability.
//!
//! ```text
//!  Structure ──▶ expression over what may fail ──▶ decision diagram ──▶ exact
//!                 (reduced: series, twins)              └─ too large ─────▶ sampled, with its interval
//! ```
//!
//! Each cause is out for MTTR / (MTBF + MTTR) of the time, and causes are independent: what fails together is one cause, so
//! dependence is drawn, not assumed away. The result is the steady state's. Failovers count as instant; the simulation measures
//! what their seconds cost. Must not know time or load.

mod diagram;
mod order;
mod reduce;
mod sampling;

use hoplight_model::{Infrastructure, Reliability, RequestKind};

use super::cause::Cause;
use super::circuit::Circuit;
use super::structure::Structure;
use diagram::Diagram;
use reduce::Reduced;

/// Minutes in a year of 365.25 days.
pub const MINUTES_A_YEAR: f64 = 525_960.0;

/// Limits of the decision diagrams in nodes: of those in the first and the second order, alternately.
pub const LIMITS: [[usize; 2]; 3] = [[500, 500], [5_000, 5_000], [200_000, 20_000]];

/// The availability of a kind of request.
#[derive(Clone, Debug, PartialEq)]
pub struct Availability {
    /// The kind.
    pub kind: RequestKind,
    /// The fraction of the time in which it does not work.
    pub unavailability: f64,
    /// How that was found.
    pub method: Method,
    /// The contributors, the largest first; causes without any effect are left out.
    pub contributors: Vec<Contributor>,
}

/// How an unavailability was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// Exactly.
    Exact,
    /// By sampling states: a confidence interval of 95 %.
    Sampled {
        /// The number of samples.
        samples: u64,
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
}

/// The contribution of one cause to the unavailability.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributor {
    /// The cause.
    pub cause: Cause,
    /// The fraction of the time in which the cause is out.
    pub unavailability: f64,
    /// By which fraction the kind's unavailability would fall if the cause never failed. The shares of redundant components
    /// overlap, so they need not add up to one. (The criticality importance of reliability theory.)
    pub share: f64,
}

impl Availability {
    /// The fraction of the time in which it works.
    pub fn availability(&self) -> f64 {
        1.0 - self.unavailability
    }

    /// The minutes of an average year in which it does not.
    pub fn minutes_a_year(&self) -> f64 {
        self.unavailability * MINUTES_A_YEAR
    }
}

impl Contributor {
    /// The minutes of downtime an average year that the kind would save if the cause never failed.
    pub fn minutes_a_year(&self, of: &Availability) -> f64 {
        self.share * of.minutes_a_year()
    }
}

/// How available a kind of request is.
pub fn availability(infra: &Infrastructure, structure: &Structure, kind: RequestKind) -> Availability {
    availability_within(infra, structure, kind, &LIMITS)
}

/// Like [`availability`], with the caller's limits for decision diagrams, in nodes. Without any, it samples.
pub fn availability_within(
    infra: &Infrastructure,
    structure: &Structure,
    kind: RequestKind,
    limits: &[[usize; 2]],
) -> Availability {
    let of_cause = |cause: &Cause| cause.reliability(infra).map_or(0.0, Reliability::unavailability);
    let down: Vec<f64> = structure.causes().iter().map(of_cause).collect();
    let (unavailability, method, mut shares) = unavailability(structure.circuit(kind), &down, limits);
    shares.retain(|(_, share)| *share > 0.0);
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let contributors = shares.into_iter().map(|(input, share)| Contributor {
        cause: structure.causes()[input as usize].clone(),
        unavailability: down[input as usize],
        share,
    });
    Availability { kind, unavailability, method, contributors: contributors.collect() }
}

/// The probability that a structure function is false, how it was found, and each input's share; input `i` is down with
/// probability `down[i]`.
pub fn unavailability(circuit: &Circuit, down: &[f64], limits: &[[usize; 2]]) -> (f64, Method, Vec<(u32, f64)>) {
    match exact(&Reduced::of(circuit, down), down, limits) {
        Some((unavailability, shares)) => (unavailability, Method::Exact, shares),
        None => sampling::sample(circuit, down),
    }
}

/// The unavailability and each input's share of it, if one of the diagrams stays within its limit.
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
            // If it never failed: less by q·(P(down | it down) − P(down | it up)).
            shares.push((input, down[input as usize] * derivative * importance / unavailability));
        }
    }
    Some((unavailability, shares))
}
