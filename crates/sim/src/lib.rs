//! The simulation: a deterministic discrete-event engine that runs an infrastructure under load.
//!
//! Architecture invariant: nothing here knows a terminal, tokio, a file or the wall clock. The seed is explicit; events at
//! one instant run in the order in which they were scheduled; the same seed gives the same trace, byte for byte.

mod arrivals;
mod balancers;
pub mod catalogue;
mod clock;
pub mod command;
mod connection;
pub mod database;
mod event;
pub mod fault;
mod firewalls;
mod gauges;
mod histogram;
mod index;
pub mod journal;
mod limit;
mod messages;
mod monitoring;
mod names;
pub mod outcome;
pub mod packet;
mod plan;
mod probe;
mod random;
pub mod recorder;
mod request;
mod scan;
pub mod script;
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
mod watchers;
mod zone;

pub use command::{Command, CommandError};
pub use database::DatabaseView;
pub use fault::{Fault, Tap};
pub use journal::{EventKind, FailureReason, Headline, Journal, JournalEvent, Observer};
pub use monitoring::NEWEST_WEIGHT;
pub use outcome::{Failure, Outcome};
pub use packet::{Activity, Heading, Motion, Packet, PacketContent, Phase, Present, Status};
pub use probe::probe_number;
pub use recorder::Recorder;
pub use scan::{Finding, Port};
pub use script::Script;
pub use simulation::Simulation;
pub use time::SimTime;
pub use timeline::Timeline;
pub use view::{
    AgentView, AlertEntry, AlertState, AlertView, CheckCode, ComponentSample, Experience, Health, Percentiles, ProbeResult,
    ProbeView, StationView, Totals,
};
pub use watchers::{CapturedMessage, CapturedPayload, TraceSpan};
pub use zone::RecordState;
