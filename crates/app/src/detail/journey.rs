//! The detail panel of the followed request: its path so far on one time scale, and the current step: the incoming message, the
//! decision, the outgoing message, and the content of the message on this hop.
//!
//! Everything comes from the timeline's record of the request, so stepping back shows the state at that time.

use hoplight_model::behaviour::RequestPart;
use hoplight_model::text::{self, padded, split_at_column};
use hoplight_model::{Cipher, ComponentIx, Infrastructure, LinkIx, Tier};
use hoplight_sim::{
    Activity, CapturedPayload, EventKind, FailureReason, Heading, JournalEvent, Phase, SimTime, Status, TraceSpan,
};

use crate::line::{Line, Page};
use crate::message_text;
use crate::scroll::room;
use crate::stage::Stage;
use crate::tone::Tone;

/// Columns of a duration in milliseconds.
const NUMBER: usize = 7;

/// A place on the request's path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum JourneyPlace {
    Hop(LinkIx),
    Stop(ComponentIx),
}

/// The spans of the request at one place.
struct JourneyRow {
    place: JourneyPlace,
    stretches: Vec<TraceSpan>,
}

/// Writes the lines of a request.
pub(super) fn write(page: &mut Page, stage: &Stage, number: u64, width: u16) {
    let Some(kind) = stage.session.timeline.followed_kind().filter(|_| stage.session.timeline.followed() == Some(number)) else {
        page.text(Tone::Dim, "This request has not been sent yet, or is no longer recorded.");
        return;
    };
    let journey = stage.session.timeline.journey();
    let now = stage.sim().now();
    let born = journey.first().map_or(now, |stretch| stretch.from);
    let until = journey.last().map_or(now, |stretch| stretch.to.unwrap_or(now));
    heading(page, stage, kind.request_line(), (born, until));
    bars(page, stage, &journey, (born, until), usize::from(width));
    page.gap();
    moment(page, stage, usize::from(width));
}

/// Writes how the request ended, or how long it has been in flight.
fn heading(page: &mut Page, stage: &Stage, asked: &str, (born, until): (SimTime, SimTime)) {
    let ended = stage.session.timeline.trail().rev().find_map(|note| match note.what {
        EventKind::Ended { outcome, latency_ms } | EventKind::Probed { outcome, latency_ms } => Some((outcome, latency_ms)),
        _ => None,
    });
    let (tone, text) = match ended {
        Some((Ok(()), ms)) => (Tone::Good, format!("200 OK after {ms:.1} ms")),
        Some((Err(failure), ms)) => (Tone::Bad, format!("{} after {ms:.1} ms", hoplight_text::failure(failure))),
        None => (Tone::Text, format!("in flight for {:.1} ms", millis(born, until))),
    };
    let line = Line::new(Tone::Dim, format!("{asked}  ")).with(tone, text.as_str());
    if page.fits(&line) {
        page.line(line);
    } else {
        // Keep a number and its unit on one line.
        page.text(Tone::Dim, asked);
        page.text(tone, &text);
    }
}

fn millis(from: SimTime, to: SimTime) -> f64 {
    to.since(from).as_secs_f64() * 1e3
}

const fn place_of(stretch: &TraceSpan) -> JourneyPlace {
    match stretch.doing {
        Activity::Travels(link, _) | Activity::Lost(link) => JourneyPlace::Hop(link),
        Activity::Served(ix) | Activity::Waits(ix) | Activity::Pauses(ix) => JourneyPlace::Stop(ix),
    }
}

/// Groups spans by place, in the order in which the request first reached the places.
fn rows(journey: &[TraceSpan]) -> Vec<JourneyRow> {
    let mut rows: Vec<JourneyRow> = Vec::new();
    for stretch in journey {
        let place = place_of(stretch);
        match rows.iter_mut().find(|row| row.place == place) {
            Some(row) => row.stretches.push(*stretch),
            None => rows.push(JourneyRow { place, stretches: vec![*stretch] }),
        }
    }
    rows
}

