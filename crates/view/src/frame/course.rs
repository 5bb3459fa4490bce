//! The course map: lessons with progress, infrastructures, and a running preview of the selected one.

use ratatui::widgets::Widget;

use crate::canvas::Canvas;
use hoplight_app::action::AppAction;
use hoplight_app::activity::ActivityKind;
use hoplight_app::{App, CourseItem, Line, SlowMotion, Tone, home, regions, status};
use hoplight_course::{Mastery, UnitMastery};
use hoplight_curriculum::Demand;
use hoplight_layout::{Area, Fit};
use hoplight_model::text::{columns, wrap};

use super::paint::Painter;

/// Maximum rows of a notice.
const MOST_NOTICE: u16 = 5;

/// Draws the course map.
pub(super) fn draw(app: &App, painter: &mut Painter<'_>) {
    let (list, about, preview) = regions::home(painter.area.width, painter.area.height);
    draw_list(app, painter, list);
    draw_more(app, painter, list);
    draw_about(app, painter, about);
    draw_preview(app, painter, preview);
    if let Some(notice) = &app.notice {
        let width = painter.area.width;
        let lines = wrap(&notice.text, usize::from(width).saturating_sub(2).max(1));
        // The notice covers the top of the list until the next key press.
        for (y, text) in (1..=MOST_NOTICE).zip(lines) {
            painter.clear(0, y, width, 1);
            painter.line(0, y, width, &Line::new(notice.tone, format!(" {text}")));
        }
    }
}

fn draw_list(app: &App, painter: &mut Painter<'_>, area: Area) {
    let rows = app.home.rows();
    let mut heading = None;
    for (line, row) in rows {
        let Some(item) = app.home.items.get(line) else { continue };
        if row >= area.height {
            break;
        }
        let y = area.y + row;
        if heading != Some(home::group(item)) {
            heading = Some(home::group(item));
            // At row 0, the heading is scrolled out of view.
            if row > 0 {
                painter.line(area.x + 1, y - 1, area.width - 2, &Line::new(Tone::Name, home::group(item)));
            }
        }
        let chosen = line == app.home.chosen;
        let pointer = if chosen { painter.theme.glyphs.pointer } else { ' ' };
        let style = painter.theme.focus;
        painter.put(area.x + 1, y, pointer, style);
        let room = area.width - 4;
        let line = status::course_line(app, item, room);
        painter.fit(area.x + 3, y, room, &line);
        let end = area.x + 3 + u16::try_from(line.width()).unwrap_or(u16::MAX).min(room);
        if chosen {
            // One style for the whole row: reversed, each foreground colour would become a background.
            let selected = painter.theme.name.patch(painter.theme.selected);
            painter.restyle(Area::new(area.x + 3, y, end.saturating_sub(area.x + 3), 1), selected);
        }
    }
}

/// Draws an indicator at each end beyond which the list continues.
fn draw_more(app: &App, painter: &mut Painter<'_>, area: Area) {
    let (above, below) = app.home.hidden();
    for (count, arrow, y) in [(above, '↑', area.y), (below, '↓', (area.y + area.height).saturating_sub(1))] {
        if count > 0 {
            let text = format!(" {arrow}{count}");
            let wide = columns(&text);
            painter.line((area.x + area.width).saturating_sub(wide), y, wide, &Line::new(Tone::Accent, text));
        }
    }
}

fn draw_about(app: &App, painter: &mut Painter<'_>, area: Area) {
    let Some(item) = app.home.item() else { return };
    let width = area.width.saturating_sub(3);
    let mut lines = Vec::new();
    match item {
        CourseItem::Lesson(lesson) => {
            lines.push(Line::new(Tone::Name, lesson.title.to_string()));
            lines.extend(wrap(&lesson.summary, width.into()).into_iter().map(|text| Line::new(Tone::Text, text)));
            let (steps, questions) = (lesson.steps.len(), lesson.quiz.len());
            let text = format!("{steps} steps, {questions} questions, about {} minutes", lesson.minutes);
            lines.push(Line::new(Tone::Dim, text));
            // Show the outline if there is no room for the diagram.
            lines.push(Line::default());
            for (number, step) in lesson.steps.iter().enumerate().filter(|_| area.height > 10) {
                lines.push(Line::new(Tone::Dim, format!("{:>2} ", number + 1)).with(Tone::Text, step.title.to_string()));
            }
        }
        CourseItem::Activity(activity) => {
            lines.push(Line::new(Tone::Name, activity.title.clone()));
            for text in &activity.about {
                lines.extend(wrap(text, width.into()).into_iter().map(|text| Line::new(Tone::Text, text)));
            }
            if let ActivityKind::TestOut(unit) = &activity.kind {
                lines.push(Line::default());
                lines.extend(app.home.mastery_of(unit).into_iter().flat_map(mastery_lines));
            }
        }
        CourseItem::Scenario(infra) => {
            lines.push(Line::new(Tone::Name, infra.title().to_owned()));
            lines.extend(wrap(infra.summary(), width.into()).into_iter().map(|text| Line::new(Tone::Text, text)));
            for note in infra.notes() {
                let notes = wrap(note, usize::from(width).saturating_sub(2).max(1));
                for (number, text) in notes.into_iter().enumerate() {
                    let mark = if number == 0 { "· " } else { "  " };
                    lines.push(Line::new(Tone::Dim, format!("{mark}{text}")));
                }
            }
        }
    }
    if lines.len() > usize::from(area.height) {
        // Omit a note entirely if it does not fit.
        let mut kept = usize::from(area.height).saturating_sub(1);
        while kept > 0 && lines[kept].text().starts_with("  ") {
            kept -= 1;
        }
        lines.truncate(kept);
        lines.push(
            Line::new(Tone::Accent, app.keymap.label(AppAction::Enter)).with(Tone::Dim, " opens it; there is more to read"),
        );
    }
    for (y, line) in (area.y..area.y + area.height).zip(&lines) {
        painter.line(area.x + 1, y, width, line);
    }
}

/// What a unit teaches, and how well the learner has shown to know it.
fn mastery_lines(unit: &UnitMastery) -> Vec<Line> {
    let of_demand = |(demand, mastery): &(Demand, Mastery)| {
        let (tone, mark, word) = match mastery {
            Mastery::Untouched => (Tone::Dim, "○", ""),
            Mastery::Learning => (Tone::Accent, "◐", ""),
            Mastery::Known => (Tone::Good, "✓", ""),
            Mastery::Mastered => (Tone::Good, "✓", "  remembered"),
        };
        Line::new(tone, format!("{mark} ")).with(Tone::Text, demand.title()).with(Tone::Dim, word)
    };
    unit.demands.iter().map(of_demand).collect()
}

fn draw_preview(app: &App, painter: &mut Painter<'_>, area: Area) {
    let (Some(timeline), Some(layout)) = (&app.home.preview, &app.home.layout) else { return };
    if layout.fit() != Fit::Whole {
        return;
    }
    let motion = SlowMotion::of(timeline, home::PREVIEW_SPEED);
    let canvas = Canvas { motion: Some(&motion), ..Canvas::new(layout, timeline.simulation(), painter.theme) };
    canvas.render(painter.rect(area), painter.buf);
}
