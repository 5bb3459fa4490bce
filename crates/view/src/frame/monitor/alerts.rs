//! Error budgets, the external probe, alerts and their log.

use crate::frame::paint::Painter;
use hoplight_app::action::SiteAction;
use hoplight_app::monitor::{self, budgets, words};
use hoplight_app::{Line, Tone};
use hoplight_layout::Area;
use hoplight_model::monitoring::AlertPriority;
use hoplight_model::{ComponentIx, text};
use hoplight_sim::AlertState;

use super::MonitorScreen;

/// Width of an error budget's bar in cells.
const BUDGET_CELLS: u16 = 12;

impl MonitorScreen<'_> {
    /// Draws how much of an error budget is spent, and the burn rate.
    pub(super) fn budget(&self, place: usize, area: Area, painter: &mut Painter<'_>) {
        let Some(budget) = budgets(self.stage).get(place).copied() else { return };
        let Area { x, y, width, .. } = area;
        let end = (x + width).saturating_sub(1);
        let name = Line::new(Tone::Name, "error budget ").with(Tone::Dim, format!("of {} ", self.name(budget.component)));
        let at = painter.line(x + 1, y, width, &name);
        let Some(burnt) = budget.burnt() else {
            painter.fit(at, y, end.saturating_sub(at), &Line::new(Tone::Dim, "unknown: no request was answered"));
            return;
        };
        let tone = if burnt >= 1.0 {
            Tone::Bad
        } else if burnt >= 0.5 {
            Tone::Warn
        } else {
            Tone::Good
        };
        let ([full, empty], style, dim) = (painter.theme.glyphs.bar, painter.style(tone), painter.theme.dim);
        for cell in 0..BUDGET_CELLS {
            let is_burnt = f64::from(cell) < burnt * f64::from(BUDGET_CELLS);
            painter.put(at + cell, y, if is_burnt { full } else { empty }, if is_burnt { style } else { dim });
        }
        let part = if burnt < 10.0 { format!("{:.0} %", burnt * 100.0) } else { format!("{burnt:.0} times") };
        let over = Line::new(tone, format!(" {part} spent"))
            .with(Tone::Dim, format!(" of the {} errors allowed in {:.0} s", percent(1.0 - budget.objective), budget.window_s));
        let rate = budget.rate.map_or_else(String::new, |rate| format!("; {rate:.1} × too fast, pages at {} ×", budget.pages_at));
        let at = at + BUDGET_CELLS;
        let line = if over.width() + text::width(&rate) <= usize::from(end.saturating_sub(at)) {
            over.with(Tone::Dim, rate)
        } else {
            over
        };
        painter.fit(at, y, end.saturating_sub(at), &line);
    }

    /// Formats the probe's last result in `room` columns.
    pub(super) fn probe(&self, room: u16) -> Line {
        // Omit the interval or the certificate's validity if there is no room.
        let all = [(true, true), (false, true), (true, false)].map(|(often, date)| self.probed(often, date));
        let fits = |line: &&Line| line.width() <= usize::from(room);
        all.iter().find(fits).unwrap_or(&all[1]).clone()
    }

    /// Formats the probe's last result, optionally with its interval and the certificate's validity.
    fn probed(&self, often: bool, date: bool) -> Line {
        let probe = self.stage.sim().probe();
        let key = self.app.keymap.label(SiteAction::Probe);
        let name = Line::new(Tone::Name, "external probe ");
        let Some(every) = probe.interval_s else {
            if self.app.stage().is_some_and(|stage| stage.hidden_drill().is_some()) {
                return name.with(Tone::Dim, "off");
            }
            return name.with(Tone::Warn, "off; ").with(Tone::Dim, format!("{key} turns it on"));
        };
        let name = if often { name.with(Tone::Dim, format!("every {every} s  ")) } else { name };
        let Some(last) = probe.results.back() else { return name.with(Tone::Dim, "no result yet") };
        let line = match last.outcome {
            Ok(()) => name.with(Tone::Good, "answered").with(Tone::Text, format!(" in {:.0} ms", last.latency_ms)),
            Err(failure) => {
                name.with(Tone::Bad, format!("{} failed in a row: {}", probe.failures, hoplight_text::failure(failure)))
            }
        };
        let age = self.stage.sim().now().since(last.at).as_secs_f64();
        let line = line.with(Tone::Dim, format!(", {age:.0} s ago"));
        match probe.days_left.filter(|_| date) {
            Some(days) if days <= 0.0 => line.with(Tone::Bad, "  certificate expired"),
            Some(days) => line.with(if days <= 21.0 { Tone::Warn } else { Tone::Dim }, format!("  certificate {days:.0} days")),
            None => line,
        }
    }

    /// Formats the number of alerts per state.
    pub(super) fn alerts_heading(&self) -> Line {
        if self.alerts.is_empty() {
            return Line::new(Tone::Name, "alerts").with(Tone::Dim, ": no rules, or no monitoring service");
        }
        let count = |state| monitor::count(self.stage, &self.alerts, state);
        let firing = count(AlertState::Firing);
        Line::new(Tone::Name, "alerts ")
            .with(if firing > 0 { Tone::Bad } else { Tone::Good }, format!(" {firing} firing"))
            .with(Tone::Dim, format!("  {} pending", count(AlertState::Pending)))
            .with(Tone::Dim, format!("  {} resolved  {} ok", count(AlertState::Resolved), count(AlertState::Ok)))
    }

    /// Formats the line shown while no alert is active.
    pub(super) fn quiet(&self, room: u16) -> Line {
        let rules = &self.stage.infra().monitoring().alerts;
        let names: Vec<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
        match (self.alerts.is_empty(), names.is_empty()) {
            (true, _) => Line::new(Tone::Warn, "No alert can fire."),
            (false, true) => Line::default(),
            (false, false) => {
                // List as many complete names as fit.
                let summary = |count: usize| match names.len() - count {
                    0 => format!("No alert is firing: {}.", names.join(", ")),
                    left => format!("No alert is firing: {} and {left} more.", names[..count].join(", ")),
                };
                let fits = |count: &usize| text::width(&summary(*count)) <= usize::from(room);
                let most = (1..=names.len()).rev().find(fits);
                Line::new(Tone::Dim, most.map_or_else(|| format!("None of the {} alerts is firing.", names.len()), summary))
            }
        }
    }

    /// Formats an alert: state, rule, subject and start time, plus the rule's condition if it fits.
    pub(super) fn alert(&self, at: usize, width: u16) -> Line {
        let Some(alert) = self.alerts.get(at) else { return Line::default() };
        let is_low = alert.priority == AlertPriority::Low;
        let tone = match alert.state {
            AlertState::Firing if is_low => Tone::Warn,
            AlertState::Firing => Tone::Bad,
            AlertState::Pending => Tone::Warn,
            AlertState::Resolved | AlertState::Ok => Tone::Good,
        };
        let since = alert.since.as_secs_f64();
        let line = Line::new(tone, format!("{:<9}", alert.state.id()))
            .with(Tone::Name, self.subject(alert.subject).to_owned())
            .with(Tone::Text, format!(": {}", alert.rule))
            .with(Tone::Dim, format!(", since {since:.1} s{}", if is_low { ", low priority" } else { "" }));
        let rules = &self.stage.infra().monitoring().alerts;
        let rule = rules.iter().find(|rule| rule.name.as_str() == alert.rule).map(|rule| words(&rule.when));
        match rule {
            Some(rule) if line.width() + text::width(&rule) + 7 < usize::from(width) => {
                line.with(Tone::Dim, format!("  ({rule})"))
            }
            _ => line,
        }
    }

    /// Formats a log entry, counted from the newest.
    pub(super) fn entry(&self, back: usize) -> Line {
        let log = self.stage.sim().alert_log();
        let Some(entry) = log.len().checked_sub(back + 1).and_then(|at| self.stage.sim().alert_log().nth(at)) else {
            return Line::default();
        };
        let word = if entry.state == AlertState::Firing { "fired" } else { "resolved" };
        let subject = self.subject(entry.subject);
        Line::new(Tone::Dim, format!("{:>7.1} s  {} {subject} {word}", entry.at.as_secs_f64(), entry.rule))
    }

    fn subject(&self, subject: Option<ComponentIx>) -> &str {
        subject.map_or("the site", |subject| self.name(subject))
    }
}

/// Formats a small ratio as a percentage.
fn percent(part: f64) -> String {
    let percent = part * 100.0;
    let digits = match percent {
        0.05..1.0 => 1,
        0.000_1..0.05 => 3,
        _ => 0,
    };
    format!("{percent:.digits$} %")
}
