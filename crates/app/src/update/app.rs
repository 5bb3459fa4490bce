//! Quitting, confirming, help and settings.
//!
//! Settings are lost when the program ends. The program does not write the user's configuration file, so each change shows the
//! line to add there.

use hoplight_lesson::Pace;

use crate::action::AppAction;
use crate::app::{App, Effect, Screen};
use crate::home::CourseItem;
use crate::stage::Stage;
use crate::tone::Tone;
use crate::view::View;

impl App {
    pub(super) fn app_action(&mut self, action: AppAction) -> Vec<Effect> {
        match action {
            AppAction::Quit => return vec![Effect::Quit],
            AppAction::Back | AppAction::Escape => return self.back(action),
            AppAction::Enter => match &self.screen {
                Screen::Home => self.open_chosen(),
                Screen::Stage(_) => self.continue_lesson(),
            },
            AppAction::Help => self.help = Some(0),
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

    /// Goes back: first within the stage, then to the course map. Leaving a run in which the user has done something requires
    /// confirmation.
    fn back(&mut self, action: AppAction) -> Vec<Effect> {
        let again = self.keymap.label(action);
        let asked = std::mem::take(&mut self.leaving);
        let Some(stage) = self.stage_mut() else { return vec![Effect::Quit] };
        if asked || !dismiss(stage, action == AppAction::Escape) {
            if stage.session.acts > 0 && !asked {
                self.leaving = true;
                self.tell(Tone::Warn, format!("Press {again} again to leave this run."));
            } else {
                self.screen = Screen::Home;
            }
        }
        Vec::new()
    }

    pub(super) fn open_chosen(&mut self) {
        match self.home.item().cloned() {
            Some(CourseItem::Lesson(lesson)) => {
                if !self.open_lesson(lesson.id.as_str()) {
                    self.tell(Tone::Bad, format!("The infrastructure `{}` of this lesson is missing.", lesson.scenario));
                }
            }
            Some(CourseItem::Scenario(infra)) => self.open_scenario(infra),
            None => self.tell(Tone::Bad, "No lessons or infrastructures found."),
        }
    }
}

/// Closes the panel of a small screen, or returns to the diagram. With `all`, also stops following a packet, turns off an
/// overlay or clears the selection. Does one of these per call. Returns whether there was anything to dismiss.
fn dismiss(stage: &mut Stage, all: bool) -> bool {
    if stage.panels.show_detail && !stage.viewport.regions.wide {
        stage.panels.show_detail = false;
        stage.panels.scroll = 0;
    } else if stage.panels.view != View::Canvas {
        stage.panels.leave_view();
    } else if !all {
        return false;
    } else if stage.session.playback.pace == Pace::Live && stage.session.playback.followed.is_some() {
        stage.session.follow(None);
    } else if !stage.panels.overlays.turn_off() {
        return stage.session.selected.take().is_some();
    }
    true
}
