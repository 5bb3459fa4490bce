//! The stage: the canvas with its panels.

use crate::canvas::Canvas;
use hoplight_app::stage_view::pane::Pane;
use hoplight_app::stage_view::{JournalPane, MainView};
use hoplight_app::task::Task;
use hoplight_app::task::practice::PracticeTask;
use hoplight_app::task::review::ReviewTask;
use hoplight_app::{App, Line, SlowMotion, Stage, StageView, Tone};
use hoplight_layout::Area;
use hoplight_lesson::{LessonRun, Pace};
use hoplight_model::Element;
use hoplight_model::text::columns;

use super::monitor;
use super::paint::Painter;
use super::{compare, gauges, timeline};

/// Draws the stage.
pub(super) fn draw(app: &App, view: &StageView<'_>, painter: &mut Painter<'_>) {
    let stage = view.stage;
    let status = Line::joined(view.status.iter().cloned());
    painter.fit(view.status_area.x, view.status_area.y, view.status_area.width, &status);
    let still = app.settings.reduced_motion && stage.slow_motion().is_some();
    let motion = stage.slow_motion().filter(|_| !still);
    let hidden = match (&view.main_view, &stage.panels.comparison) {
        (MainView::Compare(table), Some(comparison)) => {
            compare::draw(stage, comparison, table, painter);
            timeline::draw(stage, view.timeline, painter);
            messages(view, painter);
            return;
        }
        (MainView::Canvas | MainView::Compare(_), _) => canvas(stage, motion.as_ref(), still, painter),
        (MainView::Monitor(rows), _) => {
            monitor::draw(app, view.monitored, view.main, rows, painter);
            0
        }
        (MainView::Page(page), _) => {
            boxed(painter, page, &page.title);
            0
        }
    };
    let remark = match &motion {
        _ if matches!(view.main_view, MainView::Monitor(_) | MainView::Page(_)) => None,
        _ if stage.hidden_drill().is_some() => None,
        // Without load, every request is shown.
        Some(motion) if motion.one_in > 1 && stage.sim().rate() > 0.0 => {
            Some(format!(" 1 request in {} shown, slowed down ", motion.one_in))
        }
        Some(_) => Some(" slowed down ".to_owned()),
        None if still => Some(" reduced motion: rates instead of packets ".to_owned()),
        None => (hidden > 0).then(|| format!(" {hidden} more in flight or in a queue ")),
    };
    if let Some(text) = remark {
        let wide = columns(&text);
        if let Some((x, y)) = free(painter, stage.viewport.regions.canvas, wide) {
            painter.line(x, y, wide, &Line::new(Tone::Dim, text));
        }
    }
    if stage.viewport.regions.gauges.height > 0 {
        gauges::draw(stage, painter);
    }
    timeline::draw(stage, view.timeline, painter);
    journal(&view.journal, painter);
    boxed(painter, &view.panel, &view.panel.title);
    boxed(painter, &view.detail, &view.detail.title);
    messages(view, painter);
}

/// Draws the messages, over the gauges and the end of the panel if a long one needs more rows.
fn messages(view: &StageView<'_>, painter: &mut Painter<'_>) {
    let area = view.message_area;
    painter.clear(area.x, area.y, area.width, area.height);
    for (y, line) in (area.y..area.bottom()).zip(&view.messages) {
        painter.fit(area.x, y, area.width, line);
    }
}

/// Returns where `wide` columns of an area are blank, on the right or left of a row, from the last row up; `None` if the remark
/// would cover a part of the diagram.
fn free(painter: &Painter<'_>, area: Area, wide: u16) -> Option<(u16, u16)> {
    let right = (area.x + area.width).saturating_sub(wide);
    let mut spots = (area.y..area.y + area.height).rev().flat_map(|y| [(right, y), (area.x, y)]);
    spots.find(|(x, y)| (*x..x + wide).all(|x| painter.is_blank(x, *y)))
}

/// Draws the canvas. Returns the number of packets omitted.
fn canvas(stage: &Stage, motion: Option<&SlowMotion>, still: bool, painter: &mut Painter<'_>) -> usize {
    let run = stage.session.lesson.as_ref();
    let focus: Vec<Element> = run.and_then(|run| run.step()).map_or_else(Vec::new, |step| step.focus.clone());
    let task = stage.task.as_ref().and_then(Task::as_review);
    let practice = stage.task.as_ref().and_then(Task::as_practice);
    let review = run
        .and_then(LessonRun::review)
        .cloned()
        .or_else(|| task.and_then(ReviewTask::judged_marks))
        .or_else(|| practice.and_then(PracticeTask::judged_marks).cloned());
    let mut marks: Vec<Element> = run.filter(|_| review.is_none()).map_or_else(Vec::new, |run| run.marks().cloned().collect());
    marks.extend(task.map(ReviewTask::marks).unwrap_or_default());
    marks.extend(practice.map(PracticeTask::marks).unwrap_or_default());
    let canvas = Canvas {
        pan: stage.viewport.pan,
        map: stage.map(),
        selected: stage.session.selected.as_ref(),
        focus: &focus,
        marks: &marks,
        review: review.as_ref(),
        followed: stage.session.playback.followed,
        only_followed: stage.session.playback.pace == Pace::Trace && stage.session.playback.followed.is_some(),
        tapped: stage.session.timeline.tapped(),
        motion,
        still,
        stamps: &stage.panels.overlays.content().stamps,
        scanned: stage.scanned(),
        is_plan: stage.hidden_drill().is_some(),
        hides_ciphers: stage.task.as_ref().is_some_and(Task::asks_for_ciphers),
        ..Canvas::new(&stage.viewport.layout, stage.sim(), painter.theme)
    };
    canvas.draw(painter.rect(stage.viewport.regions.canvas), painter.buf).hidden
}

/// Draws a pane's lines under a titled rule, with a left border if the pane is beside the canvas.
pub(super) fn boxed(painter: &mut Painter<'_>, pane: &Pane, title: &Line) {
    let area = pane.area;
    if area.height == 0 {
        return;
    }
    painter.clear(area.x, area.y, area.width, area.height);
    painter.rule(area.x, area.y, area.width, title, &pane.remark);
    if pane.bordered {
        let (border, style) = (painter.theme.glyphs.border, painter.theme.border);
        painter.put(area.x, area.y, border.of(0b0111), style);
        for y in area.y + 1..area.y + area.height {
            painter.put(area.x, y, border.vertical, style);
        }
    }
    let left = area.x + if pane.bordered { 2 } else { 1 };
    for (y, line) in (area.y + 1..area.y + area.height).zip(pane.shown()) {
        let room = (area.x + area.width).saturating_sub(left);
        painter.fit(left, y, room, line);
    }
    if let Some(left) = pane.hidden_below() {
        let more = if left > 0 { format!(" {left} more, PgDn ") } else { " the end, PgUp ".to_owned() };
        let wide = columns(&more);
        let y = area.y + area.height - 1;
        let tone = if left > 0 { Tone::Accent } else { Tone::Dim };
        painter.line((area.x + area.width).saturating_sub(wide), y, wide, &Line::new(tone, more));
    }
}

/// Draws the journal, or the messages captured on the tapped hop, newest last.
fn journal(pane: &JournalPane, painter: &mut Painter<'_>) {
    let area = pane.area;
    let mut rows = area.y..area.y + area.height;
    if let Some((title, remark)) = &pane.title {
        if area.height < 2 {
            return;
        }
        painter.rule(area.x, area.y, area.width, title, remark);
        rows.start += 1;
    }
    for (y, line) in rows.zip(&pane.lines) {
        painter.fit(area.x, y, area.width, line);
    }
}
