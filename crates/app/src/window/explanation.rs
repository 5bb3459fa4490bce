//! The typed explanation of an exam: the question, and the text so far in whole lines.

use hoplight_model::text;

use crate::action::ExamAction;
use crate::app::App;
use crate::line::Line;
use crate::tone::Tone;
use crate::window::{WindowAreas, WindowRow};

/// Returns the lines of the text. The last one is selected, so the end of a long text is visible.
pub(super) fn rows(app: &App, typed: &str) -> Vec<WindowRow> {
    let Some(item) = app.exam().and_then(|exam| exam.item()) else { return Vec::new() };
    if typed.trim().is_empty() {
        return Vec::new();
    }
    let (columns, rows) = app.size();
    let width = WindowAreas::of(columns, rows, super::kind::WindowKind::Explanation).list.width.saturating_sub(4);
    let line = |words: String| WindowRow {
        line: Line::new(Tone::Text, words).doing(ExamAction::HandInText),
        right: String::new(),
        about: item.prompt.to_string(),
        found_by: String::new(),
    };
    text::wrap(typed, usize::from(width.max(1))).into_iter().map(|words| line(words.clone())).collect()
}
