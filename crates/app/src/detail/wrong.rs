//! The active faults of the selected element, at the top of its detail panel.
//!
//! An active fault must be visible even if the numbers look healthy.

use hoplight_model::behaviour::RequestPart;
use hoplight_model::{Element, Infrastructure, Protocol};
use hoplight_sim::Fault;

use crate::line::Page;
use crate::stage::Stage;
use crate::tone::Tone;

/// Writes the active faults of an element and of its server.
pub(super) fn write(page: &mut Page, stage: &Stage, element: &Element) {
    let infra = stage.infra();
    for fault in stage.sim().faults().iter().filter(|fault| concerns(fault, infra, element)) {
        page.item(Tone::Bad, "✗ ", Tone::Bad, &hoplight_text::fault(fault).to_sentence(), None);
    }
}

fn concerns(fault: &Fault, infra: &Infrastructure, element: &Element) -> bool {
    let component = match element {
        Element::Component(id) => infra.find(id.as_str()).map(|ix| (ix, infra.component(ix))),
        _ => None,
    };
    let Some(about) = fault.element() else {
        // Site-wide faults: DNS faults concern users and resolvers, floods and attackers concern the entry of the site.
        return component.is_some_and(|(ix, component)| match fault {
            Fault::Record(_) => matches!(component.kind.facts().part, RequestPart::User | RequestPart::Lookup),
            Fault::Flood(_) | Fault::Abuse(..) => infra.links().any(|(link, of)| {
                let (from, to) = infra.ends(link);
                to == ix && of.protocol == Protocol::Http && infra.component(from).kind.is_browser()
            }),
            Fault::Hang(_)
            | Fault::Slow(..)
            | Fault::Misconfigured(_)
            | Fault::Flaw(_)
            | Fault::Compromised(_)
            | Fault::Expired(_)
            | Fault::DiskFull(_)
            | Fault::ReplicationStopped(_)
            | Fault::Leak { .. }
            | Fault::VrrpKilled(_)
            | Fault::VrrpStopped(_)
            | Fault::CpuHog(..)
            | Fault::Sniffer(..) => unreachable!("this fault has an element"),
        });
    };
    let server = component.and_then(|(_, component)| component.server.clone()).map(Element::Server);
    about == *element || Some(about) == server
}
