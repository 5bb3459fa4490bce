//! The settings of the selected element, and the window in which a value is typed.

use crate::action::DesignAction;
use crate::app::App;
use crate::editor::form::{self, Field, FieldId};
use crate::line::Line;
use crate::tone::Tone;
use crate::window::{WindowRow, search};

/// Returns the settings whose names match a filter.
pub(super) fn rows(app: &App, filter: &str) -> Vec<WindowRow> {
    search::ranked(fields(app).iter().map(row).collect(), filter)
}

fn fields(app: &App) -> Vec<Field> {
    let Some(stage) = app.stage() else { return Vec::new() };
    form::fields(stage.session.draft().scenario(), stage.session.selected.as_ref())
}

fn row(field: &Field) -> WindowRow {
    let value = match field.summary.as_deref().unwrap_or(&field.value) {
        "" => "–",
        value => value,
    };
    let about = match &field.choices[..] {
        [] => field.help.to_owned(),
        choices => {
            let named: Vec<&str> = choices.iter().map(|choice| if choice.is_empty() { "none" } else { choice }).collect();
            format!("{} Values: {}.", field.help, named.join(", "))
        }
    };
    WindowRow {
        line: Line::new(Tone::Text, field.name.as_str()).doing(DesignAction::Change(field.id)),
        right: value.to_owned(),
        about,
        found_by: String::new(),
    }
}

/// Returns the only row of the window for a value: it sets the typed value, or says why it is refused.
pub(super) fn value(app: &App, field: FieldId, typed: &str) -> Vec<WindowRow> {
    let Some(stage) = app.stage() else { return Vec::new() };
    let draft = stage.session.draft();
    let selected = stage.session.selected.as_ref();
    let Some(known) = form::fields(draft.scenario(), selected).into_iter().find(|known| known.id == field) else {
        return Vec::new();
    };
    let line = Line::new(Tone::Text, known.name.as_str());
    let (line, about) = match form::set(draft.scenario(), selected, field, typed) {
        Ok(_) => (line.doing(DesignAction::Set(field, typed.to_owned())), known.help.to_owned()),
        Err(why) => (line, format!("Not possible: {why}. {}", known.help)),
    };
    vec![WindowRow { line, right: known.value, about, found_by: String::new() }]
}
