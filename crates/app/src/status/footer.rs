//! The footer: the available keys with their labels.

use hoplight_exam::ExamMode;
use hoplight_lesson::{Ask, LessonRun, Place};
use hoplight_model::Element;
use hoplight_model::text;

use crate::action::{
    Action, AppAction, DesignAction, DrillAction, ExamAction, LessonAction, OverlayAction, ReviewAction, SelectAction,
    SiteAction, TimeAction, ViewAction, WindowAction,
};
use crate::app::App;
use crate::dismissal::Dismissal;
use crate::editor::Pending;
use crate::keymap::Binding;
use crate::line::Line;
use crate::stage::Stage;
use crate::task::Task;
use crate::task::drill::{DrillPhase, DrillTask};
use crate::task::review::ReviewTask;
use crate::tone::Tone;
use crate::view::View;
use crate::window::kind::WindowKind;

/// Text of the last two keys.
const HELP: &str = " ? help ";
const ALL: &str = " : all ";

/// Returns the available keys, each with its action, as many as fit into `width`: those of the moment first, then what going
/// back leaves, the palette and the help.
pub fn footer(app: &App, width: u16) -> Vec<(Line, Action)> {
    let key = |label: &str, word: &str| Line::new(Tone::Accent, format!(" {label}")).with(Tone::Dim, format!(" {word}"));
    let escape = AppAction::Escape;
    let is_last = |action: &Action| {
        *action == AppAction::Help.into() || *action == WindowAction::Open(WindowKind::Palette).into() || *action == escape.into()
    };
    let back = app.keymap.label(escape);
    let back = (back != "?").then(|| (key(&back, escape_word(app)), escape.into()));
    let mut room = usize::from(width).saturating_sub(text::width(HELP) + text::width(ALL));
    room = room.saturating_sub(back.as_ref().map_or(0, |(line, _): &(Line, Action)| line.width() + 1));
    let context = app.key_context();
    let shows = |binding: &&Binding| !binding.word.is_empty() && app.keymap.is_effective(binding, context);
    let bound = || app.keymap.at(context).filter(shows).filter(|binding| works(app, &binding.action));
    let mut first: Vec<&Binding> = bound().filter(|binding| !is_last(&binding.action)).collect();
    if let Some(stage) = app.stage() {
        first.sort_by_key(|binding| rank(stage, &binding.action));
    }
    let mut keys = Vec::new();
    for binding in first {
        let Some(label) = binding.keys.first() else { continue };
        let line = key(&label_of(app, binding, label.to_string()), word(app, &binding.action, binding.word));
        let needed = line.width() + 1;
        if needed <= room {
            room -= needed;
            keys.push((line, binding.action.clone()));
        }
    }
    keys.extend(back);
    let last = bound().filter(|binding| is_last(&binding.action) && binding.action != escape.into());
    keys.extend(last.filter_map(|binding| Some((key(&binding.keys.first()?.to_string(), binding.word), binding.action.clone()))));
    keys
}

/// Returns what the key that goes back leaves next.
fn escape_word(app: &App) -> &'static str {
    match (app.stage(), app.leaving) {
        (_, true) => "confirm",
        (None, false) => "quit",
        (Some(stage), false) => Dismissal::next(stage, true).map_or("leave", Dismissal::word),
    }
}

/// Returns the label of a key. One entry stands for the keys of all options.
fn label_of(app: &App, binding: &Binding, label: String) -> String {
    let options = || app.stage().and_then(options).filter(|count| *count > 1);
    match (&binding.action, options()) {
        (Action::Lesson(LessonAction::Answer(0)), Some(count)) if label == "1" => format!("1-{count}"),
        (Action::Drill(DrillAction::Page(_)), _) if label == "1" => "1-6".to_owned(),
        (Action::Select(SelectAction::Move(_)), _) if label == "Right" || label == "Down" => "arrows".to_owned(),
        _ => label,
    }
}

/// Returns the number of options of the open question, if it has options.
fn options(stage: &Stage) -> Option<usize> {
    let run = stage.session.lesson.as_ref().filter(|run| !run.is_open() && !run.is_solved())?;
    match &run.question()?.ask {
        Ask::Choice(choices) => Some(choices.len()),
        Ask::Mark { .. } => None,
    }
}

