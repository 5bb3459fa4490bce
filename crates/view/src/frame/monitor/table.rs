//! The table: each agent's gauge, and the newest sample of each component it watches.

use crate::frame::gauges;
use crate::frame::paint::Painter;
use hoplight_app::monitor::{level, smoothed};
use hoplight_app::{Line, Tone};
use hoplight_layout::Area;
use hoplight_model::{Metric, text};
use hoplight_sim::{AgentView, ComponentSample};

use super::{MonitorScreen, chart};

/// Right edges of the table's columns. The rate over time takes the remaining width.
const NAME: u16 = 16;
const RATE: u16 = 24;
const BAR: u16 = 26;
const BUSY: u16 = 38;
const WAITING: u16 = 46;
const LATENCY: [u16; 3] = [52, 58, 64];
const ERRORS: u16 = 73;
const OVER_TIME: u16 = 75;
/// Width in cells of a utilisation bar and of an agent's gauge.
const BUSY_CELLS: u16 = 6;
const GAUGE_CELLS: u16 = 12;

/// Draws the table's header.
pub(super) fn columns(area: Area, painter: &mut Painter<'_>) {
    let mut right = |end: u16, text: &str| right(painter, area, end, Tone::Dim, text);
    right(NAME, "agent, component");
    right(RATE, "QPS");
    right(BUSY, "busy");
    right(WAITING, "waiting");
    right(LATENCY[0], "p50");
    right(LATENCY[1], "p95");
    right(LATENCY[2], "p99ms");
    right(ERRORS, "errors");
    if area.width > OVER_TIME + 12 {
        painter.line(area.x + OVER_TIME, area.y, area.width - OVER_TIME, &Line::new(Tone::Dim, "QPS over time"));
    }
}

/// Draws text right-aligned at a column.
fn right(painter: &mut Painter<'_>, area: Area, end: u16, tone: Tone, text: &str) {
    let wide = text::columns(text);
    let x = area.x + end.saturating_sub(wide);
    painter.line(x, area.y, (area.x + area.width).saturating_sub(x), &Line::new(tone, text));
}

impl MonitorScreen<'_> {
    /// Draws an agent: its gauge with the sample's age, or a note that it is silent.
    pub(super) fn agent(&self, agent: &AgentView<'_>, area: Area, painter: &mut Painter<'_>) {
        let Area { x, y, width, .. } = area;
        painter.line(x + 1, y, NAME, &Line::new(Tone::Name, self.name(agent.agent)));
        let scale = gauges::scale(&self.agents);
        gauges::bar(painter, x + NAME + 1, y, GAUGE_CELLS, agent.qps.unwrap_or(0.0) / scale, agent.stale);
        let subject = agent.subject.map_or("nothing", |subject| self.name(subject));
        let (value, rest) = match (agent.qps, agent.age_s) {
            (Some(qps), Some(age)) if agent.up == Some(false) => (
                Line::new(Tone::Bad, format!("{qps:.0}/s OLD")),
                Line::new(Tone::Bad, format!("up = 0: the last scrape failed; {age:.0} s old")),
            ),
            (None, _) if agent.up == Some(false) => {
                (Line::new(Tone::Bad, "up = 0"), Line::new(Tone::Bad, "the last scrape failed: its state is unknown"))
            }
            (Some(qps), Some(age)) if agent.stale => (
                Line::new(Tone::Bad, format!("{qps:.0}/s STALE")),
                Line::new(Tone::Bad, format!("silent for {age:.0} s: unknown, not zero")),
            ),
            (Some(qps), Some(age)) => (
                Line::new(Tone::Text, format!("{qps:.0}/s")),
                Line::new(Tone::Dim, format!("{age:.1} s ago, the rate of {subject}")),
            ),
            (None, Some(age)) => {
                (Line::new(Tone::Dim, "no rate"), Line::new(Tone::Dim, format!("{age:.1} s ago; its target has no rate")))
            }
            _ if agent.subject.is_none() => (Line::new(Tone::Dim, "no data"), Line::new(Tone::Dim, "it monitors nothing")),
            _ => (Line::new(Tone::Dim, "no data"), Line::new(Tone::Dim, "no sample yet: its state is unknown")),
        };
        let from = x + NAME + 2 + GAUGE_CELLS;
        let end = painter.line(from, y, 13, &value);
        let at = end.max(from + 9) + 1;
        painter.fit(at, y, (x + width).saturating_sub(at), &rest);
    }

    /// Draws the newest sample of a component, dimmed if its agent is silent.
    pub(super) fn component(&self, agent: &AgentView<'_>, at: usize, area: Area, painter: &mut Painter<'_>) {
        let Some(row) = agent.components.get(at) else { return };
        let Area { x, y, width, .. } = area;
        let old = |tone| if agent.stale { Tone::Dim } else { tone };
        painter.fit(x + 3, y, NAME - 3, &Line::new(old(Tone::Text), self.name(row.component)));
        let samples = self.stage.sim().samples(row.component);
        let qps = smoothed(samples.map(|(_, sample)| sample.qps)).unwrap_or(row.qps);
        right(painter, area, RATE, old(Tone::Text), &format!("{qps:.0}"));
        let busy = (row.utilisation * f64::from(BUSY_CELLS)).round();
        let style = if agent.stale { painter.theme.dim } else { painter.theme.load(row.utilisation) };
        let ([full, empty], dim) = (painter.theme.glyphs.bar, painter.theme.dim);
        for cell in 0..BUSY_CELLS {
            let (c, style) = if f64::from(cell) < busy { (full, style) } else { (empty, dim) };
            painter.put(x + BAR + cell, y, c, style);
        }
        let over = |metric| if self.is_over(row, metric) { Tone::Bad } else { Tone::Text };
        right(painter, area, BUSY, old(over(Metric::Utilisation)), &format!("{:.0} %", row.utilisation * 100.0));
        right(painter, area, WAITING, old(over(Metric::Queue)), &row.waiting.to_string());
        let latencies = row.latency.map(|latency| [latency.p50_ms, latency.p95_ms, latency.p99_ms]);
        for ((end, metric), place) in LATENCY.into_iter().zip([Metric::P50, Metric::P95, Metric::P99]).zip(0..) {
            // If no response completed between two samples, there is no latency.
            let text = latencies.map_or_else(|| "-".to_owned(), |all| short(all[place]));
            right(painter, area, end, old(over(metric)), &text);
        }
        let errors = row.error_ratio();
        let tone = match errors {
            None => Tone::Dim,
            Some(ratio) if ratio > 0.0 => Tone::Bad,
            Some(_) => Tone::Good,
        };
        right(painter, area, ERRORS, old(tone), &errors.map_or_else(|| "-".to_owned(), |ratio| level(Metric::ErrorRatio, ratio)));
        let room = width.saturating_sub(OVER_TIME + 1);
        chart::spark(self, (agent, row.component), (x + OVER_TIME, y, room), painter);
    }

    /// Whether a sample exceeds the threshold of an alert rule.
    fn is_over(&self, row: &ComponentSample, metric: Metric) -> bool {
        let levels = hoplight_app::monitor::thresholds(self.stage, row.component, metric);
        row.metric(metric).is_some_and(|value| levels.iter().any(|level| level.holds(value)))
    }
}

/// Formats milliseconds in at most five characters.
fn short(ms: f64) -> String {
    if ms < 10.0 { format!("{ms:.1}") } else { format!("{ms:.0}") }
}
