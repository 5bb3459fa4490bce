//! One-line texts: the header, the status line, the footer, and the lines of the course map.

mod drill;
mod footer;
mod header;
mod messages;

use std::time::Duration;

use hoplight_analysis::user;
use hoplight_layout::Area;
use hoplight_lesson::{LessonProgress, Pace, Readout};
use hoplight_model::{Element, LinkIx, RequestKind, text};
use hoplight_sim::{Activity, Endings, Heading, Present};

use crate::action::{OverlayAction, SelectAction, WindowAction};
use crate::activity::ActivityKind;
use crate::app::App;
use crate::home::CourseItem;
use crate::line::Line;
use crate::outage;
use crate::overlay::kind::Overlay;
use crate::panels::Summary;
use crate::sender::sender;
use crate::stage::Stage;
use crate::task::Task;
use crate::tone::Tone;
use crate::view::View;
use crate::window::kind::WindowKind;

pub use footer::{footer, works};
pub use header::{header, header_parts};
pub use messages::{message, messages};

/// The window over which users' experience is measured.
const WINDOW: Duration = Duration::from_secs(10);

/// Returns the area of the status line. On the course map, a notice is shown there, below the header.
pub fn status_area(app: &App) -> Area {
    let (columns, rows) = app.size();
    match app.stage() {
        Some(stage) if stage.panels.view == View::Compare => Area { x: 0, y: rows.saturating_sub(2), width: columns, height: 1 },
        Some(stage) => stage.viewport.regions.status,
        None => Area { x: 0, y: 1, width: columns, height: 1 },
    }
}

/// Returns the status line: user experience and key figures of the analysis.
pub fn status(stage: &Stage) -> Line {
    Line::joined(status_parts(stage))
}

/// Returns the parts of the status line, each with its click action.
pub fn status_parts(stage: &Stage) -> Vec<Line> {
    if let Some(parts) = drill::tabs(stage) {
        return parts;
    }
    let sim = stage.sim();
    let users = sim.experience(WINDOW, None);
    let ms = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |ms| format!("{ms:.0}"));
    let Summary { exposed, plaintext, single_points } = &stage.panels.summary;
    let spofs = single_points.as_ref().map_or_else(|| "–".into(), |points| points.len().to_string());
    let infra = stage.infra();
    let browser = infra.browser();
    // Overlays are only visible on the diagram.
    let lay = |overlay| (stage.panels.view == View::Canvas).then(|| OverlayAction::Show(overlay).into());
    let users = Line::new(Tone::Text, format!(" p50 {} p99 {} ms ", ms(users.p50_ms), ms(users.p99_ms)));
    let readable = Line::new(Tone::Dim, format!(" plaintext hops {plaintext} ("))
        .with(if *exposed > 0 { Tone::Plain } else { Tone::Good }, format!("{exposed} exposed"))
        .with(Tone::Dim, ")");
    let points = |words: &str| Line::new(Tone::Dim, format!("  {words} ")).with(Tone::Text, spofs.as_str());
    let tapped = stage.session.timeline.tapped().map(|link| SelectAction::Element(infra.hop_element(link)).into());
    let users = Line {
        action: browser.map(|ix| SelectAction::Element(Element::Component(infra.component(ix).id.clone())).into()),
        ..users
    };
    let room = usize::from(stage.viewport.regions.status.width);
    let mut users = [errors(stage), if stage.hides(Readout::Latency) { Vec::new() } else { vec![users] }].concat();
    if stage.session.wiretap_saw_password() {
        let left = room.saturating_sub(users.iter().map(Line::width).sum());
        let texts = [format!(" tap: saw the password of {} ", user()), format!(" saw the password of {} ", user())];
        let text =
            texts.into_iter().find(|text| text::width(text.trim_end()) <= left).unwrap_or_else(|| " password seen ".to_owned());
        let text = if text::width(&text) > left { text.trim_end().to_owned() } else { text };
        users.push(Line { action: tapped, ..Line::new(Tone::Secret, text) });
    }
    // The analysis would give answers away.
    if stage.task.as_ref().is_some_and(Task::hides_answers) || stage.hides(Readout::Analysis) {
        return users;
    }
    let readable = Line { action: lay(Overlay::ReadableHops), ..readable };
    let with = |more: Vec<Line>| [users.clone(), more].concat();
    let full = |words| with(vec![readable.clone(), Line { action: lay(Overlay::SinglePoints), ..points(words) }]);
    // Parts that do not fit are omitted.
    let short = Line { action: lay(Overlay::SinglePoints), ..points("SPOFs") };
    let all = [full("single points of failure for writes"), full("SPOFs"), with(vec![readable.clone()]), with(vec![short])];
    all.into_iter().find(|parts| parts.iter().map(Line::width).sum::<usize>() <= room).unwrap_or(users)
}

