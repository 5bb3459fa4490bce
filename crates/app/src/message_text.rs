//! The text of a captured message, in one line or in full.
//!
//! The simulation identifies the message, and the analysis renders it; this module translates between the two.

use std::borrow::Cow;
use std::fmt::Write as _;

use hoplight_analysis::{
    HandshakeRoundTrip, MessageDirection, MessagePart, MessageSpec, PartRole, Payload, RenderedMessage, ResponseStatus, message,
};
use hoplight_model::{Cipher, ComponentIx, Infrastructure, LinkIx, Protocol};
use hoplight_sim::{CapturedPayload, CheckCode, ComponentSample, Failure, Heading, Phase, Status};

use crate::line::Page;
use crate::tone::Tone;

/// Columns of ciphertext in the one-line form.
pub(super) const SHORT: usize = 40;

/// Renders a message captured on a link.
pub(super) fn render(infra: &Infrastructure, link: LinkIx, captured: &CapturedPayload, columns: usize) -> RenderedMessage {
    message(infra, link, &message_spec(infra, link, captured), columns)
}

fn message_spec(infra: &Infrastructure, link: LinkIx, captured: &CapturedPayload) -> MessageSpec {
    match captured {
        CapturedPayload::Request { number, kind, heading, phase, status, nxdomain, conflict } => MessageSpec {
            payload: match phase {
                Phase::Lookup => Payload::Lookup,
                Phase::Connect => Payload::Connect,
                Phase::Handshake => Payload::Handshake(HandshakeRoundTrip::Whole),
                Phase::Hello => Payload::Handshake(HandshakeRoundTrip::First),
                Phase::Finish => Payload::Handshake(HandshakeRoundTrip::Second),
                Phase::Resume => Payload::Handshake(HandshakeRoundTrip::Resumed),
                Phase::Exchange => Payload::Request(*kind),
                Phase::Check => Payload::Check,
                Phase::PlainConnect => Payload::PlainConnect,
                Phase::PlainExchange => Payload::PlainRequest(*kind),
            },
            direction: match heading {
                Heading::Request => MessageDirection::Request,
                Heading::Response => MessageDirection::Response(reply(infra, link, *status, (*nxdomain, *conflict))),
            },
            number: *number,
        },
        CapturedPayload::Check { number, answer } => MessageSpec {
            payload: Payload::Check,
            direction: match answer {
                None => MessageDirection::Request,
                Some(Ok(())) => MessageDirection::Response(ResponseStatus::Success),
                Some(Err(CheckCode::L4Con)) => MessageDirection::Response(ResponseStatus::Refused),
                Some(Err(CheckCode::L6Rsp)) => MessageDirection::Response(ResponseStatus::Expired),
                Some(Err(code)) => MessageDirection::Response(ResponseStatus::Failed(code.status().unwrap_or(503))),
            },
            number: *number,
        },
        CapturedPayload::Change => MessageSpec { payload: Payload::Change, direction: MessageDirection::Request, number: 0 },
        CapturedPayload::Advertisement(priority) => {
            MessageSpec { payload: Payload::Advertisement(*priority), direction: MessageDirection::Request, number: 0 }
        }
        CapturedPayload::Sample { taken, rows } => {
            let (from, to) = infra.ends(link);
            let is_push = infra.component(to).kind.is_monitoring_service();
            let (body, direction) = if is_push {
                (json(infra, from, rows), MessageDirection::Request)
            } else {
                (exposition(infra, rows), MessageDirection::Response(ResponseStatus::Success))
            };
            MessageSpec { payload: Payload::Samples(body), direction, number: taken.nanos() }
        }
    }
}

fn reply(infra: &Infrastructure, link: LinkIx, status: Status, (nxdomain, conflict): (bool, bool)) -> ResponseStatus {
    let is_sql = infra.link(link).protocol == Protocol::Sql;
    match status {
        Status::Ok => ResponseStatus::Success,
        Status::Refused => ResponseStatus::Refused,
        Status::Reset | Status::Error(Failure::Closed) => ResponseStatus::Reset,
        Status::Certificate => ResponseStatus::Expired,
        Status::ReadOnly => ResponseStatus::ReadOnly,
        Status::NotReady => ResponseStatus::NotReady,
        Status::TooManyConnections => ResponseStatus::TooManyConnections,
        Status::Miss => ResponseStatus::Miss,
        Status::Redirect => ResponseStatus::Redirect,
        Status::Error(Failure::Dns) if nxdomain => ResponseStatus::NoSuchName,
        Status::Error(Failure::Dns) => ResponseStatus::NameUnknown,
        // A database's other errors have their own status.
        Status::Error(Failure::ServerError) if is_sql && conflict => ResponseStatus::Conflict,
        Status::Error(Failure::ServerError) if is_sql => ResponseStatus::DiskFull,
        Status::Error(failure) => ResponseStatus::Failed(failure.status().unwrap_or(500)),
    }
}

