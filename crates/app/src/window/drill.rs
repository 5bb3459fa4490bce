//! The windows of an incident drill: probes, causes and remedies. What they list depends on the design alone.

use hoplight_drill::{ProbeTarget, wording};
use hoplight_model::Element;

use crate::action::DrillAction;
use crate::app::App;
use crate::line::Line;
use crate::stage::Stage;
use crate::task::drill::DrillTask;
use crate::tone::Tone;
use crate::window::{WindowRow, search};

fn drill(app: &App) -> Option<&DrillTask> {
    app.stage().and_then(Stage::hidden_drill)
}

/// The element selected on the plan: what is about it comes first.
fn selected(app: &App) -> Option<&Element> {
    app.stage().and_then(|stage| stage.session.selected.as_ref())
}

fn row(tone: Tone, text: String, action: DrillAction, about: &str) -> WindowRow {
    WindowRow { line: Line::new(tone, text).doing(action), about: about.to_owned(), ..WindowRow::default() }
}

/// Returns the probes that match a filter.
pub(super) fn probes(app: &App, filter: &str) -> Vec<WindowRow> {
    let Some(drill) = drill(app) else { return Vec::new() };
    let rows = drill.probes().iter().enumerate().map(|(at, target)| {
        let about = match target {
            ProbeTarget::Site(_) => "A request of a new visitor: DNS, connection, TLS and response, as `curl -v` reports them.",
            ProbeTarget::Hop(..) => "Opens a connection as the client of this hop does, and reports the next response on it.",
        };
        let is_selected = match (target, selected(app)) {
            (ProbeTarget::Hop(from, to), Some(Element::Hop(a, b))) => (from, to) == (a, b),
            (ProbeTarget::Site(_) | ProbeTarget::Hop(..), _) => false,
        };
        (!is_selected, row(Tone::Text, target.phrase().to_string(), DrillAction::Probe(at), about))
    });
    let mut rows: Vec<(bool, WindowRow)> = rows.collect();
    rows.sort_by_key(|(is_other, _)| *is_other);
    search::ranked(rows.into_iter().map(|(_, row)| row).collect(), filter)
}

/// Returns the causes that match a filter.
pub(super) fn suspects(app: &App, filter: &str) -> Vec<WindowRow> {
    let Some(drill) = drill(app) else { return Vec::new() };
    let about = "A wrong cause costs five points. The list has everything that can break in this design.";
    let rows = drill
        .suspects()
        .iter()
        .enumerate()
        .map(|(at, cause)| row(Tone::Text, cause.phrase().to_string(), DrillAction::Diagnose(at), about));
    let is_other = |at: usize| {
        drill.suspects().get(at).is_none_or(|cause| cause.element.is_none() || cause.element.as_ref() != selected(app))
    };
    let mut rows: Vec<(bool, WindowRow)> = rows.enumerate().map(|(at, row)| (is_other(at), row)).collect();
    rows.sort_by_key(|(is_other, _)| *is_other);
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    search::ranked(rows, filter)
}

/// Returns the remedies that match a filter: first those against the cause that was named last.
pub(super) fn remedies(app: &App, filter: &str) -> Vec<WindowRow> {
    let Some(drill) = drill(app) else { return Vec::new() };
    let about =
        "Whether it helps shows within half a minute. A remedy that is refused, changes nothing or hurts costs five points.";
    let mut rows: Vec<((bool, bool), WindowRow)> = Vec::new();
    for (at, order) in drill.orders().iter().enumerate() {
        let is_usual = drill.is_for_diagnosis(order);
        let text = wording::order(order).to_string();
        let tone = if is_usual { Tone::Name } else { Tone::Text };
        let right = if is_usual { "for your diagnosis" } else { "" };
        let row = WindowRow { right: right.to_owned(), ..row(tone, text, DrillAction::Remedy(at), about) };
        let element = order.element();
        let is_selected = element.is_some() && element.as_ref() == selected(app);
        rows.push(((!is_usual, !is_selected), row));
    }
    rows.sort_by_key(|(rank, _)| *rank);
    search::ranked(rows.into_iter().map(|(_, row)| row).collect(), filter)
}
