//! One-line texts: the header, what users experience, the footer's keys, a line of the course map.
//!
//! Must not know where on the screen they go.

mod header;

use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use hoplight_analysis::user;
use hoplight_lesson::{LessonProgress, LessonRun, Pace};
use hoplight_model::{Element, RequestKind};
use hoplight_sim::{Activity, Heading, Present};

use super::action::Action;
use super::keymap::Binding;
use super::line::{Line, Tone};
use super::overlay::Overlay;
use super::stage::{Stage, Summary};
use super::{App, Item, View};

pub use header::{header, header_parts};

/// What users experienced in this last time is shown.
const WINDOW: Duration = Duration::from_secs(10);

/// What users experience and what the analysis says, or the notice in its place.
pub fn status(app: &App, stage: &Stage) -> Line {
    Line::joined(status_parts(app, stage))
}

/// The parts of that line, each with what a click on it does.
pub fn status_parts(app: &App, stage: &Stage) -> Vec<Line> {
    if let Some(notice) = &app.notice {
        return vec![Line::new(notice.tone, format!(" {}", notice.text))];
    }
    if let Some(line) = overlay(stage) {
        return vec![line.doing(Action::OverlayChoice)];
    }
    if let Some(line) = followed(stage).or_else(|| app.tip()) {
        return vec![line];
    }
    let heard = stage.wiretap_saw_secret().then(|| format!(" tap: password of {} seen ", user()));
    let sim = stage.sim();
    let users = sim.experience(WINDOW, None);
    let ms = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |ms| format!("{ms:.0}"));
    let (tone, errors) = match users.error_ratio() {
        None => (Tone::Dim, "–".to_owned()),
        Some(ratio) if ratio > 0.0 => (Tone::Bad, format!("{:.1} %", ratio * 100.0)),
        Some(_) => (Tone::Good, "0 %".to_owned()),
    };
    let Summary { exposed, plaintext, single_points } = &stage.summary;
    let spofs = single_points.as_ref().map_or_else(|| "–".into(), |points| points.len().to_string());
    let infra = stage.infra();
    let browser = infra.browser();
    // What is laid over the diagram is seen there only.
    let lay = |overlay| (stage.view == View::Canvas).then_some(Action::Lay(overlay));
    let users =
        Line::new(Tone::Name, " users ").with(Tone::Text, format!("p50 {} p99 {} ms ", ms(users.p50_ms), ms(users.p99_ms)));
    let readable = Line::new(Tone::Dim, format!("  plaintext hops {plaintext} ("))
        .with(if *exposed > 0 { Tone::Bad } else { Tone::Good }, format!("{exposed} exposed"))
        .with(Tone::Dim, ")");
    let points = |words: &str| Line::new(Tone::Dim, format!("  {words} ")).with(Tone::Text, spofs.as_str());
    let tapped = stage.timeline.tapped().map(|link| Action::Select(infra.hop_element(link)));
    let users = vec![
        Line { action: tapped, ..Line::new(Tone::Secret, heard.unwrap_or_default()) },
        Line { action: browser.map(|ix| Action::Select(Element::Component(infra.component(ix).id.clone()))), ..users },
        Line::new(Tone::Dim, " errors ").with(tone, errors).doing(Action::Log),
    ];
    let readable = Line { action: lay(Overlay::ReadableHops), ..readable };
    let with = |more: Vec<Line>| [users.clone(), more].concat();
    let full = |words| with(vec![readable.clone(), Line { action: lay(Overlay::SinglePoints), ..points(words) }]);
    // What has no room is left out whole.
    let all = [full("single points of failure for writes"), full("SPOFs"), with(vec![readable.clone()])];
    let room = usize::from(stage.regions.status.width);
    all.into_iter().find(|parts| parts.iter().map(Line::width).sum::<usize>() <= room).unwrap_or(users)
}

/// Whether something has the place of what users experience.
pub(super) fn is_taken(stage: &Stage) -> bool {
    overlay(stage).is_some() || followed(stage).is_some()
}

