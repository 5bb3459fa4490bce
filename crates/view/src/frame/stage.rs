//! The stage: the canvas with its panels.
//!
//! Must not know where keys lead.

use ratatui::layout::Rect;

use crate::canvas::Canvas;
use hoplight_app::mouse::{detail_lines, main_area, panel_area, panel_lines, shows_lesson, status_area};
use hoplight_app::{App, Line, Stage, Tone, View, detail, journal, panel, status, tap};
use hoplight_layout::Area;
use hoplight_lesson::Pace;
use hoplight_model::Element;

use super::monitor;
use super::paint::Painter;
use super::{compare, gauges, timeline};

/// Draws the stage.
pub(super) fn draw(app: &App, stage: &Stage, painter: &mut Painter<'_>) {
    let regions = &stage.regions;
    if let Some(comparison) = stage.comparison.as_ref().filter(|_| stage.view == View::Compare) {
        compare::draw(stage, comparison, painter);
        timeline::draw(stage, comparison.places.timeline, painter);
        let line = status_area(app);
        painter.fit(line.x, line.y, line.width, &status::status(app, stage));
        return;
    }
    let hidden = match stage.view {
        View::Canvas | View::Compare => canvas(stage, painter),
        View::Monitor => {
            monitor::draw(app, stage, main_area(app), painter);
            0
        }
    };
    if hidden > 0 {
        let text = format!(" {hidden} more on their way or waiting ");
        let wide = u16::try_from(text.len()).unwrap_or(u16::MAX);
        let (x, y) = (regions.canvas.x, regions.canvas.y + regions.canvas.height.saturating_sub(1));
        painter.line(x + regions.canvas.width.saturating_sub(wide), y, wide, &Line::new(Tone::Dim, text));
    }
    gauges::draw(stage, painter);
    painter.fit(0, regions.status.y, regions.status.width, &status::status(app, stage));
    timeline::draw(stage, regions.timeline, painter);
    if stage.wiretap.is_some() {
        wiretap(stage, painter);
    } else {
        journal(stage, painter);
    }
    draw_panel(app, stage, painter);
    if regions.detail.height > 0 {
        let area = regions.detail;
        boxed(painter, area, &Line::new(Tone::Name, detail::title(stage)), "", &detail_lines(app), stage.detail_scroll, true);
    }
}

/// Draws the canvas and returns how many packets it leaves out.
fn canvas(stage: &Stage, painter: &mut Painter<'_>) -> usize {
    let area = stage.regions.canvas;
    let cells = Rect { x: painter.area.x + area.x, y: painter.area.y + area.y, width: area.width, height: area.height };
    let run = stage.lesson.as_ref();
    let focus: Vec<Element> = run.and_then(|run| run.step()).map_or_else(Vec::new, |step| step.focus.clone());
    let marks: Vec<Element> = run.map_or_else(Vec::new, |run| run.marks().cloned().collect());
    let canvas = Canvas {
        pan: stage.pan,
        map: stage.map(),
        selected: stage.selected.as_ref(),
        focus: &focus,
        marks: &marks,
        followed: stage.playback.followed,
        only_followed: stage.playback.pace == Pace::Trace && stage.playback.followed.is_some(),
        tapped: stage.timeline.tapped(),
        stamps: &stage.overlays.view().stamps,
        ..Canvas::new(&stage.layout, stage.sim(), painter.theme)
    };
    canvas.draw(cells.intersection(painter.area), painter.buf).hidden
}

fn draw_panel(app: &App, stage: &Stage, painter: &mut Painter<'_>) {
    let area = panel_area(app);
    let lines = panel_lines(app);
    let (title, right) = match (&stage.lesson, shows_lesson(app)) {
        (Some(run), true) => panel::title(run),
        _ => (detail::title(stage), String::new()),
    };
    boxed(painter, area, &Line::new(Tone::Name, title), &right, &lines, stage.scroll, stage.regions.wide);
}

/// Lines under a rule with a title; beside the canvas, with a border at the left.
pub(super) fn boxed(painter: &mut Painter<'_>, area: Area, title: &Line, right: &str, lines: &[Line], scroll: u16, beside: bool) {
    if area.height == 0 {
        return;
    }
    painter.clear(area.x, area.y, area.width, area.height);
    painter.rule(area.x, area.y, area.width, title, right);
    if beside {
        let (border, style) = (painter.theme.glyphs.border, painter.theme.border);
        painter.put(area.x, area.y, border.of(0b0111), style);
        for y in area.y + 1..area.y + area.height {
            painter.put(area.x, y, border.vertical, style);
        }
    }
    // Where not all have room, the last row says how many are left.
    let room = hoplight_app::scroll::room(area.height, lines.len());
    let scroll = usize::from(scroll).min(lines.len().saturating_sub(room));
    let left = area.x + if beside { 2 } else { 1 };
    for (y, line) in (area.y + 1..area.y + area.height).zip(lines.iter().skip(scroll).take(room)) {
        let room = (area.x + area.width).saturating_sub(left);
        painter.fit(left, y, room, line);
    }
    if room < lines.len() {
        let left = lines.len() - scroll - room;
        let more = if left > 0 { format!(" {left} more, PgDn ") } else { " the end, PgUp ".to_owned() };
        let wide = u16::try_from(more.len()).unwrap_or(u16::MAX);
        let y = area.y + area.height - 1;
        let tone = if left > 0 { Tone::Accent } else { Tone::Dim };
        painter.line((area.x + area.width).saturating_sub(wide), y, wide, &Line::new(tone, more));
    }
}

/// What was heard on the tapped hop, in the journal's place.
fn wiretap(stage: &Stage, painter: &mut Painter<'_>) {
    let area = stage.regions.journal;
    let Some(title) = tap::title(stage).filter(|_| area.height > 1) else { return };
    let tone = if stage.wiretap_saw_secret() { Tone::Secret } else { Tone::Name };
    painter.rule(area.x, area.y, area.width, &Line::new(tone, title), &tap::remark(stage));
    for (y, line) in (area.y + 1..area.y + area.height).zip(tap::lines(stage, usize::from(area.height - 1))) {
        painter.fit(area.x, y, area.width, &line);
    }
}

/// What happened that is worth a line, the newest last.
fn journal(stage: &Stage, painter: &mut Painter<'_>) {
    let area = stage.regions.journal;
    for (y, line) in (area.y..area.y + area.height).zip(journal::lines(stage, usize::from(area.height))) {
        painter.fit(area.x, y, area.width, &line);
    }
}
