//! The timeline of the debriefing: what happened beside what could be seen and what the learner did.

use hoplight_drill::{DebriefEntry, Side, wording};
use hoplight_model::text::{padded, wrap};

use super::DrillTask;
use crate::line::{Line, Page};
use crate::tone::Tone;

/// Columns of the time.
const TIME: usize = 8;

impl DrillTask {
    /// Returns what to look at to find the cause, and what ends the harm.
    pub(crate) fn advice_lines(&self, width: u16) -> Vec<Line> {
        let mut page = Page::new(width);
        if let Some(debrief) = self.debrief() {
            debrief.look_at.iter().for_each(|text| page.item(Tone::Accent, "· ", Tone::Text, text, None));
            for command in &debrief.solution {
                page.item(Tone::Good, "remedy ", Tone::Text, &wording::order(command).to_sentence(), None);
            }
        }
        page.lines()
    }

    /// Returns the lines of the timeline. Times count from the injection.
    pub(crate) fn timeline_lines(&self, width: u16) -> Vec<Line> {
        let mut page = Page::new(width);
        let Some(debrief) = self.debrief() else { return page.lines() };
        if !debrief.timeline.iter().any(|entry| entry.event.side() == Side::Truth) {
            page.text(Tone::Dim, "Nothing had broken yet when the drill ended.");
        }
        let column = (usize::from(width).saturating_sub(TIME + 2) / 2).max(1);
        let head = format!("{:TIME$}{}  ", "", padded("what happened", column));
        page.line(Line::new(Tone::Name, head).with(Tone::Name, "what you could see, and did"));
        for entry in &debrief.timeline {
            entry_lines(entry, debrief.onset.as_secs_f64(), column, &mut page);
        }
        page.lines()
    }
}

/// Writes an entry into its column.
fn entry_lines(entry: &DebriefEntry, onset: f64, column: usize, page: &mut Page) {
    let text = entry.event.phrase().to_string();
    let (tone, is_left) = match entry.event.side() {
        Side::Truth => (Tone::Bad, true),
        Side::Visible => (Tone::Text, false),
        Side::Yours => (Tone::Accent, false),
    };
    let since = entry.at.as_secs_f64() - onset;
    let time = padded(&format!("{since:>+5.0} s "), TIME);
    for (row, part) in wrap(&text, column).into_iter().enumerate() {
        let lead = if row == 0 { time.clone() } else { " ".repeat(TIME) };
        let gap = if is_left { String::new() } else { " ".repeat(column + 2) };
        page.line(Line::new(Tone::Dim, lead).with(Tone::Dim, gap).with(tone, part));
    }
}
