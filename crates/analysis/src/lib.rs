//! What follows from an infrastructure without running it: single points of failure, availability, exposure, capacity, findings.
//!
//! ```
//! use hoplight_analysis::{Cause, single_points};
//! use hoplight_model::{ComponentId, Infrastructure, RequestKind};
//!
//! let site = r#"(
//!     components: [(id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
//!     links: [(from: "web", to: "app"), (from: "app", to: "db")],
//! )"#;
//! let infra = Infrastructure::from_ron("site.ron", site)?;
//! let database = Cause::Component(ComponentId::new("db"));
//! let stops = |kind| single_points(&infra, kind).expect("the site works").iter().any(|point| point.cause == database);
//! assert!(stops(RequestKind::Write) && !stops(RequestKind::Static), "static pages survive the loss of the database");
//! # Ok::<(), hoplight_model::ContentError>(())
//! ```
//!
//! ```text
//!           ┌▶ structure ─▶ circuit ─┬▶ spof, cuts      what stops a kind alone, or together
//!           │                        ├▶ availability    how often that happens
//!           │                        └▶ homogeneity     what identical servers are worth
//!  model ───┼▶ flow ─┬▶ service                         what still works in an outage, and why not
//!           │        ├▶ carriers ─▶ exposure, reading   what can be read where
//!           │        │         └──▶ tls_price           and what hiding it costs
//!           │        └▶ capacity                        how much load, and what saturates first
//!           └▶ firewalls                                what gets through the firewalls
//!
//!  all of these ─▶ findings                             what to say about a design, the worst first
//! ```
//!
//! Pure functions over the model; every answer is given per kind of request. Questions to the learner are judged by these
//! answers, so none of them is authored.
//!
//! Architecture invariant: nothing here knows a clock, health, the simulation or a screen, and load is an argument. "Works"
//! means that a path exists, not that it is fast or is found at once: the simulation measures those. What a component does with
//! a request is `hoplight_model::behaviour`; `exceptions` lists where the analysis reads it differently.

pub mod availability;
pub mod broken;
pub mod capacity;
pub mod carriers;
pub mod cause;
pub mod circuit;
pub mod cuts;
mod database;
mod exceptions;
pub mod exposure;
pub mod findings;
pub mod firewalls;
mod flow;
pub mod homogeneity;
mod machines;
pub mod message;
pub mod outage;
pub mod plaintext;
pub mod reading;
pub mod service;
pub mod spof;
pub mod structure;
pub mod tls_price;

pub use availability::{Availability, Contributor, Method, availability};
pub use broken::{Broken, Missing, Obstacle};
pub use capacity::{Capacity, Overload, Resource, Saturation, capacity_spofs};
pub use carriers::Carriers;
pub use cause::Cause;
pub use cuts::{Cut, Cuts, minimal_cuts};
pub use exposure::{Exposure, HopContent, Listener, exposures};
pub use findings::{Finding, FindingKind, Rule, Severity, findings};
pub use firewalls::{ConnectionAttempt, Flaw, Vantage, reach, review};
pub use homogeneity::{SharedFlaw, TierRedundancy, mixed_servers, redundancy, shared_flaws};
pub use hoplight_model::Tier;
pub use message::{Handshake, Mark, Message, MessageDirection, MessageSpec, Part, Payload, Reply, message};
pub use outage::Outage;
pub use plaintext::{PlaintextHop, balancer_can_read, plaintext_hops};
pub use reading::{Fact, Reading, Stake, readable, user};
pub use service::works;
pub use spof::{Spof, single_parts, single_points, single_points_in};
pub use structure::Structure;
pub use tls_price::{TlsPrice, tls_prices};
