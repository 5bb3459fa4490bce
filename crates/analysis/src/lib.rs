//! Static analysis of an infrastructure: single points of failure, availability, exposure, capacity and design
//! findings.
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
//! # Ok::<(), hoplight_model::ReadError>(())
//! ```
//!
//! ```text
//!           ┌▶ losses ─┐                              the share of requests that fail after a loss, and why
//!           ├▶ paths ──┴▶ structure ─┬▶ spof, cuts      single points of failure, minimal cut sets
//!           │                        ├▶ availability    how often a kind of request fails
//!           │                        └▶ homogeneity     shared software flaws, redundancy of tiers
//!  model ───┼▶ flow ─┬▶ service                         whether a kind works during an outage, and the obstacles
//!           │        ├▶ carriers ─▶ exposure, reading   what can be read, and where
//!           │        │         └──▶ tls_price           what encryption costs
//!           │        └▶ capacity                        sustainable load and the bottleneck
//!           └▶ firewalls                                what the firewalls let through
//!
//!  all of these ─▶ findings                             what to report about a design, most severe first
//! ```
//!
//! Every function is pure and takes the model; every result is given per kind of request. The correct answers to quiz
//! questions are computed here, so none is written by hand.
//!
//! What a single loss means is decided by [`losses`](mod@losses), which executes what is configured and agrees with the
//! simulation. After several losses, "works" means that a path exists. Load is an argument, or that of the scenario's
//! traffic. `hoplight_model::behaviour` defines what a component does with a request; `exceptions` lists where the path
//! search deviates from it.

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
pub mod hit_ratio;
pub mod homogeneity;
pub mod losses;
mod machines;
pub mod message;
pub mod outage;
pub mod plaintext;
pub mod port_80;
pub mod reading;
pub mod service;
pub mod spof;
pub mod structure;
pub mod tls_price;
mod wiring;

pub use availability::{Availability, Contributor, Method, availability};
pub use broken::{Broken, Missing, Obstacle};
pub use capacity::{Capacity, Overload, Resource, Saturation, capacity_spofs};
pub use carriers::Carriers;
pub use cause::Cause;
pub use cuts::{Cut, Cuts, minimal_cuts};
pub use exposure::{Exposure, HopContent, Listener, exposures};
pub use findings::{DesignFinding, FindingKind, FindingRule, Severity, findings};
pub use firewalls::{ConnectionAttempt, Flaw, Vantage, reach, review};
pub use homogeneity::{SharedFlaw, TierRedundancy, mixed_servers, redundancy, shared_flaws};
pub use hoplight_model::Tier;
pub use losses::{Consequence, Loss, LossForecast, LossReason, Losses, Stability, Verdict, loss_of, losses};
pub use message::{
    HandshakeRoundTrip, MessageDirection, MessagePart, MessageSpec, PartRole, Payload, Remark, RenderedMessage, ResponseStatus,
    message,
};
pub use outage::Outage;
pub use plaintext::{PlaintextHop, balancer_can_read, plaintext_hops};
pub use reading::{Fact, ReadableFacts, Stake, readable, user};
pub use service::works;
pub use spof::{Spof, single_parts, single_points, single_points_in};
pub use structure::{PathCircuits, Structure};
pub use tls_price::{TlsPrice, tls_prices};
