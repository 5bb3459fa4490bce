//! The agents' gauges: the last delivered sample of each agent, with its age.
//!
//! The gauge of a silent agent keeps its last value and is marked as stale, because missing data does not mean zero.
//! Gauges never read a station directly.

use hoplight_app::task::Task;
use hoplight_app::{Line, Stage, Tone, gauges, monitor};
use hoplight_lesson::Readout;
use hoplight_model::text::padded;
use hoplight_sim::AgentView;

use super::paint::Painter;

/// Draws the gauges: all in one line, or one line each.
pub(super) fn draw(stage: &Stage, painter: &mut Painter<'_>) {
    if stage.hides(Readout::Agents) {
        return;
    }
    let area = stage.viewport.regions.gauges;
    let agents = stage.sim().agents();
    if agents.is_empty() {
        // In an exam, this would be a hint.
        if !stage.task.as_ref().is_some_and(Task::hides_answers) {
            painter.line(area.x, area.y, area.width, &Line::new(Tone::Dim, " no monitoring agent: faults go unnoticed"));
        }
        return;
    }
    let scale = scale(&agents);
    let places = gauges::places(stage);
    let left = agents.len().saturating_sub(places.len());
    if stage.viewport.regions.wide {
        let rule = match monitor::outage(stage) {
            Some(outage) => Line::new(Tone::Bad, outage),
            None => Line::new(Tone::Name, "monitoring").with(Tone::Dim, ": what the agents delivered"),
        };
        let more = if left > 0 { format!("{left} more on the monitoring screen") } else { String::new() };
        painter.rule(area.x, area.y - 1, area.width, &rule, &more);
    } else if left > 0 {
        let x = (area.x + area.width).saturating_sub(gauges::MORE);
        painter.line(x, area.y, gauges::MORE, &Line::new(Tone::Dim, format!(" {left} more")));
    }
    for (place, agent) in places.into_iter().zip(&agents) {
        if stage.viewport.regions.wide {
            row(stage, painter, agent, place.y, scale);
        } else {
            cell(stage, painter, agent, place.x, place.width, place.y, scale);
        }
    }
}

/// Returns the rate of a full bar: the next round number above all delivered rates.
pub(super) fn scale(agents: &[AgentView<'_>]) -> f64 {
    let delivered =
        |agent: &AgentView<'_>| agent.history.iter().map(|rate| f64::from(*rate)).chain(agent.qps).fold(1.0, f64::max);
    let most = agents.iter().map(delivered).fold(1.0, f64::max);
    let power = 10f64.powf(most.log10().floor());
    [1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0].into_iter().map(|factor| factor * power).find(|round| *round >= most).unwrap_or(most)
}

fn name(stage: &Stage, agent: &AgentView<'_>) -> (String, String) {
    let infra = stage.infra();
    let subject = agent.subject.map_or_else(|| "nothing".into(), |subject| infra.component(subject).id.to_string());
    (infra.component(agent.agent).id.to_string(), subject)
}

/// Returns the last value, or the reason why there is none.
fn value(agent: &AgentView<'_>) -> (Tone, String) {
    match (agent.qps, agent.stale) {
        (None, _) => (Tone::Dim, "no data".into()),
        (Some(qps), true) => (Tone::Bad, format!("{qps:.0}/s STALE")),
        (Some(qps), false) => (Tone::Text, format!("{qps:.0}/s")),
    }
}

fn age(agent: &AgentView<'_>) -> String {
    agent.age_s.map_or_else(String::new, |age| if age < 100.0 { format!("{age:.1}s") } else { format!("{age:.0}s") })
}

/// Draws a bar of `width` cells, in eighths of a cell.
pub(super) fn bar(painter: &mut Painter<'_>, x: u16, y: u16, width: u16, part: f64, stale: bool) {
    // NaN draws an empty bar.
    let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
    let [full, empty] = painter.theme.glyphs.bar;
    let filled = part * f64::from(width);
    let style = if stale { painter.theme.dim } else { painter.theme.good };
    for cell in 0..width {
        let is_full = f64::from(cell) + 0.5 <= filled;
        painter.put(x + cell, y, if is_full { full } else { empty }, if is_full { style } else { painter.theme.dim });
    }
}

/// Draws a gauge that shares its line with others.
fn cell(stage: &Stage, painter: &mut Painter<'_>, agent: &AgentView<'_>, x: u16, width: u16, y: u16, scale: f64) {
    let (short, _) = name(stage, agent);
    let (tone, value) = value(agent);
    let end = painter.line(x + 1, y, width, &Line::new(Tone::Dim, format!("{short} ")));
    let tail = Line::new(tone, format!(" {value}")).with(Tone::Dim, format!(" {}", age(agent)));
    let room = (x + width).saturating_sub(end).saturating_sub(u16::try_from(tail.width()).unwrap_or(u16::MAX)).saturating_sub(1);
    bar(painter, end, y, room.min(12), agent.qps.unwrap_or(0.0) / scale, agent.stale);
    painter.line(end + room.min(12), y, (x + width).saturating_sub(end + room.min(12)), &tail);
}

/// Draws a gauge on its own line.
fn row(stage: &Stage, painter: &mut Painter<'_>, agent: &AgentView<'_>, y: u16, scale: f64) {
    let (short, subject) = name(stage, agent);
    let columns = stage.viewport.regions.gauges.width;
    painter.line(1, y, 24, &Line::new(Tone::Name, padded(&short, 9)).with(Tone::Dim, padded(&subject, 10)));
    let width = (columns / 5).clamp(16, 40);
    bar(painter, 21, y, width, agent.qps.unwrap_or(0.0) / scale, agent.stale);
    let mut x = 22 + width;
    let (tone, value) = value(agent);
    painter.line(x, y, 14, &Line::new(tone, format!("{value:<13}")));
    x += 14;
    let busiest = agent.components.iter().max_by(|a, b| a.utilisation.total_cmp(&b.utilisation));
    if let Some(row) = busiest {
        let id = &stage.infra().component(row.component).id;
        let text = format!("busiest {id} {:.0} %", row.utilisation * 100.0);
        painter.line(x, y, 22, &Line::new(Tone::Dim, text));
    }
    x += 23;
    let seen = match agent.age_s {
        Some(_) => format!("{} ago", age(agent)),
        None => "none so far".into(),
    };
    painter.line(x, y, 11, &Line::new(if agent.stale { Tone::Bad } else { Tone::Dim }, seen));
    x += 11;
    history(painter, agent, x, y, columns.saturating_sub(x + 1), scale);
}

/// Draws the last delivered rates, the newest on the right.
fn history(painter: &mut Painter<'_>, agent: &AgentView<'_>, x: u16, y: u16, width: u16, scale: f64) {
    let ramp = painter.theme.glyphs.ramp;
    let style = if agent.stale { painter.theme.dim } else { painter.theme.good };
    let skip = agent.history.len().saturating_sub(usize::from(width));
    for (column, value) in (x..).zip(agent.history.iter().skip(skip)) {
        let part = (f64::from(*value) / scale).clamp(0.0, 1.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 7")]
        let level = (part * (ramp.len() - 1) as f64).round() as usize;
        painter.put(column, y, ramp.get(level).copied().unwrap_or(' '), style);
    }
}
