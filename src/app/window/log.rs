//! The rows of the event log: what happened and why, and what was asked for and did nothing. The newest is the last.
//!
//! Must not know the notes of single requests: those are the inspector's.

use crate::app::events::{Sort, recall};
use crate::app::line::{Line, Tone};
use crate::app::{Action, App, Stage};
use crate::sim::SimTime;

use super::Row;

/// All that happened and holds every word of the filter.
pub(super) fn rows(app: &App, filter: &str) -> Vec<Row> {
    let Some(stage) = app.stage() else { return Vec::new() };
    let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    let mut events = events(stage);
    events.retain(|event| {
        let line = format!("{} {}", event.sort.word(), event.text.to_lowercase());
        words.iter().all(|word| line.contains(word.as_str()))
    });
    events.into_iter().map(row).collect()
}

/// Something that happened, or was refused.
struct Event {
    at: SimTime,
    sort: Sort,
    text: String,
    /// What Enter means.
    action: Action,
}

/// Everything, oldest first.
fn events(stage: &Stage) -> Vec<Event> {
    let infra = stage.infra();
    let headlines = stage.timeline.journal().headlines();
    let mut events: Vec<Event> = headlines
        .map(|headline| Event {
            at: headline.first.at,
            sort: Sort::of(&headline.first),
            text: headline.describe(infra),
            action: recall(&headline.first, infra),
        })
        .collect();
    let now = stage.sim().now();
    let refused = stage.refused.iter().filter(|(at, _)| *at <= now);
    events.extend(refused.map(|(at, why)| Event { at: *at, sort: Sort::Refused, text: why.clone(), action: Action::Seek(*at) }));
    events.sort_by_key(|event| event.at);
    events
}

fn row(event: Event) -> Row {
    let Event { at, sort, text, action } = event;
    let tone = match sort {
        Sort::Fault | Sort::Alert => Tone::Bad,
        Sort::Failure | Sort::Refused => Tone::Warn,
        Sort::Restore => Tone::Good,
        Sort::Command | Sort::Reaction => Tone::Accent,
    };
    let line = Line::new(tone, format!("{:<9}", sort.word())).with(Tone::Text, text.as_str());
    let about = match sort {
        Sort::Refused => format!("This was asked for and did nothing: {text}."),
        _ => format!("{text}. Enter goes to this moment and looks at what it is about."),
    };
    Row { line: Line { action: Some(action), ..line }, right: format!("{:.3} s", at.as_secs_f64()), about }
}
