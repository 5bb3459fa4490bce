//! Practice: choosing the questions, answering them, and remembering the answers.

use std::sync::Arc;

use hoplight_course::{PracticeItem, PracticeReason, next_questions, review};
use hoplight_lesson::{ActivityAttempt, Lesson, LessonProgress};
use hoplight_model::ScenarioId;
use hoplight_sim::Command;

use crate::action::ExamAction;
use crate::app::App;
use crate::task::Task;
use crate::task::practice::{PracticeGoal, PracticeOutcome, PracticeTask};
use crate::tone::Tone;
use crate::update::attempt::practice_attempt;

/// The infrastructure that runs behind questions that are about none.
const BACKDROP: &str = "stage-2-secured";

/// Maximum number of questions of a test on a unit.
const TEST: usize = 12;

impl App {
    /// Opens the practice of the day: what was shown weak, what is due, and what is new.
    pub fn open_practice(&mut self) {
        let today = self.catalogue.today;
        let seed = self.draw_seed();
        let lessons = self.library.lessons().map(Arc::as_ref);
        let items = next_questions(&self.catalogue.bank, lessons, &self.progress, today, seed);
        if items.is_empty() {
            let why = if self.catalogue.bank.questions().is_empty() {
                "There are no questions."
            } else {
                "Nothing is due today: every question was answered and is remembered. Come back tomorrow, or take an exam."
            };
            return self.tell(Tone::Dim, why);
        }
        self.start_practice(PracticeGoal::Daily, items, seed);
    }

    /// Opens a test on a unit, of questions about what its lessons teach. Returns whether there is such a unit.
    pub fn open_test_out(&mut self, unit: &str) -> bool {
        let seed = self.draw_seed();
        let lessons: Vec<&Arc<Lesson>> = self.library.lessons().filter(|lesson| lesson.unit.as_str() == unit).collect();
        if lessons.is_empty() {
            return false;
        }
        let items = test_items(&lessons, &self.catalogue.bank, seed);
        if items.is_empty() {
            self.tell(Tone::Dim, "There are no questions about this unit.");
        } else {
            self.start_practice(PracticeGoal::TestOut(unit.to_owned()), items, seed);
        }
        true
    }

    fn start_practice(&mut self, goal: PracticeGoal, items: Vec<PracticeItem>, seed: u64) {
        match PracticeTask::new(goal, Arc::clone(&self.catalogue.bank), items, seed) {
            Some(task) => self.show_question(task),
            None => self.tell(Tone::Dim, "There are no questions."),
        }
    }

    /// Shows the current question, on the infrastructure that it is about.
    fn show_question(&mut self, task: PracticeTask) {
        let backdrop = || self.library.scenario(ScenarioId::new(BACKDROP).as_str()).or_else(|| self.library.scenarios().next());
        let Some(site) = task.question().site.as_ref().or_else(backdrop).cloned() else {
            return self.tell(Tone::Bad, "No infrastructures found.");
        };
        let notice = self.notice.take();
        // What was said about the last question would be read as being about this one.
        self.forget_notices();
        let is_shown = self.stage().is_some_and(|stage| Arc::ptr_eq(stage.infra(), &site));
        if !is_shown || task.question().site.is_some() || task.is_site_broken() {
            self.open_scenario(site);
        }
        self.set_task(Task::Practice(Box::new(task)));
        self.notice = notice;
    }

    pub(super) fn act_in_practice(&mut self, action: ExamAction) {
        let selected = self.stage().and_then(|stage| stage.session.selected.clone());
        let Some(Task::Practice(practice)) = self.stage_mut().and_then(|stage| stage.task.as_mut()) else { return };
        let outcome = match action {
            ExamAction::Confirm => practice.confirm(),
            ExamAction::Skip => practice.skip(),
            ExamAction::Down | ExamAction::Up => {
                practice.step(action == ExamAction::Down);
                return self.show_cursor();
            }
            ExamAction::Toggle if practice.is_marking() => {
                let marked = selected.as_ref().and_then(|element| practice.mark(element));
                if marked.is_none() {
                    let text = if selected.is_none() {
                        "Select an element first."
                    } else {
                        "This question is about other elements than the selected one."
                    };
                    self.tell(Tone::Dim, text);
                }
                return self.observe(true);
            }
            ExamAction::Toggle | ExamAction::ToggleAt(_) => {
                let number = if let ExamAction::ToggleAt(number) = action { Some(number) } else { None };
                if !practice.toggle(number) {
                    self.tell(Tone::Dim, "There is no answer with this number.");
                }
                return self.show_cursor();
            }
            ExamAction::Digit(digit) => {
                practice.type_digit(digit);
                return;
            }
            ExamAction::Erase => {
                practice.erase();
                return;
            }
            ExamAction::Finish
            | ExamAction::Pause
            | ExamAction::Practise
            | ExamAction::Grade(_)
            | ExamAction::Mode
            | ExamAction::Type
            | ExamAction::HandInText => {
                return self.tell(Tone::Dim, "This works only in an exam.");
            }
        };
        self.follow_practice(outcome);
    }

