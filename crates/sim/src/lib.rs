//! A deterministic discrete-event simulation of a web infrastructure under load: requests, queues, firewalls, balancing,
//! health checks, faults, agents and monitoring.
//!
//! [`Simulation`] runs an infrastructure; [`Timeline`] also rewinds it. A [`Command`] changes a run from outside. An
//! [`Observer`] sees every event and changes nothing.
//!
//! ```
//! use std::sync::Arc;
//!
//! use hoplight_model::{ComponentId, Element, Infrastructure};
//! use hoplight_sim::{Command, SimTime, Simulation};
//!
//! let site = r#"(
//!     components: [(id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
//!     links: [(from: "web", to: "app"), (from: "app", to: "db")],
//! )"#;
//! let infra = Infrastructure::from_ron("site.ron", site)?;
//! let mut simulation = Simulation::new(Arc::new(infra), 1);
//! simulation.advance(SimTime::from_secs(10), &mut ());
//! assert_eq!(simulation.totals().failed, 0);
//!
//! let crash = Command::Kill(Element::Component(ComponentId::new("db")));
//! simulation.apply(&crash, &mut ()).expect("the database is up");
//! simulation.advance(SimTime::from_secs(20), &mut ());
//! assert!(simulation.totals().failed > 0, "reads and writes fail, static pages do not");
//! assert!(simulation.check(&crash).is_err(), "it is already down");
//! # Ok::<(), hoplight_model::ReadError>(())
//! ```
//!
//! Architecture invariant: the seed is explicit, and events at the same instant are dispatched in the order they were
//! scheduled: the same seed gives the same trace, byte for byte.

mod abuse;
mod addresses;
mod arrivals;
mod balancers;
mod cache;
pub mod catalogue;
mod clock;
pub mod command;
mod connection;
mod cores;
pub mod database;
mod ejections;
mod event;
pub mod fault;
mod firewall_pairs;
mod firewalls;
mod gauges;
mod histogram;
mod index;
pub mod journal;
mod journeys;
mod limit;
mod messages;
mod monitoring;
mod names;
pub mod outcome;
pub mod packet;
mod plan;
mod probe;
mod queries;
mod random;
mod rate_limits;
pub mod recorder;
mod request;
mod resend;
mod returning;
mod scan;
pub mod script;
mod sessions;
pub mod simulation;
mod slab;
mod station;
mod stations;
pub mod time;
pub mod timeline;
mod timers;
mod users;
pub mod view;
mod vrrp;
mod watchdog;
mod watchers;
mod zone;

pub use abuse::is_abuse;
pub use cache::{CacheCounts, CacheView, Lookup};
pub use command::{Command, CommandError};
pub use database::DatabaseView;
pub use fault::{Fault, Tap};
pub use journal::{EventKind, FailureCause, FailureReason, Headline, Journal, JournalEvent, Observer};
pub use journeys::{Journey, JourneyEvent, JourneyPart, Journeys, Mark, MarkKind};
pub use monitoring::NEWEST_WEIGHT;
pub use outcome::{Failure, Outcome};
pub use packet::{Activity, Heading, Motion, Packet, PacketContent, Phase, Present, Status};
pub use probe::probe_number;
pub use recorder::Recorder;
pub use scan::{Finding, Port};
pub use script::Script;
pub use sessions::SessionsView;
pub use simulation::Simulation;
pub use time::SimTime;
pub use timeline::Timeline;
pub use view::{
    AbuseView, AgentView, AlertEntry, AlertState, AlertView, CheckCode, ComponentSample, CpuView, Endings, Experience, Health,
    Percentiles, ProbeResult, ProbeView, Refusals, StationView, Totals, WatchdogEntry, WatchdogView,
};
pub use watchers::{CapturedMessage, CapturedPayload, TraceSpan};
pub use zone::{RecordState, RecordTarget};
