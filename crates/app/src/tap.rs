//! The wiretap: the messages captured on one hop, newest last.
//!
//! They come from the timeline, so stepping back shows the messages captured by then.

use hoplight_analysis::{port_80, user};
use hoplight_model::{Cipher, LinkIx, Medium};
use hoplight_sim::{CapturedMessage, CapturedPayload, Heading};

use crate::action::SelectAction;
use crate::line::{Line, Page};
use crate::message_text;
use crate::sender::sender;
use crate::stage::Stage;
use crate::tone::Tone;

/// Returns the title of the list, or `None` without a wiretap.
pub fn title(stage: &Stage) -> Option<String> {
    let (from, to) = stage.session.wiretap()?;
    Some(format!("wiretap · {from} → {to}"))
}

/// Returns a remark for the title.
pub fn remark(stage: &Stage) -> String {
    let Some(link) = stage.session.timeline.tapped() else { return String::new() };
    let hop = stage.infra().hop(link);
    if stage.session.wiretap_saw_password() {
        let before =
            if hop.is_plaintext() || is_readable_in_part(stage, link) { "" } else { ", before TLS: only ciphertext now" };
        return format!("password of {} read{before}", user());
    }
    let words = match (hop.cipher, hop.medium) {
        (Cipher::Plaintext, Medium::Wire) => "readable by anyone on this wire",
        (Cipher::Plaintext, Medium::Loopback) => "readable only inside this server",
        _ if is_readable_in_part(stage, link) => "ciphertext, except visits to port 80",
        (Cipher::Tls | Cipher::TlsThrough, _) => "only ciphertext on this wire",
    };
    words.to_owned()
}

/// Whether a hop is encrypted, but carries visits to port 80 in plaintext.
fn is_readable_in_part(stage: &Stage, link: LinkIx) -> bool {
    port_80::is_readable(stage.infra(), link)
}

/// Returns the newest messages, one per line, at most `room`. While the hop is plaintext, the newest one with a password stays in
/// the first line when later messages would push it out.
pub fn lines(stage: &Stage, room: usize) -> Vec<Line> {
    let Some(link) = stage.session.timeline.tapped() else { return Vec::new() };
    let mut shown: Vec<&CapturedMessage> = stage.session.timeline.captured().rev().take(room).collect();
    shown.reverse();
    if shown.is_empty() {
        return vec![Line::new(Tone::Dim, " Nothing captured yet")];
    }
    // Once the hop is encrypted, an old plaintext message would contradict the others.
    let is_plaintext = stage.infra().hop(link).is_plaintext();
    let is_lost = is_plaintext && shown.len() == room && room > 1 && !shown.iter().any(|captured| captured.shows_password());
    if is_lost && let Some(secret) = stage.session.timeline.captured_password() {
        shown[0] = secret;
    }
    shown.into_iter().map(|captured| line(link, captured)).collect()
}

/// Returns the newest message in one line, below a lesson on a small screen; the last one with a password while the hop is
/// plaintext.
pub(crate) fn newest(stage: &Stage) -> Option<Line> {
    let link = stage.session.timeline.tapped()?;
    let login = stage.session.timeline.captured_password().filter(|_| stage.infra().hop(link).is_plaintext());
    let Some(captured) = login.or_else(|| stage.session.timeline.captured().next_back()) else {
        return Some(Line::new(Tone::Dim, " tap: nothing captured yet"));
    };
    let mut text = Line::new(Tone::Dim, " tap:");
    text.spans.extend(line(link, captured).spans);
    Some(text.doing(SelectAction::Element(stage.infra().hop_element(link))))
}

/// Formats a message in one line. A click on it follows the request.
fn line(link: LinkIx, captured: &CapturedMessage) -> Line {
    let (whose, arrow) = match captured.payload {
        CapturedPayload::Request { number, heading, .. } => (sender(number), if heading == Heading::Request { "→" } else { "←" }),
        CapturedPayload::Check { answer, .. } => ("check".into(), if answer.is_none() { "→" } else { "←" }),
        CapturedPayload::Change => ("change".into(), "→"),
        CapturedPayload::Sample { .. } => ("sample".into(), "→"),
        CapturedPayload::Advertisement(_) => ("VRRP".into(), "→"),
    };
    let mut line = Line::new(Tone::Dim, format!(" {:>9.3} {whose:>6} {arrow} ", captured.at.as_secs_f64()));
    line.spans.extend(message_text::brief(&message_text::render(&captured.infra, link, &captured.payload, message_text::SHORT)));
    if let CapturedPayload::Request { number, .. } = captured.payload {
        line = line.doing(SelectAction::Follow(number));
    }
    line
}

/// Writes the wiretap's section of a hop's panel. Returns whether the hop is tapped. On a small screen, the section includes
/// the list of messages.
pub(super) fn section(page: &mut Page, stage: &Stage, link: LinkIx, width: usize) -> bool {
    if stage.session.timeline.tapped() != Some(link) {
        return false;
    }
    let count = stage.session.timeline.captured_count();
    page.text(Tone::Name, &format!("Wiretap: {count} captured"));
    if !stage.viewport.regions.wide {
        for line in lines(stage, 5) {
            page.line(line);
        }
    }
    // Show one message in full: the last plaintext login, otherwise the last request.
    let asked = |captured: &&CapturedMessage| {
        matches!(
            captured.payload,
            CapturedPayload::Request { heading: Heading::Request, .. }
                | CapturedPayload::Change
                | CapturedPayload::Sample { .. }
                | CapturedPayload::Advertisement(_)
        )
    };
    let login = stage.session.timeline.captured_password().filter(|_| stage.infra().hop(link).is_plaintext());
    if let Some(captured) = login.or_else(|| stage.session.timeline.captured().rev().find(asked)) {
        let message = message_text::render(&captured.infra, link, &captured.payload, width);
        let whose = match captured.payload {
            CapturedPayload::Request { number, .. } => {
                format!("{} at {:.3} s, on the wire:", sender(number), captured.at.as_secs_f64())
            }
            _ => format!("at {:.3} s, on the wire:", captured.at.as_secs_f64()),
        };
        page.text(Tone::Dim, &whose);
        let (from, to) = captured.infra.ends(link);
        let id = |ix| captured.infra.component(ix).id.as_str();
        message_text::full(page, &message, (id(from), id(to)));
    }
    true
}
