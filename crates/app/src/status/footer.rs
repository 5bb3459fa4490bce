//! The footer: the available keys with their labels.

use hoplight_lesson::{LessonRun, Place};
use hoplight_model::Element;
use hoplight_model::text;

use crate::action::{
    Action, AppAction, LessonAction, OverlayAction, SelectAction, SiteAction, TimeAction, ViewAction, WindowAction,
};
use crate::app::App;
use crate::keymap::Binding;
use crate::line::Line;
use crate::stage::Stage;
use crate::tone::Tone;
use crate::view::View;
use crate::window::kind::WindowKind;

/// Text of the last two keys.
const HELP: &str = " ? help ";
const ALL: &str = " : all ";

/// Returns the available keys, each with its action, as many as fit into `width`.
pub fn footer(app: &App, width: u16) -> Vec<(Line, Action)> {
    let mut room = usize::from(width);
    let mut keys = Vec::new();
    let shown = app.keymap.at(app.key_context()).filter(|binding| !binding.word.is_empty() && works(app, &binding.action));
    let mut shown: Vec<&Binding> = shown.collect();
    if let Some(stage) = app.stage() {
        shown.sort_by_key(|binding| !is_likely(stage, &binding.action));
    }
    for binding in shown {
        let Some(key) = binding.keys.first() else { continue };
        let word = word(app, &binding.action, binding.word);
        let line = Line::new(Tone::Accent, format!(" {key}")).with(Tone::Dim, format!(" {word}"));
        let needed = line.width() + 1;
        // Reserve room for the help and the palette at the end.
        let kept = if binding.action == AppAction::Help.into() {
            0
        } else if binding.action == WindowAction::Open(WindowKind::Palette).into() {
            text::width(HELP)
        } else {
            text::width(HELP) + text::width(ALL)
        };
        if needed + kept <= room {
            room -= needed;
            keys.push((line, binding.action.clone()));
        }
    }
    keys
}

/// Whether an action is likely to be used next, because the state it toggles is on. Its key is listed first.
fn is_likely(stage: &Stage, action: &Action) -> bool {
    match action {
        Action::Overlay(_) => stage.panels.overlays.shown().is_some(),
        Action::View(ViewAction::Compare) => stage.panels.comparison.is_some(),
        Action::View(ViewAction::ToggleMonitor) => stage.panels.view == View::Monitor,
        Action::View(
            ViewAction::Scroll(_)
            | ViewAction::ScrollPanel(_)
            | ViewAction::ScrollDetail(_)
            | ViewAction::Pan(_)
            | ViewAction::CentreOn(..)
            | ViewAction::ToggleMap
            | ViewAction::TogglePanel
            | ViewAction::CompareWith(_),
        )
        | Action::App(_)
        | Action::Course(_)
        | Action::Window(_)
        | Action::Select(_)
        | Action::Time(_)
        | Action::Lesson(_)
        | Action::Site(_)
        | Action::Edit(_) => false,
    }
}

/// Whether an action currently has an effect.
pub fn works(app: &App, action: &Action) -> bool {
    let Some(stage) = app.stage() else { return true };
    match action {
        Action::App(action) => app_action_works(stage, *action),
        Action::Select(action) => select_action_works(stage, action),
        Action::View(action) => view_action_works(stage, action),
        Action::Overlay(action) => overlay_action_works(stage, *action),
        Action::Lesson(action) => lesson_action_works(stage, *action),
        Action::Site(action) => match action {
            SiteAction::KillOrRestore => stage.can_kill(),
            SiteAction::Balance
            | SiteAction::Send(_)
            | SiteAction::MoreUsers
            | SiteAction::FewerUsers
            | SiteAction::Probe
            | SiteAction::Fault(_) => true,
        },
        Action::Course(_) | Action::Window(_) | Action::Time(_) | Action::Edit(_) => true,
    }
}

fn asks_for_marks(stage: &Stage) -> bool {
    let question = stage.session.lesson.as_ref().and_then(LessonRun::question);
    question.is_some_and(|question| question.target().is_some())
}

fn is_finished(run: &LessonRun) -> bool {
    run.place() == Place::Finished
}

fn app_action_works(stage: &Stage, action: AppAction) -> bool {
    match action {
        AppAction::Enter => {
            let run = stage.session.lesson.as_ref();
            run.is_some_and(|run| run.is_open() || is_finished(run) || asks_for_marks(stage))
        }
        AppAction::Quit
        | AppAction::Back
        | AppAction::Escape
        | AppAction::Help
        | AppAction::NextTheme
        | AppAction::Ascii
        | AppAction::ReducedMotion => true,
    }
}

