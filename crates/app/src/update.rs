//! The only writer: what each action does to the state.
//!
//! Every action either changes something that can be seen or says why it does not.

mod commands;
mod picture;
mod settings;
mod time;
mod watching;

use std::sync::Arc;
use std::time::Duration;

use hoplight_layout::Arrow;
use hoplight_lesson::{Answered, Hinted, LessonRun, Moved, Solved, Submitted, Toggled};
use hoplight_model::Infrastructure;
use hoplight_sim::Command;

use super::action::Action;
use super::key::Key;
use super::stage::scrolled;
use super::{App, Effect, Item, Notice, Screen, Stage, Tone, View, detail, fault_menu, help, mouse, regions, window};

impl App {
    /// A key was pressed.
    pub fn press(&mut self, key: Key) -> Vec<Effect> {
        self.changed = true;
        self.idle = Duration::ZERO;
        self.notice = None;
        self.shown_for = Duration::ZERO;
        if self.window.is_some() && !regions::too_small(self.size.0, self.size.1) {
            return self.press_in_window(key).map_or_else(Vec::new, |action| self.act(&action));
        }
        if let Some(stage) = self.stage_mut() {
            stage.overlays.key();
        }
        let asked = std::mem::take(&mut self.leaving);
        let Some(action) = self.keymap.action(key, self.place()).cloned() else {
            self.tell(Tone::Dim, format!("{key} does nothing here; {} shows the keys.", self.keymap.label(&Action::Help)));
            return Vec::new();
        };
        // Nothing is seen there, so nothing may change; and there is nothing that one could go back to.
        if regions::too_small(self.size.0, self.size.1) {
            return if matches!(action, Action::Back | Action::Escape | Action::Quit) { vec![Effect::Quit] } else { Vec::new() };
        }
        self.leaving = asked && matches!(action, Action::Back | Action::Escape);
        self.act(&action)
    }

    /// Does an action.
    pub fn act(&mut self, action: &Action) -> Vec<Effect> {
        self.changed = true;
        self.idle = Duration::ZERO;
        if self.help.is_some() {
            return self.in_help(action);
        }
        match action {
            Action::ChooseRow(row) => {
                if let Some(window) = &mut self.window {
                    window.chosen = *row;
                }
                return Vec::new();
            }
            Action::EnterRow(row) => return self.enter_row(*row).map_or_else(Vec::new, |action| self.act(&action)),
            Action::Close => {
                self.window = None;
                return Vec::new();
            }
            _ => {}
        }
        let mut effects = match action {
            Action::Quit => vec![Effect::Quit],
            Action::Help => {
                self.help = Some(0);
                Vec::new()
            }
            Action::NextTheme | Action::Ascii | Action::Motion => {
                self.set(action);
                Vec::new()
            }
            Action::Palette => {
                self.open_window(window::Kind::Palette);
                Vec::new()
            }
            Action::Faults | Action::Log | Action::Jump if self.stage().is_some() => {
                self.open_window(match action {
                    Action::Faults => window::Kind::Faults,
                    Action::Log => window::Kind::Log,
                    _ => window::Kind::Jump,
                });
                Vec::new()
            }
            Action::Glossary => {
                self.open_window(window::Kind::Glossary);
                Vec::new()
            }
            Action::Open(line) if self.stage().is_some() => {
                self.home.choose(*line, &self.library);
                self.open_chosen();
                Vec::new()
            }
            Action::Compare if self.stage().is_some_and(|stage| stage.comparison.is_none()) => {
                self.open_window(window::Kind::Compare);
                Vec::new()
            }
            Action::CompareWith(other) => {
                match self.compare_with(other) {
                    Ok(()) => {
                        let text = "What you do happens to both; TLS changes in A only.";
                        let lesson = self.stage().is_some_and(|stage| stage.lesson.is_some());
                        let ends = self.keymap.label(&Action::Compare);
                        self.tell(Tone::Dim, if lesson { format!("{text} {ends} shows the lesson again.") } else { text.into() });
                    }
                    Err(why) => self.tell(Tone::Bad, why),
                }
                Vec::new()
            }
            Action::Back | Action::Escape => self.back(action),
            _ if self.stage().is_none() => self.at_home(action),
            _ => {
                self.on_stage(action);
                Vec::new()
            }
        };
        self.tell_what_is_cut_off();
        self.observe(true);
        self.tip_done_by(action);
        if self.record() | self.take_unsaved() {
            effects.push(Effect::Save);
        }
        effects
    }

