//! Selecting and opening lines of the course map.

use hoplight_layout::Arrow;

use crate::action::{AppAction, CourseAction};
use crate::app::App;
use crate::tone::Tone;

impl App {
    pub(super) fn course_action(&mut self, action: CourseAction) {
        let on_stage = self.stage().is_some();
        match action {
            CourseAction::Open(_) if self.is_in_exam() => {
                let leave = self.keymap.label(AppAction::Escape);
                self.tell(Tone::Warn, format!("An exam is in progress. {leave} leaves it, after a confirmation."));
            }
            CourseAction::Open(line) => {
                self.home.choose(line, &self.library);
                self.open_chosen();
            }
            CourseAction::First | CourseAction::Last | CourseAction::Choose(_) if on_stage => {
                self.tell(Tone::Dim, "This is not available here.");
            }
            CourseAction::First => self.home.choose(0, &self.library),
            CourseAction::Last => self.home.choose(usize::MAX, &self.library),
            CourseAction::Choose(line) => self.home.choose(line, &self.library),
        }
    }

    /// Selects the next or previous line of the course map.
    pub(super) fn move_on_course_map(&mut self, arrow: Arrow) {
        let chosen = self.home.chosen;
        match arrow {
            Arrow::Down => self.home.choose(chosen + 1, &self.library),
            Arrow::Up => self.home.choose(chosen.saturating_sub(1), &self.library),
            Arrow::Left | Arrow::Right => self.tell(Tone::Dim, "Open a lesson or an infrastructure first."),
        }
    }
}
