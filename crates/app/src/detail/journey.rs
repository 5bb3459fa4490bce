//! The followed request: its whole way so far on one scale, and its present place: what came in, what was decided, what goes
//! out, and the message on this hop.
//!
//! Everything comes from the timeline's record of the request, so stepping back shows what was known then.

use hoplight_model::behaviour::RequestPart;
use hoplight_model::text::{self, padded, split_at_column};
use hoplight_model::{Cipher, ComponentIx, Infrastructure, LinkIx, Tier};
use hoplight_sim::{Activity, CapturedPayload, EventKind, Heading, JournalEvent, Phase, SimTime, Status, TraceSpan};

use crate::line::{Line, Page};
use crate::message_text;
use crate::scroll::room;
use crate::stage::Stage;
use crate::tone::Tone;

/// Columns of a number of milliseconds.
const NUMBER: usize = 7;

/// A place on the way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum JourneyPlace {
    Hop(LinkIx),
    Stop(ComponentIx),
}

/// Everything that happened at one place.
struct JourneyRow {
    place: JourneyPlace,
    stretches: Vec<TraceSpan>,
}

/// Writes the panel.
pub(super) fn write(page: &mut Page, stage: &Stage, number: u64, width: u16) {
    let Some(kind) = stage.session.timeline.followed_kind().filter(|_| stage.session.timeline.followed() == Some(number)) else {
        page.text(Tone::Dim, "This request is not sent yet, or nothing is kept of it any more.");
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

/// How it ended, or how long it has been on its way.
fn heading(page: &mut Page, stage: &Stage, asked: &str, (born, until): (SimTime, SimTime)) {
    let ended = stage.session.timeline.trail().rev().find_map(|note| match note.what {
        EventKind::Ended { outcome, latency_ms } | EventKind::Probed { outcome, latency_ms } => Some((outcome, latency_ms)),
        _ => None,
    });
    let (tone, text) = match ended {
        Some((Ok(()), ms)) => (Tone::Good, format!("200 OK after {ms:.1} ms")),
        Some((Err(failure), ms)) => (Tone::Bad, format!("{} after {ms:.1} ms", hoplight_text::failure(failure))),
        None => (Tone::Text, format!("on its way for {:.1} ms", millis(born, until))),
    };
    let line = Line::new(Tone::Dim, format!("{asked}  ")).with(tone, text.as_str());
    if page.fits(&line) {
        page.line(line);
    } else {
        // A number and its unit stay together.
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

/// The places in the order in which the request first reached them.
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

    /// Milliseconds of the spans for which `wanted` holds, until now.
    fn total(&self, until: SimTime, wanted: fn(Activity) -> bool) -> f64 {
        let these = self.stretches.iter().filter(|stretch| wanted(stretch.doing));
        these.map(|stretch| millis(stretch.from, stretch.to.unwrap_or(until))).sum()
    }

    /// The bar of the row, cell by cell: the activity that took most of the cell's time.
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

/// The whole way on one scale: a row for each place, a bar from the request's beginning to now.
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
    // In a low panel, the request's present place matters most.
    let room = if stage.viewport.regions.wide || stage.panels.show_detail {
        rows.len()
    } else {
        room(stage.viewport.regions.panel.height, usize::MAX).saturating_sub(page.len() + 1).max(1)
    };
    let before = (here + 1).saturating_sub(room).min(rows.len().saturating_sub(room));
    let said = if before > 0 { format!("{before} before") } else { String::new() };
    let head = format!("{said:<space$}", space = names + 1 + cells);
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

/// Milliseconds in few characters.
fn number(ms: f64) -> String {
    match ms {
        100.0.. => format!("{ms:.0}"),
        1.0.. => format!("{ms:.1}"),
        _ => format!("{ms:.2}"),
    }
}

/// The present place: in, decision, out, and the message on this hop.
fn moment(page: &mut Page, stage: &Stage, width: usize) {
    let infra = stage.infra();
    let notes: Vec<&JournalEvent> = stage.session.timeline.trail().collect();
    let departed = |note: &&JournalEvent| matches!(note.what, EventKind::Departed { .. });
    let Some(last) = notes.iter().rposition(departed) else { return };
    let reached =
        notes.iter().rposition(|note| matches!(note.what, EventKind::Reached { .. } | EventKind::Arrived | EventKind::Probes));
    let reached = reached.unwrap_or(0);
    let travels = last > reached;
    // The incoming message ended where the request reached this place.
    let came = if travels { notes[..reached].iter().rposition(departed) } else { Some(last) };
    let decided: Vec<&JournalEvent> = notes[reached..].iter().copied().filter(|note| decides(&note.what)).collect();
    match came {
        Some(at) => row(page, "in", &said(infra, notes[at])),
        None => row(page, "in", "the user sends the request"),
    }
    let at = place(notes[reached]);
    if decided.is_empty() {
        row(page, "does", &usual(infra, at, came.map(|at| notes[at]), travels.then(|| notes[last])));
    }
    for note in decided {
        row(page, "does", &plain(note, infra));
    }
    if travels {
        row(page, "out", &said(infra, notes[last]));
    }
    if let Some((link, said)) = message_of(&notes, last) {
        page.gap();
        let hop = infra.hop_element(link);
        page.text(Tone::Name, &format!("The message on {hop}"));
        let (from, to) = infra.ends(link);
        let id = |ix| infra.component(ix).id.as_str();
        message_text::full(page, &message_text::render(infra, link, &said, width), (id(from), id(to)));
    }
}

fn row(page: &mut Page, word: &str, text: &str) {
    page.item(Tone::Accent, &format!("{word:<5}"), Tone::Text, text, None);
}

/// The departed message in a few words.
fn said(infra: &Infrastructure, note: &JournalEvent) -> String {
    let EventKind::Departed { link, heading, phase, .. } = note.what else { return String::new() };
    let (from, to) = infra.ends(link);
    let (from, to) = if heading == Heading::Request { (from, to) } else { (to, from) };
    let word = hoplight_text::phase_on(phase, infra.link(link).protocol);
    let answer = if heading == Heading::Response { ", the answer" } else { "" };
    format!("{word} {} → {}{answer}", infra.component(from).id, infra.component(to).id)
}

const fn decides(what: &EventKind) -> bool {
    !matches!(what, EventKind::Arrived | EventKind::Probes | EventKind::Departed { .. } | EventKind::Reached { .. })
}

/// An event without the request's name.
fn plain(note: &JournalEvent, infra: &Infrastructure) -> String {
    hoplight_text::event(note, infra).statement().to_string()
}

fn place(note: &JournalEvent) -> Option<ComponentIx> {
    match note.what {
        EventKind::Reached { component, .. } => Some(component),
        _ => None,
    }
}

/// What a component does if no event says so: the usual, as the outgoing message shows.
fn usual(infra: &Infrastructure, at: Option<ComponentIx>, came: Option<&JournalEvent>, out: Option<&JournalEvent>) -> String {
    let Some(component) = at.map(|ix| infra.component(ix)) else { return "the browser asks".into() };
    let id = &component.id;
    let Some((link, heading, phase, is_good)) = out.and_then(departure) else { return format!("{id} works on it") };
    let was_answered = came.and_then(departure).is_some_and(|(_, heading, ..)| heading == Heading::Response);
    let tier = component.kind.tier();
    let lets_through = infra.hop(link).cipher == Cipher::TlsThrough && !component.kind.is_browser();
    match (heading, phase) {
        (Heading::Response, Phase::Exchange) if was_answered && is_good && tier == Some(Tier::Application) => {
            format!("{id} makes the page of it and answers")
        }
        (Heading::Response, _) if was_answered => format!("{id} passes the answer back"),
        (Heading::Response, _) if !is_good => format!("{id} answers that it cannot"),
        (Heading::Response, Phase::Lookup) => format!("{id} knows the address and answers"),
        (Heading::Response, Phase::Connect) => format!("{id} accepts the connection itself"),
        (Heading::Response, Phase::Handshake | Phase::Hello) => format!("{id} ends TLS here: it shows its certificate"),
        (Heading::Response, Phase::Finish) => format!("{id} confirms the keys: TLS ends here"),
        (Heading::Response, Phase::Resume) => format!("{id} knows the TLS session: it goes on without a certificate"),
        (Heading::Response, Phase::Exchange) => format!("{id} answers it itself"),
        (Heading::Request, Phase::Lookup) => format!("{id} asks for the site's address"),
        (Heading::Request, Phase::Connect) => format!("{id} needs a connection first, and opens one"),
        (Heading::Request, _) if phase.is_handshake() && lets_through => {
            format!("{id} passes TLS on as it is: it holds no key")
        }
        (Heading::Request, _) if phase.is_handshake() => format!("{id} is connected, and opens TLS"),
        (Heading::Request, _) => match component.kind.facts().part {
            RequestPart::Work(Tier::Web) => format!("{id} hands it on: it is no static file"),
            RequestPart::Work(Tier::Application) => format!("{id} needs data, and asks for it"),
            RequestPart::User => format!("{id} sends the request"),
            RequestPart::Work(Tier::Balancer | Tier::Database)
            | RequestPart::Lookup
            | RequestPart::Filter
            | RequestPart::Watcher => format!("{id} passes it on"),
        },
    }
}

/// A departed message: link, heading, phase and status.
fn departure(note: &JournalEvent) -> Option<(LinkIx, Heading, Phase, bool)> {
    let EventKind::Departed { link, heading, phase, status } = note.what else { return None };
    Some((link, heading, phase, status == Status::Ok))
}

/// The message of a departure event, and its link.
fn message_of(notes: &[&JournalEvent], at: usize) -> Option<(LinkIx, CapturedPayload)> {
    let (EventKind::Departed { link, heading, phase, status }, Some((number, kind))) = (&notes[at].what, notes[at].request)
    else {
        return None;
    };
    // A resolver without an address has just reported why.
    let nxdomain = *phase == Phase::Lookup
        && notes[..at].iter().rev().find_map(|note| match note.what {
            EventKind::Unresolved { nxdomain, .. } => Some(nxdomain),
            _ => None,
        }) == Some(true);
    Some((*link, CapturedPayload::Request { number, kind, heading: *heading, phase: *phase, status: *status, nxdomain }))
}
