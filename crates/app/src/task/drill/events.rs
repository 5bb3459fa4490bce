//! The pages of an operator: everything newest first, with its time.

use std::cmp::Reverse;

use hoplight_drill::{AlertRow, DrillView, LogEntry, LogLine, Monitoring, Probe, TapView, wording};
use hoplight_model::monitoring::AlertPriority;
use hoplight_sim::{AlertState, SimTime};
use hoplight_text::Phrase;

use super::page::DrillPage;
use super::{DrillPhase, DrillTask};
use crate::keymap::Keymap;
use crate::line::{Line, Page};
use crate::tone::Tone;

/// Most entries of a page.
const MOST: usize = 300;
/// Columns of the time.
const TIME: usize = 8;
/// HTTP status from which a line of a log stands out.
const ERROR: u16 = 400;

/// An entry of a page.
struct Event {
    at: SimTime,
    tone: Tone,
    text: String,
}

impl Event {
    fn new(at: SimTime, tone: Tone, phrase: &Phrase) -> Self {
        let text = phrase.to_string();
        // The sentence begins with the time, which has a column of its own.
        let text = text.split_once(" s ").map_or(text.clone(), |(_, rest)| rest.to_owned());
        Self { at, tone, text }
    }

    fn alert(row: &AlertRow) -> Self {
        let tone = match (row.state, row.priority) {
            (AlertState::Firing, AlertPriority::High) => Tone::Bad,
            (AlertState::Firing, AlertPriority::Low) | (AlertState::Pending, _) => Tone::Warn,
            (AlertState::Ok | AlertState::Resolved, _) => Tone::Dim,
        };
        Self::new(row.at, tone, &row.phrase())
    }

    fn log(line: &LogLine) -> Self {
        Self::new(line.at, if stands_out(line) { Tone::Warn } else { Tone::Dim }, &line.phrase())
    }

    fn probe(probe: &Probe) -> Self {
        Self::new(probe.at, Tone::Accent, &probe.phrase())
    }
}

/// Whether a line of a log is about more than a response without an error.
const fn stands_out(line: &LogLine) -> bool {
    match line.entry {
        LogEntry::Requests { status, .. } => status >= ERROR,
        LogEntry::Backend { .. } | LogEntry::Master { .. } => true,
    }
}

fn alerts(view: &DrillView) -> Vec<Event> {
    match &view.monitoring {
        Monitoring::Up(dashboard) => dashboard.alert_log.iter().map(Event::alert).collect(),
        Monitoring::None | Monitoring::Down => Vec::new(),
    }
}

fn pages(view: &DrillView) -> impl Iterator<Item = Event> + '_ {
    view.pages.iter().map(|(at, paged)| Event::new(*at, if *paged { Tone::Bad } else { Tone::Good }, &wording::page(*at, *paged)))
}

fn complaints(view: &DrillView) -> impl Iterator<Item = Event> + '_ {
    view.complaints.iter().map(|complaint| Event::new(complaint.at, Tone::Text, &complaint.phrase()))
}

fn probes(view: &DrillView) -> impl Iterator<Item = Event> + '_ {
    view.probes.iter().map(Event::probe)
}

fn remedies(view: &DrillView) -> impl Iterator<Item = Event> + '_ {
    view.attempts.iter().map(|attempt| Event::new(attempt.at, Tone::Good, &attempt.phrase()))
}

fn captured(tap: &TapView) -> Vec<Event> {
    tap.messages
        .iter()
        .map(|message| Event {
            at: message.at,
            tone: if message.is_plain { Tone::Text } else { Tone::Dim },
            text: wording::captured(message).to_string(),
        })
        .collect()
}

/// Writes entries, newest first.
fn newest_first(mut events: Vec<Event>, page: &mut Page) {
    // The sort is stable, and entries of one time come in reverse order.
    events.reverse();
    events.sort_by_key(|event| Reverse(event.at));
    for event in events.into_iter().take(MOST) {
        let time = format!("{:>5.0} s ", event.at.as_secs_f64());
        page.item(Tone::Dim, &format!("{time:<TIME$}"), event.tone, &event.text, None);
    }
}

