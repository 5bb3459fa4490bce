//! Findings: what a good engineer would say about a design at the whiteboard.
//!
//! ```text
//!  model ──▶ points, lines, walls, sameness, balancing, watching, load ──▶ findings, the worst first
//!                                  └─ each names a rule of `rules::RULES`: why it matters, what would fix it
//! ```
//!
//! A finding adds no answer of its own: it puts those of the other modules into a sentence, with a place and a way out. Must
//! not know how findings are shown, nor which of them somebody cares for.

mod balancing;
mod firewalls;
mod lines;
mod load;
mod points;
mod rules;
mod sameness;
mod watching;

use std::fmt;

pub use rules::{RULES, Rule, rule};

use super::broken::Broken;
use super::cause::Cause;
use super::spof::{Spof, single_points_in};
use super::structure::Structure;
use super::words::listed;
use hoplight_model::{ComponentId, ComponentIx, Element, Infrastructure, RequestKind};

/// How bad a finding is, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing, and to be said when asked.
    Note,
    /// A weakness: somebody should decide whether to live with it.
    Warning,
    /// It stops the service, or gives away what it should keep.
    Error,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that it comes from.
    pub rule: &'static Rule,
    /// What it is about; without, the whole design.
    pub subject: Option<Cause>,
    /// What was found, in a sentence or two.
    pub message: String,
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

impl Finding {
    /// A finding of a rule.
    ///
    /// # Panics
    /// If there is no such rule: the tests try all.
    fn new(id: &str, subject: Option<Cause>, message: String) -> Self {
        let rule = rule(id).unwrap_or_else(|| panic!("no rule `{id}`"));
        Self { rule, subject, message }
    }

    fn of_component(id: &str, component: &ComponentId, message: String) -> Self {
        Self::new(id, Some(Cause::Component(component.clone())), message)
    }

    fn of_element(id: &str, element: Element, message: String) -> Self {
        Self::new(id, Some(Cause::of(element)), message)
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.rule.severity
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
    let place = |finding: &Finding| RULES.iter().position(|rule| std::ptr::eq(rule, finding.rule));
    found.sort_by_key(|finding| (std::cmp::Reverse(finding.severity()), place(finding)));
    found
}

/// What several modules ask for.
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

/// Kinds of request as the subject of a sentence in the plural.
fn requests(kinds: &[RequestKind]) -> String {
    if kinds.len() == RequestKind::ALL.len() {
        return "all requests".to_owned();
    }
    let names: Vec<&str> = kinds
        .iter()
        .map(|kind| match kind {
            RequestKind::Static => "static pages",
            RequestKind::Read => "reads",
            RequestKind::Write => "writes",
        })
        .collect();
    listed(&names)
}