    fn in_help(&mut self, action: &Action) -> Vec<Effect> {
        let most = help::most_scroll(self);
        match (action, self.help) {
            (Action::Quit, _) => return vec![Effect::Quit],
            (Action::Move(Arrow::Down), Some(at)) => self.help = Some(scrolled(at, 1, most)),
            (Action::Move(Arrow::Up), Some(at)) => self.help = Some(scrolled(at, -1, most)),
            (Action::Scroll(by), Some(at)) => self.help = Some(scrolled(at, *by, most)),
            _ => self.help = None,
        }
        Vec::new()
    }

    /// Says that what was done after going back has cut off what had been to come.
    fn tell_what_is_cut_off(&mut self) {
        if !self.stage_mut().is_some_and(Stage::take_cut_off) {
            return;
        }
        match &mut self.notice {
            Some(notice) => notice.text.push_str(CUT_OFF),
            None => self.tell(Tone::Dim, CUT_OFF.trim_start()),
        }
    }

    /// Goes back: within the stage first, then from it. A run in which something was done is not left without a question.
    fn back(&mut self, action: &Action) -> Vec<Effect> {
        let again = self.keymap.label(action);
        let asked = std::mem::take(&mut self.leaving);
        let Some(stage) = self.stage_mut() else { return vec![Effect::Quit] };
        if asked || !picture::let_go(stage, *action == Action::Escape) {
            if stage.acts > 0 && !asked {
                self.leaving = true;
                self.tell(Tone::Warn, format!("{again} again leaves this run."));
            } else {
                self.screen = Screen::Home;
            }
        }
        Vec::new()
    }

    fn at_home(&mut self, action: &Action) -> Vec<Effect> {
        let chosen = self.home.chosen;
        match action {
            Action::Move(Arrow::Down) => self.home.choose(chosen + 1, &self.library),
            Action::Move(Arrow::Up) => self.home.choose(chosen.saturating_sub(1), &self.library),
            Action::First => self.home.choose(0, &self.library),
            Action::Last => self.home.choose(usize::MAX, &self.library),
            Action::Choose(line) => self.home.choose(*line, &self.library),
            Action::Open(line) => {
                self.home.choose(*line, &self.library);
                self.open_chosen();
            }
            Action::Enter => self.open_chosen(),
            _ => self.tell(Tone::Dim, "Open something first."),
        }
        Vec::new()
    }

    fn open_chosen(&mut self) {
        match self.home.item().cloned() {
            Some(Item::Lesson(lesson)) => {
                if !self.open_lesson(lesson.id.as_str()) {
                    self.tell(Tone::Bad, format!("The infrastructure `{}` of this lesson is missing.", lesson.scenario));
                }
            }
            Some(Item::Scenario(infra)) => self.open_scenario(infra),
            None => self.tell(Tone::Bad, "There is nothing to open: no lesson and no infrastructure was found."),
        }
    }

