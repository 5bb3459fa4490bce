//! The whiteboard exam and generated practice: opening, the clock, answers, and the report.

use std::sync::Arc;
use std::time::Duration;

use hoplight_curriculum::Demand;
use hoplight_exam::{ExamMode, ExamRefusal, ExamStage, draw};
use hoplight_lesson::Lesson;
use hoplight_model::scenario::Scenario;
use hoplight_model::{Infrastructure, ScenarioId, Text, compose};

use crate::action::{Action, ExamAction};
use crate::activity;
use crate::app::{App, Screen};
use crate::stage::Stage;
use crate::stage_view::StageView;
use crate::task::Task;
use crate::task::choices::CURSOR;
use crate::task::exam::{Confirmed, ExamTask};
use crate::task::puzzle::PuzzleTask;
use crate::tone::Tone;
use crate::update::attempt::of_exam;
use crate::window::kind::WindowKind;
use crate::window::state::Window;

/// The report of an exam as a file.
#[derive(Clone, Debug)]
pub struct ReportFile {
    /// Name of the files, without number and extension.
    pub name: String,
    /// The report in Markdown, without the diagram.
    pub markdown: String,
    /// The drawing.
    pub drawing: Scenario,
    /// The drawing on the stage, which may be incomplete.
    pub infra: Arc<Infrastructure>,
}

impl App {
    /// Opens a whiteboard exam. Without a stage, it is drawn by lot; without a seed, one is derived from the learner's.
    pub fn open_exam(&mut self, stage: Option<ExamStage>, mode: ExamMode, seed: Option<u64>) {
        let seed = seed.unwrap_or_else(|| self.draw_seed());
        let stage = stage.unwrap_or_else(|| draw(seed));
        let board =
            Scenario { title: Text::new(&format!("Whiteboard exam, stage {}", stage.number())).ok(), ..compose::empty_board() };
        let id = ScenarioId::new(match stage {
            ExamStage::Simple => "exam-stage-0",
            ExamStage::Distributed => "exam-stage-1",
            ExamStage::Secured => "exam-stage-2",
            ExamStage::Scaled => "exam-stage-3",
        });
        if let Err(why) = self.edit_scenario(&board, id) {
            self.tell(Tone::Bad, why);
            return;
        }
        let task = ExamTask::new(Arc::clone(&self.catalogue.exam), stage, mode, seed);
        self.set_task(Task::Exam(Box::new(task)));
        let text = match mode {
            ExamMode::Exam => "The clock is running: you have thirty minutes. ? lists the keys.",
            ExamMode::Practice => "Practice: no time limit. ? lists the keys.",
        };
        self.tell(Tone::Dim, text);
        self.follow_exam(true);
    }

    /// Opens generated practice.
    pub fn open_puzzle(&mut self) {
        let task = PuzzleTask::new(self.draw_seed(), 0);
        self.show_puzzle(task);
    }

    fn show_puzzle(&mut self, task: PuzzleTask) {
        let built = task.puzzle().scenario.build();
        match built {
            Ok(infra) => {
                self.open_scenario(Arc::new(infra));
                self.set_task(Task::Puzzle(Box::new(task)));
            }
            Err(problems) => {
                let why = problems.first().map(hoplight_text::problem).unwrap_or_default();
                self.tell(Tone::Bad, format!("The generated site cannot be opened: {why}"));
            }
        }
    }

    pub(super) fn set_task(&mut self, task: Task) {
        let size = self.size;
        if let Some(stage) = self.stage_mut() {
            stage.task = Some(task);
            stage.resize(size);
        }
        self.observe(true);
    }

    /// A seed that differs from the last one, and between learners.
    pub(super) fn draw_seed(&mut self) -> u64 {
        self.drawn += 1;
        (self.settings.seed ^ self.progress.learner()).wrapping_mul(31).wrapping_add(self.drawn)
    }

    /// Whether an exam is in progress.
    pub(super) fn is_in_exam(&self) -> bool {
        match self.stage().and_then(|stage| stage.task.as_ref()) {
            Some(Task::Exam(exam)) => exam.report().is_none(),
            Some(Task::Mission(_) | Task::Drill(_) | Task::Review(_) | Task::Puzzle(_) | Task::Practice(_)) | None => false,
        }
    }

    /// Returns the exam on the stage.
    pub(crate) fn exam(&self) -> Option<&ExamTask> {
        match self.stage().and_then(|stage| stage.task.as_ref()) {
            Some(Task::Exam(exam)) => Some(exam),
            Some(Task::Mission(_) | Task::Drill(_) | Task::Review(_) | Task::Puzzle(_) | Task::Practice(_)) | None => None,
        }
    }

