//! What the documentation of the site says about the selected element. It depends on the design alone.

use hoplight_model::{ComponentIx, Element, Infrastructure, LinkIx};

use super::DrillTask;
use crate::action::SelectAction;
use crate::keymap::Keymap;
use crate::line::{Line, Page};
use crate::stage::Stage;
use crate::tone::Tone;

impl DrillTask {
    /// Returns the title of the selected element's pane.
    pub(crate) fn selected_title(stage: &Stage) -> String {
        stage.session.selected.as_ref().map_or_else(|| "Plan: nothing selected".to_owned(), |element| format!("Plan: {element}"))
    }

    /// Returns the lines about the selected element.
    pub(crate) fn selected_lines(stage: &Stage, keymap: &Keymap, width: u16) -> Vec<Line> {
        let (infra, mut page) = (stage.infra(), Page::new(width));
        let tap = keymap.label(SelectAction::Wiretap);
        match &stage.session.selected {
            None => page.text(Tone::Dim, "Select a box or a link on the plan. The plan shows the design, not its state."),
            Some(Element::Component(id)) => {
                if let Some(ix) = infra.find(id.as_str()) {
                    component(infra, ix, &mut page);
                }
            }
            Some(Element::Server(id)) => {
                for (_, component) in infra.on_server(id) {
                    let text = format!("{}: {}", component.id, component.kind.word());
                    let action = SelectAction::Element(Element::Component(component.id.clone())).into();
                    page.item(Tone::Dim, "runs ", Tone::Text, &text, Some(&action));
                }
            }
            Some(Element::Hop(from, to)) => {
                if let Some(link) = infra.link_between(from.as_str(), to.as_str()) {
                    let protocol = infra.link(link).protocol.word();
                    page.item(Tone::Dim, "carries ", Tone::Text, &format!("{protocol} to port {}", infra.port(link)), None);
                }
                let tapped = stage.session.wiretap().is_some_and(|tapped| tapped == &(from.clone(), to.clone()));
                let what = if tapped { "removes the wiretap" } else { "taps this hop: its messages are on the page of probes" };
                page.item(Tone::Accent, &format!("{tap} "), Tone::Text, what, Some(&SelectAction::Wiretap.into()));
            }
        }
        page.lines()
    }
}

fn component(infra: &Infrastructure, ix: ComponentIx, page: &mut Page) {
    let component = infra.component(ix);
    page.text(Tone::Text, hoplight_text::description::component_role(&component.kind));
    if let Some(server) = &component.server {
        let action = SelectAction::Element(Element::Server(server.clone())).into();
        page.item(Tone::Dim, "on ", Tone::Text, server.as_str(), Some(&action));
    }
    let ends = |link: LinkIx| infra.ends(link);
    let name = |ix: ComponentIx| infra.component(ix).id.as_str();
    for (link, _) in infra.links().filter(|(link, _)| ends(*link).0 == ix || ends(*link).1 == ix) {
        let (from, to) = ends(link);
        let mark = if from == ix { "→ " } else { "← " };
        let other = if from == ix { to } else { from };
        let text = format!("{}: {}", name(other), infra.link(link).protocol.word());
        page.item(Tone::Dim, mark, Tone::Text, &text, Some(&SelectAction::Element(infra.hop_element(link)).into()));
    }
}
