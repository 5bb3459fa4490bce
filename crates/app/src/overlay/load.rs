//! Capacity at the current load: utilisation, the bottleneck, and the losses that overload the remaining components.
//!
//! Uses the current load, but computes its distribution as if everything were up.

use hoplight_analysis::capacity::Utilisation;
use hoplight_analysis::{Capacity, Cause, Outage, Overload, Resource};
use hoplight_model::{Element, Infrastructure};
use hoplight_text::{bottleneck, overload, resource, utilisation};

use crate::overlay::answers::LoadAnswers;
use crate::overlay::content::{OverlayContent, OverlayQuery, OverlaySign};
use crate::overlay::words::{count, per_second, percent};
use crate::tone::Tone;

pub(super) fn view(infra: &Infrastructure, answers: &LoadAnswers, asked: &OverlayQuery) -> OverlayContent {
    let mut view = OverlayContent::default();
    let LoadAnswers { load, capacity, losses } = answers;
    let losses = losses.as_deref().unwrap_or_default();
    let loss = chosen(losses, asked);
    let full = capacity.utilisation(*load);
    if let Some(loss) = loss {
        let left = Capacity::of(infra, &Outage::of_causes(infra, [&loss.cause]));
        fill(infra, &mut view, &left, &left.utilisation(*load));
        lose(infra, &mut view, &loss.cause);
        view.say(Tone::Bad, said(loss));
    } else {
        fill(infra, &mut view, capacity, &full);
        let line = line(answers, &full, asked);
        view.say(line.0, line.1);
    }
    if let Some(first) = capacity.mix_saturation() {
        view.remark(Some(OverlaySign::Fill), Tone::Text, bottleneck(&first).to_string(), Some(first.resource.element()));
    }
    for each in losses {
        let tone = if loss == Some(each) { Tone::Bad } else { Tone::Text };
        view.remark(Some(OverlaySign::Taken), tone, overload(each).to_string(), each.cause.element());
    }
    // Omit nearly idle resources.
    for use_ in full.iter().filter(|use_| use_.part() >= 0.005) {
        let about = Some(use_.resource.element());
        view.remark(None, Tone::Dim, utilisation(use_).to_string(), about);
    }
    view
}

/// Returns the loss to show: that of the selected server or link, or the one the user cycled to. `None` means no loss.
fn chosen<'a>(losses: &'a [Overload], asked: &OverlayQuery) -> Option<&'a Overload> {
    let own = match &asked.selected {
        Some(element @ (Element::Server(_) | Element::Hop(..))) => {
            losses.iter().position(|loss| loss.cause.element().as_ref() == Some(element)).map(|place| place + 1)
        }
        _ => None,
    };
    // Index 0 is the site without a loss.
    let place = (own.unwrap_or(0) + asked.choice) % (losses.len() + 1);
    losses.get(place.checked_sub(1)?)
}

/// Describes a loss, longest text first.
fn said(loss: &Overload) -> Vec<String> {
    let mut line = vec![overload(loss).to_string()];
    if let Some(worst) = loss.overloaded.first() {
        let (cause, percent) = (&loss.cause, percent(worst.after));
        line.push(format!(
            "Without {cause}: {} at {percent} instead of {}.",
            resource(&worst.resource),
            self::percent(worst.before)
        ));
        line.push(format!("Without {cause}: {} at {percent}", worst.resource.name()));
    }
    line
}

/// Stamps each component with the utilisation of its scarcest resource.
fn fill(infra: &Infrastructure, view: &mut OverlayContent, capacity: &Capacity, full: &[Utilisation]) {
    let first = capacity.mix_saturation().map(|first| first.resource);
    let mut said = std::collections::BTreeSet::new();
    // Sorted by utilisation, so the scarcest resource of a component wins.
    for use_ in full.iter().filter(|use_| use_.part().is_finite()) {
        let is_first = first.as_ref() == Some(&use_.resource);
        let percent = percent(use_.part());
        let words = if is_first {
            vec![format!("full first: {percent}"), format!("1st {percent}"), percent]
        } else {
            vec![format!("predicted {percent}"), format!("pred {percent}"), percent]
        };
        let tone = if is_first { tone(use_.part()).max(Tone::Warn) } else { tone(use_.part()) };
        let element = match &use_.resource {
            Resource::Places(from, to) | Resource::RateLimit(from, to) => Element::Hop(from.clone(), to.clone()),
            Resource::Slots(_) | Resource::Connections(_) | Resource::Cores(_) => use_.resource.element(),
        };
        // Show the slots of a firewall and the `maxconn` of a link only if they are scarce.
        let ix = use_.resource.component().and_then(|id| infra.find(id.as_str()));
        let wall = ix.is_some_and(|ix| infra.component(ix).kind.is_filter());
        let quiet = wall || matches!(use_.resource, Resource::Places(..) | Resource::RateLimit(..));
        if (!quiet || is_first || tone >= Tone::Warn) && said.insert(element.clone()) {
            view.stamp(element, OverlaySign::Fill, tone, words);
        }
    }
}

