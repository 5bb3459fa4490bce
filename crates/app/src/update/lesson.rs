//! Answers, marks, hints and navigation within a lesson.

use std::sync::Arc;

use hoplight_lesson::markup::filled;
use hoplight_lesson::{Answered, Hinted, LessonRun, LessonSites, Moved, Place, Refusal, Solved, Stay, Submitted, Toggled};
use hoplight_model::Infrastructure;

use crate::action::{AppAction, LessonAction};
use crate::app::App;
use crate::keymap::Keymap;
use crate::notice::Notice;
use crate::panel;
use crate::stage::Stage;
use crate::tone::Tone;

impl App {
    pub(super) fn lesson_action(&mut self, action: LessonAction) {
        match action {
            LessonAction::Hint => self.in_lesson(|stage, keymap| hint(stage.session.lesson.as_mut()?, keymap)),
            LessonAction::Previous => self.move_in_lesson(LessonRun::previous),
            LessonAction::Skip => self.skip_in_lesson(),
            LessonAction::Restart => self.move_in_lesson(LessonRun::again),
            LessonAction::Answer(position) => {
                self.forget_notices();
                self.in_lesson(|stage, keymap| answer(stage.session.lesson.as_mut()?, position, keymap));
            }
            LessonAction::Mark => self.in_lesson(mark),
        }
    }

    /// Submits marks if the question asks for them; otherwise goes to the next step, or from a finished lesson to the next
    /// one.
    pub(super) fn continue_lesson(&mut self) {
        let run = self.stage().and_then(|stage| stage.session.lesson.as_ref());
        if run.is_some_and(|run| run.place() == Place::Finished) {
            self.leave_lesson();
            return;
        }
        let mut stays = false;
        self.in_lesson(|stage, keymap| {
            if hides_reveal(stage) {
                stage.panels.show_detail = false;
                stays = true;
                return None;
            }
            let infra = Arc::clone(stage.infra());
            let notice = submit(stage.session.lesson.as_mut()?, &infra, keymap);
            stays = notice.is_some();
            notice
        });
        if !stays {
            self.move_in_lesson(LessonRun::proceed);
        }
    }

    /// Runs `change` in the stage's lesson, and scrolls its text to the top.
    fn in_lesson(&mut self, change: impl FnOnce(&mut Stage, &Keymap) -> Option<Notice>) {
        self.on_stage(|stage, keymap| {
            if stage.session.lesson.is_none() {
                return Some(Notice::dim("This works only in a lesson."));
            }
            stage.panels.scroll = 0;
            change(stage, keymap)
        });
    }

    fn skip_in_lesson(&mut self) {
        let Some(infra) = self.stage().map(|stage| Arc::clone(stage.session.infra())) else { return };
        let place = |app: &Self| app.stage().and_then(|stage| stage.session.lesson.as_ref()).map(LessonRun::place);
        let before = place(self);
        self.move_in_lesson(|run| run.skip(&infra));
        let (back, is_said) = (self.keymap.label(LessonAction::Previous), self.notice.is_some());
        if let (Some(Place::Step(from)), Some(Place::Step(to))) = (before, place(self))
            && to > from
            && !is_said
        {
            self.tell(Tone::Dim, format!("Skipped step {}. {back} goes back to it.", from + 1));
        }
    }

    /// Moves to another step of the lesson, and runs its setup.
    fn move_in_lesson(&mut self, go: impl FnOnce(&mut LessonRun) -> Moved) {
        let lesson = self.stage().and_then(|stage| stage.session.lesson.as_ref()).map(LessonRun::lesson);
        let sites = lesson.and_then(|lesson| LessonSites::find(&self.library, lesson).ok());
        let (seed, size) = (self.settings.seed, self.size);
        let mut has_moved = true;
        self.in_lesson(|stage, keymap| {
            let mut notice = match go(stage.session.lesson.as_mut()?) {
                Moved::Step(entry) => {
                    if let (Some(scenario), Some(sites)) = (&entry.scenario, &sites) {
                        stage.change_site(Arc::clone(sites.of(scenario)), seed, size);
                    }
                    let error = stage.enter(&entry).err();
                    error.map(|error| {
                        Notice::new(Tone::Bad, format!("This step could not be set up: {}.", hoplight_text::refusal(&error)))
                    })
                }
                Moved::Quiz(_) | Moved::Finished(_) | Moved::Shows => {
                    stage.panels.show_detail = false;
                    // Nothing happens while the learner reads.
                    stage.session.playback.paused = true;
                    None
                }
                Moved::Stays(stay) => {
                    has_moved = false;
                    Some(Notice::dim(stays(&stay, stage.session.lesson.as_ref()?, keymap)))
                }
            };
            // Marks require the diagram.
            if stage.session.wants_marks() {
                if stage.panels.comparison.is_some() && notice.is_none() {
                    notice = Some(Notice::dim("Marks are set on the diagram: the comparison is closed."));
                }
                stage.panels.leave_view();
            }
            notice
        });
        if has_moved {
            // What was said about the last step would be read as being about this one.
            self.forget_notices();
        }
    }