    /// Keeps the text of a typed explanation, also if its window is closed for now.
    pub(super) fn keep_explanation(&mut self, text: &str) {
        if let Some(Task::Exam(exam)) = self.stage_mut().and_then(|stage| stage.task.as_mut()) {
            exam.keep_typed(text);
        }
    }

    /// Whether an action is not available now, since it would give an answer away or change what is asked about.
    pub fn withholds(&self, action: &Action) -> bool {
        self.stage().and_then(|stage| stage.task.as_ref()).is_some_and(|task| task.withholds(action))
    }

    pub(super) fn exam_action(&mut self, action: ExamAction) {
        match self.stage().and_then(|stage| stage.task.as_ref()) {
            Some(Task::Exam(_)) => self.act_in_exam(action),
            Some(Task::Puzzle(_)) => self.act_in_puzzle(action),
            Some(Task::Practice(_)) => self.act_in_practice(action),
            Some(Task::Mission(_) | Task::Drill(_) | Task::Review(_)) | None => {
                self.tell(Tone::Dim, "This works only in an exam or in practice.");
            }
        }
    }

    fn act_in_exam(&mut self, action: ExamAction) {
        let Some(stage) = self.stage_mut() else { return };
        let drawing = stage.session.draft().scenario().clone();
        let is_empty = stage.session.draft().undo_len() == 0;
        let Some(Task::Exam(exam)) = &mut stage.task else { return };
        if exam.is_drawing() {
            match action {
                ExamAction::Finish => self.hand_in(&drawing),
                ExamAction::Practise if exam.mode() == ExamMode::Exam && is_empty => {
                    exam.practise();
                    self.tell(Tone::Dim, "Practice: no time limit, and every question. The result is not recorded.");
                }
                ExamAction::Practise => self.tell(Tone::Dim, "You can switch to practice only before you draw anything."),
                ExamAction::Pause => self.pause_exam(),
                ExamAction::Confirm
                | ExamAction::Down
                | ExamAction::Up
                | ExamAction::Toggle
                | ExamAction::ToggleAt(_)
                | ExamAction::Grade(_)
                | ExamAction::Mode
                | ExamAction::Type
                | ExamAction::HandInText
                | ExamAction::Skip
                | ExamAction::Digit(_)
                | ExamAction::Erase => self.tell(Tone::Dim, "The questions come after the drawing."),
            }
            return;
        }
        if exam.run().is_paused() && action != ExamAction::Pause {
            return self.refuse(ExamRefusal::Paused);
        }
        let told = match action {
            ExamAction::Pause => return self.pause_exam(),
            ExamAction::Confirm => match exam.confirm() {
                Ok(Confirmed::GoesOn) => {
                    self.forget_notices();
                    return self.end_exam();
                }
                Ok(Confirmed::Tell(text)) => Some(text),
                Ok(Confirmed::Lesson(lesson)) => {
                    let is_open = self.open_lesson(lesson.as_str());
                    (!is_open).then(|| format!("There is no lesson named {lesson}."))
                }
                Err(why) => Some(why.to_string()),
            },
            ExamAction::Down => {
                exam.step(true);
                None
            }
            ExamAction::Up => {
                exam.step(false);
                None
            }
            ExamAction::Toggle => (!exam.toggle(None)).then(|| "There is nothing to choose here.".to_owned()),
            ExamAction::ToggleAt(number) => {
                (!exam.toggle(Some(number))).then(|| "There is no answer with this number.".to_owned())
            }
            ExamAction::Grade(grade) => (!exam.grade(grade)).then(|| "There is no key point to grade here.".to_owned()),
            ExamAction::Type => match exam.typed() {
                Some(typed) => {
                    let window = Window::new(WindowKind::Explanation, typed, usize::MAX);
                    self.window = Some(window);
                    return;
                }
                None => Some("The key points are already shown.".to_owned()),
            },
            // The window has kept the text.
            ExamAction::HandInText => (!exam.show_points()).then(|| "There is no explanation to compare.".to_owned()),
            ExamAction::Mode => (!exam.switch_mode()).then(|| "The key points are already shown.".to_owned()),
            ExamAction::Skip => exam.skip().err().map(|why| why.to_string()),
            ExamAction::Finish | ExamAction::Practise => Some("The drawing has been handed in.".to_owned()),
            ExamAction::Digit(_) | ExamAction::Erase => Some("There is no number to type here.".to_owned()),
        };
        if let Some(text) = told {
            self.tell(Tone::Dim, text);
        }
        self.end_exam();
    }

