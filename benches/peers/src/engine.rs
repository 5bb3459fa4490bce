//! The engines, one file each, and SimPy's script.

mod desque;
mod heap;
mod hoplight;
mod limit;
mod nexosim;
mod simpy;

use crate::workload::{Outcome, Workload};

/// What simulates.
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

    /// How many requests a run has: fewer where a million would take minutes. Rates are per second.
    pub const fn requests(self, workload: Workload) -> u64 {
        match (self, workload) {
            (Self::Simpy, Workload::W1) => 200_000,
            (Self::Simpy, Workload::W2) => 50_000,
            (Self::Nexosim, Workload::W2) => 250_000,
            _ => 1_000_000,
        }
    }

    /// The program that runs the engine in a process of its own; `None` for this one.
    pub fn script(self) -> Option<(String, &'static str)> {
        (self == Self::Simpy).then(|| (simpy::python(), simpy::SCRIPT))
    }

    /// Why the engine cannot run here, if that can be told beforehand.
    pub fn missing(self) -> Option<String> {
        (self == Self::Simpy).then(simpy::missing).flatten()
    }

    /// Runs in this process.
    pub fn run(self, workload: Workload, requests: u64, seed: u64) -> Result<Outcome, String> {
        match self {
            Self::Limit => Ok(limit::run(workload, requests, seed)),
            Self::Hoplight => hoplight::run(workload, requests, seed),
            Self::HoplightMetrics => hoplight::run_with_metrics(workload, requests, seed),
            Self::Desque => Ok(desque::run(workload, requests, seed)),
            Self::Nexosim => Ok(nexosim::run(workload, requests, seed)),
            Self::Simpy => Err("SimPy runs in a process of its own".to_owned()),
        }
    }
}

/// Finds an engine by its name.
impl std::str::FromStr for Engine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || Self::ALL.map(Self::name).join(", ");
        Self::ALL.into_iter().find(|engine| engine.name() == text).ok_or_else(|| format!("no engine {text}: {}", names()))
    }
}
