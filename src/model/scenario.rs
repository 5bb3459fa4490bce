//! The form of a scenario file.
//!
//! Only what a file may say. [`super::Infrastructure`] is what it means; checks across fields stand there.

use serde::{Deserialize, Serialize};

use super::component::{Component, Server, Traffic};
use super::domain::FailureDomain;
use super::id::ScenarioId;
use super::link::LinkSpec;
use super::monitoring::MonitoringSpec;
use super::reliability::ReliabilityDefaults;
use super::text::Text;
use super::tls::{Certificate, TlsConfig};

/// The newest form that this program reads.
pub const FORMAT: u32 = 1;

/// A scenario as a file writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Version of the form.
    pub format: u32,
    /// Its name in commands and lessons.
    pub id: ScenarioId,
    /// Its name on the screen.
    pub title: Text,
    /// What it is, in a sentence or two.
    pub summary: Text,
    /// What a reader should know about it: for a write-up "as written", where the drawing had to guess.
    #[serde(default)]
    pub notes: Vec<Text>,
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
    /// The programs and people.
    pub components: Vec<Component>,
    /// Who asks whom. Where one component has several links for the same purpose, their order is its preference.
    pub links: Vec<LinkSpec>,
}

fn usual_domain() -> Text {
    Text::new("www.foobar.com").unwrap_or_default()
}
