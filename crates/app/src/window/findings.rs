//! The findings of the drawing, each with its place and what would fix it.

use hoplight_analysis::Severity;

use crate::action::{DesignAction, SelectAction};
use crate::app::App;
use crate::editor::checks::place;
use crate::line::Line;
use crate::tone::Tone;
use crate::window::{WindowRow, search};

/// Returns the findings that match a filter.
pub(super) fn rows(app: &App, filter: &str) -> Vec<WindowRow> {
    let Some(stage) = app.stage() else { return Vec::new() };
    let Some(editor) = &stage.editor else { return Vec::new() };
    let rows = editor.checks.findings().iter().map(|finding| {
        let text = hoplight_text::finding(finding);
        let line = Line::new(tone(finding.severity()), text.message.to_string());
        let action = match place(finding, stage.infra()) {
            Some(element) => SelectAction::Element(element).into(),
            None => DesignAction::Findings.into(),
        };
        let about = format!("{} What would fix it: {}", text.rule.why, text.rule.fix);
        WindowRow {
            line: Line { action: Some(action), ..line },
            right: finding.severity().word().to_owned(),
            about,
            found_by: String::new(),
        }
    });
    search::ranked(rows.collect(), filter)
}

/// The tone of a severity.
pub(crate) const fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Note => Tone::Dim,
    }
}
