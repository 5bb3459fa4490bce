//! The rows of the event log: events with their causes, and refused commands, newest last. In a comparison, an event of only
//! one design has that design's letter.
//!
//! Events of single requests are not listed: the detail panel shows them.

use hoplight_model::Infrastructure;
use hoplight_sim::{Journal, SimTime};

use crate::action::TimeAction;
use crate::app::App;
use crate::events::{EventClass, of_both, recall};
use crate::line::Line;
use crate::stage::Stage;
use crate::tone::Tone;
use crate::window::WindowRow;

/// Returns the entries that contain every word of the filter.
pub(super) fn rows(app: &App, filter: &str) -> Vec<WindowRow> {
    let Some(stage) = app.stage() else { return Vec::new() };
    let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    let holds = |event: &LogEntry| {
        let line = format!("{} {}", event.sort.word(), event.text.to_lowercase());
        words.iter().all(|word| line.contains(word.as_str()))
    };
    let first = events(stage);
    let Some(comparison) = &stage.panels.comparison else {
        return first.into_iter().filter(holds).map(|event| row(event, "")).collect();
    };
    // Only requests of the first design can be followed: an entry of the second jumps to its time and element.
    let second = journal_entries(comparison.timeline.journal(), comparison.timeline.simulation().infrastructure()).map(|event| {
        let mut event = event;
        if let TimeAction::Recall { request, .. } = &mut event.action {
            *request = None;
        }
        event
    });
    let same = |a: &LogEntry, b: &LogEntry| a.sort == b.sort && a.text == b.text;
    let both = of_both(first, second.collect(), |event| event.at, same).into_iter().filter(|(_, event)| holds(event));
    both.map(|(side, event)| row(event, &side.map_or_else(|| "   ".to_owned(), |side| format!("{side}  ")))).collect()
}

/// An event, or a refused command.
struct LogEntry {
    at: SimTime,
    sort: EventClass,
    text: String,
    /// The action that Enter runs.
    action: TimeAction,
}

/// Returns the events and refused commands of the first design, oldest first.
fn events(stage: &Stage) -> Vec<LogEntry> {
    let mut events: Vec<LogEntry> = journal_entries(stage.session.timeline.journal(), stage.infra()).collect();
    let refused = stage.session.refused();
    events.extend(refused.map(|(at, why)| LogEntry {
        at: *at,
        sort: EventClass::Refused,
        text: why.to_string(),
        action: TimeAction::Seek(*at),
    }));
    events.sort_by_key(|event| event.at);
    events
}

/// Returns the entries of a journal.
fn journal_entries<'a>(journal: &'a Journal, infra: &'a Infrastructure) -> impl Iterator<Item = LogEntry> + 'a {
    journal.headlines().map(|headline| LogEntry {
        at: headline.first.at,
        sort: EventClass::of(&headline.first),
        text: hoplight_text::headline(headline, infra).to_string(),
        action: recall(&headline.first, infra),
    })
}

/// Formats an entry. `side` is the design's letter and a gap, or empty without a comparison.
fn row(event: LogEntry, side: &str) -> WindowRow {
    let LogEntry { at, sort, text, action } = event;
    let tone = match sort {
        EventClass::Fault | EventClass::Alert => Tone::Bad,
        EventClass::Failure | EventClass::Refused => Tone::Warn,
        EventClass::Restore => Tone::Good,
        EventClass::Command | EventClass::Reaction => Tone::Accent,
    };
    let line = Line::new(Tone::Name, side).with(tone, format!("{:<9}", sort.word())).with(Tone::Text, text.as_str());
    let about = match sort {
        EventClass::Refused => format!("Refused command: {text}."),
        _ => format!("{text}. Enter jumps to this time and selects the element."),
    };
    WindowRow { line: line.doing(action), right: format!("{:.3} s", at.as_secs_f64()), about, found_by: String::new() }
}
