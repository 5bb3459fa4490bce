//! The status line and the header of an incident drill, which say nothing that an operator does not know.

use crate::action::{DrillAction, TimeAction};
use crate::line::Line;
use crate::stage::Stage;
use crate::task::drill::page::DrillPage;
use crate::tone::Tone;

/// Returns the tabs of the pages, during a drill and beside the timeline of its debriefing.
pub(super) fn tabs(stage: &Stage) -> Option<Vec<Line>> {
    let drill = stage.drill()?;
    if !drill.is_hidden() {
        return (!drill.shows_truth()).then(|| {
            vec![
                Line::new(Tone::Dim, " pages ").with(Tone::Accent, "[1 ").with(Tone::Name, "timeline").with(Tone::Accent, "]"),
                Line::new(Tone::Dim, " 2 the run with its truth ").doing(DrillAction::Truth(true)),
            ]
        });
    }
    let tabs = DrillPage::ALL.into_iter().zip(1..).map(|(page, number)| {
        let is_shown = drill.page() == page;
        let (key, word) = if is_shown { (Tone::Accent, Tone::Name) } else { (Tone::Dim, Tone::Dim) };
        let (open, close) = if is_shown { ("[", "]") } else { (" ", " ") };
        let line = Line::new(key, format!("{open}{number} ")).with(word, page.word()).with(key, close);
        line.doing(DrillAction::Page(page))
    });
    Some(std::iter::once(Line::new(Tone::Dim, " pages ")).chain(tabs).collect())
}

/// Returns the two sides of the header, while the truth is hidden: alerts that fire take precedence over the title.
pub(super) fn header(stage: &Stage, name: Line, width: u16) -> Option<(Vec<Line>, Vec<Line>)> {
    let drill = stage.hidden_drill()?;
    let playback = &stage.session.playback;
    let (tone, state) = if playback.paused { (Tone::Warn, "‖ paused") } else { (Tone::Good, "▶") };
    let right = vec![
        Line::new(tone, state).doing(TimeAction::Pause),
        Line::new(Tone::Text, format!(" {}", playback.speed_label())).doing(TimeAction::Faster),
        Line::new(Tone::Dim, format!("  t={:.0} s ", drill.run().now().as_secs_f64())),
    ];
    let title = Line::new(Tone::Name, format!(" {}", drill.run().drill().title));
    let site = Line::new(Tone::Dim, format!("  {}", stage.infra().title()));
    let alert = drill.firing().into_iter().next();
    let Some((tone, text)) = alert else { return Some((vec![name, title, site], right)) };
    let alert = Line::new(tone, format!("  {text}")).doing(DrillAction::Page(DrillPage::Monitoring));
    let fits = [&name, &title, &alert].into_iter().chain(&right).map(Line::width).sum::<usize>() < usize::from(width);
    Some((if fits { vec![name, title, alert] } else { vec![name, alert] }, right))
}