    fn follow_practice(&mut self, outcome: PracticeOutcome) {
        match outcome {
            PracticeOutcome::Tell(text) => return self.tell(Tone::Dim, text),
            PracticeOutcome::Graded(id, grade) => {
                let today = self.catalogue.today;
                let memory = review(self.progress.memory(&id), &grade, today);
                self.progress.remember(id.clone(), memory);
                let about = self.catalogue.bank.question(&id).map(|question| question.about.clone()).unwrap_or_default();
                if grade.is_right {
                    for demand in &about {
                        self.progress.set_weak(*demand, false);
                    }
                }
                let is_recalled = self.catalogue.bank.question(&id).is_some_and(|question| question.kind() == "recall");
                let seed = self.practice_mut().map_or(0, |practice| practice.answered_seed());
                self.finish_attempt(practice_attempt(&id, seed, &grade, &about, is_recalled));
                self.unsaved = true;
                let experiment = self.practice_mut().and_then(|practice| {
                    practice.comes_back(memory.due_day.saturating_sub(today));
                    practice.experiment()
                });
                if let (Some(lost), Some(stage)) = (experiment, self.stage_mut()) {
                    // The site was built for this question, so that nothing is down yet.
                    let done = stage.execute(&Command::Kill(lost.clone()));
                    debug_assert!(done.is_ok(), "{done:?}");
                    stage.session.selected = Some(lost);
                    stage.session.playback.paused = false;
                }
                let (tone, text) = if grade.is_right { (Tone::Good, "Right.") } else { (Tone::Warn, "Not right.") };
                self.tell(tone, text);
            }
            PracticeOutcome::Shown => {
                if let Some(practice) = self.practice_mut().map(|practice| practice.clone()) {
                    self.show_question(practice);
                }
            }
            PracticeOutcome::Over => self.end_practice(),
            PracticeOutcome::Leave => self.show_home(),
        }
        if let Some(stage) = self.stage_mut() {
            stage.panels.scroll = 0;
        }
        self.observe(true);
    }

    /// Records the result of a finished session.
    fn end_practice(&mut self) {
        let Some(practice) = self.practice_mut() else { return };
        let PracticeGoal::TestOut(unit) = practice.goal().clone() else { return };
        let (score, seed) = practice.result();
        self.finish_attempt(ActivityAttempt::new(format!("test/{unit}"), seed, score));
        let Some(practice) = self.practice_mut() else { return };
        if !practice.is_passed() {
            return;
        }
        let known: Vec<_> = self.library.lessons().filter(|lesson| lesson.unit.as_str() == unit).cloned().collect();
        for lesson in known {
            let done = self.progress.of(&lesson.id);
            self.progress.set(lesson.id.clone(), LessonProgress { finished: true, quiz: None, ..done });
        }
        self.unsaved = true;
    }

    fn practice_mut(&mut self) -> Option<&mut PracticeTask> {
        match self.stage_mut()?.task.as_mut()? {
            Task::Practice(practice) => Some(practice),
            Task::Mission(_) | Task::Drill(_) | Task::Review(_) | Task::Exam(_) | Task::Puzzle(_) => None,
        }
    }
}

/// Questions about the demands that lessons teach: one for each demand, in a random order.
fn test_items(lessons: &[&Arc<Lesson>], bank: &hoplight_course::QuestionBank, seed: u64) -> Vec<PracticeItem> {
    let mut seeded = hoplight_curriculum::Seeded::new(seed);
    let mut demands: Vec<_> =
        lessons.iter().flat_map(|lesson| &lesson.steps).flat_map(|step| step.teaches.iter().copied()).collect();
    demands.sort_unstable();
    demands.dedup();
    seeded.shuffle(&mut demands);
    let mut items: Vec<PracticeItem> = Vec::new();
    for demand in demands {
        let is_asked = |question: &hoplight_model::QuestionId| items.iter().any(|item| item.question == *question);
        let about = bank.questions().iter().filter(|question| question.about.contains(&demand) && !is_asked(&question.id));
        // A learner grades a free answer alone: that proves nothing.
        let proving: Vec<_> = about.filter(|question| question.kind() != "recall").collect();
        if let Some(question) = seeded.pick(&proving) {
            items.push(PracticeItem { question: question.id.clone(), reason: PracticeReason::New });
        }
    }
    items.truncate(TEST);
    items
}
