//! The palette: all actions listed in the help, all elements on the stage, and all lessons and infrastructures.
//!
//! Actions that are currently unavailable are listed too; when run, they report why.

use hoplight_model::{Element, Infrastructure};

use crate::action::{Action, AppAction, CourseAction, SelectAction, WindowAction};
use crate::app::App;
use crate::home::CourseItem;
use crate::line::Line;
use crate::status;
use crate::tone::Tone;
use crate::window::kind::WindowKind;
use crate::window::{WindowRow, search};

/// Returns the matching rows, best first; without a filter, in the order of the help.
pub(super) fn rows(app: &App, filter: &str) -> Vec<WindowRow> {
    let typed = filter.trim().to_lowercase();
    if QUIT.contains(&typed.as_str()) {
        let mut rows = vec![quit()];
        rows.extend(search::ranked(all(app), filter));
        return rows;
    }
    let mut rows = all(app);
    rows.push(quit());
    search::ranked(rows, filter)
}

/// What fingers type to quit.
const QUIT: [&str; 7] = ["q", "q!", "qa", "quit", "wq", "x", "exit"];

fn all(app: &App) -> Vec<WindowRow> {
    let mut rows: Vec<WindowRow> = app
        .keymap
        .at(app.key_context())
        .filter(|binding| !binding.help.is_empty() && binding.action != WindowAction::Open(WindowKind::Palette).into())
        .map(|binding| {
            let possible = status::works(app, &binding.action);
            // The list may truncate the text; the description has all of it.
            let possibly = if possible { "" } else { ": not available now" };
            let name = binding.action.name().map_or_else(String::new, |name| format!(" Name in config.ron: {name}."));
            let about = format!("{}{possibly}.{name}", binding.help);
            let key = binding.keys.first().map(ToString::to_string).unwrap_or_default();
            row(if possible { Tone::Text } else { Tone::Dim }, binding.help, binding.action.clone(), &about, key)
        })
        .collect();
    if let Some(stage) = app.stage() {
        // Components and servers come before hops.
        let (hops, things): (Vec<_>, Vec<_>) =
            stage.viewport.layout.order().iter().partition(|it| matches!(it, Element::Hop(..)));
        for element in things.into_iter().chain(hops) {
            let text = format!("select {element}{}", called(stage.infra(), element));
            rows.push(row(Tone::Text, &text, SelectAction::Element(element.clone()), what(element), String::new()));
        }
    }
    for (line, item) in app.home.items.iter().enumerate() {
        let (text, about, id) = match item {
            CourseItem::Lesson(lesson) => {
                (format!("lesson: {}", lesson.title), lesson.summary.to_string(), lesson.id.to_string())
            }
            CourseItem::Activity(activity) => {
                (format!("{}: {}", activity.unit.to_lowercase(), activity.title), activity.about.join(" "), activity.id.clone())
            }
            CourseItem::Scenario(infra) => {
                (format!("infrastructure: {}", infra.title()), infra.summary().to_owned(), infra.id().to_string())
            }
        };
        let row = row(Tone::Text, &text, CourseAction::Open(line), &about, String::new());
        rows.push(WindowRow { found_by: id, ..row });
    }
    rows
}

fn quit() -> WindowRow {
    let row = row(Tone::Text, "Quit hoplight", AppAction::Quit, "Progress is saved. Ctrl-C quits too.", String::new());
    WindowRow { found_by: QUIT.join(" "), ..row }
}

/// Returns the label and the kind of an element, if they differ from its name.
fn called(infra: &Infrastructure, element: &Element) -> String {
    let (label, kind) = match element {
        Element::Component(id) => match infra.find(id.as_str()).map(|ix| infra.component(ix)) {
            Some(component) => (component.label(), component.kind.word()),
            None => ("", ""),
        },
        Element::Server(id) => (infra.server(id).and_then(|server| server.label.as_deref()).unwrap_or_default(), ""),
        Element::Hop(..) => ("", ""),
    };
    let name = element.to_string();
    let differs = |word: &&str| !word.is_empty() && *word != name;
    let words: Vec<&str> = [label, kind].into_iter().filter(differs).collect();
    match &words[..] {
        [] => String::new(),
        [one] => format!(" ({one})"),
        [label, kind, ..] if label.eq_ignore_ascii_case(kind) => format!(" ({label})"),
        several => format!(" ({})", several.join(", ")),
    }
}

fn row(tone: Tone, text: &str, action: impl Into<Action>, about: &str, right: String) -> WindowRow {
    WindowRow { line: Line::new(tone, text).doing(action), right, about: about.to_owned(), found_by: String::new() }
}

const fn what(element: &Element) -> &'static str {
    match element {
        Element::Component(_) => "A component on the stage.",
        Element::Server(_) => "A server on the stage.",
        Element::Hop(..) => "A hop between two components.",
    }
}
