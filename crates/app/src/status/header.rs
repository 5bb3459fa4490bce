//! The header: the lesson or infrastructure on the left, pace and time on the right.

use hoplight_lesson::Pace;

use crate::action::{Action, EditAction, SelectAction, TimeAction, ViewAction, WindowAction};
use crate::app::{App, Screen};
use crate::line::Line;
use crate::monitor::item::MonitorItem;
use crate::sender::sender;
use crate::stage::Stage;
use crate::task::Task;
use crate::tone::Tone;
use crate::view::View;
use crate::window::kind::WindowKind;
use crate::{monitor, outage};

/// Returns the two sides of the header.
pub fn header(app: &App, width: u16) -> (Line, Line) {
    let (left, right) = header_parts(app, width);
    (Line::joined(left), Line::joined(right))
}

/// Returns the parts of the header's two sides, each with its click action.
pub fn header_parts(app: &App, width: u16) -> (Vec<Line>, Vec<Line>) {
    let name = Line::new(Tone::Accent, " hoplight ").doing(WindowAction::Open(WindowKind::Palette));
    let Screen::Stage(stage) = &app.screen else {
        return (vec![name, Line::new(Tone::Text, " run a web infrastructure, break it, fix it")], Vec::new());
    };
    if let Some(parts) = super::drill::header(stage, name.clone(), width) {
        return parts;
    }
    // While a site is drawn, it is no news that it does not work yet.
    if outage::is_total(stage.sim()) && stage.editor.is_none() {
        let seconds = outage::WINDOW.as_secs();
        let banner = Line::new(Tone::Alarm, format!(" SITE DOWN: no request has succeeded for {seconds} s "));
        let right = clock(stage, false);
        return (vec![name, banner.doing(WindowAction::Open(WindowKind::Log))], right);
    }
    let title = match (&stage.session.lesson, &stage.task) {
        (Some(run), _) => run.lesson().title.to_string(),
        (None, Some(task)) => task.title().0,
        (None, None) => stage.infra().title().to_owned(),
    };
    // Without a selection, the panel describes the infrastructure.
    let title = Line::new(Tone::Name, format!(" {title}")).doing(SelectAction::Clear);
    // If not everything fits, omit the TLS mode: the canvas shows it too.
    let fits = |left: &[Line], right: &[Line]| {
        let wide: usize = left.iter().chain(right).map(Line::width).sum();
        wide < usize::from(width)
    };
    let Some(page) = monitor::page(stage) else {
        // The mode would answer questions about the drawing.
        let shows_tls = !stage.task.as_ref().is_some_and(Task::asks_for_ciphers);
        let (left, whole) = (vec![name, title], clock(stage, shows_tls));
        let right = if fits(&left, &whole) { whole } else { clock(stage, false) };
        return (left, right);
    };
    // A firing alert must be visible in every view: if not everything fits, omit the title.
    let right = clock(stage, false);
    let page = |gap: &str| Line { action: look_at_page(stage), ..Line::new(Tone::Bad, format!("{gap}{page}")) };
    let both = vec![name.clone(), title, page("  ")];
    (if fits(&both, &right) { both } else { vec![name, page(" ")] }, right)
}

/// Returns the action of a click on the alert: opens the monitoring screen, or selects the alert there.
fn look_at_page(stage: &Stage) -> Option<Action> {
    match stage.panels.view {
        View::Canvas => Some(ViewAction::ToggleMonitor.into()),
        View::Monitor => {
            let worst = monitor::telling(stage, &stage.sim().alerts()).first().copied();
            worst.map(|at| SelectAction::Monitored(MonitorItem::Alert(at)).into())
        }
        View::Compare | View::Drill => None,
    }
}

/// Returns the pace, the playback state, the speed and the time.
fn clock(stage: &Stage, tls: bool) -> Vec<Line> {
    let playback = &stage.session.playback;
    let followed =
        playback.followed.filter(|_| playback.pace == Pace::Trace).map_or_else(String::new, |n| format!(" {}", sender(n)));
    let (tone, state) = if playback.paused { (Tone::Warn, "‖ paused") } else { (Tone::Good, "▶") };
    let mode = stage.infra().tls().edge.word();
    let time = stage.sim().now().as_secs_f64();
    let time =
        if playback.pace == Pace::Trace || playback.paused { format!("  t={time:.4} s ") } else { format!("  t={time:.1} s ") };
    vec![
        Line::new(Tone::Dim, if tls { format!("TLS {mode}  ") } else { String::new() }).doing(EditAction::CycleTls),
        Line::new(Tone::Text, format!("{}{followed} ", playback.pace.word())).doing(TimeAction::Pace),
        Line::new(tone, state).doing(TimeAction::Pause),
        Line::new(Tone::Text, format!(" {}", playback.speed_label())).doing(TimeAction::Faster),
        Line::new(Tone::Dim, time).doing(WindowAction::Open(WindowKind::Jump)),
    ]
}
