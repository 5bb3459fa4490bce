//! Single points of failure of a kind of request.
//!
//! The count covers components and servers, as everywhere on the screen; links, and causes not shown on the diagram, are
//! counted separately.

use hoplight_analysis::{Cause, Obstacle, Spof};
use hoplight_model::Infrastructure;
use hoplight_text::{missing, single_point};

use crate::overlay::answers::Points;
use crate::overlay::content::{OverlayContent, OverlayQuery, OverlaySign};
use crate::overlay::words::{count, plural};
use crate::tone::Tone;

pub(super) fn view(infra: &Infrastructure, points: &Points, asked: &OverlayQuery) -> OverlayContent {
    let mut view = OverlayContent::default();
    let kind = asked.kind;
    let (name, word) = (plural(kind), kind.word());
    let points = match &points[kind.index()] {
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
            view.stamp(element, OverlaySign::Alone, Tone::Bad, stops.into());
        }
        let tone = if point.cause.is_part() { Tone::Text } else { Tone::Dim };
        view.remark(Some(OverlaySign::Alone), tone, single_point(point, &[kind]).to_string(), element);
    }
    let selected = asked.selected.as_ref();
    if let Some(point) = points.iter().find(|point| selected.is_some() && point.cause.element().as_ref() == selected) {
        view.say(
            Tone::Bad,
            vec![single_point(point, &[kind]).to_string(), without(point), format!("Without {point}, no {word} request works.")],
        );
        return view;
    }
    let parts = points.iter().filter(|point| point.cause.is_part()).count();
    let links = points.iter().filter(|point| matches!(point.cause, Cause::Hop(..))).count();
    let undrawn = points.len() - parts - links;
    let found = format!("{name}: {} (!)", count(parts, "single point", "single points"));
    let whole = format!("{found}, {}, {undrawn} not drawn", count(links, "link", "links"));
    let tone = if parts > 0 { Tone::Bad } else { Tone::Good };
    // Browsers and monitoring are not part of the service.
    let is_cause = |element: &&_| Cause::all(infra).iter().any(|cause| cause.element().as_ref() == Some(*element));
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
    let programs = points.iter().filter(|point| matches!(point.cause, Cause::Component(_)));
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
