//! The model: what an infrastructure is, on paper.
//!
//! ```text
//!  scenario file ──ron_text──▶ Scenario ──build──▶ Infrastructure ──hop──▶ Hop (cipher, medium, guards)
//! ```
//!
//! Architecture invariant: nothing here knows time, load, randomness, health, lessons or a screen. A value of this layer
//! is what one could draw on a whiteboard.

pub mod arrivals;
pub mod balancer;
pub mod behaviour;
mod build;
pub mod component;
pub mod connection;
pub mod database;
pub mod domain;
pub mod draft;
pub mod element;
pub mod error;
pub mod firewall;
pub mod hop;
pub mod id;
pub mod infrastructure;
pub mod link;
pub mod monitoring;
pub mod problem;
pub mod quantity;
pub mod reliability;
pub mod request;
pub mod retries;
pub mod ron_text;
pub mod scenario;
pub mod station;
pub mod text;
pub mod tier;
pub mod tls;
pub mod zone;

pub use balancer::{Algorithm, HealthCheck};
pub use behaviour::{Behaviour, behaviour};
pub use build::MAX_HOPS;
pub use component::{Component, ComponentKind, DatabaseRole, Server, Software};
pub use connection::{Connections, TlsVersion};
pub use domain::FailureDomain;
pub use element::Element;
pub use error::ContentError;
pub use hop::{Cipher, Hop, Medium};
pub use id::{ComponentId, DomainId, LessonId, ScenarioId, ServerId};
pub use infrastructure::{ComponentIx, Infrastructure, LinkIx, TopologyEdit};
pub use link::{Link, Protocol};
pub use monitoring::{AlertCondition, AlertRule, Bound, Metric, MonitoringSpec};
pub use problem::{Problem, ProblemKind, ProblemPath};
pub use reliability::{Reliability, ReliabilityDefaults};
pub use request::RequestKind;
pub use retries::Retries;
pub use text::Text;
pub use tier::Tier;
pub use tls::{Certificate, TlsConfig, TlsMode};
pub use zone::Zone;