impl JourneyRow {
    fn name(&self, infra: &Infrastructure) -> String {
        match self.place {
            JourneyPlace::Hop(link) => format!("→ {}", infra.component(infra.ends(link).1).id),
            JourneyPlace::Stop(ix) => infra.component(ix).id.to_string(),
        }
    }

    /// Returns the total milliseconds of the spans for which `wanted` holds, up to `until`.
    fn total(&self, until: SimTime, wanted: fn(Activity) -> bool) -> f64 {
        let these = self.stretches.iter().filter(|stretch| wanted(stretch.doing));
        these.map(|stretch| millis(stretch.from, stretch.to.unwrap_or(until))).sum()
    }

    /// Returns the cells of the row's bar. Each cell shows the activity that took most of its time.
    fn bar(&self, (born, until): (SimTime, SimTime), cells: usize) -> Vec<(Tone, char)> {
        let total = millis(born, until).max(1e-9);
        let cell = |index: usize| {
            let (from, to) = (total * index as f64 / cells as f64, total * (index + 1) as f64 / cells as f64);
            let share = |stretch: &TraceSpan| {
                let (begin, end) = (millis(born, stretch.from), millis(born, stretch.to.unwrap_or(until)));
                end.min(to) - begin.max(from)
            };
            let most = self.stretches.iter().map(|stretch| (share(stretch), stretch)).filter(|(share, _)| *share > 0.0);
            most.max_by(|a, b| a.0.total_cmp(&b.0)).map_or((Tone::Dim, ' '), |(_, stretch)| sign(stretch.doing))
        };
        (0..cells).map(cell).collect()
    }
}

const fn waits(doing: Activity) -> bool {
    matches!(doing, Activity::Waits(_) | Activity::Pauses(_) | Activity::Lost(_))
}

const fn works(doing: Activity) -> bool {
    !waits(doing)
}

const fn sign(doing: Activity) -> (Tone, char) {
    match doing {
        Activity::Travels(..) => (Tone::Accent, '─'),
        Activity::Served(_) => (Tone::Good, '█'),
        Activity::Waits(_) | Activity::Pauses(_) => (Tone::Warn, '▒'),
        Activity::Lost(_) => (Tone::Bad, '?'),
    }
}

/// Writes the path on one time scale: a row per place, with a bar from the start of the request to now.
fn bars(page: &mut Page, stage: &Stage, journey: &[TraceSpan], span: (SimTime, SimTime), width: usize) {
    let infra = stage.infra();
    let rows = rows(journey);
    let Some(here) = journey.last().and_then(|last| rows.iter().position(|row| row.place == place_of(last))) else { return };
    let named: Vec<(String, &JourneyRow)> = rows.iter().map(|row| (row.name(infra), row)).collect();
    let longest = named.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0);
    let names = longest.min((width / 3).max(8));
    let waited = rows.iter().any(|row| row.total(span.1, waits) > 0.0);
    let numbers = if waited { 2 * NUMBER } else { NUMBER };
    let cells = width.saturating_sub(names + numbers + 1).max(4);
    // In a panel with few rows, the current place matters most.
    let room = if stage.viewport.regions.wide || stage.panels.show_detail {
        rows.len()
    } else {
        room(stage.viewport.regions.panel.height, usize::MAX).saturating_sub(page.len() + 1).max(1)
    };
    let before = (here + 1).saturating_sub(room).min(rows.len().saturating_sub(room));
    let earlier = if before > 0 { format!("{before} earlier") } else { String::new() };
    let head = format!("{earlier:<space$}", space = names + 1 + cells);
    let head = Line::new(Tone::Dim, head).with(Tone::Warn, if waited { format!("{:>NUMBER$}", "waited") } else { String::new() });
    page.line(head.with(Tone::Dim, format!("{:>NUMBER$}", "ms")));
    for (name, row) in named.into_iter().skip(before) {
        let name = padded(split_at_column(&name, names).0, names);
        let tone = if matches!(row.place, JourneyPlace::Hop(_)) { Tone::Dim } else { Tone::Text };
        let mut line = Line::new(tone, format!("{name} "));
        for (tone, c) in row.bar(span, cells) {
            match line.spans.last_mut() {
                Some((last, text)) if *last == tone => text.push(c),
                _ => line.spans.push((tone, c.into())),
            }
        }
        if waited {
            let ms = row.total(span.1, waits);
            line.spans.push((Tone::Warn, format!("{:>NUMBER$}", if ms > 0.0 { number(ms) } else { String::new() })));
        }
        line.spans.push((Tone::Text, format!("{:>NUMBER$}", number(row.total(span.1, works)))));
        page.line(line);
    }
    let legend = Line::new(Tone::Good, "█").with(Tone::Dim, " worked ").with(Tone::Accent, "─").with(Tone::Dim, " travelled");
    page.line(if waited { legend.with(Tone::Warn, " ▒").with(Tone::Dim, " waited") } else { legend });
}

