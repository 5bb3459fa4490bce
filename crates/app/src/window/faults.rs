//! The rows of the fault menu. Must not do anything.

use crate::fault_menu::{Group, fault_actions};
use crate::line::{Line, Tone};
use crate::{Action, App};

use super::{Row, palette};

/// All that can be done, in the order of the menu; with a filter, the best first.
pub(super) fn rows(app: &App, filter: &str) -> Vec<Row> {
    let Some(stage) = app.stage() else { return Vec::new() };
    let rows = fault_actions(stage).into_iter().enumerate().map(|(place, deed)| {
        let tone = match deed.group {
            Group::Heal => Tone::Good,
            Group::Selected => Tone::Accent,
            Group::Site => Tone::Dim,
        };
        let text = if deed.is_empty() { Tone::Dim } else { Tone::Text };
        let line = Line::new(tone, format!("{}  ", deed.group.word())).with(text, deed.title);
        Row { line: Line { action: Some(Action::FaultAction(place)), ..line }, right: String::new(), about: deed.about }
    });
    palette::ranked(rows.collect(), filter)
}

/// Why a row would do nothing now.
pub(super) fn refusal(app: &App, row: &Row) -> Option<String> {
    let Some(Action::FaultAction(place)) = row.line.action else { return None };
    let stage = app.stage()?;
    fault_actions(stage).get(place)?.refusal(stage)
}
