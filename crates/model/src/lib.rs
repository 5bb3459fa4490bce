//! Static model of a web infrastructure: components, servers, links, TLS, firewalls.
//!
//! This crate describes an infrastructure, checks it, and derives what follows from the description alone, such as
//! which hops are encrypted. It has no notion of time, load, randomness or health: its types describe what could be
//! drawn on a whiteboard.
//!
//! ```text
//!  scenario file ──ron_text──▶ Scenario ──build──▶ Infrastructure ──hop──▶ Hop (cipher, medium, guards)
//!                                 ▲ │
//!                          Edit ──┘ └──▶ Problems
//! ```
//!
//! A [`Scenario`](scenario::Scenario) is read from a file, or edited in memory as a [`Draft`](draft::Draft):
//!
//! ```
//! use hoplight_model::draft::{Draft, Edit};
//! use hoplight_model::link::LinkSpec;
//! use hoplight_model::{Cipher, ComponentId, Infrastructure};
//!
//! let text = r#"(
//!     components: [(id: "web", kind: Web()), (id: "app", kind: App())],
//!     links: [(from: "web", to: "app")],
//! )"#;
//! let infra = Infrastructure::from_ron("site.ron", text)?;
//! let ciphers: Vec<Cipher> = infra.hops().map(|hop| hop.cipher).collect();
//! assert_eq!(ciphers[0], Cipher::Plaintext, "TLS ends at the web server");
//! assert_ne!(ciphers[1], Cipher::Plaintext, "the implied browser's link is encrypted");
//!
//! let mut draft = Draft::from(&infra);
//! let (web, app) = (ComponentId::new("web"), ComponentId::new("app"));
//! draft.apply(Edit::RemoveLink(web.clone(), app.clone()))?;
//! draft.apply(Edit::AddLink(LinkSpec::new(app, web)))?;
//! assert_eq!(draft.problems()[0].path.to_string(), "links[1].to", "an application sends no requests to a web server");
//! assert!(draft.undo() && draft.undo());
//! assert_eq!(draft.build().as_ref(), Ok(&infra));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod arrivals;
pub mod balancer;
pub mod behaviour;
mod build;
pub mod cache;
pub mod component;
pub mod compose;
pub mod connection;
pub mod database;
pub mod domain;
pub mod draft;
pub mod element;
pub mod error;
pub mod firewall;
pub mod hop;
pub mod http;
pub mod id;
pub mod infrastructure;
pub mod link;
pub mod monitoring;
pub mod problem;
pub mod quantity;
pub mod rate_limit;
mod read;
pub mod reliability;
pub mod request;
pub mod retries;
pub mod ron_text;
pub mod scenario;
pub mod sessions;
pub mod sql_proxy;
pub mod station;
pub mod text;
pub mod tier;
pub mod tls;
pub mod zone;

pub use balancer::{Algorithm, HealthCheck};
pub use behaviour::{Behaviour, behaviour};
pub use build::MAX_HOPS;
pub use cache::{CachePlace, CacheSpec};
pub use component::{Component, ComponentKind, DatabaseRole, Server, Software};
pub use connection::{Connections, TlsVersion};
pub use domain::FailureDomain;
pub use element::Element;
pub use error::ContentError;
pub use hop::{Cipher, Hop, Medium};
pub use http::{Hsts, HttpConfig, Port80};
pub use id::{ComponentId, DomainId, LessonId, MissionId, QuestionId, ScenarioId, ServerId};
pub use infrastructure::{ComponentIx, Infrastructure, LinkIx, TopologyEdit};
pub use link::{Link, Protocol};
pub use monitoring::{AlertCondition, AlertRule, Bound, Metric, MonitoringSpec};
pub use problem::{Problem, ProblemKind, ProblemPath};
pub use rate_limit::{RateLimit, Refusal};
pub use read::{ReadError, ReadProblem};
pub use reliability::{Reliability, ReliabilityDefaults};
pub use request::RequestKind;
pub use retries::Retries;
pub use text::Text;
pub use tier::Tier;
pub use tls::{Certificate, TlsConfig, TlsMode};
pub use zone::Zone;
