//! The jump window: a typed time, or one of the marks.

use hoplight_sim::SimTime;
use hoplight_text::Phrase;

use crate::action::TimeAction;
use crate::app::App;
use crate::events::TimelineMark;
use crate::line::Line;
use crate::stage::Stage;
use crate::tone::Tone;
use crate::window::WindowRow;

/// Longest jump forward in seconds. All of it has to be simulated.
const FURTHEST_S: f64 = 600.0;

/// Returns the typed time, or the marks, newest last, if the filter is empty.
pub(super) fn rows(app: &App, filter: &str) -> Vec<WindowRow> {
    let Some(stage) = app.stage() else { return Vec::new() };
    let now = stage.sim().now();
    if filter.trim().is_empty() {
        let marks = stage.known_marks().into_iter();
        let text = |side: Option<char>, text: &Phrase| side.map_or_else(|| text.to_string(), |side| format!("{side}: {text}"));
        let row = |(side, mark): (Option<char>, &TimelineMark)| {
            let row = row(mark.at, now, mark.sort.word(), &text(side, &mark.text));
            WindowRow { line: row.line.doing(mark.recall()), ..row }
        };
        return marks.map(row).collect();
    }
    match moment(stage, filter.trim()) {
        Ok(at) => vec![row(at, now, "", "go there")],
        Err(why) => vec![WindowRow { line: Line::new(Tone::Warn, why), ..WindowRow::default() }],
    }
}

fn row(at: SimTime, now: SimTime, word: &str, text: &str) -> WindowRow {
    let (sign, by) = if at < now { ("-", now.since(at)) } else { ("+", at.since(now)) };
    let line = Line::new(Tone::Accent, format!("{:>9.3} s  ", at.as_secs_f64()));
    let line = if word.is_empty() { line } else { line.with(Tone::Dim, format!("{word:<9}")) };
    WindowRow {
        line: line.with(Tone::Text, text).doing(TimeAction::Seek(at)),
        right: format!("{sign}{:.1} s", by.as_secs_f64()),
        about: "Type seconds since the start, such as 12.5, or from now, such as -3 or +10. Enter jumps there and pauses."
            .to_owned(),
        found_by: String::new(),
    }
}

/// Parses a time. The error is a message for the user.
fn moment(stage: &Stage, text: &str) -> Result<SimTime, String> {
    let (now, earliest) = (stage.sim().now(), stage.session.timeline.earliest());
    let (relative, digits) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(rest), _) => (1.0, rest),
        (_, Some(rest)) => (-1.0, rest),
        _ => (0.0, text),
    };
    let digits = digits.trim().trim_end_matches('s').trim_end();
    let is_number = !digits.is_empty() && digits.len() < 16 && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    let Some(seconds) = digits.parse::<f64>().ok().filter(|_| is_number) else {
        return Err("Not a time. Type seconds: 12.5, or -3 or +10 from now.".to_owned());
    };
    let at = if relative == 0.0 { seconds } else { now.as_secs_f64() + relative * seconds };
    if at < earliest.as_secs_f64() {
        return Err(format!("The run starts at {:.1} s.", earliest.as_secs_f64()));
    }
    if at > now.as_secs_f64().max(stage.panels.marks.furthest().as_secs_f64()) + FURTHEST_S {
        return Err(format!("That is more than {FURTHEST_S:.0} s ahead. Jump in smaller steps."));
    }
    Ok(SimTime::ZERO + std::time::Duration::from_secs_f64(at))
}
