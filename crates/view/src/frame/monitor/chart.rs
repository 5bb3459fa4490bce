//! Charts of delivered samples over time, in eighths of a cell.
//!
//! Each column is one sampling interval. Zero is drawn as the lowest block and a missing sample as a dot, because
//! missing data does not mean zero. (ratatui's `Sparkline` has no alert levels and panics outside the buffer.)

use crate::frame::paint::Painter;
use hoplight_app::monitor::{level, metrics, name, thresholds};
use hoplight_app::{Line, Tone};
use hoplight_layout::Area;
use hoplight_model::text::columns;
use hoplight_model::{Bound, ComponentIx, Metric};
use hoplight_sim::{AgentView, SimTime};

use super::MonitorScreen;

/// Minimum size of a chart in columns and rows, including its title.
const LEAST: (u16, u16) = (40, 4);
/// Columns between two charts.
const GAP: u16 = 2;
/// An alert level is drawn if it is at most this many times the highest sample.
const IN_SIGHT: f64 = 2.5;

/// Returns the newest delivered value of each of `width` intervals up to now, oldest first. The next sample may still
/// be in flight, so the newest one counts as current for up to two intervals.
pub(super) fn slots(
    samples: impl DoubleEndedIterator<Item = (SimTime, Option<f64>)>,
    (now, interval_s): (SimTime, f64),
    width: u16,
) -> Vec<Option<f64>> {
    let mut slots = vec![None; usize::from(width)];
    let mut end = None;
    for (taken, value) in samples.rev() {
        let end = *end.get_or_insert(if now.since(taken).as_secs_f64() < 2.0 * interval_s { taken } else { now });
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the age of a sample in intervals")]
        let back = (end.since(taken).as_secs_f64() / interval_s.max(1e-3)).round() as usize;
        if let Some(slot) = slots.len().checked_sub(back.saturating_add(1)).and_then(|at| slots.get_mut(at)) {
            *slot = slot.or(value);
        }
    }
    slots
}

/// Returns the next round number above `value`.
fn nice(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 1.0;
    }
    let power = 10f64.powf(value.log10().floor());
    [1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0].into_iter().map(|factor| factor * power).find(|round| *round >= value).unwrap_or(value)
}

/// Draws the rate of a component over time in one row.
pub(super) fn spark(
    screen: &MonitorScreen<'_>,
    (agent, component): (&AgentView<'_>, ComponentIx),
    (x, y, width): (u16, u16, u16),
    painter: &mut Painter<'_>,
) {
    let sim = screen.stage.sim();
    let values =
        slots(sim.samples(component).map(|(taken, sample)| (*taken, Some(sample.qps))), (sim.now(), agent.interval_s), width);
    let top = nice(values.iter().flatten().copied().fold(0.0, f64::max));
    let style = if agent.stale { painter.theme.dim } else { painter.theme.good };
    blocks(painter, Area { x, y, width, height: 1 }, &values, (top, None), style);
}

impl MonitorScreen<'_> {
    /// Draws as many charts of a component as fit.
    pub(super) fn charts(&self, component: ComponentIx, area: Area, painter: &mut Painter<'_>) {
        let across = (area.width / (LEAST.0 + GAP)).clamp(1, 3);
        let down = (area.height / (2 * LEAST.1)).clamp(1, 2);
        let (width, height) = ((area.width - GAP * (across - 1) - 1) / across, area.height / down);
        let places = (0..down).flat_map(|row| (0..across).map(move |column| (column, row)));
        for ((column, row), metric) in places.zip(metrics(self.stage)) {
            // The last row takes the remainder.
            let height = if row + 1 == down { area.height - height * row } else { height };
            let part = Area { x: area.x + 1 + column * (width + GAP), y: area.y + row * (area.height / down), width, height };
            self.chart(component, metric, part, painter);
        }
    }

    fn chart(&self, component: ComponentIx, metric: Metric, area: Area, painter: &mut Painter<'_>) {
        let sim = self.stage.sim();
        let watches = |agent: &&AgentView<'_>| agent.components.iter().any(|row| row.component == component);
        let Some(agent) = self.agents.iter().find(watches) else {
            let text = format!("{}: no agent has delivered a sample", self.name(component));
            painter.fit(area.x, area.y, area.width, &Line::new(Tone::Dim, text));
            return;
        };
        let axis = 8.min(area.width / 4);
        let plot = Area { x: area.x + axis, y: area.y + 1, width: area.width - axis, height: area.height.saturating_sub(1) };
        let samples = sim.samples(component).map(|(taken, sample)| (*taken, sample.metric(metric)));
        let values = slots(samples, (sim.now(), agent.interval_s), plot.width);
        let highest = values.iter().flatten().copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
        let bound = thresholds(self.stage, component, metric).first().copied();
        let at = bound.map(|bound| match bound {
            Bound::Over(value) | Bound::Under(value) => value.get(),
        });
        let in_sight = at.filter(|at| *at <= highest.max(f64::MIN_POSITIVE) * IN_SIGHT || is_part(metric));
        let top = if is_part(metric) && (highest > 0.3 || metric != Metric::ErrorRatio) {
            1.0
        } else {
            nice(highest.max(in_sight.unwrap_or(0.0) * 1.2))
        };
        let newest = values.iter().rev().flatten().next();
        let title = Line::new(Tone::Name, format!("{} ", self.name(component)))
            .with(Tone::Text, name(metric))
            .with(Tone::Dim, newest.map_or_else(|| " no data".to_owned(), |value| format!(" {}", level(metric, *value))));
        let title = match (at, in_sight) {
            (Some(at), Some(_)) => title.with(Tone::Warn, format!("  alert at {}", level(metric, at))),
            (Some(at), None) => title.with(Tone::Dim, format!("  alert at {}, above", level(metric, at))),
            (None, _) => title,
        };
        painter.fit(area.x, area.y, area.width, &title);
        let style = if agent.stale { painter.theme.dim } else { painter.theme.good };
        blocks(painter, plot, &values, (top, bound.zip(in_sight)), style);
        let mut label = |y: u16, tone, text: String| {
            let wide = columns(&text);
            painter.line(area.x + axis.saturating_sub(wide + 1), y, axis, &Line::new(tone, text));
        };
        label(plot.y, Tone::Dim, level(metric, top));
        if plot.height > 1 {
            label(plot.y + plot.height - 1, Tone::Dim, "0".to_owned());
        }
    }
}

