//! State changes: the effect of each action, with one module per group of actions. No other code changes the state.
//!
//! Every action either has a visible effect or reports why it has none.

mod app;
pub(crate) mod attempt;
mod command;
mod course;
pub(crate) mod design;
mod drill;
mod edit;
pub(crate) mod exam;
mod lesson;
mod overlay;
mod practice;
mod review;
mod select;
mod site;
mod task;
mod time;
mod tips;
mod view;
mod window;

use std::time::Duration;

use hoplight_layout::Arrow;
use hoplight_model::scenario::Scenario;

use crate::action::{Action, AppAction, DesignAction, SelectAction, ViewAction, WindowAction};
use crate::app::{App, Effect, Screen};
use crate::editor::Pending;
use crate::key::Key;
use crate::keymap::Keymap;
use crate::notice::Notice;
use crate::regions;
use crate::stage::Stage;
use crate::tone::Tone;

impl App {
    /// Handles a key press.
    pub fn press(&mut self, key: Key) -> Vec<Effect> {
        self.changed = true;
        self.idle = Duration::ZERO;
        self.retire_notice();
        self.shown_for = Duration::ZERO;
        if self.window.is_some() && self.sheet.is_none() && !regions::too_small(self.size.0, self.size.1) {
            return self.press_in_window(key).map_or_else(Vec::new, |action| self.act(action));
        }
        if let Some(stage) = self.stage_mut() {
            stage.panels.overlays.end_brief();
        }
        let asked = std::mem::take(&mut self.leaving);
        if self.sheet.is_some() && !regions::too_small(self.size.0, self.size.1) {
            let by = self.sheet_lines(key);
            self.scroll_sheet(by);
            return Vec::new();
        }
        let Some(action) = self.keymap.action(key, self.key_context()).cloned() else {
            self.tell(Tone::Dim, format!("{key} does nothing here; {} shows the keys.", self.keymap.label(AppAction::Help)));
            return Vec::new();
        };
        let leaves = is_leaving(&action);
        // A screen this small shows no changes, so going back means quitting.
        if regions::too_small(self.size.0, self.size.1) {
            let quits = leaves || action == AppAction::Quit.into();
            return if quits { vec![Effect::Quit] } else { Vec::new() };
        }
        self.leaving = asked && leaves;
        self.act(action)
    }

    /// Performs an action.
    pub fn act(&mut self, action: impl Into<Action>) -> Vec<Effect> {
        let action = self.redirected(action.into());
        self.changed = true;
        self.idle = Duration::ZERO;
        if self.sheet.is_some() {
            return self.act_in_sheet(&action);
        }
        if let Action::Window(WindowAction::Enter(row)) = action {
            return self.enter_row(row).map_or_else(Vec::new, |action| self.act(action));
        }
        if self.refuses_in_drill(&action) {
            return Vec::new();
        }
        if self.withholds(&action) {
            self.tell(Tone::Dim, "Not before you have answered: it would give hints.");
            return Vec::new();
        }
        let mut effects = Vec::new();
        let before = self.drawing();
        match &action {
            Action::App(action) => effects = self.app_action(*action),
            Action::Course(action) => self.course_action(*action),
            Action::Design(action) => effects = self.design_action(action),
            Action::Task(action) => self.task_action(*action),
            Action::Drill(action) => self.drill_action(*action),
            Action::Review(action) => self.review_action(*action),
            Action::Exam(action) => self.exam_action(*action),
            Action::Window(action) => self.window_action(*action),
            Action::Select(action) => self.select_action(action),
            Action::View(action) => self.view_action(action),
            Action::Overlay(action) => self.overlay_action(*action),
            Action::Time(action) => self.time_action(action),
            Action::Lesson(action) => self.lesson_action(*action),
            Action::Site(action) => self.site_action(*action),
            Action::Edit(action) => self.edit_action(*action),
        }
        self.tell_what_is_cut_off();
        self.observe(true);
        self.tip_done_by(&action);
        self.follow_exam(matches!(action, Action::Exam(_)));
        effects.extend(self.take_report_due().then_some(Effect::SaveReport));
        if before.is_some() && before != self.drawing() {
            effects.push(Effect::KeepDesign);
        }
        if self.record() | self.take_unsaved() {
            effects.push(Effect::Save);
        }
        effects
    }

