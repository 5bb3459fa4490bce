//! Facts about a design that can be checked.

use hoplight_analysis::losses::{Loss, Verdict, loss_of};
use hoplight_analysis::{Cause, DesignFinding, plaintext_hops};
use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentId, Element, Infrastructure, RequestKind, ServerId};
use serde::{Deserialize, Serialize};

use super::rule_name::RuleName;
use crate::part::{DrawnPart, drawn_parts};

/// A fact about a design. Elements are given by the name of a component or a server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ReviewFact {
    /// The rule finds something.
    Finds(RuleName),
    /// The rule finds something at this element.
    FindsAt(RuleName, String),
    /// The rule finds nothing.
    FindsNothing(RuleName),
    /// Requests of this kind work without the element.
    WorksWithout(String, RequestKind),
    /// All or some of the requests of this kind fail without the element.
    FailsWithout(String, RequestKind),
    /// The diagram has this number of elements of a kind.
    Count(DrawnPart, usize),
    /// Both components are on the same server.
    SameServer(ComponentId, ComponentId),
    /// The component is on no server.
    NoServer(ComponentId),
    /// There is a link from the first component to the second.
    Linked(ComponentId, ComponentId),
    /// There is no link from the first component to the second.
    NotLinked(ComponentId, ComponentId),
    /// The hop is readable on a network.
    Readable(ComponentId, ComponentId),
    /// The hop is encrypted, or inside one server.
    Unreadable(ComponentId, ComponentId),
}

impl ReviewFact {
    /// Whether the fact holds on a design with these findings; `None` if the design does not have an element.
    pub fn holds(&self, infra: &Infrastructure, findings: &[DesignFinding]) -> Option<bool> {
        let component = |id: &ComponentId| infra.find(id.as_str()).map(|ix| infra.component(ix));
        let finds = |rule: RuleName| findings.iter().filter(move |finding| finding.rule() == rule.0);
        Some(match self {
            Self::Finds(rule) => finds(*rule).next().is_some(),
            Self::FindsAt(rule, name) => {
                let cause = Cause::of(element(infra, name)?);
                finds(*rule).any(|finding| finding.subject.as_ref() == Some(&cause))
            }
            Self::FindsNothing(rule) => finds(*rule).next().is_none(),
            Self::WorksWithout(name, kind) => verdict(infra, name, *kind)? == Verdict::Works,
            Self::FailsWithout(name, kind) => verdict(infra, name, *kind)? != Verdict::Works,
            Self::Count(part, count) => drawn_parts(&Scenario::from(infra)).get(part).map_or(0, Vec::len) == *count,
            Self::SameServer(a, b) => {
                let server = &component(a)?.server;
                server.is_some() && *server == component(b)?.server
            }
            Self::NoServer(id) => component(id)?.server.is_none(),
            Self::Linked(from, to) => has_link(infra, from, to)?,
            Self::NotLinked(from, to) => !has_link(infra, from, to)?,
            Self::Readable(from, to) => is_readable(infra, from, to)?,
            Self::Unreadable(from, to) => !is_readable(infra, from, to)?,
        })
    }
}

/// The component or server with this name.
pub(super) fn element(infra: &Infrastructure, name: &str) -> Option<Element> {
    if let Some(ix) = infra.find(name) {
        return Some(Element::Component(infra.component(ix).id.clone()));
    }
    let id: ServerId = name.parse().ok()?;
    infra.server(&id).map(|server| Element::Server(server.id.clone()))
}

fn verdict(infra: &Infrastructure, name: &str, kind: RequestKind) -> Option<Verdict> {
    Some(loss_of(infra, Loss::Of(Cause::of(element(infra, name)?))).eventual_verdict(kind))
}

fn has_link(infra: &Infrastructure, from: &ComponentId, to: &ComponentId) -> Option<bool> {
    infra.find(from.as_str()).and(infra.find(to.as_str()))?;
    Some(infra.contains(&Element::Hop(from.clone(), to.clone())))
}

fn is_readable(infra: &Infrastructure, from: &ComponentId, to: &ComponentId) -> Option<bool> {
    has_link(infra, from, to)?
        .then(|| plaintext_hops(infra).iter().any(|hop| hop.from == *from && hop.to == *to && hop.is_exposed()))
}