/// Returns the body of an agent's push. Numbers have a fixed width, so all pushes have the same size.
fn json(infra: &Infrastructure, agent: ComponentIx, rows: &[ComponentSample]) -> String {
    let mut text = format!("{{\"agent\":\"{}\"", infra.component(agent).id);
    for row in rows {
        let id = &infra.component(row.component).id;
        let (busy, waiting) = (row.utilisation, row.waiting);
        let _ = write!(text, ",\"{id}\":{{\"qps\":{:7.1},\"busy\":{busy:5.2},\"waiting\":{waiting:4}}}", row.qps);
    }
    text + "}"
}

/// Returns the body of the response to a scrape, in the style of Prometheus' text format, on one line. A real exporter
/// returns counters, from which the service computes rates.
fn exposition(infra: &Infrastructure, rows: &[ComponentSample]) -> String {
    let metrics = rows.iter().map(|row| {
        let id = &infra.component(row.component).id;
        let (busy, waiting) = (row.utilisation, row.waiting);
        format!("qps{{job=\"{id}\"}} {:.1} busy{{job=\"{id}\"}} {busy:.2} waiting{{job=\"{id}\"}} {waiting}", row.qps)
    });
    metrics.collect::<Vec<_>>().join(" ")
}

/// The tone of a part of a message.
pub(super) const fn tone(role: PartRole) -> Tone {
    match role {
        PartRole::Envelope | PartRole::Ciphertext | PartRole::Remark(_) => Tone::Dim,
        PartRole::Header => Tone::Text,
        PartRole::Body => Tone::Name,
        PartRole::Secret => Tone::Secret,
    }
}

/// A message in one line, without addresses, the most important part first.
pub(super) fn brief(message: &RenderedMessage) -> Vec<(Tone, String)> {
    let shown = |part: &&MessagePart| {
        !matches!(part.role, PartRole::Envelope | PartRole::Remark(_) | PartRole::Ciphertext) && !part.text.is_empty()
    };
    let mut spans = Vec::new();
    let sealed = message.cipher != Cipher::Plaintext;
    let parts: Vec<&MessagePart> = message.parts.iter().filter(shown).collect();
    if parts.is_empty() && sealed {
        return vec![(Tone::Good, "TLS".into()), (Tone::Dim, format!(", {} bytes, no content", message.bytes))];
    }
    // The first part identifies the message; secrets follow, then the rest.
    let (first, rest) = parts.split_at(parts.len().min(1));
    let order = first
        .iter()
        .chain(rest.iter().filter(|part| part.role == PartRole::Secret))
        .chain(rest.iter().filter(|part| part.role != PartRole::Secret));
    for part in order {
        let gap = if spans.is_empty() { "" } else { "  " };
        spans.push((Tone::Dim, gap.to_owned()));
        spans.push((tone(part.role), part.text.clone()));
    }
    spans
}

/// The text of a part; for a remark, its sentence.
fn text(part: &MessagePart) -> Cow<'_, str> {
    match part.role {
        PartRole::Remark(remark) => hoplight_text::remark(remark).to_sentence().into(),
        _ => part.text.as_str().into(),
    }
}

/// A message in full as it looks on its hop, followed by what only its two ends can read.
pub(super) fn full(page: &mut Page, message: &RenderedMessage, ends: (&str, &str)) {
    for part in &message.parts {
        page.item(tone(part.role), "", tone(part.role), &text(part), None);
    }
    if !message.inside.is_empty() {
        page.item(Tone::Good, "", Tone::Good, &format!("Only {} and {} can read:", ends.0, ends.1), None);
        for part in &message.inside {
            page.item(Tone::Dim, "  ", Tone::Dim, &text(part), None);
        }
    }
}