    /// Ends the drawing, after a confirmation if requirements are open.
    fn hand_in(&mut self, drawing: &Scenario) {
        let key = self.keymap.label(ExamAction::Finish);
        let size = self.size;
        let Some(stage) = self.stage_mut() else { return };
        let Some(Task::Exam(exam)) = &mut stage.task else { return };
        if exam.run().is_paused() {
            return self.refuse(ExamRefusal::Paused);
        }
        if !exam.confirms() {
            let open = exam.requirements().iter().filter(|report| !report.met).count();
            self.tell(Tone::Warn, format!("{open} requirements are open. Press {key} again to hand the drawing in as it is."));
            return;
        }
        if let Err(why) = exam.finish_drawing(drawing) {
            return self.refuse(why);
        }
        leave_editor(stage, size);
        // What the editor has said about links would answer questions.
        self.forget_notices();
        self.tell(Tone::Dim, "Drawing handed in. Now explain it.");
        self.end_exam();
    }

    fn pause_exam(&mut self) {
        let Some(Task::Exam(exam)) = self.stage_mut().and_then(|stage| stage.task.as_mut()) else { return };
        match exam.pause() {
            Ok(true) => self.tell(Tone::Dim, "Practice paused."),
            Ok(false) => self.tell(Tone::Dim, "Practice resumed."),
            Err(why) => self.refuse(why),
        }
    }

    fn refuse(&mut self, why: ExamRefusal) {
        self.tell(Tone::Warn, why.to_string());
    }

    fn act_in_puzzle(&mut self, action: ExamAction) {
        let Some(Task::Puzzle(puzzle)) = self.stage_mut().and_then(|stage| stage.task.as_mut()) else { return };
        match action {
            ExamAction::Confirm if puzzle.score().is_some() => {
                let next = puzzle.next();
                self.show_puzzle(next);
            }
            ExamAction::Confirm => {
                let is_solved = puzzle.hand_in();
                let solved = puzzle.solved();
                let attempt = puzzle.attempt(activity::PUZZLE_RESULT);
                self.attempts.extend(attempt);
                if is_solved {
                    self.unsaved |= self.progress.record_result(activity::PUZZLE_RESULT, solved);
                    self.tell(Tone::Good, "Solved.");
                } else {
                    self.tell(Tone::Warn, "Not solved: the panel explains each miss.");
                }
                if let Some(stage) = self.stage_mut() {
                    stage.panels.scroll = 0;
                }
            }
            ExamAction::Down => puzzle.step(true),
            ExamAction::Up => puzzle.step(false),
            ExamAction::Toggle => drop(puzzle.toggle(None)),
            ExamAction::ToggleAt(number) => {
                if !puzzle.toggle(Some(number)) {
                    self.tell(Tone::Dim, "There is no answer with this number.");
                }
            }
            ExamAction::Finish
            | ExamAction::Pause
            | ExamAction::Practise
            | ExamAction::Grade(_)
            | ExamAction::Mode
            | ExamAction::Type
            | ExamAction::HandInText
            | ExamAction::Skip
            | ExamAction::Digit(_)
            | ExamAction::Erase => self.tell(Tone::Dim, "This works only in an exam."),
        }
    }

    /// Counts the time of the exam. Neither windows nor sheets nor a paused simulation stop it.
    pub(in super::super) fn tick_exam(&mut self, elapsed: Duration) {
        let size = self.size;
        let Some(stage) = self.stage_mut() else { return };
        let Some(Task::Exam(exam)) = &mut stage.task else { return };
        let before = exam.title();
        let is_over = exam.advance(elapsed);
        let is_seen = exam.title() != before;
        if is_over {
            exam.end();
            leave_editor(stage, size);
            self.window = None;
            self.sheet = None;
            self.end_exam();
            self.follow_exam(true);
            self.tell(Tone::Warn, "The time is up. The drawing counts as it is.");
        }
        self.changed |= is_seen || is_over;
    }