/// Returns the share of failed requests of each kind. A click opens the log.
fn errors(stage: &Stage) -> Vec<Line> {
    let endings = stage.sim().endings(WINDOW);
    let part = |kind: RequestKind| {
        let Endings { completed, failed } = endings[kind.index()];
        let all = f64::from(completed + failed);
        let percent = f64::from(failed) / all * 100.0;
        let (tone, text) = match failed {
            _ if outage::hangs(stage.sim(), kind) => (Tone::Bad, "✗ no response".to_owned()),
            _ if completed + failed == 0 => (Tone::Dim, "–".to_owned()),
            0 => (Tone::Good, "✓ 0 %".to_owned()),
            _ if percent < 9.95 => (Tone::Bad, format!("✗ {percent:.1} %")),
            _ => (Tone::Bad, format!("✗ {percent:.0} %")),
        };
        Line::new(Tone::Dim, format!(" {} ", kind.word()))
            .with(tone, format!("{text} "))
            .doing(WindowAction::Open(WindowKind::Log))
    };
    RequestKind::ALL.map(part).into()
}

impl App {
    /// Returns the line of the current tip. None is shown while a goal is open.
    pub fn tip(&self) -> Option<Line> {
        if self.stage().is_some_and(|stage| stage.hidden_drill().is_some()) {
            return None;
        }
        if self.stage().and_then(|stage| stage.session.lesson.as_ref()).is_some_and(|run| !run.is_open() && !run.is_solved()) {
            return None;
        }
        let tip = self.tips.shown.filter(|tip| self.settings.tips && self.stage().is_some_and(|stage| tip.fits(stage)))?;
        Some(Line::new(Tone::Accent, " tip ").with(Tone::Text, tip.text(&self.keymap)).doing(tip.action()))
    }
}

/// Whether an overlay or a followed request occupies the status line.
pub(super) fn is_taken(stage: &Stage) -> bool {
    overlay(stage).is_some() || followed(stage).is_some()
}

/// Returns the overlay's line, in the longest wording that fits.
fn overlay(stage: &Stage) -> Option<Line> {
    let view = stage.panels.overlays.content();
    let room = usize::from(stage.viewport.regions.status.width).saturating_sub(1);
    let text = view.line.iter().find(|text| text::width(text) <= room).or(view.line.last())?;
    Some(Line::new(view.tone, format!(" {text}")))
}

