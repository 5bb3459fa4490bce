//! The form of a scenario file.
//!
//! Only what a file may say. [`super::Infrastructure`] is what it means; checks across fields, and what is added where a
//! file is silent, stand in `model::build`. `hoplight template` prints a file that names every field.

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

/// The newest form that this program reads.
pub const FORMAT: u32 = 1;

/// The heading of the course map for a scenario that names none.
pub const USUAL_UNIT: &str = "Explore";

/// A scenario as a file writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Version of the form; 1 if a file does not say.
    #[serde(default = "first_format")]
    pub format: u32,
    /// Its name in commands and lessons; by default made of the file's name.
    #[serde(default)]
    pub id: Option<ScenarioId>,
    /// Its name on the screen; by default its `id`.
    #[serde(default)]
    pub title: Option<Text>,
    /// What it is, in a sentence or two.
    #[serde(default)]
    pub summary: Text,
    /// What a reader should know about it: for a write-up "as written", where the drawing had to guess.
    #[serde(default)]
    pub notes: Vec<Text>,
    /// The heading of the course map under which it stands; by default "Explore".
    #[serde(default = "usual_unit")]
    pub unit: Text,
    /// Whether it is a load for measuring the engine, not a site for people: the course map leaves it out.
    #[serde(default)]
    pub benchmark: bool,
    /// The site's name.
    #[serde(default = "usual_domain")]
    pub domain: Text,
    /// Who visits, and how often.
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
    /// How often things fail of which nothing else is said.
    #[serde(default)]
    pub reliability: ReliabilityDefaults,
    /// What fails together for reasons that are not drawn.
    #[serde(default)]
    pub domains: Vec<FailureDomain>,
    /// The machines.
    #[serde(default)]
    pub servers: Vec<Server>,
    /// The programs and people. If no browser is among them, one called `browser` is added, with a link to every DNS resolver
    /// and one to the entry of the site: to whom no other HTTP link leads, or to both balancers of a VRRP pair. A file that has
    /// links from `browser` for one of these purposes gets none for that purpose.
    pub components: Vec<Component>,
    /// Who asks whom. Where one component has several links for the same purpose, their order is its preference.
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

/// What a file without a version is written in. It stays, however new the newest form is.
fn first_format() -> u32 {
    1
}

fn usual_unit() -> Text {
    Text::new(USUAL_UNIT).unwrap_or_default()
}

fn usual_domain() -> Text {
    Text::new("www.foobar.com").unwrap_or_default()
}