    /// Makes the report, if the exam has ended, and records the result.
    fn end_exam(&mut self) {
        let Screen::Stage(stage) = &mut self.screen else { return };
        let drawing = stage.session.draft().scenario().clone();
        let Some(Task::Exam(exam)) = &mut stage.task else { return };
        if exam.report().is_some() {
            return;
        }
        let of = exam.run().stage();
        let percent = exam.finish(&drawing, &self.library);
        // Practice asks about these first, until they are answered right.
        let Some(report) = exam.report() else { return };
        let shown = report.coverage.iter().map(|(demand, _)| *demand).chain(report.revise.iter().copied());
        for demand in shown {
            self.unsaved |= self.progress.set_weak(demand, report.revise.contains(&demand));
        }
        // A practice of an exam is no exam.
        let name = if percent.is_some() { activity::exam_result(of) } else { activity::exam_practice(of) };
        let attempt = of_exam(name, exam.seed(), report);
        if let Some(percent) = percent {
            self.unsaved |= self.progress.record_result(&activity::exam_result(of), percent);
        }
        self.finish_attempt(attempt);
    }

    /// Updates what follows from the last act: the ticks of the requirements and, after an answer, the selected element and the
    /// scroll offset.
    pub(super) fn follow_exam(&mut self, answered: bool) {
        let Some(stage) = self.stage_mut() else { return };
        let infra = Arc::clone(stage.infra());
        let draft = stage.session.draft();
        let drawing = draft.scenario();
        let focus = match &mut stage.task {
            Some(Task::Exam(exam)) => {
                exam.check(&infra, drawing);
                exam.focus().filter(|element| infra.contains(element))
            }
            Some(Task::Puzzle(_) | Task::Practice(_)) => None,
            Some(Task::Mission(_) | Task::Drill(_) | Task::Review(_)) | None => return,
        };
        if !answered {
            self.observe(true);
            return;
        }
        if focus.is_some() && stage.session.selected != focus {
            stage.session.selected = focus;
            stage.show_selection();
        }
        self.observe(true);
        self.show_cursor();
    }

    /// Scrolls the panel as little as possible to show the answer under the cursor.
    pub(super) fn show_cursor(&mut self) {
        let Some(view) = StageView::of(self) else { return };
        let pane = &view.panel;
        let lines = &pane.lines;
        let Some(first) = lines.iter().position(|line| line.text().starts_with(CURSOR)) else { return };
        let more = lines.iter().skip(first + 1).take_while(|line| line.text().starts_with("   ")).count();
        let hides_some = pane.most_scroll > 0;
        let room = usize::from(pane.area.height).saturating_sub(1 + usize::from(hides_some));
        let scroll = usize::from(pane.scroll);
        let wanted = if first < scroll { first } else { scroll.max((first + more + 1).saturating_sub(room)).min(first) };
        // The question stays visible if there is room for it.
        let wanted = if first + more < room { 0 } else { wanted };
        if let (Ok(wanted), Some(stage)) = (u16::try_from(wanted), self.stage_mut()) {
            stage.panels.scroll = wanted;
        }
    }

    /// Returns whether the report of an exam is to be saved, once.
    pub fn take_report_due(&mut self) -> bool {
        match self.stage_mut().and_then(|stage| stage.task.as_mut()) {
            Some(Task::Exam(exam)) => exam.take_due(),
            Some(Task::Mission(_) | Task::Drill(_) | Task::Review(_) | Task::Puzzle(_) | Task::Practice(_)) | None => false,
        }
    }

    /// Returns the first lesson that teaches a demand.
    pub(super) fn lesson_on(&self, demand: Demand) -> Option<&Arc<Lesson>> {
        self.library.lessons().find(|lesson| lesson.steps.iter().any(|step| step.teaches.contains(&demand)))
    }

    /// Returns the report of the exam on the stage.
    pub fn report_file(&self) -> Option<ReportFile> {
        let stage = self.stage()?;
        let Some(Task::Exam(exam)) = &stage.task else { return None };
        let name = format!("exam-stage-{}", exam.run().stage().number());
        let drawing = stage.session.draft().scenario().clone();
        let title = |demand| self.lesson_on(demand).map(|lesson| lesson.title.to_string());
        Some(ReportFile { name, markdown: exam.report()?.to_markdown(title), drawing, infra: Arc::clone(stage.infra()) })
    }

    /// Records where the report was saved, or why it was not.
    pub fn report_saved(&mut self, saved: Result<String, String>) {
        self.changed = true;
        if let Err(why) = &saved {
            self.tell(Tone::Bad, why.clone());
        }
        if let Some(Task::Exam(exam)) = self.stage_mut().and_then(|stage| stage.task.as_mut()) {
            exam.report_saved(saved);
        }
    }
}

/// Closes the editor: the drawing has been handed in.
fn leave_editor(stage: &mut Stage, size: (u16, u16)) {
    stage.editor = None;
    stage.panels.leave_view();
    stage.panels.show_detail = false;
    stage.panels.scroll = 0;
    stage.session.selected = None;
    stage.resize(size);
}