/// Formats milliseconds compactly.
fn number(ms: f64) -> String {
    match ms {
        100.0.. => format!("{ms:.0}"),
        1.0.. => format!("{ms:.1}"),
        _ => format!("{ms:.2}"),
    }
}

/// Writes the current step: incoming message, decision, outgoing message, and the content of the message on this hop.
fn moment(page: &mut Page, stage: &Stage, width: usize) {
    let infra = stage.infra();
    let notes: Vec<&JournalEvent> = stage.session.timeline.trail().collect();
    let departed = |note: &&JournalEvent| matches!(note.what, EventKind::Departed { .. });
    let Some(last) = notes.iter().rposition(departed) else { return };
    let reached =
        notes.iter().rposition(|note| matches!(note.what, EventKind::Reached { .. } | EventKind::Arrived | EventKind::Probes));
    let reached = reached.unwrap_or(0);
    let travels = last > reached;
    // The incoming message is the last departure before the request reached this place.
    let came = if travels { notes[..reached].iter().rposition(departed) } else { Some(last) };
    let decided: Vec<&JournalEvent> = notes[reached..].iter().copied().filter(|note| decides(&note.what)).collect();
    match came {
        Some(at) => row(page, "in", &describe_departure(infra, notes[at])),
        None => row(page, "in", "the user's request"),
    }
    let at = place(notes[reached]);
    if decided.is_empty() {
        row(page, "does", &usual(infra, at, came.map(|at| notes[at]), travels.then(|| notes[last])));
    }
    for note in decided {
        row(page, "does", &plain(note, infra));
    }
    if travels {
        row(page, "out", &describe_departure(infra, notes[last]));
    }
    if let Some((link, payload)) = message_of(&notes, last) {
        page.gap();
        let hop = infra.hop_element(link);
        page.text(Tone::Name, &format!("The message on {hop}"));
        let (from, to) = infra.ends(link);
        let id = |ix| infra.component(ix).id.as_str();
        message_text::full(page, &message_text::render(infra, link, &payload, width), (id(from), id(to)));
    }
}

fn row(page: &mut Page, word: &str, text: &str) {
    page.item(Tone::Accent, &format!("{word:<5}"), Tone::Text, text, None);
}

/// Describes a departed message in a few words.
fn describe_departure(infra: &Infrastructure, note: &JournalEvent) -> String {
    let EventKind::Departed { link, heading, phase, .. } = note.what else { return String::new() };
    let (from, to) = infra.ends(link);
    let (from, to) = if heading == Heading::Request { (from, to) } else { (to, from) };
    let word = hoplight_text::phase_on(phase, infra.link(link).protocol);
    let answer = if heading == Heading::Response { ", the response" } else { "" };
    format!("{word} {} → {}{answer}", infra.component(from).id, infra.component(to).id)
}

const fn decides(what: &EventKind) -> bool {
    !matches!(what, EventKind::Arrived | EventKind::Probes | EventKind::Departed { .. } | EventKind::Reached { .. })
}

/// Describes an event without the request's name.
fn plain(note: &JournalEvent, infra: &Infrastructure) -> String {
    hoplight_text::event(note, infra).statement().to_string()
}

fn place(note: &JournalEvent) -> Option<ComponentIx> {
    match note.what {
        EventKind::Reached { component, .. } => Some(component),
        _ => None,
    }
}

