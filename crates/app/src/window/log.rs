//! The rows of the event log: what happened and why, and what was asked for and did nothing. The newest is the last. In a
//! comparison, what happened in one design only has its letter.
//!
//! Must not know the notes of single requests: those are the inspector's.

use hoplight_model::Infrastructure;
use hoplight_sim::{Journal, SimTime};

use crate::action::TimeAction;
use crate::app::App;
use crate::events::{Sort, of_both, recall};
use crate::line::Line;
use crate::stage::Stage;
use crate::tone::Tone;
use crate::window::WindowRow;

/// All that happened and holds every word of the filter.
pub(super) fn rows(app: &App, filter: &str) -> Vec<WindowRow> {
    let Some(stage) = app.stage() else { return Vec::new() };
    let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    let holds = |event: &Event| {
        let line = format!("{} {}", event.sort.word(), event.text.to_lowercase());
        words.iter().all(|word| line.contains(word.as_str()))
    };
    let first = events(stage);
    let Some(comparison) = &stage.panels.comparison else {
        return first.into_iter().filter(holds).map(|event| row(event, "")).collect();
    };
    // A request's number and way are the first design's: of the second, only the moment and the thing can be looked at.
    let second = told(comparison.timeline.journal(), comparison.timeline.simulation().infrastructure()).map(|event| {
        let mut event = event;
        if let TimeAction::Recall { request, .. } = &mut event.action {
            *request = None;
        }
        event
    });
    let same = |a: &Event, b: &Event| a.sort == b.sort && a.text == b.text;
    let both = of_both(first, second.collect(), |event| event.at, same).into_iter().filter(|(_, event)| holds(event));
    both.map(|(side, event)| row(event, &side.map_or_else(|| "   ".to_owned(), |side| format!("{side}  ")))).collect()
}

/// Something that happened, or was refused.
struct Event {
    at: SimTime,
    sort: Sort,
    text: String,
    /// What Enter means.
    action: TimeAction,
}

/// Everything that happened to the first design, and what was refused there, oldest first.
fn events(stage: &Stage) -> Vec<Event> {
    let mut events: Vec<Event> = told(stage.session.timeline.journal(), stage.infra()).collect();
    let refused = stage.session.refused();
    events.extend(refused.map(|(at, why)| Event {
        at: *at,
        sort: Sort::Refused,
        text: why.clone(),
        action: TimeAction::Seek(*at),
    }));
    events.sort_by_key(|event| event.at);
    events
}

/// What a journal tells.
fn told<'a>(journal: &'a Journal, infra: &'a Infrastructure) -> impl Iterator<Item = Event> + 'a {
    journal.headlines().map(|headline| Event {
        at: headline.first.at,
        sort: Sort::of(&headline.first),
        text: headline.describe(infra),
        action: recall(&headline.first, infra),
    })
}

/// `side` is the letter of the design that it happened to, with a gap; empty if there is one only.
fn row(event: Event, side: &str) -> WindowRow {
    let Event { at, sort, text, action } = event;
    let tone = match sort {
        Sort::Fault | Sort::Alert => Tone::Bad,
        Sort::Failure | Sort::Refused => Tone::Warn,
        Sort::Restore => Tone::Good,
        Sort::Command | Sort::Reaction => Tone::Accent,
    };
    let line = Line::new(Tone::Name, side).with(tone, format!("{:<9}", sort.word())).with(Tone::Text, text.as_str());
    let about = match sort {
        Sort::Refused => format!("This was asked for and did nothing: {text}."),
        _ => format!("{text}. Enter goes to this moment and looks at what it is about."),
    };
    WindowRow { line: line.doing(action), right: format!("{:.3} s", at.as_secs_f64()), about }
}
