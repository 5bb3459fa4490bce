//! What the infrastructure on the stage can be compared with: its other TLS modes, then every other infrastructure.
//!
//! Must not compare anything.

use crate::comparison::Other;
use crate::line::{Line, Tone};
use crate::{Action, App};
use hoplight_model::TlsMode;

use super::Row;

/// The rows that hold every word of the filter.
pub(super) fn rows(app: &App, filter: &str) -> Vec<Row> {
    let Some(stage) = app.stage() else { return Vec::new() };
    let row = |text: String, right: &str, about: &str, other: Other| Row {
        line: Line { action: Some(Action::CompareWith(other)), ..Line::new(Tone::Text, text) },
        right: right.to_owned(),
        about: about.to_owned(),
    };
    let now = stage.infra().tls().edge;
    let modes = TlsMode::ALL.into_iter().filter(|mode| *mode != now).map(|mode| {
        let text = format!("this design with TLS {}", mode.word());
        row(text, "TLS", mode.meaning(), Other::Tls(mode))
    });
    let scenarios = app
        .library
        .scenarios()
        .filter(|infra| infra.id() != stage.infra().id())
        .map(|infra| row(infra.title().to_owned(), "design", infra.summary(), Other::Scenario(infra.id().to_string())));
    let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    let holds = |row: &Row| {
        let text = row.line.text().to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    modes.chain(scenarios).filter(holds).collect()
}
