//! The format of scenario files.
//!
//! A scenario describes an [`super::Infrastructure`]; `model::build` contains the defaults and the checks that span
//! several fields. `hoplight template` prints a file with every field.

mod convert;
mod minimal;
mod write;

use serde::{Deserialize, Serialize};

use super::build::Completeness;
use super::component::{Component, Server, Traffic};
use super::domain::FailureDomain;
use super::http::HttpConfig;
use super::id::ScenarioId;
use super::infrastructure::Infrastructure;
use super::link::LinkSpec;
use super::monitoring::MonitoringSpec;
use super::problem::Problem;
use super::reliability::ReliabilityDefaults;
use super::text::Text;
use super::tls::{Certificate, TlsConfig};

/// The newest supported format.
pub const FORMAT: u32 = 1;

/// Default heading on the course map.
pub const USUAL_UNIT: &str = "Explore";

/// A scenario as written in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Format version; by default 1.
    #[serde(default = "first_format")]
    pub format: u32,
    /// Id of the scenario in commands and lessons; by default derived from the file name.
    #[serde(default)]
    pub id: Option<ScenarioId>,
    /// Title of the scenario on the screen; by default the `id`.
    #[serde(default)]
    pub title: Option<Text>,
    /// Summary in a sentence or two.
    #[serde(default)]
    pub summary: Text,
    /// Notes for the reader, such as assumptions about an ambiguous drawing.
    #[serde(default)]
    pub notes: Vec<Text>,
    /// Heading of the scenario on the course map; by default "Explore".
    #[serde(default = "usual_unit")]
    pub unit: Text,
    /// Whether the scenario is a benchmark of the engine, which the course map omits.
    #[serde(default)]
    pub benchmark: bool,
    /// The site's domain name.
    #[serde(default = "usual_domain")]
    pub domain: Text,
    /// The users' traffic.
    #[serde(default)]
    pub traffic: Traffic,
    /// TLS settings.
    #[serde(default)]
    pub tls: TlsConfig,
    /// Plaintext HTTP beside HTTPS: port 80, HSTS, and the headers about it.
    #[serde(default)]
    pub http: HttpConfig,
    /// The certificates.
    #[serde(default)]
    pub certificates: Vec<Certificate>,
    /// Monitoring: alert rules, by default [`super::monitoring::usual_alerts`], and an external probe, by default none,
    /// as in `monitoring: (probe: (interval_s: 10.0), alerts: [(name: "slow", on: Entry, when: Threshold(metric: P99,
    /// is: Over(1000.0), for_s: 60.0))])`.
    #[serde(default)]
    pub monitoring: MonitoringSpec,
    /// Reliability of elements that do not specify it.
    #[serde(default)]
    pub reliability: ReliabilityDefaults,
    /// Failure domains: groups that fail together for reasons that the diagram does not show.
    #[serde(default)]
    pub domains: Vec<FailureDomain>,
    /// The servers.
    #[serde(default)]
    pub servers: Vec<Server>,
    /// The components. If there is no browser, one with the id `browser` is added, with a link to every DNS resolver
    /// and one to the entry of the site: the component to which no other HTTP link leads, or both balancers of a VRRP
    /// pair. If the scenario already has links from `browser` for one of these purposes, none is added for that
    /// purpose.
    pub components: Vec<Component>,
    /// The links. A driver prefers the databases in this order; a web server takes its applications in turn, in this
    /// order.
    #[serde(default)]
    pub links: Vec<LinkSpec>,
}

impl Scenario {
    /// Builds the infrastructure. A scenario without an id gets the id `scenario`.
    ///
    /// # Errors
    /// All problems that can be found at once, at most twenty: the problems of the records or, if there are none, the
    /// problems of the scenario as a whole.
    pub fn build(&self) -> Result<Infrastructure, Vec<Problem>> {
        super::build::build(self.clone(), Completeness::Site)
    }

    /// Builds the infrastructure of a drawing in progress, in which the browser may have no link to the site yet: users
    /// then find no address for its name.
    ///
    /// # Errors
    /// As for [`Self::build`].
    pub fn build_board(&self) -> Result<Infrastructure, Vec<Problem>> {
        super::build::build(self.clone(), Completeness::Board)
    }

    /// The problems that prevent the scenario from being built; empty if there are none.
    pub fn check(&self) -> Vec<Problem> {
        self.build().err().unwrap_or_default()
    }
}

/// Format of a file that does not specify one. It stays 1 when newer formats are added.
fn first_format() -> u32 {
    1
}

fn usual_unit() -> Text {
    Text::new(USUAL_UNIT).unwrap_or_default()
}

fn usual_domain() -> Text {
    Text::new("www.foobar.com").unwrap_or_default()
}
