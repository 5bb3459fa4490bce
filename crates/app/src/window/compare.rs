//! The targets of a comparison: the current design's other TLS modes, then all other infrastructures.

use hoplight_model::TlsMode;

use crate::action::ViewAction;
use crate::app::App;
use crate::comparison::target::ComparisonTarget;
use crate::line::Line;
use crate::tone::Tone;
use crate::window::WindowRow;

/// Returns the rows that contain every word of the filter.
pub(super) fn rows(app: &App, filter: &str) -> Vec<WindowRow> {
    let Some(stage) = app.stage() else { return Vec::new() };
    let row = |text: String, right: &str, about: &str, other: ComparisonTarget| WindowRow {
        line: Line::new(Tone::Text, text).doing(ViewAction::CompareWith(other)),
        right: right.to_owned(),
        about: about.to_owned(),
        found_by: String::new(),
    };
    let now = stage.infra().tls().edge;
    let modes = TlsMode::ALL.into_iter().filter(|mode| *mode != now).map(|mode| {
        let text = format!("this design with TLS {}", mode.word());
        row(text, "TLS", hoplight_text::description::tls_mode_effect(mode), ComparisonTarget::Tls(mode))
    });
    let scenarios =
        app.library.scenarios_in_course_order().into_iter().filter(|infra| infra.id() != stage.infra().id()).map(|infra| {
            row(infra.title().to_owned(), "design", infra.summary(), ComparisonTarget::Scenario(infra.id().to_string()))
        });
    let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    let holds = |row: &WindowRow| {
        let text = row.line.text().to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    modes.chain(scenarios).filter(holds).collect()
}
