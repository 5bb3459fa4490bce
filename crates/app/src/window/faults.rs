//! The rows of the fault menu.

use crate::action::{Action, SiteAction};
use crate::app::App;
use crate::fault_menu::{FaultGroup, fault_actions};
use crate::line::Line;
use crate::tone::Tone;
use crate::window::{WindowRow, search};
use hoplight_text::Phrase;

/// The description of a fault in a lesson: what follows is for the learner to find out.
const HIDDEN: &str = "What users, gauges and alerts show is for you to find out: inject it and watch.";

/// Returns all rows, in the order of the menu; with a filter, best first.
pub(super) fn rows(app: &App, filter: &str) -> Vec<WindowRow> {
    let Some(stage) = app.stage() else { return Vec::new() };
    let rows = fault_actions(stage).into_iter().enumerate().map(|(place, deed)| {
        let tone = match deed.group {
            FaultGroup::Repair => Tone::Good,
            FaultGroup::Selected => Tone::Accent,
            FaultGroup::Site => Tone::Dim,
        };
        let about = if stage.hides_diagnosis() && deed.group != FaultGroup::Repair { HIDDEN.to_owned() } else { deed.about };
        let line = Line::new(tone, format!("{}  ", deed.group.word())).with(Tone::Text, deed.title.to_string());
        WindowRow { line: line.doing(SiteAction::Fault(place)), right: String::new(), about, found_by: String::new() }
    });
    search::ranked(rows.collect(), filter)
}

/// Returns why a row would have no effect now, or `None` if it would have one.
pub(super) fn refusal(app: &App, row: &WindowRow) -> Option<Phrase> {
    let Some(Action::Site(SiteAction::Fault(place))) = row.line.action else { return None };
    let stage = app.stage()?;
    fault_actions(stage).get(place)?.refusal(stage)
}