    /// Leaves a finished lesson for the next one, or for the course map after the last.
    fn leave_lesson(&mut self) {
        self.record();
        let run = self.stage().and_then(|stage| stage.session.lesson.as_ref());
        let next = run.and_then(|run| self.library.lesson_after(&run.lesson().id)).map(|lesson| lesson.id.clone());
        if next.is_some_and(|next| self.open_lesson(next.as_str())) {
            return;
        }
        self.show_home();
    }
}

/// Whether the panel of a small screen hides what the step reveals: nobody should leave the step without having seen it.
fn hides_reveal(stage: &Stage) -> bool {
    let hides = stage.panels.show_detail && !stage.viewport.regions.wide;
    hides && stage.session.lesson.as_ref().is_some_and(|run| run.reveal().is_some_and(|reveal| reveal.text.is_some()))
}

/// Says why a move is refused, and which key helps.
fn stays(stay: &Stay, run: &LessonRun, keymap: &Keymap) -> String {
    let key = match stay {
        Stay::NotAnswered | Stay::NotPredicted => panel::answer_keys(run, keymap),
        Stay::NotMarked => keymap.label(LessonAction::Mark),
        Stay::GoalsOpen(_) => return filled(&stay.phrase().to_sentence(), |key| keymap.named(key), |_| String::new()),
        Stay::AtStart | Stay::InQuiz | Stay::AtEnd => return stay.phrase().to_sentence(),
    };
    format!("{} ({key}).", stay.phrase().to_sentence().trim_end_matches('.'))
}

/// Says why an answer or a mark is refused, and which key helps.
fn refused(refusal: &Refusal, keymap: &Keymap) -> Notice {
    let key = match refusal {
        Refusal::MarksWanted | Refusal::NothingMarked => keymap.label(LessonAction::Mark),
        Refusal::NoQuestion
        | Refusal::AlreadyAnswered
        | Refusal::NoSuchOption { .. }
        | Refusal::OptionWanted
        | Refusal::CannotMark { .. } => return Notice::dim(refusal.phrase().to_sentence()),
    };
    Notice::dim(format!("{}: select an element and press {key}.", refusal.phrase().to_sentence().trim_end_matches('.')))
}

fn hint(run: &mut LessonRun, keymap: &Keymap) -> Option<Notice> {
    let shown = run.solution_shown();
    match run.hint() {
        Hinted::Hint { .. } => None,
        Hinted::NotNeeded => Some(Notice::dim(format!("No hint is needed here; {} continues.", keymap.label(AppAction::Enter)))),
        Hinted::SolutionNext => match run.solution() {
            Solved::Shown(_) if shown => Some(Notice::dim("The solution is already shown.")),
            Solved::Shown(_) => None,
            Solved::HintsFirst(left) => {
                Some(Notice::dim(format!("{left} hints come first ({}).", keymap.label(LessonAction::Hint))))
            }
            Solved::NotNeeded => Some(Notice::dim("This step needs no solution.")),
        },
    }
}

fn mark(stage: &mut Stage, keymap: &Keymap) -> Option<Notice> {
    let Some(element) = stage.session.selected.clone() else {
        return Some(Notice::dim("Select an element on the diagram first."));
    };
    let infra = Arc::clone(stage.infra());
    match stage.session.lesson.as_mut()?.toggle_mark(&infra, element) {
        Toggled::Marked | Toggled::Unmarked => None,
        Toggled::Refused(refusal) => Some(refused(&refusal, keymap)),
    }
}

/// Submits marks, if the question asks for them.
fn submit(run: &mut LessonRun, infra: &Infrastructure, keymap: &Keymap) -> Option<Notice> {
    if run.is_solved() || run.is_given_up() || run.question().is_none_or(|question| question.target().is_none()) {
        return None;
    }
    let quiz = matches!(run.place(), Place::Quiz(_));
    let answered_before = run.is_open();
    match run.submit_marks(infra) {
        Submitted::Right(_) => Some(Notice::new(Tone::Good, "Right: exactly these.")),
        Submitted::Predicted => Some(Notice::dim(PREDICTED)),
        // In the quiz, only the first answer counts; after it, the same key continues.
        Submitted::Wrong { .. } if quiz && answered_before => None,
        Submitted::Wrong { missing, extra } => {
            let part = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
            let parts: Vec<String> = [part(missing, "missing"), part(extra, "too many")].into_iter().flatten().collect();
            Some(Notice::new(Tone::Warn, format!("Not yet: {}.", parts.join(", "))))
        }
        Submitted::Refused(refusal) => Some(refused(&refusal, keymap)),
    }
}

/// Chooses the option that is shown at a position, numbered from 0.
fn answer(run: &mut LessonRun, position: usize, keymap: &Keymap) -> Option<Notice> {
    let option = run.option_order().get(position).copied().unwrap_or(position);
    match run.answer(option) {
        Answered::Right(_) | Answered::Wrong(_) => None,
        Answered::Predicted => predicted(run),
        Answered::Refused(refusal) => Some(refused(&refusal, keymap)),
    }
}

/// The notice after a prediction, unless the panel judges it at once.
fn predicted(run: &LessonRun) -> Option<Notice> {
    let is_judged = run.reveal().is_some_and(|reveal| reveal.prediction.is_some());
    (!is_judged).then(|| Notice::dim(PREDICTED))
}

const PREDICTED: &str = "Prediction saved. You will see the result after the experiment.";
