//! Quitting, confirming, help and settings.
//!
//! Settings are lost when the program ends. The program does not write the user's configuration file, so each change shows the
//! line to add there.

use hoplight_exam::ExamMode;
use hoplight_lesson::Place;

use crate::action::{AppAction, DesignAction};
use crate::activity::ActivityKind;
use crate::app::{App, Effect, Screen};
use crate::dismissal::Dismissal;
use crate::home::CourseItem;
use crate::sheet::{Sheet, SheetKind};
use crate::task::Task;
use crate::tone::Tone;

impl App {
    pub(super) fn app_action(&mut self, action: AppAction) -> Vec<Effect> {
        match action {
            AppAction::Quit => return vec![Effect::Quit],
            AppAction::Back | AppAction::Escape => return self.back(action),
            AppAction::Enter => match &self.screen {
                Screen::Home => self.open_chosen(),
                Screen::Stage(_) => self.continue_lesson(),
            },
            AppAction::Help => self.sheet = Some(Sheet { kind: SheetKind::Help, scroll: 0 }),
            AppAction::Whiteboard if self.stage().is_none() => {
                self.tell(Tone::Dim, "Open a lesson or an infrastructure first.");
            }
            AppAction::Whiteboard => self.sheet = Some(Sheet { kind: SheetKind::Whiteboard, scroll: 0 }),
            AppAction::NextTheme => {
                self.settings.look.palette = self.settings.look.palette.next();
                let word = self.settings.look.palette.word();
                self.tell_setting("", &format!("theme: \"{word}\""));
            }
            AppAction::Ascii if self.settings.look.only_ascii => {
                self.tell(Tone::Dim, "The locale supports only ASCII.");
            }
            AppAction::Ascii => {
                self.settings.look.ascii = !self.settings.look.ascii;
                self.tell_setting("", &format!("ascii: {}", self.settings.look.ascii));
            }
            AppAction::ReducedMotion => {
                self.settings.reduced_motion = !self.settings.reduced_motion;
                let change = if self.settings.reduced_motion { "Reduced motion is on. " } else { "Reduced motion is off. " };
                self.tell_setting(change, &format!("reduced_motion: {}", self.settings.reduced_motion));
            }
        }
        Vec::new()
    }

    /// Shows the line of the configuration file that makes a setting permanent.
    fn tell_setting(&mut self, change: &str, line: &str) {
        self.tell(Tone::Dim, format!("{change}To keep it, add {line} to {}.", self.settings_file));
    }

    /// Goes back: first within the stage, then to the course map. Leaving a run requires confirmation, and so does quitting by
    /// the key that leaves everything else.
    fn back(&mut self, action: AppAction) -> Vec<Effect> {
        let again = self.keymap.label(action);
        let asked = std::mem::take(&mut self.leaving);
        let Some(stage) = self.stage_mut() else {
            if asked || action == AppAction::Back {
                return vec![Effect::Quit];
            }
            self.leaving = true;
            self.tell(Tone::Warn, format!("Press {again} again to quit."));
            return Vec::new();
        };
        let next = Dismissal::next(stage, action == AppAction::Escape).filter(|_| !asked);
        let is_exam = matches!(&stage.task, Some(Task::Exam(exam)) if exam.report().is_none());
        let is_over = stage.session.lesson.as_ref().is_some_and(|run| run.place() == Place::Finished);
        match next {
            Some(next) => {
                next.perform(stage);
                if next == Dismissal::Editor {
                    let key = self.keymap.label(DesignAction::Toggle);
                    self.tell(Tone::Dim, format!("Left the editor; {key} returns to it. The design keeps running."));
                }
            }
            None if asked || is_over => self.show_home(),
            None => {
                self.leaving = true;
                let leaves = if is_exam { "leave the exam; it is not graded" } else { "leave this run" };
                let has_task = self.stage().is_some_and(|stage| stage.task.is_some());
                let unsaved = if self.has_unsaved_design() && !has_task { "The design is not saved. " } else { "" };
                self.tell(Tone::Warn, format!("{unsaved}Press {again} again to {leaves}."));
            }
        }
        Vec::new()
    }

    fn open_activity(&mut self, kind: &ActivityKind) {
        match kind {
            ActivityKind::Board => self.open_board(),
            ActivityKind::Mission(id) => drop(self.open_mission(id)),
            ActivityKind::Drill(id) => drop(self.open_drill(id)),
            ActivityKind::DailyDrill(_) => drop(self.open_daily_drill()),
            ActivityKind::AnotherDrill(difficulty) => drop(self.open_another_drill(*difficulty)),
            ActivityKind::Review(id) => drop(self.open_review(id.as_str())),
            ActivityKind::Exam(stage) => self.open_exam(*stage, ExamMode::Exam, None),
            ActivityKind::Puzzle => self.open_puzzle(),
            ActivityKind::Practice => self.open_practice(),
            ActivityKind::TestOut(unit) => drop(self.open_test_out(unit)),
        }
    }

    pub(super) fn open_chosen(&mut self) {
        match self.home.item().cloned() {
            Some(CourseItem::Lesson(lesson)) => {
                if !self.open_lesson(lesson.id.as_str()) {
                    self.tell(Tone::Bad, format!("The infrastructure `{}` of this lesson is missing.", lesson.scenario));
                }
            }
            Some(CourseItem::Activity(activity)) => self.open_activity(&activity.kind),
            Some(CourseItem::Scenario(infra)) => self.open_scenario(infra),
            None => self.tell(Tone::Bad, "No lessons or infrastructures found."),
        }
    }
}