    fn on_stage(&mut self, action: &Action) {
        let scrolls = matches!(action, Action::Scroll(_) | Action::ScrollPanel(_) | Action::ScrollDetail(_));
        let most = if scrolls { (mouse::most_scroll(self), mouse::most_detail_scroll(self)) } else { (0, 0) };
        let label = |action| self.keymap.label(&action);
        let (info, ends, back) = (label(Action::Panel), label(Action::Compare), label(Action::StepBack));
        let Screen::Stage(stage) = &mut self.screen else { return };
        let selected = stage.selected.clone();
        let notice = match action {
            Action::Move(_) | Action::Next | Action::Previous | Action::Watch(_) | Action::Select(_) => {
                picture::select(stage, action)
            }
            Action::Deselect | Action::Follow(_) | Action::NextPacket | Action::Wiretap => watching::watch(stage, action, &info),
            Action::Pause | Action::StepForward | Action::StepBack | Action::Faster | Action::Slower | Action::Pace => {
                time::play(stage, action)
            }
            Action::Seek(_) | Action::Recall { .. } | Action::MarkBefore | Action::MarkAfter => {
                Some(time::travel(stage, action, &back))
            }
            Action::NextOverlay | Action::Overlay | Action::Lay(_) | Action::OverlayChoice => picture::lay(stage, action),
            Action::Pan(_) | Action::LookAt(..) | Action::Overview => picture::look(stage, action),
            Action::Scroll(by) if stage.view == View::Compare => {
                if let Some(comparison) = &mut stage.comparison {
                    comparison.scroll_by(*by, stage.timeline.simulation());
                }
                None
            }
            Action::Scroll(by) => {
                stage.scroll_by(*by, most);
                None
            }
            Action::ScrollPanel(by) => {
                stage.scroll = scrolled(stage.scroll, *by, most.0);
                None
            }
            Action::ScrollDetail(by) => {
                stage.detail_scroll = scrolled(stage.detail_scroll, *by, most.1);
                None
            }
            Action::Compare => {
                stage.leave_view();
                None
            }
            Action::Monitor if stage.comparison.is_some() => Some(dim(&format!("The comparison is shown: {ends} ends it."))),
            Action::Monitor => {
                stage.view = if stage.view == View::Monitor { View::Canvas } else { View::Monitor };
                None
            }
            Action::Panel if stage.view == View::Compare => Some(dim("Nothing else is shown beside a comparison.")),
            Action::Panel if stage.regions.wide => Some(dim("What is selected is shown already.")),
            Action::Panel => {
                stage.show_detail = !stage.show_detail;
                stage.scroll = 0;
                None
            }
            Action::CycleTls
            | Action::ToggleWebToApp
            | Action::ToggleAppToDb
            | Action::Balance
            | Action::Block
            | Action::Probe
            | Action::MoreUsers
            | Action::FewerUsers
            | Action::KillOrRestore => Some(match commands::meant(stage, action) {
                Ok(command) => commands::said(stage, &command),
                Err(notice) => notice,
            }),
            Action::FaultAction(place) => fault_menu::fault_actions(stage).get(*place).map(|deed| commands::done(stage, deed)),
            Action::Send(kind) => {
                stage.overlays.set_kind(*kind);
                let before = stage.sim().newest_request(None);
                let notice = commands::said(stage, &Command::Send(*kind));
                let sent = stage.sim().newest_request(None);
                if sent != before {
                    stage.follow_only(sent);
                    stage.playback.paused = false;
                }
                Some(notice)
            }
            _ => return self.in_lesson(action),
        };
        if stage.selected != selected {
            stage.select_only();
            stage.look_at_selection();
        }
        if notice.is_some() {
            self.notice = notice;
        } else if matches!(action, Action::Move(_) | Action::Next | Action::Previous | Action::Select(_))
            && stage.view == View::Canvas
            && hides_detail(stage)
        {
            self.notice = detail::brief(stage, &info);
        }
    }

    fn in_lesson(&mut self, action: &Action) {
        let keys = (self.keymap.label(&Action::Hint), self.keymap.label(&Action::Mark), self.keymap.label(&Action::Enter));
        let Screen::Stage(stage) = &mut self.screen else { return };
        let infra = Arc::clone(stage.infra());
        let Some(run) = &mut stage.lesson else {
            self.tell(Tone::Dim, "This works in a lesson.");
            return;
        };
        stage.scroll = 0;
        let shown = run.solution_shown();
        let notice = match action {
            Action::Enter => {
                if finished(run) {
                    self.leave_lesson();
                    return;
                }
                match submit(run, &infra) {
                    Some(notice) => Some(notice),
                    None => return self.moved(LessonRun::proceed),
                }
            }
            Action::Skip => return self.moved(LessonRun::skip),
            Action::StepBefore => return self.moved(LessonRun::previous),
            Action::Again => return self.moved(LessonRun::again),
            Action::Answer(number) => answered(&infra, run.answer(*number)),
            Action::Mark => match stage.selected.clone() {
                None => Some(dim("Select something on the diagram first.")),
                Some(element) => match run.toggle_mark(&infra, element) {
                    Toggled::Marked | Toggled::Unmarked => None,
                    Toggled::Refused(refusal) => Some(dim(&sentence(&infra, &refusal.to_string()))),
                },
            },
            Action::Hint => match run.hint() {
                Hinted::Hint { .. } => None,
                Hinted::NotNeeded => Some(dim(&format!("No hint is needed here; {} goes on.", keys.2))),
                Hinted::SolutionNext => match run.solution() {
                    Solved::Shown(_) if shown => Some(dim("The solution is shown already.")),
                    Solved::Shown(_) => None,
                    Solved::HintsFirst(left) => Some(dim(&format!("{left} hints come first: {}.", keys.0))),
                    Solved::NotNeeded => Some(dim("This step needs no solution.")),
                },
            },
            _ => Some(dim("That does nothing here.")),
        };
        if notice.is_some() {
            self.notice = notice;
        }
    }

