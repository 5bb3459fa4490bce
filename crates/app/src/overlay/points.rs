//! Single points of failure of a kind of request.
//!
//! The count covers components and servers of the site, as everywhere on the screen; links, and causes not shown on the
//! diagram, are counted separately. The users' resolver is listed, but not counted.

use hoplight_analysis::{Cause, Obstacle, Spof};
use hoplight_model::{Element, Infrastructure};
use hoplight_text::{missing, single_point};

use crate::overlay::answers::{Points, SinglePoints};
use crate::overlay::content::{OverlayContent, OverlayQuery, OverlaySign};
use crate::overlay::words::{count, percent, plural};
use crate::tone::Tone;

pub(super) fn view(infra: &Infrastructure, points: &Points, asked: &OverlayQuery) -> OverlayContent {
    let mut view = OverlayContent::default();
    let kind = asked.kind;
    let (name, word) = (plural(kind), kind.word());
    let SinglePoints { stops: points, degrades } = match &points[kind.index()] {
        Ok(points) => points,
        Err(broken) => {
            let (missing, broken) = (missing(broken.missing), hoplight_text::broken(broken));
            view.say(
                Tone::Bad,
                vec![format!("No {word} request works: {broken}."), format!("No {word} request works: {missing}.")],
            );
            return view;
        }
    };
    for point in points {
        let element = point.cause.element();
        if let Some(element) = element.clone() {
            let stops = [format!("alone stops {name}"), format!("stops {name}"), format!("no {name}"), "alone".to_owned()];
            view.stamp(element, OverlaySign::Alone, Tone::Warn, stops.into());
        }
        let tone = if point.is_part_of_site(infra) { Tone::Text } else { Tone::Dim };
        view.remark(Some(OverlaySign::Alone), tone, single_point(point, &[kind]).to_string(), element);
    }
    for (cause, share) in degrades {
        let text = format!("Without {cause}, {} of {name} fail.", percent(*share));
        view.remark(None, Tone::Dim, text, cause.element());
    }
    let selected = asked.selected.as_ref();
    if let Some(point) = points.iter().find(|point| selected.is_some() && point.cause.element().as_ref() == selected) {
        view.say(
            Tone::Warn,
            vec![single_point(point, &[kind]).to_string(), without(point), format!("Without {point}, no {word} request works.")],
        );
        return view;
    }
    // The users' resolver is not part of the site.
    let of_site = points.iter().filter(|point| !point.cause.is_users_resolver(infra));
    let parts = of_site.clone().filter(|point| point.cause.is_part()).count();
    let links = of_site.clone().filter(|point| matches!(point.cause, Cause::Hop(..))).count();
    let undrawn = of_site.count() - parts - links;
    let found = format!("{name}: {} (!)", count(parts, "single point", "single points"));
    let whole = format!("{found}, {}, {undrawn} not drawn", count(links, "link", "links"));
    let tone = if parts > 0 { Tone::Warn } else { Tone::Good };
    // Browsers and monitoring are not part of the service.
    let is_cause = |element: &&_| Cause::all(infra).iter().any(|cause| cause.element().as_ref() == Some(*element));
    let degrading = |element: &Element| degrades.iter().find(|(cause, _)| cause.element().as_ref() == Some(element));
    if let Some((cause, share)) = selected.and_then(degrading) {
        let fails = format!("Without {cause}, {} of {name} fail in the long run", percent(*share));
        view.say(Tone::Warn, vec![format!("{whole}. {fails}."), format!("{found}. {fails}."), format!("{fails}."), found]);
        return view;
    }
    if let Some(element) = selected.filter(is_cause) {
        view.say(
            tone,
            vec![
                format!("{whole}. Without {element}, {name} still work."),
                format!("{found}. Without {element}, {name} still work."),
                found,
            ],
        );
        return view;
    }
    // Prefer the deepest loss, where the site looks healthy but stores nothing, and a component that is itself the obstacle.
    let itself = |point: &Spof| point.broken.obstacles.iter().eq(point.cause.element().map(Obstacle::Out).iter());
    let programs =
        points.iter().filter(|point| matches!(point.cause, Cause::Component(_)) && !point.cause.is_users_resolver(infra));
    let example = programs.max_by_key(|point| (point.broken.missing, itself(point)));
    let mut line = Vec::new();
    if let Some(point) = example {
        line.extend([format!("{whole}. {}", without(point)), format!("{name}: {parts} (!). {}", without(point))]);
    }
    line.extend([whole, found]);
    view.say(tone, line);
    view
}

/// Describes the effect of losing a single point of failure.
fn without(point: &Spof) -> String {
    format!("Without {point}, {}.", missing(point.broken.missing))
}
