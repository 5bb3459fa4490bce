//! The journal: headlines, newest last. At trace pace, the events of the followed request.
//!
//! A click on a line jumps to the event.

use hoplight_lesson::Pace;
use hoplight_sim::{Command, EventKind, JournalEvent, SimTime};

use crate::events;
use crate::line::Line;
use crate::stage::Stage;
use crate::tone::Tone;

/// Returns the newest lines, at most `room`.
pub fn lines(stage: &Stage, room: usize) -> Vec<Line> {
    let infra = stage.infra();
    let followed = stage.session.playback.followed.filter(|_| stage.session.playback.pace == Pace::Trace);
    let line = |note: &JournalEvent, text: String| Line {
        action: Some(events::recall(note, infra).into()),
        ..stamped(note.at, tone(note), text)
    };
    let mut lines: Vec<Line> = if let Some(number) = followed {
        let notes = stage.session.timeline.trail().filter(|note| note.request.is_some_and(|(n, _)| n == number)).rev().take(room);
        notes.map(|note| line(note, hoplight_text::event(note, infra).to_string())).collect()
    } else {
        let headlines = stage.session.timeline.journal().headlines().rev().take(room);
        headlines.map(|headline| line(&headline.first, hoplight_text::headline(headline, infra).to_string())).collect()
    };
    lines.reverse();
    if lines.is_empty() {
        lines.push(Line::new(Tone::Dim, " No events yet"));
    }
    lines
}

fn stamped(at: SimTime, tone: Tone, text: String) -> Line {
    Line::new(Tone::Dim, format!(" {:>9.3}  ", at.as_secs_f64())).with(tone, text)
}

fn tone(note: &JournalEvent) -> Tone {
    match &note.what {
        EventKind::Ended { outcome: Err(_), .. } | EventKind::Blocked { .. } | EventKind::Fails { .. } => Tone::Warn,
        EventKind::Commanded(Command::Kill(_)) | EventKind::Backend { up: false, .. } => Tone::Bad,
        EventKind::Commanded(Command::Restore(_)) | EventKind::Booted(_) | EventKind::Backend { up: true, .. } => Tone::Good,
        _ => Tone::Text,
    }
}
