//! The text of a captured message: one line, or all of it.
//!
//! The simulation says which message it was, the analysis what it looks like; this module translates between the two.

use std::fmt::Write as _;

use hoplight_analysis::{Handshake, Mark, Message, MessageDirection, MessageSpec, Part, Payload, Reply, message};
use hoplight_model::{Cipher, ComponentIx, Infrastructure, LinkIx, Protocol};
use hoplight_sim::{CapturedPayload, CheckCode, ComponentSample, Failure, Heading, Phase, Status};

use crate::line::Page;
use crate::tone::Tone;

/// Columns of ciphertext in one line.
pub(super) const SHORT: usize = 40;

/// Renders a message captured on a link.
pub(super) fn render(infra: &Infrastructure, link: LinkIx, said: &CapturedPayload, columns: usize) -> Message {
    message(infra, link, &message_spec(infra, link, said), columns)
}

fn message_spec(infra: &Infrastructure, link: LinkIx, said: &CapturedPayload) -> MessageSpec {
    match said {
        CapturedPayload::Request { number, kind, heading, phase, status, nxdomain } => MessageSpec {
            talk: match phase {
                Phase::Lookup => Payload::Lookup,
                Phase::Connect => Payload::Connect,
                Phase::Handshake => Payload::Handshake(Handshake::Whole),
                Phase::Hello => Payload::Handshake(Handshake::First),
                Phase::Finish => Payload::Handshake(Handshake::Second),
                Phase::Resume => Payload::Handshake(Handshake::Resumed),
                Phase::Exchange => Payload::Request(*kind),
            },
            turn: match heading {
                Heading::Request => MessageDirection::Ask,
                Heading::Response => MessageDirection::Answer(reply(infra.link(link).protocol, *status, *nxdomain)),
            },
            number: *number,
        },
        CapturedPayload::Check { number, answer } => MessageSpec {
            talk: Payload::Check,
            turn: match answer {
                None => MessageDirection::Ask,
                Some(Ok(())) => MessageDirection::Answer(Reply::Good),
                Some(Err(CheckCode::L4Con)) => MessageDirection::Answer(Reply::Refused),
                Some(Err(CheckCode::L6Rsp)) => MessageDirection::Answer(Reply::Expired),
                Some(Err(_)) => MessageDirection::Answer(Reply::Failed(503)),
            },
            number: *number,
        },
        CapturedPayload::Change => MessageSpec { talk: Payload::Change, turn: MessageDirection::Ask, number: 0 },
        CapturedPayload::Advertisement(priority) => {
            MessageSpec { talk: Payload::Advertisement(*priority), turn: MessageDirection::Ask, number: 0 }
        }
        CapturedPayload::Sample { taken, rows } => {
            let (agent, _) = infra.ends(link);
            MessageSpec { talk: Payload::Samples(json(infra, agent, rows)), turn: MessageDirection::Ask, number: taken.nanos() }
        }
    }
}

const fn reply(protocol: Protocol, status: Status, nxdomain: bool) -> Reply {
    match status {
        Status::Ok => Reply::Good,
        Status::Refused => Reply::Refused,
        Status::Reset => Reply::Reset,
        Status::Certificate => Reply::Expired,
        Status::ReadOnly => Reply::ReadOnly,
        Status::TooManyConnections => Reply::TooManyConnections,
        Status::Error(Failure::Dns) if nxdomain => Reply::NoSuchName,
        Status::Error(Failure::Dns) => Reply::NameUnknown,
        // A database's other errors have their own status.
        Status::Error(Failure::ServerError) if matches!(protocol, Protocol::Sql) => Reply::DiskFull,
        Status::Error(failure) => Reply::Failed(match failure.status() {
            Some(status) => status,
            None => 500,
        }),
    }
}

/// An agent's sample as it is pushed. Numbers have a fixed width, so every push has the same size.
fn json(infra: &Infrastructure, agent: ComponentIx, rows: &[ComponentSample]) -> String {
    let mut text = format!("{{\"agent\":\"{}\"", infra.component(agent).id);
    for row in rows {
        let id = &infra.component(row.component).id;
        let (busy, waiting) = (row.utilisation, row.waiting);
        let _ = write!(text, ",\"{id}\":{{\"qps\":{:7.1},\"busy\":{busy:5.2},\"waiting\":{waiting:4}}}", row.qps);
    }
    text + "}"
}

/// The tone of a part of a message.
pub(super) const fn tone(mark: Mark) -> Tone {
    match mark {
        Mark::Envelope | Mark::Ciphertext | Mark::Remark => Tone::Dim,
        Mark::Head => Tone::Text,
        Mark::Body => Tone::Name,
        Mark::Secret => Tone::Secret,
    }
}

/// A message in one line, without addresses, the most important part first.
pub(super) fn brief(message: &Message) -> Vec<(Tone, String)> {
    let shown = |part: &&Part| !matches!(part.mark, Mark::Envelope | Mark::Remark | Mark::Ciphertext) && !part.text.is_empty();
    let mut spans = Vec::new();
    let sealed = message.cipher != Cipher::Plaintext;
    let parts: Vec<&Part> = message.parts.iter().filter(shown).collect();
    if parts.is_empty() && sealed {
        return vec![(Tone::Good, "TLS".into()), (Tone::Dim, format!(", {} bytes, no content", message.bytes))];
    }
    // The first part says what it is; then come secrets, then the rest.
    let (first, rest) = parts.split_at(parts.len().min(1));
    let order = first
        .iter()
        .chain(rest.iter().filter(|part| part.mark == Mark::Secret))
        .chain(rest.iter().filter(|part| part.mark != Mark::Secret));
    for part in order {
        let gap = if spans.is_empty() { "" } else { "  " };
        spans.push((Tone::Dim, gap.to_owned()));
        spans.push((tone(part.mark), part.text.clone()));
    }
    spans
}

/// A message in full as it looks on its hop, followed by what only its two ends can read.
pub(super) fn full(page: &mut Page, message: &Message, ends: (&str, &str)) {
    for part in &message.parts {
        page.item(tone(part.mark), "", tone(part.mark), &part.text, None);
    }
    if !message.inside.is_empty() {
        page.item(Tone::Good, "", Tone::Good, &format!("Only {} and {} read:", ends.0, ends.1), None);
        for part in &message.inside {
            page.item(Tone::Dim, "  ", Tone::Dim, &part.text, None);
        }
    }
}
