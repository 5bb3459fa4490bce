//! The analysis: what follows from a drawing alone.
//!
//! ```text
//!                  ┌─▶ carriers ──▶ plaintext, reading    who listens where reads what
//!  model ──▶ flow ─┤
//!                  └─▶ service ───▶ spof                  what still works without what
//! ```
//!
//! Pure functions over the model; every answer is given per kind of request. A question to the learner is judged by these
//! answers, so none of them is authored anywhere.
//!
//! Architecture invariant: nothing here knows time, load, health, a simulation or a screen. "Works" means that a way
//! exists, not that it is fast, has room, or is found at once: those are measured by the simulation.

pub mod availability;
pub mod broken;
pub mod capacity;
pub mod carriers;
pub mod cause;
pub mod circuit;
pub mod cuts;
mod database;
pub mod exposure;
pub mod findings;
mod flow;
pub mod homogeneity;
mod machines;
pub mod outage;
pub mod plaintext;
pub mod reading;
pub mod service;
pub mod spof;
pub mod structure;
pub mod tier;
pub mod tls_price;
pub mod walls;

pub use availability::{Availability, Contributor, Method, availability};
pub use broken::{Broken, Missing, Obstacle};
pub use capacity::{Capacity, Overload, Resource, Saturation, capacity_spofs};
pub use carriers::Carriers;
pub use cause::Cause;
pub use cuts::{Cut, Cuts, minimal_cuts};
pub use exposure::{Exposure, Listener, Load, exposures};
pub use findings::{Finding, Rule, Severity, findings};
pub use homogeneity::{SharedFlaw, TierRedundancy, mixed_servers, redundancy, shared_flaws};
pub use outage::Outage;
pub use plaintext::{PlaintextHop, balancer_can_read, plaintext_hops};
pub use reading::{Fact, Reading, Stake, readable};
pub use service::works;
pub use spof::{Spof, single_parts, single_points, single_points_in};
pub use structure::Structure;
pub use tier::Tier;
pub use tls_price::{TlsPrice, tls_prices};
pub use walls::{Flaw, Reach, Vantage, reach, review};
