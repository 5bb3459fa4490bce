//! What is wrong with what is selected, before all else that its panel says.
//!
//! Whoever has broken something sees here that it is still broken: its figures alone may look as if nothing were. Must not
//! know how it came about.

use hoplight_model::behaviour::RequestPart;
use hoplight_model::{Element, Infrastructure, Protocol};
use hoplight_sim::Fault;

use crate::line::Page;
use crate::notice::sentence;
use crate::stage::Stage;
use crate::tone::Tone;

/// The faults of an element, and of the server that it is on.
pub(super) fn write(page: &mut Page, stage: &Stage, element: &Element) {
    let infra = stage.infra();
    for fault in stage.sim().faults().iter().filter(|fault| concerns(fault, infra, element)) {
        page.item(Tone::Bad, "✗ ", Tone::Bad, &sentence(infra, &fault.sentence()), None);
    }
}

fn concerns(fault: &Fault, infra: &Infrastructure, element: &Element) -> bool {
    let component = match element {
        Element::Component(id) => infra.find(id.as_str()).map(|ix| (ix, infra.component(ix))),
        _ => None,
    };
    let Some(about) = fault.element() else {
        // The whole site is asked for at its name, and flooded at its entry.
        return component.is_some_and(|(ix, component)| match fault {
            Fault::Record(_) => matches!(component.kind.facts().part, RequestPart::User | RequestPart::Lookup),
            Fault::Flood(_) => infra.links().any(|(link, of)| {
                let (from, to) = infra.ends(link);
                to == ix && of.protocol == Protocol::Http && infra.component(from).kind.is_browser()
            }),
            _ => false,
        });
    };
    let server = component.and_then(|(_, component)| component.server.clone()).map(Element::Server);
    about == *element || Some(about) == server
}