impl DrillTask {
    /// Returns the lines of a page other than the plan and the monitoring screen of a service that answers.
    pub(crate) fn page_lines(&self, page: DrillPage, keymap: &Keymap, width: u16) -> Vec<Line> {
        let (view, mut lines) = (self.run.view(), Page::new(width));
        if self.phase() == DrillPhase::Briefing {
            lines.text(Tone::Dim, "Your shift has not started. This page fills as the site runs.");
            return lines.lines();
        }
        match page {
            DrillPage::Events | DrillPage::Plan => {
                let mut events = alerts(&view);
                events.extend(pages(&view));
                events.extend(view.log.iter().filter(|line| stands_out(line)).map(Event::log));
                events.extend(complaints(&view).chain(probes(&view)).chain(remedies(&view)));
                if events.is_empty() {
                    lines.text(Tone::Dim, "All quiet: no alert, no error in a log, no complaint.");
                }
                newest_first(events, &mut lines);
            }
            DrillPage::Monitoring => monitoring(&view, &mut lines),
            DrillPage::Log if view.log.is_empty() => lines.text(Tone::Dim, "The logs are empty."),
            DrillPage::Log => newest_first(view.log.iter().map(Event::log).collect(), &mut lines),
            DrillPage::Users if view.complaints.is_empty() => lines.text(Tone::Dim, "No user has complained."),
            DrillPage::Users => newest_first(complaints(&view).collect(), &mut lines),
            DrillPage::Probes => probes_and_tap(&view, keymap, &mut lines),
        }
        lines.lines()
    }

    /// Returns the alerts that fire, most urgent first.
    pub(crate) fn firing(&self) -> Vec<(Tone, String)> {
        let Monitoring::Up(dashboard) = self.run.view().monitoring else { return Vec::new() };
        let mut firing: Vec<&AlertRow> = dashboard.alerts.iter().filter(|row| row.state == AlertState::Firing).collect();
        firing.sort_by_key(|row| (row.priority != AlertPriority::High, row.at));
        firing.into_iter().map(|row| (Event::alert(row).tone, Event::alert(row).text)).collect()
    }
}

fn probes_and_tap(view: &DrillView, keymap: &Keymap, lines: &mut Page) {
    use crate::action::{SelectAction, WindowAction};
    use crate::window::kind::WindowKind;
    if view.probes.is_empty() {
        let key = keymap.label(WindowAction::Open(WindowKind::Probes));
        lines.text(Tone::Dim, &format!("No probe has been sent: {key} sends one."));
    }
    newest_first(probes(view).collect(), lines);
    lines.gap();
    let key = keymap.label(SelectAction::Wiretap);
    match &view.tap {
        None => lines.text(Tone::Dim, &format!("No hop is tapped: select one on the plan, then press {key}.")),
        Some(tap) => {
            lines.text(Tone::Name, &format!("Wiretap {} → {}", tap.from, tap.to));
            let messages = captured(tap);
            if messages.is_empty() {
                lines.text(Tone::Dim, "No message captured since the tap was set.");
            }
            newest_first(messages, lines);
        }
    }
}

/// The monitoring service as text, for a service that does not answer and for panels.
fn monitoring(view: &DrillView, lines: &mut Page) {
    match &view.monitoring {
        Monitoring::None => lines.text(Tone::Dim, "This site has no monitoring service."),
        Monitoring::Down => lines.text(Tone::Bad, "The monitoring service does not answer."),
        Monitoring::Up(dashboard) => {
            let mut alerts: Vec<&AlertRow> = dashboard.alerts.iter().filter(|row| row.state != AlertState::Resolved).collect();
            alerts.sort_by_key(|row| Reverse(row.at));
            if alerts.is_empty() {
                lines.text(Tone::Good, "No alert is firing.");
            }
            for row in alerts {
                let Event { at, tone, text } = Event::alert(row);
                lines.item(Tone::Dim, &format!("{:>5.0} s ", at.as_secs_f64()), tone, &text, None);
            }
            for agent in &dashboard.agents {
                let tone = if agent.stale { Tone::Warn } else { Tone::Dim };
                let mut phrases = agent.phrases().into_iter();
                phrases.by_ref().take(1).for_each(|head| lines.text(tone, &head.to_string()));
                phrases.for_each(|row| lines.item(Tone::Dim, "  ", Tone::Text, &row.to_string(), None));
            }
        }
    }
    for event in pages(view) {
        lines.item(Tone::Dim, &format!("{:>5.0} s ", event.at.as_secs_f64()), event.tone, &event.text, None);
    }
}