/// Whether a metric is a ratio from 0 to 1.
const fn is_part(metric: Metric) -> bool {
    matches!(metric, Metric::Utilisation | Metric::ErrorRatio | Metric::Connections)
}

/// Draws columns of blocks from 0 to `top`; values beyond an alert level are drawn in the `bad` style.
fn blocks(
    painter: &mut Painter<'_>,
    area: Area,
    values: &[Option<f64>],
    (top, bound): (f64, Option<(Bound, f64)>),
    style: ratatui::style::Style,
) {
    if area.height == 0 {
        return;
    }
    let (ramp, dot, dash) = (painter.theme.glyphs.ramp, painter.theme.glyphs.dot, painter.theme.glyphs.broken.horizontal);
    let (dim, warn, bad) = (painter.theme.dim, painter.theme.warn, painter.theme.bad);
    let [lowest, .., full] = ramp;
    let cells = f64::from(area.height);
    let begun = values.iter().position(Option::is_some).unwrap_or(values.len());
    // The row of a level, counted from the bottom.
    let row_of = |at: f64| (at / top * cells).ceil().max(1.0) - 1.0;
    for (column, value) in (area.x..).zip(values.iter().enumerate()) {
        let (place, value) = value;
        let over = bound.is_some_and(|(bound, _)| value.is_some_and(|value| bound.holds(value)));
        let style = if over { bad } else { style };
        for row in 0..area.height {
            let y = area.y + area.height - 1 - row;
            let part = value.map_or(0.0, |value| (value / top).clamp(0.0, 1.0) * cells - f64::from(row));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 7")]
            let eighth = ((part * 8.0).round().clamp(0.0, 8.0) as usize).checked_sub(1);
            let marked = bound.is_some_and(|(_, at)| (row_of(at) - f64::from(row)).abs() < 0.5);
            match (value, eighth.and_then(|eighth| ramp.get(eighth))) {
                (Some(_), Some(block)) => painter.put(column, y, if part >= 1.0 { full } else { *block }, style),
                (Some(_), None) if row == 0 => painter.put(column, y, lowest, style),
                (_, _) if marked => painter.put(column, y, dash, warn),
                (None, _) if row == 0 && place >= begun => painter.put(column, y, dot, dim),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_without_a_sample_stays_empty_and_the_newest_is_at_the_right() {
        let at = SimTime::from_secs;
        let samples = [(at(1), Some(1.0)), (at(2), Some(2.0)), (at(5), Some(5.0)), (at(6), None)];
        let shown = slots(samples.into_iter(), (at(6), 1.0), 5);
        assert_eq!(shown, [Some(2.0), None, None, Some(5.0), None]);
        let late = SimTime::from_nanos(7_900_000_000);
        assert_eq!(slots(samples.into_iter(), (late, 1.0), 5), shown, "the next sample may be in flight");
        assert_eq!(slots(samples.into_iter(), (at(8), 1.0), 5), [None, Some(5.0), None, None, None]);
    }

    #[test]
    fn a_scale_is_a_round_number_that_holds_the_value() {
        for (value, top) in [(0.0, 1.0), (1.0, 1.0), (118.0, 150.0), (160.0, 200.0), (0.012, 0.015), (f64::INFINITY, 1.0)] {
            assert!((nice(value) - top).abs() < 1e-9, "{value}: {}", nice(value));
        }
    }
}