/// Returns how soon an action is likely to be used at this moment; 0 is first. Actions of equal rank keep the keymap's order.
fn rank(stage: &Stage, action: &Action) -> u8 {
    let is_asked = asks_for_marks(stage) && stage.session.wants_marks();
    let on_diagram = stage.panels.view == View::Canvas;
    let selected = stage.session.selected.as_ref().filter(|_| on_diagram);
    let hop = matches!(selected, Some(Element::Hop(..)));
    let paused = stage.session.playback.paused;
    let (now, soon, usual) = (0, 1, 3);
    match action {
        // A question waits for its answer, a finished step for the next one.
        Action::Review(ReviewAction::MarkElement) if selected.is_none() => usual,
        Action::App(AppAction::Enter)
        | Action::Lesson(LessonAction::Answer(_))
        | Action::Window(WindowAction::Open(WindowKind::Probes | WindowKind::Suspects | WindowKind::Remedies))
        | Action::Task(_)
        | Action::Drill(_)
        | Action::Review(_)
        | Action::Exam(_) => now,
        Action::Lesson(LessonAction::Mark) | Action::Select(SelectAction::Move(_)) if is_asked => now,
        Action::View(ViewAction::Compare) if stage.panels.comparison.is_some() => now,
        Action::View(ViewAction::ToggleMonitor) if stage.panels.view == View::Monitor => now,
        Action::Select(SelectAction::Move(_)) if stage.panels.view == View::Monitor => soon,
        Action::Overlay(_) if stage.panels.overlays.shown().is_some() => now,
        Action::Time(TimeAction::StepForward | TimeAction::StepBack) => {
            if paused {
                soon
            } else {
                usual
            }
        }
        Action::Design(action) => rank_in_editor(stage, action),
        Action::Time(TimeAction::Pause) => soon,
        Action::Select(SelectAction::Wiretap) if hop => soon,
        Action::Site(SiteAction::KillOrRestore) | Action::App(AppAction::Whiteboard) if selected.is_some() => soon,
        Action::Lesson(LessonAction::Hint) => 2,
        Action::App(_)
        | Action::Course(_)
        | Action::Window(_)
        | Action::Select(_)
        | Action::View(_)
        | Action::Overlay(_)
        | Action::Time(_)
        | Action::Lesson(_)
        | Action::Site(_)
        | Action::Edit(_) => usual,
    }
}

/// Returns how soon an action of the editor is likely to be used.
fn rank_in_editor(stage: &Stage, action: &DesignAction) -> u8 {
    let Some(editor) = &stage.editor else { return 3 };
    match action {
        DesignAction::Confirm | DesignAction::Connect if editor.pending.is_some() => 0,
        DesignAction::Continue => 0,
        DesignAction::Toggle => 3,
        _ => 1,
    }
}

/// Whether an action of the editor currently has an effect.
fn design_action_works(stage: &Stage, action: &DesignAction) -> bool {
    let Some(editor) = &stage.editor else {
        return *action == DesignAction::Toggle && stage.session.lesson.is_none();
    };
    let selected = stage.session.selected.as_ref();
    let is_box = matches!(selected, Some(Element::Component(_) | Element::Server(_)));
    match action {
        DesignAction::Connect => is_box || editor.pending.is_some(),
        DesignAction::Copy | DesignAction::Rename | DesignAction::Move => is_box,
        DesignAction::Delete => selected.is_some(),
        DesignAction::FitRules => stage.infra().firewalls().next().is_some(),
        DesignAction::Continue => editor.offered.is_some(),
        DesignAction::Toggle
        | DesignAction::Add
        | DesignAction::AddPart(_)
        | DesignAction::Join(..)
        | DesignAction::NextEnd(_)
        | DesignAction::Shift(_)
        | DesignAction::Place(..)
        | DesignAction::Confirm
        | DesignAction::Settings
        | DesignAction::Change(_)
        | DesignAction::Set(..)
        | DesignAction::Undo
        | DesignAction::Redo
        | DesignAction::Save
        | DesignAction::Findings => true,
    }
}

/// Whether an action currently has an effect.
pub fn works(app: &App, action: &Action) -> bool {
    let Some(stage) = app.stage() else { return true };
    if stage.drill().is_some_and(|drill| drill.withholds(action)) {
        return false;
    }
    if app.withholds(action) {
        return false;
    }
    match action {
        Action::Drill(action) => drill_action_works(stage, *action),
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
        Action::Design(action) => design_action_works(stage, action),
        // The next review is offered once this one is submitted.
        Action::Task(_) => {
            let task = stage.task.as_ref();
            task.is_some_and(|task| task.as_review().is_none_or(|review| !review.hides_answers()))
        }
        Action::Review(action) => {
            stage.task.as_ref().and_then(Task::as_review).is_some_and(|review| review.works(stage, *action))
        }
        Action::Exam(action) => stage.task.as_ref().is_some_and(|task| exam_action_works(stage, task, *action)),
        Action::Window(WindowAction::Open(WindowKind::Probes | WindowKind::Suspects | WindowKind::Remedies)) => {
            stage.hidden_drill().is_some_and(DrillTask::is_started)
        }
        Action::Course(_) | Action::Window(_) | Action::Time(_) | Action::Edit(_) => true,
    }
}

/// Whether an action of a drill currently has an effect.
fn drill_action_works(stage: &Stage, action: DrillAction) -> bool {
    let Some(drill) = stage.drill() else { return false };
    let phase = drill.phase();
    match action {
        DrillAction::Enter => matches!(phase, DrillPhase::Briefing | DrillPhase::Over),
        DrillAction::Declare => phase == DrillPhase::Watching,
        DrillAction::Probe(_) | DrillAction::Diagnose(_) | DrillAction::Remedy(_) | DrillAction::Hint | DrillAction::GiveUp => {
            phase != DrillPhase::Briefing && phase != DrillPhase::Over
        }
        DrillAction::Page(_) => phase != DrillPhase::Over,
        DrillAction::Truth(shows) => phase == DrillPhase::Over && drill.shows_truth() != shows,
        DrillAction::Again => phase == DrillPhase::Over,
    }
}

