//! The palette: all actions listed in the help, all elements on the stage, and all lessons and infrastructures.
//!
//! Actions that are currently unavailable are listed too; when run, they report why.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use hoplight_model::Element;

use crate::action::{Action, CourseAction, SelectAction, WindowAction};
use crate::app::App;
use crate::home::CourseItem;
use crate::line::Line;
use crate::status;
use crate::tone::Tone;
use crate::window::WindowRow;
use crate::window::kind::WindowKind;

/// Returns the matching rows, best first; without a filter, in the order of the help.
pub(super) fn rows(app: &App, filter: &str) -> Vec<WindowRow> {
    ranked(all(app), filter)
}

/// Returns the rows that match a filter, best first; without a filter, all rows in their original order.
pub(super) fn ranked(rows: Vec<WindowRow>, filter: &str) -> Vec<WindowRow> {
    if filter.trim().is_empty() {
        return rows;
    }
    let pattern = Pattern::parse(filter, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut scored: Vec<(u32, WindowRow)> = rows
        .into_iter()
        .filter_map(|row| {
            let text = row.line.text();
            pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher).map(|score| (score, row))
        })
        .collect();
    // The sort is stable: rows with equal scores keep their order.
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, row)| row).collect()
}

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
            let text = format!("select {element}");
            rows.push(row(Tone::Text, &text, SelectAction::Element(element.clone()), what(element), String::new()));
        }
    }
    for (line, item) in app.home.items.iter().enumerate() {
        let (text, about) = match item {
            CourseItem::Lesson(lesson) => (format!("lesson: {}", lesson.title), lesson.summary.to_string()),
            CourseItem::Scenario(infra) => (format!("infrastructure: {}", infra.title()), infra.summary().to_owned()),
        };
        rows.push(row(Tone::Text, &text, CourseAction::Open(line), &about, String::new()));
    }
    rows
}

fn row(tone: Tone, text: &str, action: impl Into<Action>, about: &str, right: String) -> WindowRow {
    WindowRow { line: Line::new(tone, text).doing(action), right, about: about.to_owned() }
}

const fn what(element: &Element) -> &'static str {
    match element {
        Element::Component(_) => "A component on the stage.",
        Element::Server(_) => "A server on the stage.",
        Element::Hop(..) => "A hop between two components.",
    }
}