/// Stamps the lost element, and everything that fails with it.
fn lose(infra: &Infrastructure, view: &mut OverlayContent, cause: &Cause) {
    let outage = Outage::of_causes(infra, [cause]);
    let mut lost: Vec<Element> = outage.elements().cloned().collect();
    for element in outage.elements() {
        if let Element::Server(id) = element {
            lost.extend(infra.on_server(id).map(|(_, component)| Element::Component(component.id.clone())));
        }
    }
    view.stamps.retain(|stamp| !lost.contains(&stamp.element));
    for element in lost {
        view.stamp(element, OverlaySign::Taken, Tone::Dim, vec!["lost".to_owned()]);
    }
}

/// Returns the status line without a loss.
fn line(answers: &LoadAnswers, full: &[Utilisation], asked: &OverlayQuery) -> (Tone, Vec<String>) {
    let LoadAnswers { load, capacity, losses } = answers;
    let now = per_second(*load);
    if let Some(element @ (Element::Component(_) | Element::Server(_))) = &asked.selected
        && let Some(use_) = full.iter().find(|use_| use_.resource.element() == *element)
    {
        let id = use_.resource.name();
        let full_from = capacity.saturations(None).into_iter().find(|full| full.resource == use_.resource);
        let rest = full_from.map_or_else(String::new, |full| format!("; full at {}", per_second(full.rps.floor())));
        let percent = percent(use_.part());
        let of = match &use_.resource {
            Resource::Slots(_) => count(use_.limit as usize, "slot", "slots"),
            Resource::Connections(_) => count(use_.limit as usize, "connection", "connections"),
            Resource::Places(from, _) => format!("{} of {from}", count(use_.limit as usize, "place", "places")),
            Resource::Cores(_) => count(use_.limit as usize, "core", "cores"),
            Resource::RateLimit(from, _) => format!("rate limit for {from}"),
        };
        return (
            tone(use_.part()),
            vec![format!("{id}: {percent} of its {of} at {now}{rest}."), format!("{id}: {percent} at {now}{rest}")],
        );
    }
    let Some(first) = capacity.mix_saturation() else {
        return (Tone::Dim, vec!["Nothing limits this site, or none of its requests succeeds.".to_owned()]);
    };
    let part = full.iter().find(|use_| use_.resource == first.resource).map_or(0.0, Utilisation::part);
    let (resource, from, percent) = (resource(&first.resource), per_second(first.rps.floor()), percent(part));
    let start = format!("{resource} is full first, at {from}: {percent} at {now}");
    let tone = if losses.as_ref().is_none_or(Vec::is_empty) { tone(part) } else { Tone::Bad };
    let line = match losses.as_deref() {
        None => vec![format!("{start}. The site is too large to try every loss."), start],
        Some([]) => {
            vec![format!("{start}. No single loss overloads the rest."), format!("{start}; no loss overloads the rest"), start]
        }
        Some(losses @ [loss, ..]) => vec![
            format!("{start}. {}", overload(loss)),
            format!("{start}. {} overload the rest.", losses_of(losses.len())),
            format!("{start}; {}", losses_of(losses.len())),
            start,
        ],
    };
    (tone, line)
}

fn losses_of(losses: usize) -> String {
    count(losses, "loss", "losses")
}

/// Returns the tone for a utilisation, as used by the utilisation bars.
fn tone(part: f64) -> Tone {
    if part >= 0.9 {
        Tone::Bad
    } else if part >= 0.7 {
        Tone::Warn
    } else {
        Tone::Good
    }
}
