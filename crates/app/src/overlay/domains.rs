//! Failure domains: servers with everything on them, and the domains named in the design.

use hoplight_analysis::{Cause, Outage, Structure, Verdict};
use hoplight_model::{Element, Infrastructure, RequestKind};

use crate::overlay::content::{OverlayContent, OverlayQuery, OverlaySign};
use crate::overlay::words::{count, fate, listed};
use crate::tone::Tone;

/// A failure domain, with the effects of its failure.
#[derive(Clone, Debug)]
pub(super) struct Domain {
    name: String,
    /// Servers, components and links that fail together.
    elements: Vec<Element>,
    /// The components among them.
    components: Vec<Element>,
    stops: Vec<RequestKind>,
    /// Kinds of which a lasting share fails.
    degrades: Vec<RequestKind>,
    unaffected: Vec<RequestKind>,
}

/// Returns all domains of an infrastructure: servers, then the domains named in the design.
pub(super) fn all(infra: &Infrastructure) -> Vec<Domain> {
    let structure = Structure::of(infra);
    let domains = structure.causes().iter().filter(|cause| matches!(cause, Cause::Server(_) | Cause::Domain(_)));
    domains.map(|cause| domain(infra, &structure, cause)).collect()
}

fn domain(infra: &Infrastructure, structure: &Structure, cause: &Cause) -> Domain {
    let outage = Outage::of_causes(infra, [cause]);
    let mut elements: Vec<Element> = outage.elements().cloned().collect();
    let machines: Vec<Element> = elements.clone();
    for server in machines.iter().filter_map(|element| if let Element::Server(id) = element { Some(id) } else { None }) {
        elements.extend(infra.on_server(server).map(|(_, component)| Element::Component(component.id.clone())));
    }
    elements.sort();
    elements.dedup();
    let drawn = |element: &&Element| matches!(element, Element::Component(_));
    let components = elements.iter().filter(drawn).cloned().collect();
    let usual: Vec<RequestKind> = RequestKind::ALL.into_iter().filter(|kind| structure.works_whole(*kind)).collect();
    let with = |verdict| usual.iter().copied().filter(|kind| structure.effect(cause, *kind) == verdict).collect();
    let [stops, degrades, unaffected] = [Verdict::Stops, Verdict::Degraded, Verdict::Works].map(with);
    Domain { name: cause.to_string(), elements, components, stops, degrades, unaffected }
}

pub(super) fn view(infra: &Infrastructure, domains: &[Domain], asked: &OverlayQuery) -> OverlayContent {
    let mut view = OverlayContent::default();
    let Some(domain) = chosen(infra, domains, asked) else {
        view.say(Tone::Dim, vec!["The design has no servers, so no failure domains are known.".to_owned()]);
        return view;
    };
    let tone = if domain.stops.is_empty() { Tone::Warn } else { Tone::Bad };
    for element in &domain.elements {
        let words = vec![format!("fails with {}", domain.name), "fails too".to_owned(), "fails".to_owned()];
        view.stamp(element.clone(), OverlaySign::Taken, tone, words);
    }
    let names: Vec<String> = domain.components.iter().map(ToString::to_string).collect();
    let (name, fate_of) = (&domain.name, fate(&domain.stops, &domain.degrades, &domain.unaffected));
    let is_harmless = domain.stops.is_empty() && domain.degrades.is_empty();
    let short = if is_harmless { "nothing stops".to_owned() } else { fate(&domain.stops, &domain.degrades, &[]) };
    let (all, many) = (listed(&names), count(names.len(), "component", "components"));
    view.say(
        tone,
        vec![
            format!("{name} takes down {all}: {fate_of}."),
            format!("{name} takes down {many}: {fate_of}."),
            format!("{name} takes down {many}: {short}."),
        ],
    );
    for other in domains {
        let about = other.elements.iter().find(|element| matches!(element, Element::Server(_))).cloned();
        let shown = other.name == domain.name;
        let text = format!(
            "{}, with {}: {}",
            other.name,
            count(other.components.len(), "component", "components"),
            fate(&other.stops, &other.degrades, &other.unaffected)
        );
        view.remark(shown.then_some(OverlaySign::Taken), if shown { tone } else { Tone::Dim }, text, about);
    }
    view
}

/// Returns the domain to show: the smallest that contains the selected element, else the one whose failure stops the most kinds
/// of request and takes down the most components.
fn chosen<'a>(infra: &Infrastructure, domains: &'a [Domain], asked: &OverlayQuery) -> Option<&'a Domain> {
    let weight = |domain: &Domain| (domain.stops.len(), domain.components.len());
    let mut within: Vec<&Domain> = match &asked.selected {
        Some(element) if infra.contains(element) => domains.iter().filter(|domain| domain.elements.contains(element)).collect(),
        _ => Vec::new(),
    };
    if within.is_empty() {
        within = domains.iter().collect();
        within.sort_by_key(|domain| std::cmp::Reverse(weight(domain)));
    } else {
        within.sort_by_key(|domain| domain.elements.len());
    }
    if within.is_empty() { None } else { within.get(asked.choice % within.len()).copied() }
}