/// What the overlay shows, in the fullest wording for which there is room.
fn overlay(stage: &Stage) -> Option<Line> {
    let view = stage.overlays.view();
    let room = usize::from(stage.regions.status.width).saturating_sub(1);
    let text = view.line.iter().find(|text| text.width() <= room).or(view.line.last())?;
    Some(Line::new(view.tone, format!(" {text}")))
}

/// What the followed request does now, in the trace pace.
fn followed(stage: &Stage) -> Option<Line> {
    let number = stage.playback.followed.filter(|_| stage.playback.pace == Pace::Trace)?;
    let infra = stage.infra();
    let line =
        |kind: RequestKind| Line::new(Tone::Name, format!(" r{number} ")).with(Tone::Dim, format!("{}  ", kind.request_line()));
    let Some(Present { kind, phase, doing, .. }) = stage.sim().present(number) else {
        let ended = stage.timeline.trail().next_back()?;
        let (_, kind) = ended.request?;
        let text = ended.describe(infra);
        let text = text.split_once(": ").map_or(text.as_str(), |(_, rest)| rest).to_owned();
        return Some(line(kind).with(Tone::Text, text));
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
                Heading::Response => (to, from, "answer to "),
            };
            let word = phase.on(infra.link(link).protocol);
            (Tone::Accent, format!("{way}{word} travels {} → {}", name(from), name(to)))
        }
        Activity::Served(ix) => (Tone::Good, format!("{} works on it ({})", name(ix), phase.word())),
        Activity::Waits(ix) => (Tone::Warn, format!("it waits in line at {}", name(ix))),
        Activity::Pauses(ix) => (Tone::Warn, format!("{} pauses before it tries again", name(ix))),
        Activity::Lost(link) => {
            let (from, to) = infra.ends(link);
            (Tone::Bad, format!("lost on {} → {}: {} waits for an answer", name(from), name(to), name(from)))
        }
    };
    Some(line(kind).with(tone, text).doing(Action::Select(about)))
}

/// What the last two keys of the footer take.
const HELP: &str = " ? help ";
const ALL: &str = " : all ";

/// The keys that work now, with what a click on each does, as many as `width` holds.
pub fn footer(app: &App, width: u16) -> Vec<(Line, Action)> {
    let mut room = usize::from(width);
    let mut keys = Vec::new();
    let shown = app.keymap.at(app.place()).filter(|binding| !binding.word.is_empty() && works(app, &binding.action));
    let mut shown: Vec<&Binding> = shown.collect();
    // While an overlay is on, its keys are the likeliest.
    let overlays = app.stage().is_some_and(|stage| stage.overlays.shown().is_some());
    let compares = app.stage().is_some_and(|stage| stage.comparison.is_some());
    let monitors = app.stage().is_some_and(|stage| stage.view == View::Monitor);
    shown.sort_by_key(|binding| match binding.action {
        Action::NextOverlay | Action::Overlay | Action::OverlayChoice => !overlays,
        Action::Compare => !compares,
        Action::Monitor => !monitors,
        _ => true,
    });
    for binding in shown {
        let Some(key) = binding.keys.first() else { continue };
        let word = word(app, &binding.action, binding.word);
        let line = Line::new(Tone::Accent, format!(" {key}")).with(Tone::Dim, format!(" {word}"));
        let needed = line.width() + 1;
        // What leads to everything else always has its place at the end.
        let kept = match binding.action {
            Action::Help => 0,
            Action::Palette => HELP.width(),
            _ => HELP.width() + ALL.width(),
        };
        if needed + kept <= room {
            room -= needed;
            keys.push((line, binding.action.clone()));
        }
    }
    keys
}

/// Whether something is selected that can be killed.
pub(super) fn can_kill(stage: &Stage) -> bool {
    stage.selected.as_ref().is_some_and(|selected| {
        let component = stage.infra().find(match selected {
            Element::Component(id) => id.as_str(),
            _ => return true,
        });
        component.is_none_or(|ix| stage.infra().component(ix).kind.can_crash())
    })
}

