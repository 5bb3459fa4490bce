//! The components that a flaw in one software version takes down: the selected component's version, otherwise the
//! version that stops the most kinds of request.

use hoplight_analysis::SharedFlaw;
use hoplight_model::{ComponentId, Element, Infrastructure, RequestKind};

use crate::overlay::content::{OverlayContent, OverlayQuery, OverlaySign};
use crate::overlay::words::{kinds, listed};
use crate::tone::Tone;

pub(super) fn view(infra: &Infrastructure, flaws: &[SharedFlaw], asked: &OverlayQuery) -> OverlayContent {
    let mut view = OverlayContent::default();
    let Some(flaw) = chosen(flaws, asked) else {
        view.say(Tone::Dim, vec!["No component names its software, so no shared flaws are known.".to_owned()]);
        return view;
    };
    let software = &flaw.software;
    let tone = tone(flaw);
    for id in &flaw.components {
        let version = vec![software.to_string(), format!("v{}", &*software.version), software.name.to_string()];
        view.stamp(Element::Component(id.clone()), OverlaySign::Alike, tone, version);
    }
    let kin = infra.components().filter_map(|(_, component)| {
        let other = component.software.as_ref().filter(|other| flaw.relatives.contains(other))?;
        Some((component.id.clone(), other.to_string(), format!("v{}", &*other.version)))
    });
    for (id, name, version) in kin {
        view.stamp(Element::Component(id), OverlaySign::Kin, Tone::Warn, vec![name, version]);
    }
    let names: Vec<&str> = flaw.components.iter().map(ComponentId::as_str).collect();
    let places = if names.len() == 1 { "in one place".to_owned() } else { format!("in {} places", names.len()) };
    let stops =
        if flaw.stops.is_empty() { "a flaw stops nothing".to_owned() } else { format!("a flaw stops {}", kinds(&flaw.stops)) };
    let brief = if flaw.stops.len() == RequestKind::ALL.len() { "a flaw stops every request" } else { &stops };
    let defeats = if flaw.defeats_redundancy.is_empty() { "" } else { ", although no single failure would" };
    view.say(
        tone,
        vec![
            format!("{software} runs on {}: {stops}{defeats}.", listed(&names)),
            format!("{software} runs on {}: {stops}.", listed(&names)),
            format!("{software} runs on {}: {brief}.", listed(&names)),
            format!("{software} runs {places}: {stops}."),
        ],
    );
    view.remark(Some(OverlaySign::Alike), tone, hoplight_text::shared_flaw(flaw).to_string(), None);
    for other in flaws.iter().filter(|other| *other != flaw) {
        let about = other.components.first().cloned().map(Element::Component);
        let names: Vec<&str> = other.components.iter().map(ComponentId::as_str).collect();
        let stop = if other.stops.is_empty() { "nothing stops".to_owned() } else { format!("{} stop", kinds(&other.stops)) };
        view.remark(None, Tone::Dim, format!("{}, on {}: {stop}", other.software, listed(&names)), about);
    }
    view
}

/// Returns the flaw to show: the selected component's, otherwise the flaw that stops the most kinds of request and,
/// among equals, affects the most components.
fn chosen<'a>(flaws: &'a [SharedFlaw], asked: &OverlayQuery) -> Option<&'a SharedFlaw> {
    let own = match &asked.selected {
        Some(Element::Component(id)) => flaws.iter().position(|flaw| flaw.components.contains(id)),
        _ => None,
    };
    let weight = |flaw: &SharedFlaw| (flaw.stops.len(), flaw.components.len());
    let first = own.or_else(|| {
        let heaviest = flaws.iter().map(weight).max()?;
        flaws.iter().position(|flaw| weight(flaw) == heaviest)
    })?;
    flaws.get((first + asked.choice) % flaws.len())
}

fn tone(flaw: &SharedFlaw) -> Tone {
    if !flaw.stops.is_empty() {
        Tone::Bad
    } else if flaw.is_shared() {
        Tone::Warn
    } else {
        Tone::Good
    }
}