    /// Returns what an action means now: while a box is being moved, the arrow keys move it, and while a link is being drawn,
    /// they choose its end.
    fn redirected(&self, action: Action) -> Action {
        let action = self.redirected_in_drill(action);
        let is_covered = self.window.is_some() || self.sheet.is_some();
        let pending = self.stage().filter(|_| !is_covered).and_then(|stage| stage.editor.as_ref()?.pending.as_ref());
        match (pending, action) {
            (Some(Pending::Move(_)), Action::Select(SelectAction::Move(arrow))) => DesignAction::Shift(arrow).into(),
            (Some(Pending::Link(_)), Action::Select(SelectAction::Move(Arrow::Right | Arrow::Down) | SelectAction::Next)) => {
                DesignAction::NextEnd(true).into()
            }
            (Some(Pending::Link(_)), Action::Select(SelectAction::Move(Arrow::Left | Arrow::Up) | SelectAction::Previous)) => {
                DesignAction::NextEnd(false).into()
            }
            (_, action) => action,
        }
    }

    /// Returns the drawing in the editor.
    fn drawing(&self) -> Option<Scenario> {
        let stage = self.stage().filter(|stage| stage.editor.is_some())?;
        Some(stage.session.draft().scenario().clone())
    }

    /// Handles an action while a sheet is open: those that scroll it scroll, everything else closes it.
    fn act_in_sheet(&mut self, action: &Action) -> Vec<Effect> {
        if *action == AppAction::Quit.into() {
            return vec![Effect::Quit];
        }
        self.scroll_sheet(lines_scrolled(action));
        Vec::new()
    }

    /// Runs `change` on the stage, and shows the notice it returns.
    fn on_stage(&mut self, change: impl FnOnce(&mut Stage, &Keymap) -> Option<Notice>) {
        let Screen::Stage(stage) = &mut self.screen else {
            self.tell(Tone::Dim, "Open a lesson or an infrastructure first.");
            return;
        };
        let selected = stage.session.selected.clone();
        let notice = change(stage, &self.keymap);
        if stage.session.selected != selected {
            stage.session.unfollow_for_selection();
            stage.show_selection();
        }
        if notice.is_some() {
            self.notice = notice;
        }
    }

    /// Adds to the notice that the command has discarded a known future.
    fn tell_what_is_cut_off(&mut self) {
        if !self.stage_mut().is_some_and(Stage::take_cut_off) {
            return;
        }
        match &mut self.notice {
            Some(notice) => notice.text.push_str(CUT_OFF),
            None => self.tell(Tone::Dim, CUT_OFF.trim_start()),
        }
    }

    pub(super) fn tell(&mut self, tone: Tone, text: impl Into<String>) {
        self.notice = Some(Notice::new(tone, text));
    }

    /// Records the lesson's state in the progress. Returns whether the progress changed.
    fn record(&mut self) -> bool {
        let Screen::Stage(stage) = &self.screen else { return false };
        let Some(run) = &stage.session.lesson else { return false };
        let attempt = self.progress.is_new_attempt(run).then(|| run.finished_attempt());
        let changed = self.progress.record(run);
        if let Some(attempt) = attempt {
            self.finish_attempt(attempt);
        }
        changed
    }
}

/// Whether an action goes back. Repeating such an action confirms leaving the run.
pub(super) fn is_leaving(action: &Action) -> bool {
    matches!(action, Action::App(AppAction::Back | AppAction::Escape))
}

/// Returns the number of lines that an action scrolls a sheet.
const fn lines_scrolled(action: &Action) -> Option<i16> {
    if let Action::View(ViewAction::Scroll(by)) = action {
        Some(*by)
    } else if let Action::Select(SelectAction::Move(Arrow::Down)) = action {
        Some(1)
    } else if let Action::Select(SelectAction::Move(Arrow::Up)) = action {
        Some(-1)
    } else {
        None
    }
}

/// Whether the lesson occupies the panel, so that the selected element is not shown.
pub(crate) fn hides_detail(stage: &Stage) -> bool {
    !stage.viewport.regions.wide && stage.session.lesson.is_some() && !stage.panels.show_detail
}

/// Appended to the notice of a command that discards a known future.
const CUT_OFF: &str = " The known future is discarded.";
