//! The wiretap: what an eavesdropper has read on one hop, the newest last.
//!
//! It shows what the timeline heard on the link, so stepping back shows what was there then. Must not know where on the
//! screen it stands.

use hoplight_analysis::user;
use hoplight_model::{Cipher, LinkIx, Medium};
use hoplight_sim::{CapturedMessage, CapturedPayload, Heading};

use crate::action::SelectAction;
use crate::line::{Line, Page};
use crate::spoken;
use crate::stage::Stage;
use crate::tone::Tone;

/// The title over the list.
pub fn title(stage: &Stage) -> Option<String> {
    let (from, to) = stage.session.wiretap()?;
    Some(format!("wiretap · {from} → {to}"))
}

/// What is to be said of it in a few words, beside the title.
pub fn remark(stage: &Stage) -> String {
    let Some(link) = stage.session.timeline.tapped() else { return String::new() };
    if stage.session.wiretap_saw_password() {
        return format!("password of {} read", user());
    }
    let hop = stage.infra().hop(link);
    let words = match (hop.cipher, hop.medium) {
        (Cipher::Plaintext, Medium::Wire) => "whoever is on this wire reads this",
        (Cipher::Plaintext, Medium::Loopback) => "only who is on this server reads this",
        (Cipher::Tls | Cipher::TlsThrough, _) => "whoever is on this wire reads no content",
    };
    words.to_owned()
}

/// The last messages, one to a line, in at most so many lines. The last one that shows a password keeps a line of its own,
/// at the top, when others have pushed it out.
pub fn lines(stage: &Stage, room: usize) -> Vec<Line> {
    let Some(link) = stage.session.timeline.tapped() else { return Vec::new() };
    let mut shown: Vec<&CapturedMessage> = stage.session.timeline.heard().rev().take(room).collect();
    shown.reverse();
    if shown.is_empty() {
        return vec![Line::new(Tone::Dim, " Nothing has passed since the tap is there.")];
    }
    let is_lost = shown.len() == room && room > 1 && !shown.iter().any(|heard| heard.shows_password());
    if is_lost && let Some(secret) = stage.session.timeline.heard_password() {
        shown[0] = secret;
    }
    shown.into_iter().map(|heard| line(link, heard)).collect()
}

/// One message in one line; a click on it follows its request.
fn line(link: LinkIx, heard: &CapturedMessage) -> Line {
    let (whose, arrow) = match heard.said {
        CapturedPayload::Request { number, heading, .. } => {
            let name = hoplight_sim::probe_number(number).map_or_else(|| format!("r{number}"), |probe| format!("probe {probe}"));
            (name, if heading == Heading::Request { "→" } else { "←" })
        }
        CapturedPayload::Check { answer, .. } => ("check".into(), if answer.is_none() { "→" } else { "←" }),
        CapturedPayload::Change => ("change".into(), "→"),
        CapturedPayload::Sample { .. } => ("sample".into(), "→"),
        CapturedPayload::Advertisement(_) => ("VRRP".into(), "→"),
    };
    let mut line = Line::new(Tone::Dim, format!(" {:>9.3} {whose:>6} {arrow} ", heard.at.as_secs_f64()));
    line.spans.extend(spoken::brief(&spoken::spoken(&heard.infra, link, &heard.said, spoken::short())));
    if let CapturedPayload::Request { number, .. } = heard.said {
        line = line.doing(SelectAction::Follow(number));
    }
    line
}

/// The part of a hop's panel that says what was heard there; nothing if no tap is there. On a small screen the list stands
/// here, too.
pub(super) fn section(page: &mut Page, stage: &Stage, link: LinkIx, width: usize) -> bool {
    if stage.session.timeline.tapped() != Some(link) {
        return false;
    }
    let count = stage.session.timeline.heard_count();
    page.text(Tone::Name, &format!("You listen here: {count} heard."));
    if !stage.viewport.regions.wide {
        for line in lines(stage, 5) {
            page.line(line);
        }
    }
    // In full: the last login in the clear, or else the last request.
    let asked = |heard: &&CapturedMessage| {
        matches!(
            heard.said,
            CapturedPayload::Request { heading: Heading::Request, .. }
                | CapturedPayload::Change
                | CapturedPayload::Sample { .. }
                | CapturedPayload::Advertisement(_)
        )
    };
    let login = stage.session.timeline.heard_password();
    if let Some(heard) = login.or_else(|| stage.session.timeline.heard().rev().find(asked)) {
        let message = spoken::spoken(&heard.infra, link, &heard.said, width);
        let whose = match heard.said {
            CapturedPayload::Request { number, .. } => format!("r{number} at {:.3} s, on the wire:", heard.at.as_secs_f64()),
            _ => format!("at {:.3} s, on the wire:", heard.at.as_secs_f64()),
        };
        page.text(Tone::Dim, &whose);
        let (from, to) = heard.infra.ends(link);
        let id = |ix| heard.infra.component(ix).id.as_str();
        spoken::full(page, &message, (id(from), id(to)));
    }
    true
}
