//! Regression tests for refactorings: recorded results of all scenarios under all scripts, and of their analysis.
//!
//! The records contain the results at the time of recording. After an intended change of behaviour, run
//! `INSTA_UPDATE=always cargo test --test nets` and review the diff.

#[path = "nets/analyses.rs"]
mod analyses;
#[path = "nets/complete.rs"]
mod complete;
#[path = "nets/hash.rs"]
mod hash;
#[path = "nets/json.rs"]
mod json;
#[path = "support/kept.rs"]
mod kept;
#[path = "nets/scenarios.rs"]
mod scenarios;
#[path = "nets/scripts.rs"]
mod scripts;
#[path = "properties/topology.rs"]
mod topology;
#[path = "nets/traces.rs"]
mod traces;
#[path = "nets/view.rs"]
mod view;
