//! Findings: what a design review would point out.
//!
//! ```text
//! model ──▶ points, data, lines, redirects, firewalls, sameness, balancing, limits, addresses, watching, load, caches, sessions
//!           ──▶ findings, most severe first; each has a `FindingRule` with a severity; `hoplight_text` has the sentences
//! ```
//!
//! Findings contain no analysis of their own: they assign the results of the other modules to a rule and a subject.

mod addresses;
mod balancing;
mod caches;
mod data;
mod firewalls;
mod kind;
mod limits;
mod lines;
mod load;
mod points;
mod redirects;
mod rules;
mod sameness;
mod sessions;
mod watching;

use std::fmt;

pub use kind::FindingKind;
pub use points::unserved;
pub use rules::FindingRule;

use super::broken::Broken;
use super::cause::Cause;
use super::spof::{Spof, single_points_in};
use super::structure::Structure;
use super::wiring::Wiring;
use hoplight_model::{ComponentId, ComponentIx, Element, Infrastructure, RequestKind};

/// Severity of a finding, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// For information.
    Note,
    /// A weakness: mitigate it or accept the risk.
    Warning,
    /// An error: the service stops, or secrets are disclosed.
    Error,
}

impl Severity {
    /// All severities, in ascending order.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// Name of the severity.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A finding.
#[derive(Clone, Debug, PartialEq)]
pub struct DesignFinding {
    /// What the finding is about; `None` for the whole design.
    pub subject: Option<Cause>,
    /// What was found.
    pub kind: FindingKind,
}

impl DesignFinding {
    fn of_design(kind: FindingKind) -> Self {
        Self { subject: None, kind }
    }

    fn new(subject: Cause, kind: FindingKind) -> Self {
        Self { subject: Some(subject), kind }
    }

    fn of_component(component: &ComponentId, kind: FindingKind) -> Self {
        Self::new(Cause::Component(component.clone()), kind)
    }

    fn of_element(element: Element, kind: FindingKind) -> Self {
        Self::new(Cause::of(element), kind)
    }

    /// The rule that produced the finding.
    pub fn rule(&self) -> FindingRule {
        self.kind.rule()
    }

    /// Severity of the finding.
    pub fn severity(&self) -> Severity {
        self.rule().severity()
    }

    /// Name of the subject; `design` for the whole design.
    pub fn subject_name(&self) -> String {
        self.subject.as_ref().map_or_else(|| "design".to_owned(), ToString::to_string)
    }
}

/// All findings at a load in requests per second: most severe first, and within a severity in the order of
/// [`FindingRule`].
pub fn findings(infra: &Infrastructure, load: f64) -> Vec<DesignFinding> {
    findings_in(infra, &Structure::of(infra), load)
}

/// Like [`findings`], for a structure that is already built.
pub fn findings_in(infra: &Infrastructure, structure: &Structure, load: f64) -> Vec<DesignFinding> {
    let context = FindingContext::of(infra, structure);
    let mut found = Vec::new();
    found.extend(points::find(&context));
    found.extend(data::find(&context));
    found.extend(lines::find(&context));
    found.extend(redirects::find(&context));
    found.extend(firewalls::find(&context));
    found.extend(sameness::find(&context));
    found.extend(balancing::find(&context));
    found.extend(limits::find(&context));
    found.extend(addresses::find(&context));
    found.extend(watching::find(&context));
    found.extend(load::find(&context, load));
    found.extend(caches::find(&context, load));
    found.extend(sessions::find(&context));
    found.sort_by_cached_key(|finding| (std::cmp::Reverse(finding.severity()), finding.rule()));
    found
}

/// Results that several modules use.
struct FindingContext<'a> {
    infra: &'a Infrastructure,
    structure: &'a Structure,
    /// By kind: the single points of failure, or the reason if the kind does not work even without an outage.
    points: [Result<Vec<Spof>, Broken>; 3],
}

impl<'a> FindingContext<'a> {
    fn of(infra: &'a Infrastructure, structure: &'a Structure) -> Self {
        let points = RequestKind::ALL.map(|kind| single_points_in(infra, structure, kind));
        Self { infra, structure, points }
    }

    /// Kinds that stop if `cause` occurs, among those that work at all.
    fn stops(&self, cause: &Cause) -> Vec<RequestKind> {
        let stops = |kind: &RequestKind| {
            self.points[kind.index()].as_ref().is_ok_and(|points| points.iter().any(|point| point.cause == *cause))
        };
        RequestKind::ALL.into_iter().filter(stops).collect()
    }

    /// Kinds of which a lasting share fails if `cause` occurs, without stopping.
    fn degrades(&self, cause: &Cause) -> Vec<RequestKind> {
        let degrades = |kind: &RequestKind| self.structure.degrading(*kind).any(|(other, _)| other == cause);
        RequestKind::ALL.into_iter().filter(degrades).collect()
    }

    /// Components that serve requests.
    fn of_service(&self) -> impl Iterator<Item = (ComponentIx, &'a hoplight_model::Component)> + '_ {
        self.infra.components().filter(|(_, component)| component.kind.serves_requests())
    }

    fn wiring(&self) -> &'a Wiring {
        self.structure.wiring()
    }

    fn id(&self, ix: ComponentIx) -> &'a ComponentId {
        &self.infra.component(ix).id
    }
}
