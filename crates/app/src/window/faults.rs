//! The rows of the fault menu.

use crate::action::{Action, SiteAction};
use crate::app::App;
use crate::fault_menu::{FaultGroup, fault_actions};
use crate::line::Line;
use crate::tone::Tone;
use crate::window::{WindowRow, search};
use hoplight_text::Phrase;

/// The description of a fault before it is injected: its symptoms are for the learner to predict.
const PREDICT: &str = "What will users see, and which alert fires? Predict it, then inject the fault: the answer follows.";
/// As above, in a step of a lesson that is about finding out.
const WATCH: &str = "What users, gauges and alerts show is for you to find out: inject it and watch.";

/// Returns all rows, in the order of the menu; with a filter, best first.
pub(super) fn rows(app: &App, filter: &str) -> Vec<WindowRow> {
    let Some(stage) = app.stage() else { return Vec::new() };
    let rows = fault_actions(stage).into_iter().enumerate().map(|(place, deed)| {
        let tone = match deed.group {
            FaultGroup::Repair => Tone::Good,
            FaultGroup::Selected => Tone::Accent,
            FaultGroup::Site => Tone::Dim,
        };
        let about = match (deed.is_predicted(), stage.tells_diagnosis()) {
            (false, _) => deed.about,
            (true, true) => PREDICT.to_owned(),
            (true, false) => WATCH.to_owned(),
        };
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