fn select_action_works(stage: &Stage, action: &SelectAction) -> bool {
    match action {
        SelectAction::Wiretap => stage.session.wiretap().is_some() || matches!(stage.session.selected, Some(Element::Hop(..))),
        SelectAction::NextPacket => stage.panels.view == View::Canvas,
        SelectAction::Move(_)
        | SelectAction::Next
        | SelectAction::Previous
        | SelectAction::Element(_)
        | SelectAction::Monitored(_)
        | SelectAction::Clear
        | SelectAction::Follow(_) => true,
    }
}

fn view_action_works(stage: &Stage, action: &ViewAction) -> bool {
    match action {
        ViewAction::TogglePanel => !stage.viewport.regions.wide && stage.panels.view != View::Compare,
        ViewAction::ToggleMonitor => stage.panels.comparison.is_none(),
        ViewAction::ToggleMap | ViewAction::Pan(_) => stage.viewport.is_larger(),
        ViewAction::Scroll(_)
        | ViewAction::ScrollPanel(_)
        | ViewAction::ScrollDetail(_)
        | ViewAction::CentreOn(..)
        | ViewAction::Compare
        | ViewAction::CompareWith(_) => true,
    }
}

fn overlay_action_works(stage: &Stage, action: OverlayAction) -> bool {
    let on_diagram = stage.panels.view == View::Canvas;
    match action {
        OverlayAction::Next => on_diagram && !stage.panels.overlays.is_suspended(),
        OverlayAction::Toggle => on_diagram && stage.panels.overlays.shown().is_some(),
        OverlayAction::NextChoice => on_diagram && stage.panels.overlays.choice().is_some(),
        OverlayAction::Show(_) => true,
    }
}

fn lesson_action_works(stage: &Stage, action: LessonAction) -> bool {
    match action {
        LessonAction::Mark => asks_for_marks(stage),
        LessonAction::Hint => {
            let is_left = |run: &LessonRun| !run.is_open() && !run.solution_shown();
            let run = stage.session.lesson.as_ref();
            run.is_some_and(|run| is_left(run) && run.step().is_some_and(|step| !step.hints.is_empty()))
        }
        LessonAction::Previous | LessonAction::Skip | LessonAction::Restart | LessonAction::Answer(_) => true,
    }
}

/// Whether the wiretap key would remove the wiretap.
fn is_tapped(stage: &Stage) -> bool {
    match (stage.session.wiretap(), &stage.session.selected) {
        (Some((from, to)), Some(Element::Hop(a, b))) => (from, to) == (a, b),
        (tap, _) => tap.is_some(),
    }
}

/// Returns the footer's label for an action, which may depend on the state.
fn word<'a>(app: &App, action: &Action, usual: &'a str) -> &'a str {
    let Some(stage) = app.stage() else { return usual };
    let run = stage.session.lesson.as_ref();
    let word = match action {
        Action::Time(TimeAction::Pause) => stage.session.playback.paused.then_some("resume"),
        Action::Site(SiteAction::KillOrRestore) => {
            let is_down = stage.session.selected.as_ref().is_some_and(|element| stage.sim().is_up(element) == Some(false));
            is_down.then_some("restore")
        }
        Action::View(ViewAction::TogglePanel) => stage.panels.show_detail.then_some("less"),
        Action::View(ViewAction::Compare) => stage.panels.comparison.is_some().then_some("end comparison"),
        Action::View(ViewAction::ToggleMonitor) => (stage.panels.view == View::Monitor).then_some("diagram"),
        Action::Select(SelectAction::Wiretap) => is_tapped(stage).then_some("no tap"),
        Action::Lesson(LessonAction::Hint) => {
            let all_shown = |run: &LessonRun| run.step().is_some_and(|step| run.hints().len() == step.hints.len());
            run.is_some_and(all_shown).then_some("solution")
        }
        Action::Overlay(OverlayAction::NextChoice) => stage.panels.overlays.choice(),
        Action::App(AppAction::Enter) if run.is_some_and(is_finished) => {
            let next = run.and_then(|run| app.library.lesson_after(&run.lesson().id));
            Some(if next.is_some() { "next lesson" } else { "course map" })
        }
        Action::Lesson(LessonAction::Restart) => run.is_some_and(is_finished).then_some("retry the quiz"),
        Action::App(AppAction::Enter) => run.is_some_and(|run| !run.is_open() && !run.is_solved()).then_some("submit"),
        Action::App(_)
        | Action::Course(_)
        | Action::Window(_)
        | Action::Select(_)
        | Action::View(_)
        | Action::Overlay(_)
        | Action::Time(_)
        | Action::Lesson(_)
        | Action::Site(_)
        | Action::Edit(_) => None,
    };
    word.unwrap_or(usual)
}