fn exam_action_works(stage: &Stage, task: &Task, action: ExamAction) -> bool {
    let exam = match task {
        Task::Mission(_) | Task::Drill(_) | Task::Review(_) => return false,
        Task::Puzzle(puzzle) => {
            return match action {
                ExamAction::Confirm => true,
                ExamAction::Down | ExamAction::Up | ExamAction::Toggle | ExamAction::ToggleAt(_) => puzzle.score().is_none(),
                ExamAction::Finish
                | ExamAction::Pause
                | ExamAction::Practise
                | ExamAction::Grade(_)
                | ExamAction::Mode
                | ExamAction::Type
                | ExamAction::HandInText
                | ExamAction::Skip
                | ExamAction::Digit(_)
                | ExamAction::Erase => false,
            };
        }
        Task::Practice(practice) => {
            return match action {
                ExamAction::Confirm => true,
                ExamAction::Down | ExamAction::Up | ExamAction::ToggleAt(_) => practice.has_cursor(),
                ExamAction::Toggle => practice.has_cursor() || (practice.is_marking() && stage.session.selected.is_some()),
                ExamAction::Skip => practice.is_asking(),
                ExamAction::Digit(_) | ExamAction::Erase => practice.is_typing(),
                ExamAction::Finish
                | ExamAction::Pause
                | ExamAction::Practise
                | ExamAction::Grade(_)
                | ExamAction::Type
                | ExamAction::HandInText
                | ExamAction::Mode => false,
            };
        }
        Task::Exam(exam) => exam,
    };
    let is_practice = exam.mode() == ExamMode::Practice;
    match action {
        ExamAction::Pause => is_practice && exam.report().is_none(),
        _ if exam.run().is_paused() => false,
        ExamAction::Finish => exam.is_drawing(),
        ExamAction::Practise => !is_practice && exam.is_drawing() && stage.session.draft().undo_len() == 0,
        ExamAction::Confirm => !exam.is_drawing(),
        ExamAction::Down | ExamAction::Up => exam.has_choices() || exam.has_points() || exam.report().is_some(),
        ExamAction::Toggle | ExamAction::ToggleAt(_) => exam.has_choices(),
        ExamAction::Grade(_) => exam.has_points(),
        ExamAction::Mode => exam.has_modes(),
        ExamAction::Type | ExamAction::HandInText => exam.typed().is_some(),
        ExamAction::Skip => exam.is_asking(),
        ExamAction::Digit(_) | ExamAction::Erase => false,
    }
}

/// Returns the footer's label for an action of an exam, if it depends on the state.
fn exam_word(stage: &Stage, action: ExamAction) -> Option<&'static str> {
    match (stage.task.as_ref()?, action) {
        (Task::Exam(exam), ExamAction::Confirm) => Some(exam.confirm_word()),
        (Task::Exam(exam), ExamAction::Mode) => Some(exam.mode_word()),
        (Task::Exam(exam), ExamAction::Pause) => exam.run().is_paused().then_some("resume"),
        (Task::Puzzle(puzzle), ExamAction::Confirm) => Some(if puzzle.score().is_some() { "next site" } else { "hand in" }),
        (Task::Practice(practice), ExamAction::Confirm) => Some(if practice.is_asking() { "hand in" } else { "go on" }),
        (Task::Practice(practice), ExamAction::Toggle) if practice.is_marking() => Some("mark"),
        (Task::Exam(_) | Task::Puzzle(_) | Task::Practice(_) | Task::Mission(_) | Task::Drill(_) | Task::Review(_), _) => None,
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
        AppAction::Whiteboard => stage.session.selected.is_some(),
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
        | SelectAction::Deselect
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
        LessonAction::Answer(_) => options(stage).is_some(),
        LessonAction::Previous | LessonAction::Skip | LessonAction::Restart => true,
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
        Action::Select(SelectAction::Move(_)) if stage.panels.view == View::Drill => Some("scroll"),
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
        Action::Design(DesignAction::Toggle) => stage.editor.is_some().then_some("done"),
        Action::Design(DesignAction::Confirm | DesignAction::Connect) => {
            let pending = stage.editor.as_ref().and_then(|editor| editor.pending.as_ref());
            pending.map(|pending| if matches!(pending, Pending::Link(_)) { "draw link" } else { "end move" })
        }
        Action::Review(ReviewAction::Repaired) => {
            let review = stage.task.as_ref().and_then(Task::as_review);
            review.is_some_and(ReviewTask::shows_repaired).then_some("as written")
        }
        Action::Exam(action) => exam_word(stage, *action),
        Action::App(_)
        | Action::Course(_)
        | Action::Window(_)
        | Action::Select(_)
        | Action::View(_)
        | Action::Overlay(_)
        | Action::Time(_)
        | Action::Lesson(_)
        | Action::Site(_)
        | Action::Edit(_)
        | Action::Design(_)
        | Action::Task(_)
        | Action::Drill(_)
        | Action::Review(_) => None,
    };
    word.unwrap_or(usual)
}