/// Returns the current activity of the followed request, at trace pace.
fn followed(stage: &Stage) -> Option<Line> {
    let number = stage.session.playback.followed.filter(|_| stage.session.playback.pace == Pace::Trace)?;
    let infra = stage.infra();
    let line = |kind: RequestKind| {
        Line::new(Tone::Name, format!(" {} ", sender(number))).with(Tone::Dim, format!("{}  ", kind.request_line()))
    };
    let Some(Present { kind, phase, doing, .. }) = stage.sim().present(number) else {
        let ended = stage.session.timeline.trail().next_back()?;
        let (_, kind) = ended.request?;
        return Some(line(kind).with(Tone::Text, hoplight_text::event(ended, infra).statement().to_string()));
    };
    let name = |ix| infra.component(ix).id.to_string();
    let about = match doing {
        Activity::Travels(link, _) | Activity::Lost(link) => infra.hop_element(link),
        Activity::Served(ix) | Activity::Waits(ix) | Activity::Pauses(ix) => Element::Component(infra.component(ix).id.clone()),
    };
    let (tone, text) = match doing {
        Activity::Travels(link, heading) => {
            let (from, to) = infra.ends(link);
            let (from, to, way) = match heading {
                Heading::Request => (from, to, ""),
                Heading::Response => (to, from, "response to "),
            };
            let word = hoplight_text::phase_on(phase, infra.link(link).protocol);
            (Tone::Accent, format!("{way}{word} travels {} → {}", name(from), name(to)))
        }
        Activity::Served(ix) => {
            let arrives = |link: &LinkIx| infra.ends(*link).1 == ix && infra.link(*link).protocol.carries_requests();
            let protocol = infra.links().map(|(link, _)| link).find(arrives).map(|link| infra.link(link).protocol);
            let word = protocol.map_or(hoplight_text::phase(phase), |protocol| hoplight_text::phase_on(phase, protocol));
            (Tone::Good, format!("{} processes it ({word})", name(ix)))
        }
        Activity::Waits(ix) => (Tone::Warn, format!("it waits in the queue of {}", name(ix))),
        Activity::Pauses(ix) => (Tone::Warn, format!("{} waits before it retries", name(ix))),
        Activity::Lost(link) => {
            let (from, to) = infra.ends(link);
            (Tone::Bad, format!("lost on {} → {}: {} waits for a response", name(from), name(to), name(from)))
        }
    };
    Some(line(kind).with(tone, text).doing(SelectAction::Element(about)))
}

/// Returns a line of the course map.
pub fn course_line(app: &App, item: &CourseItem, room: u16) -> Line {
    match item {
        CourseItem::Lesson(lesson) => {
            let done = app.progress.of(&lesson.id);
            let LessonProgress { furthest, finished, quiz, attempts: _ } = done;
            let (tone, mark) = match (done.is_mastered(), furthest) {
                (true, _) => (Tone::Good, "✓"),
                (false, 0) => (Tone::Dim, "○"),
                (false, _) => (Tone::Accent, "◐"),
            };
            let quiz_word = if done.is_mastered() { "  quiz " } else { "  review " };
            let line = Line::new(tone, format!("{mark} ")).with(Tone::Text, lesson.title.to_string());
            let (word, done) = match (finished, quiz) {
                (true, Some(score)) => (quiz_word, format!("{}/{}", score.right, score.of)),
                (false, _) if furthest > 0 => {
                    let steps = lesson.steps.len();
                    ("  ", format!("{}/{steps}", furthest.min(u32::try_from(steps).unwrap_or(u32::MAX))))
                }
                _ => return line,
            };
            // The word may be omitted: the mark shows whether the lesson is mastered, and its description says the rest.
            let fits = line.width() + text::width(word) + text::width(&done) <= usize::from(room);
            line.with(Tone::Dim, format!("{}{done}", if fits { word } else { " " }))
        }
        CourseItem::Activity(activity) => {
            let result = activity.result_name().and_then(|name| app.progress.result(&name));
            let line = match result {
                Some(_) => Line::new(Tone::Good, "✓ "),
                None => Line::new(Tone::Dim, "▸ "),
            };
            let line = line.with(Tone::Text, activity.title.clone());
            if let Some(remark) = learned(app, activity) {
                return line.with(Tone::Dim, format!("  {remark}"));
            }
            match result {
                Some(result) => line.with(Tone::Dim, format!("  {}", activity.result_words(result))),
                None => line,
            }
        }
        CourseItem::Scenario(infra) => Line::new(Tone::Dim, "▹ ").with(Tone::Text, infra.title().to_owned()),
    }
}

/// What the learner has to repeat or has shown to know, for the activities that are about it.
fn learned(app: &App, activity: &crate::activity::Activity) -> Option<String> {
    match &activity.kind {
        ActivityKind::Practice => {
            let due = app.due_questions();
            (due > 0).then(|| format!("{due} due"))
        }
        ActivityKind::TestOut(unit) => {
            let mastery = app.home.mastery_of(unit)?;
            Some(format!("{}/{} known", mastery.known(), mastery.demands.len()))
        }
        ActivityKind::Board
        | ActivityKind::Mission(_)
        | ActivityKind::Drill(_)
        | ActivityKind::DailyDrill(_)
        | ActivityKind::AnotherDrill(_)
        | ActivityKind::Review(_)
        | ActivityKind::Exam(_)
        | ActivityKind::Puzzle => None,
    }
}