/// Describes what a component usually does, inferred from the outgoing message. Used if no event says more.
fn usual(infra: &Infrastructure, at: Option<ComponentIx>, came: Option<&JournalEvent>, out: Option<&JournalEvent>) -> String {
    let Some(component) = at.map(|ix| infra.component(ix)) else { return "the browser sends the request".into() };
    let id = &component.id;
    let Some((link, heading, phase, is_good)) = out.and_then(departure) else { return format!("{id} processes it") };
    let was_answered = came.and_then(departure).is_some_and(|(_, heading, ..)| heading == Heading::Response);
    let tier = component.kind.tier();
    let lets_through = infra.hop(link).cipher == Cipher::TlsThrough && !component.kind.is_browser();
    match (heading, phase) {
        (Heading::Response, Phase::Exchange) if was_answered && is_good && tier == Some(Tier::Application) => {
            format!("{id} renders the page and responds")
        }
        (Heading::Response, _) if was_answered => format!("{id} passes the response back"),
        (Heading::Response, _) if !is_good => format!("{id} responds with an error"),
        (Heading::Response, Phase::Lookup) => format!("{id} knows the address and responds"),
        (Heading::Response, Phase::Connect | Phase::PlainConnect) => format!("{id} accepts the connection itself"),
        (Heading::Response, Phase::Handshake | Phase::Hello) => format!("{id} terminates TLS: it presents its certificate"),
        (Heading::Response, Phase::Finish) => format!("{id} confirms the keys: TLS terminates here"),
        (Heading::Response, Phase::Resume) => format!("{id} resumes the TLS session without a certificate"),
        (Heading::Response, Phase::Exchange | Phase::PlainExchange | Phase::Check) => format!("{id} responds itself"),
        (Heading::Request, Phase::Lookup) => format!("{id} looks up the site's address"),
        (Heading::Request, Phase::Connect | Phase::PlainConnect) => format!("{id} needs a connection first, and opens one"),
        (Heading::Request, _) if phase.is_handshake() && lets_through => {
            format!("{id} forwards TLS unchanged: it holds no key")
        }
        (Heading::Request, _) if phase.is_handshake() => format!("{id} is connected, and starts TLS"),
        (Heading::Request, _) => match component.kind.facts().part {
            RequestPart::Work(Tier::Web) => format!("{id} forwards it: it is not a static file"),
            RequestPart::Work(Tier::Application) => format!("{id} needs data, and requests it"),
            RequestPart::User => format!("{id} sends the request"),
            RequestPart::Work(Tier::Cache) => format!("{id} fetches it"),
            RequestPart::Work(Tier::SqlProxy) => format!("{id} forwards the statement to a database"),
            RequestPart::Work(Tier::Balancer | Tier::Database)
            | RequestPart::Lookup
            | RequestPart::Filter
            | RequestPart::Watcher => format!("{id} forwards it"),
        },
    }
}

/// Returns the link, heading, phase and success of a departed message.
fn departure(note: &JournalEvent) -> Option<(LinkIx, Heading, Phase, bool)> {
    let EventKind::Departed { link, heading, phase, status } = note.what else { return None };
    Some((link, heading, phase, matches!(status, Status::Ok | Status::Redirect)))
}

/// Returns the message of a departure event, and its link.
fn message_of(notes: &[&JournalEvent], at: usize) -> Option<(LinkIx, CapturedPayload)> {
    let (EventKind::Departed { link, heading, phase, status }, Some((number, kind))) = (&notes[at].what, notes[at].request)
    else {
        return None;
    };
    // A resolver that has no address has just reported why.
    let nxdomain = *phase == Phase::Lookup
        && notes[..at].iter().rev().find_map(|note| match note.what {
            EventKind::Unresolved { nxdomain, .. } => Some(nxdomain),
            _ => None,
        }) == Some(true);
    let conflict = notes[..at].iter().rev().find_map(|note| match note.what {
        EventKind::Fails { why, .. } => Some(why),
        _ => None,
    }) == Some(FailureReason::Conflict);
    let (heading, phase, status) = (*heading, *phase, *status);
    Some((*link, CapturedPayload::Request { number, kind, heading, phase, status, nxdomain, conflict }))
}
