//! Safety nets for changes that mean to change nothing: what all scenarios do under all scripts, and what is said of them.
//!
//! The records hold what the program did when they were made. To make them again, after a change that means to change them:
//! `INSTA_UPDATE=always cargo test --test nets`, and read the difference.

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