/// Whether an action does something now.
pub(super) fn works(app: &App, action: &Action) -> bool {
    let Some(stage) = app.stage() else { return true };
    let question = stage.lesson.as_ref().and_then(|run| run.question());
    match action {
        Action::KillOrRestore => can_kill(stage),
        Action::Wiretap => stage.wiretap.is_some() || matches!(stage.selected, Some(Element::Hop(..))),
        Action::Panel => !stage.regions.wide && stage.view != View::Compare,
        Action::Monitor => stage.comparison.is_none(),
        Action::Overview | Action::Pan(_) => stage.is_larger(),
        // They are on the diagram.
        Action::NextOverlay | Action::Overlay | Action::OverlayChoice | Action::NextPacket if stage.view != View::Canvas => false,
        Action::NextOverlay => !stage.overlays.is_veiled(),
        Action::Overlay => stage.overlays.shown().is_some(),
        Action::OverlayChoice => stage.overlays.choice().is_some(),
        Action::Mark => question.is_some_and(|question| question.target().is_some()),
        Action::Hint => {
            let is_left = |run: &LessonRun| !run.is_open() && !run.solution_shown();
            stage.lesson.as_ref().is_some_and(|run| is_left(run) && run.step().is_some_and(|step| !step.hints.is_empty()))
        }
        Action::Enter => stage.lesson.as_ref().is_some_and(|run| {
            run.is_open() || run.place() == hoplight_lesson::Place::Finished || question.is_some_and(|q| q.target().is_some())
        }),
        _ => true,
    }
}

/// Whether the wiretap would be taken away now.
fn is_tapped(stage: &Stage) -> bool {
    match (&stage.wiretap, &stage.selected) {
        (Some((from, to)), Some(Element::Hop(a, b))) => (from, to) == (a, b),
        (tap, _) => tap.is_some(),
    }
}

/// The footer's word for an action, where it depends on the state.
fn word<'a>(app: &App, action: &Action, usual: &'a str) -> &'a str {
    let Some(stage) = app.stage() else { return usual };
    match action {
        Action::Pause if stage.playback.paused => "go on",
        Action::KillOrRestore if stage.selected.as_ref().is_some_and(|e| stage.sim().is_up(e) == Some(false)) => "restore",
        Action::Panel if stage.show_detail => "less",
        Action::Wiretap if is_tapped(stage) => "no tap",
        Action::Compare if stage.comparison.is_some() => "end comparison",
        Action::Monitor if stage.view == View::Monitor => "diagram",
        // After the last hint.
        Action::Hint
            if stage.lesson.as_ref().is_some_and(|run| run.step().is_some_and(|it| run.hints().len() == it.hints.len())) =>
        {
            "solution"
        }
        Action::OverlayChoice => stage.overlays.choice().unwrap_or(usual),
        Action::Enter if stage.lesson.as_ref().is_some_and(|run| run.place() == hoplight_lesson::Place::Finished) => "course map",
        Action::Enter if stage.lesson.as_ref().is_some_and(|run| !run.is_open() && !run.is_solved()) => "submit",
        _ => usual,
    }
}

/// A line of the course map.
pub fn course_line(app: &App, item: &Item, room: u16) -> Line {
    match item {
        Item::Lesson(lesson) => {
            let LessonProgress { furthest, finished, quiz } = app.progress.of(&lesson.id);
            let (tone, mark) = match (finished, furthest) {
                (true, _) => (Tone::Good, "✓"),
                (false, 0) => (Tone::Dim, "○"),
                (false, _) => (Tone::Accent, "◐"),
            };
            let line = Line::new(tone, format!("{mark} ")).with(Tone::Text, lesson.title.to_string());
            let (word, done) = match (finished, quiz) {
                (true, Some(score)) => ("  quiz ", format!("{}/{}", score.right, score.of)),
                (false, _) if furthest > 0 => {
                    let steps = lesson.steps.len();
                    ("  ", format!("{}/{steps}", furthest.min(u32::try_from(steps).unwrap_or(u32::MAX))))
                }
                _ => return line,
            };
            // The mark says that the lesson is done, hence that the figure is the quiz's, where there is no room for the word.
            let fits = line.width() + word.len() + done.len() <= usize::from(room);
            line.with(Tone::Dim, format!("{}{done}", if fits { word } else { " " }))
        }
        Item::Scenario(infra) => Line::new(Tone::Dim, "▹ ").with(Tone::Text, infra.title().to_owned()),
    }
}