    /// Moves within the lesson, and carries out what the new place begins with.
    fn moved(&mut self, how: impl FnOnce(&mut LessonRun) -> Moved) {
        let Screen::Stage(stage) = &mut self.screen else { return };
        let Some(run) = &mut stage.lesson else { return };
        let moved = how(run);
        let mut notice = match moved {
            Moved::Step(entry) => stage
                .enter(&entry)
                .err()
                .map(|error| Notice { tone: Tone::Bad, text: format!("This step could not be set up: {error}.") }),
            Moved::Quiz(_) | Moved::Finished(_) => {
                stage.show_detail = false;
                None
            }
            Moved::Stays(stay) => Some(dim(&sentence(stage.infra(), &stay.to_string()))),
        };
        // Marks are made on the diagram.
        if stage.wants_marks() {
            if stage.comparison.is_some() && notice.is_none() {
                notice = Some(dim("Marks are made on the diagram: the comparison has ended."));
            }
            stage.leave_view();
        }
        if notice.is_some() {
            self.notice = notice;
        }
    }

    /// Leaves a finished lesson for the course map, with the next one chosen.
    fn leave_lesson(&mut self) {
        self.record();
        self.screen = Screen::Home;
        self.choose_next_lesson();
    }

    /// Writes the lesson's state into the progress. Returns whether that changed anything.
    fn record(&mut self) -> bool {
        let Screen::Stage(stage) = &self.screen else { return false };
        stage.lesson.as_ref().is_some_and(|run| self.progress.record(run))
    }
}

/// What is said where an act takes the place of what had been to come.
const CUT_OFF: &str = " What came after is cut off.";

fn dim(text: &str) -> Notice {
    Notice { tone: Tone::Dim, text: text.to_owned() }
}

/// A reason as a sentence. What begins with an element's name keeps it as it is: a name is not written otherwise.
pub(super) fn sentence(infra: &Infrastructure, reason: &str) -> String {
    if infra.begins_with_name(reason) {
        return format!("{reason}.");
    }
    let mut chars = reason.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).chain(['.']).collect()
}

/// Whether the panel has no room for what is selected, because it shows the lesson.
fn hides_detail(stage: &Stage) -> bool {
    !stage.regions.wide && stage.lesson.is_some() && !stage.show_detail
}

fn finished(run: &LessonRun) -> bool {
    run.place() == hoplight_lesson::Place::Finished
}

/// Submits marks, if marks are what is asked for.
fn submit(run: &mut LessonRun, infra: &Infrastructure) -> Option<Notice> {
    if run.is_solved() || run.question().is_none_or(|question| question.target().is_none()) {
        return None;
    }
    let quiz = matches!(run.place(), hoplight_lesson::Place::Quiz(_));
    let answered_before = run.is_open();
    match run.submit_marks(infra) {
        Submitted::Right(_) => Some(Notice { tone: Tone::Good, text: "Right: these, and no others.".into() }),
        Submitted::Predicted => Some(dim("Your prediction is taken down.")),
        // In the quiz, the first answer counts; after it, the same key goes on.
        Submitted::Wrong { .. } if quiz && answered_before => None,
        Submitted::Wrong { missing, extra } => {
            let part = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
            let parts: Vec<String> = [part(missing, "missing"), part(extra, "too many")].into_iter().flatten().collect();
            Some(Notice { tone: Tone::Warn, text: format!("Not yet: {}.", parts.join(", ")) })
        }
        Submitted::Refused(refusal) => Some(dim(&sentence(infra, &refusal.to_string()))),
    }
}

fn answered(infra: &Infrastructure, answer: Answered) -> Option<Notice> {
    match answer {
        Answered::Right(_) | Answered::Wrong(_) => None,
        Answered::Predicted => Some(dim("Your prediction is taken down.")),
        Answered::Refused(refusal) => Some(dim(&sentence(infra, &refusal.to_string()))),
    }
}
