//! The findings to choose from in a design review. After submitting, each with what holds.

use hoplight_exam::review::JudgedMark;

use crate::action::ReviewAction;
use crate::app::App;
use crate::line::Line;
use crate::task::Task;
use crate::task::review::{mark_sign, mark_tone};
use crate::tone::Tone;
use crate::window::{WindowRow, search};

/// Returns the findings that match a filter.
pub(super) fn rows(app: &App, filter: &str) -> Vec<WindowRow> {
    let task = app.stage().and_then(|stage| stage.task.as_ref());
    let Some(review) = task.and_then(Task::as_review) else { return Vec::new() };
    let run = review.run();
    let rows = run.truth().options().iter().enumerate().map(|(place, option)| {
        let text = hoplight_text::rule(option.rule);
        let action = ReviewAction::ToggleFinding(option.rule);
        let judged = run.result().and_then(|result| result.findings.get(place));
        let (sign, tone, right, about) = match judged {
            None if run.rules().contains(&option.rule) => ("☑ ", Tone::Accent, "applies", text.why.to_owned()),
            None => ("☐ ", Tone::Text, "", text.why.to_owned()),
            Some(judged) => (mark_sign(judged.mark), mark_tone(judged.mark), mark_word(judged.mark), judged.why.clone()),
        };
        WindowRow {
            line: Line::new(tone, sign).with(Tone::Text, text.title).doing(action),
            right: right.to_owned(),
            about,
            found_by: option.rule.id().to_owned(),
        }
    });
    search::ranked(rows.collect(), filter)
}

const fn mark_word(mark: JudgedMark) -> &'static str {
    match mark {
        JudgedMark::Hit => "found",
        JudgedMark::Miss => "missed",
        JudgedMark::False => "does not apply",
        JudgedMark::Rest => "",
    }
}
