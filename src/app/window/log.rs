//! The rows of the event log: what happened and why, and what was asked for and did nothing. The newest is the last.
//!
//! Must not know the notes of single requests: those are the inspector's.

use crate::app::events::Sort;
use crate::app::line::{Line, Tone};
use crate::app::{Action, App, Stage};
use crate::sim::SimTime;

use super::Row;

/// All that happened and holds every word of the filter.
pub(super) fn rows(app: &App, filter: &str) -> Vec<Row> {
    let Some(stage) = app.stage() else { return Vec::new() };
    let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    let mut events = events(stage);
    events.retain(|(_, sort, text)| {
        let line = format!("{} {}", sort.word(), text.to_lowercase());
        words.iter().all(|word| line.contains(word.as_str()))
    });
    events.into_iter().map(|(at, sort, text)| row(at, sort, &text)).collect()
}

/// Everything, oldest first.
fn events(stage: &Stage) -> Vec<(SimTime, Sort, String)> {
    let infra = stage.infra();
    let headlines = stage.timeline.journal().headlines();
    let mut events: Vec<(SimTime, Sort, String)> =
        headlines.map(|headline| (headline.first.at, Sort::of(&headline.first), headline.describe(infra))).collect();
    let now = stage.sim().now();
    let refused = stage.refused.iter().filter(|(at, _)| *at <= now);
    events.extend(refused.map(|(at, why)| (*at, Sort::Refused, why.clone())));
    events.sort_by_key(|(at, ..)| *at);
    events
}

fn row(at: SimTime, sort: Sort, text: &str) -> Row {
    let tone = match sort {
        Sort::Fault | Sort::Alert => Tone::Bad,
        Sort::Failure | Sort::Refused => Tone::Warn,
        Sort::Restore => Tone::Good,
        Sort::Command | Sort::Reaction => Tone::Accent,
    };
    let line = Line::new(tone, format!("{:<9}", sort.word())).with(Tone::Text, text);
    let about = match sort {
        Sort::Refused => format!("This was asked for and did nothing: {text}."),
        _ => format!("{text}. Enter goes to this moment."),
    };
    Row { line: Line { action: Some(Action::Seek(at)), ..line }, right: format!("{:.3} s", at.as_secs_f64()), about }
}
