//! Findings: what a good engineer would say about a design at the whiteboard.
//!
//! ```text
//!  model ──▶ points, lines, firewalls, sameness, balancing, watching, load ──▶ findings, the worst first
//!                                  └─ each has a `Rule` with a severity; `hoplight_text` has the words
//! ```
//!
//! A finding adds no answer of its own: it gives those of the other modules a rule and a place.

mod balancing;
mod firewalls;
mod kind;
mod lines;
mod load;
mod points;
mod rules;
mod sameness;
mod watching;

use std::fmt;

pub use kind::FindingKind;
pub use rules::Rule;

use super::broken::Broken;
use super::cause::Cause;
use super::spof::{Spof, single_points_in};
use super::structure::Structure;
use hoplight_model::{ComponentId, ComponentIx, Element, Infrastructure, RequestKind};

/// How bad a finding is, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// A weakness: decide whether to live with it.
    Warning,
    /// It stops the service, or gives away secrets.
    Error,
}

impl Severity {
    /// All of them, the mildest first.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// The word for it.
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

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is about; `None` is the whole design.
    pub subject: Option<Cause>,
    /// What was found.
    pub kind: FindingKind,
}

impl Finding {
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

    /// The rule that it comes from.
    pub fn rule(&self) -> Rule {
        self.kind.rule()
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.rule().severity()
    }

    /// The name of what it is about: `design` for the whole.
    pub fn subject_name(&self) -> String {
        self.subject.as_ref().map_or_else(|| "design".to_owned(), ToString::to_string)
    }
}

/// All findings at a load in requests per second: the worst first, and those of one severity in the order of the rules.
pub fn findings(infra: &Infrastructure, load: f64) -> Vec<Finding> {
    let ground = StaticRoutes::of(infra);
    let mut found = Vec::new();
    found.extend(points::find(&ground));
    found.extend(lines::find(&ground));
    found.extend(firewalls::find(&ground));
    found.extend(sameness::find(&ground));
    found.extend(balancing::find(&ground));
    found.extend(watching::find(&ground));
    found.extend(load::find(&ground, load));
    found.sort_by_key(|finding| (std::cmp::Reverse(finding.severity()), finding.rule()));
    found
}

/// What several modules need.
struct StaticRoutes<'a> {
    infra: &'a Infrastructure,
    structure: Structure,
    /// By kind: the single points, or why nothing works at all.
    points: [Result<Vec<Spof>, Broken>; 3],
}

impl<'a> StaticRoutes<'a> {
    fn of(infra: &'a Infrastructure) -> Self {
        let structure = Structure::of(infra);
        let points = RequestKind::ALL.map(|kind| single_points_in(infra, &structure, kind));
        Self { infra, structure, points }
    }

    /// The kinds that stop without a cause, among those that work at all.
    fn stops(&self, cause: &Cause) -> Vec<RequestKind> {
        let stops = |kind: &RequestKind| {
            self.points[kind.index()].as_ref().is_ok_and(|points| points.iter().any(|point| point.cause == *cause))
        };
        RequestKind::ALL.into_iter().filter(stops).collect()
    }

    /// The components that do the site's work, or stand before them.
    fn of_service(&self) -> impl Iterator<Item = (ComponentIx, &'a hoplight_model::Component)> + '_ {
        self.infra.components().filter(|(_, component)| component.kind.serves_requests())
    }

    fn id(&self, ix: ComponentIx) -> &'a ComponentId {
        &self.infra.component(ix).id
    }
}
