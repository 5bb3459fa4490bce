//! The workloads, which every engine must run as described, and the result that an engine reports.

use std::fmt;
use std::str::FromStr;

/// A workload to simulate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// One station with one slot and Poisson arrivals at 0.8 of its service rate: M/M/1.
    W1,
    /// A request–response network of seven stations; each request makes nine visits.
    W2,
}

/// A station: a first-come-first-served queue in front of `slots` servers with exponential service times.
#[derive(Clone, Copy, Debug)]
pub struct Station {
    pub name: &'static str,
    pub slots: u32,
    /// Mean service time in nanoseconds.
    pub mean_ns: f64,
}

const fn station(name: &'static str, slots: u32, mean_ns: f64) -> Station {
    Station { name, slots, mean_ns }
}

/// The time unit of W1 is a millisecond: λ = 0.8 and μ = 1 per millisecond.
pub const QUEUE: Station = station("queue", 1, 1e6);

/// The stations of W2. A request visits fw, lb, web, app, db, app, web, lb, fw. The balancer alternates between web
/// servers, and each web server alternates between application servers. A slot is held during service only, not until
/// the response is back.
pub const NETWORK: [Station; 7] = [
    station("fw", 1, 0.1e6),
    station("lb", 1, 0.2e6),
    station("web1", 4, 3e6),
    station("web2", 4, 3e6),
    station("app1", 8, 6e6),
    station("app2", 8, 6e6),
    station("db", 16, 12e6),
];

pub const FW: usize = 0;
pub const LB: usize = 1;
pub const WEB: usize = 2;
pub const APP: usize = 4;
pub const DB: usize = 6;

/// Number of visits of a request in W2.
pub const VISITS: u8 = 9;

/// Number of model events of a request in W2: its arrival, and the end of each visit.
pub const EVENTS: f64 = 10.0;

impl Workload {
    pub const ALL: [Self; 2] = [Self::W1, Self::W2];

    /// Mean time between arrivals, in nanoseconds.
    pub const fn gap_ns(self) -> f64 {
        match self {
            Self::W1 => 1.25e6,
            Self::W2 => 1e6,
        }
    }

    /// The mean time in the system that every correct engine must measure, in milliseconds.
    ///
    /// W1: 1 / (μ − λ). W2 has no closed form with alternating balancing (with random routing, its product form gives
    /// 36.729); all engines agree on this value.
    pub const fn expected_ms(self) -> f64 {
        match self {
            Self::W1 => 5.0,
            Self::W2 => 35.1,
        }
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::W1 => "w1",
            Self::W2 => "w2",
        })
    }
}

impl FromStr for Workload {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|workload| workload.to_string() == text).ok_or(format!("no workload {text}: w1 or w2"))
    }
}

/// The result of a run.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The run completed this many requests, with this mean time in the system.
    Ran { requests: u64, mean_ms: f64 },
    /// The engine cannot run on this machine, for this reason.
    Skipped(String),
}

impl Outcome {
    /// Computes the mean from the sum of all times in the system, in nanoseconds.
    pub fn from_sum(requests: u64, sum_ns: u128) -> Self {
        Self::Ran { requests, mean_ms: sum_ns as f64 / requests as f64 / 1e6 }
    }
}
