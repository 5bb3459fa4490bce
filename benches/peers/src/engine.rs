//! The engines, one file each, and the script for SimPy.

mod desque;
mod heap;
mod hoplight;
mod limit;
mod nexosim;
mod simpy;

use crate::workload::{Outcome, Workload};

/// A simulation engine to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Limit,
    Hoplight,
    HoplightMetrics,
    Desque,
    Nexosim,
    Simpy,
}

impl Engine {
    pub const ALL: [Self; 6] = [Self::Limit, Self::Hoplight, Self::HoplightMetrics, Self::Desque, Self::Nexosim, Self::Simpy];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Hoplight => "hoplight",
            Self::HoplightMetrics => "hoplight-metrics",
            Self::Desque => "desque",
            Self::Nexosim => "nexosim",
            Self::Simpy => "simpy",
        }
    }

    /// The name in the table.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Limit => "limit: written by hand for the network",
            Self::Hoplight => "**hoplight**",
            Self::HoplightMetrics => "**hoplight**, all metrics on",
            Self::Desque => "desque 0.4 (Rust)",
            Self::Nexosim => "nexosim 1.0, 1 thread (Rust)",
            Self::Simpy => "SimPy (CPython)",
        }
    }

    /// Number of requests in a run, fewer where a million would take minutes. Results are rates per second.
    pub const fn requests(self, workload: Workload) -> u64 {
        match (self, workload) {
            (Self::Simpy, Workload::W1) => 200_000,
            (Self::Simpy, Workload::W2) => 50_000,
            (Self::Nexosim, Workload::W2) => 250_000,
            _ => 1_000_000,
        }
    }

    /// The interpreter and script that run the engine in a separate process; `None` if it runs in this process.
    pub fn script(self) -> Option<(String, &'static str)> {
        (self == Self::Simpy).then(|| (simpy::python(), simpy::SCRIPT))
    }

    /// The reason why the engine cannot run on this machine, if it is known in advance.
    pub fn missing(self) -> Option<String> {
        (self == Self::Simpy).then(simpy::missing).flatten()
    }

    /// Runs a workload in this process.
    pub fn run(self, workload: Workload, requests: u64, seed: u64) -> Result<Outcome, String> {
        match self {
            Self::Limit => Ok(limit::run(workload, requests, seed)),
            Self::Hoplight => hoplight::run(workload, requests, seed),
            Self::HoplightMetrics => hoplight::run_with_metrics(workload, requests, seed),
            Self::Desque => Ok(desque::run(workload, requests, seed)),
            Self::Nexosim => Ok(nexosim::run(workload, requests, seed)),
            Self::Simpy => Err("SimPy runs in a separate process".to_owned()),
        }
    }
}

/// Finds an engine by its name on the command line.
impl std::str::FromStr for Engine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || Self::ALL.map(Self::name).join(", ");
        Self::ALL.into_iter().find(|engine| engine.name() == text).ok_or_else(|| format!("no engine {text}: {}", names()))
    }
}
