//! The form of a scenario file.
//!
//! [`super::Infrastructure`] is what a scenario means; `model::build` has the checks across fields and the defaults.
//! `hoplight template` prints a file with every field.

mod convert;
mod write;

use serde::{Deserialize, Serialize};

use super::component::{Component, Server, Traffic};
use super::domain::FailureDomain;
use super::id::ScenarioId;
use super::infrastructure::Infrastructure;
use super::link::LinkSpec;
use super::monitoring::MonitoringSpec;
use super::problem::Problem;
use super::reliability::ReliabilityDefaults;
use super::text::Text;
use super::tls::{Certificate, TlsConfig};

/// The latest format that this program reads.
pub const FORMAT: u32 = 1;

/// The course map's heading for a scenario without one.
pub const USUAL_UNIT: &str = "Explore";

/// A scenario as written in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Version of the format; by default 1.
    #[serde(default = "first_format")]
    pub format: u32,
    /// Its name in commands and lessons; by default made from the file's name.
    #[serde(default)]
    pub id: Option<ScenarioId>,
    /// Its name on the screen; by default its `id`.
    #[serde(default)]
    pub title: Option<Text>,
    /// What it is, in a sentence or two.
    #[serde(default)]
    pub summary: Text,
    /// Notes for the reader, such as what the drawing of a write-up had to guess.
    #[serde(default)]
    pub notes: Vec<Text>,
    /// Its heading on the course map; by default "Explore".
    #[serde(default = "usual_unit")]
    pub unit: Text,
    /// Whether it is a benchmark of the engine, which the course map leaves out.
    #[serde(default)]
    pub benchmark: bool,
    /// The site's name.
    #[serde(default = "usual_domain")]
    pub domain: Text,
    /// The users' traffic.
    #[serde(default)]
    pub traffic: Traffic,
    /// Where TLS ends.
    #[serde(default)]
    pub tls: TlsConfig,
    /// The certificates.
    #[serde(default)]
    pub certificates: Vec<Certificate>,
    /// What the monitoring service watches for: alert rules, by default the usual ones, and an external probe, by default
    /// none, as in `monitoring: (probe: (interval_s: 10.0), alerts: [(name: "slow", on: Entry, when: Threshold(metric: P99,
    /// is: Over(1000.0), for_s: 60.0))])`.
    #[serde(default)]
    pub monitoring: MonitoringSpec,
    /// Reliability of elements without figures of their own.
    #[serde(default)]
    pub reliability: ReliabilityDefaults,
    /// Groups that fail together for reasons that are not drawn.
    #[serde(default)]
    pub domains: Vec<FailureDomain>,
    /// The machines.
    #[serde(default)]
    pub servers: Vec<Server>,
    /// The components. Without a browser among them, one called `browser` is added, with a link to every DNS resolver and one
    /// to the entry of the site: the component without another HTTP link to it, or both balancers of a VRRP pair. If the
    /// scenario has links from `browser` for one of these purposes, none is added for that purpose.
    pub components: Vec<Component>,
    /// The links. If a component has several for the same purpose, their order is its preference.
    #[serde(default)]
    pub links: Vec<LinkSpec>,
}

impl Scenario {
    /// Builds the infrastructure that the scenario describes. One without an id is called `scenario`.
    ///
    /// # Errors
    /// All problems that can be found at once, at most twenty: those of the records or, if there are none, those of the whole.
    pub fn build(&self) -> Result<Infrastructure, Vec<Problem>> {
        super::build::build(self.clone())
    }

    /// The problems that keep the scenario from being built; empty if there are none.
    pub fn check(&self) -> Vec<Problem> {
        self.build().err().unwrap_or_default()
    }
}

/// The format of a file without one. It never changes, whatever the latest format.
fn first_format() -> u32 {
    1
}

fn usual_unit() -> Text {
    Text::new(USUAL_UNIT).unwrap_or_default()
}

fn usual_domain() -> Text {
    Text::new("www.foobar.com").unwrap_or_default()
}
