//! The whiteboard exam: drawing, explaining, defending, and the report.
//!
//! ```text
//!  Draw ── the drawing, by the editor ──▶ Explain ──▶ Defend ──▶ report
//!                  questions are asked by ExamRun; this is what only the screen needs
//! ```

mod lines;
mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};
use std::time::Duration;

use hoplight_curriculum::Demand;
use hoplight_exam::{
    DefendQuestion, DrawnPart, ExamContent, ExamMode, ExamPhase, ExamRefusal, ExamReport, ExamRun, ExamScore, ExamStage,
    ExplainAnswer, ExplainItem, ExplainSubject, PointGrade, RequirementReport, drawn_parts, requirements,
};
use hoplight_lesson::Library;
use hoplight_model::scenario::Scenario;
use hoplight_model::{Element, Infrastructure, LessonId};

use crate::task::choices::Choices;

/// The state of an exam.
#[derive(Clone, Debug)]
pub struct ExamTask {
    run: ExamRun,
    mode: ExamMode,
    seed: u64,
    content: Arc<ExamContent>,
    /// The drawing whose requirements are known.
    checked: Weak<Infrastructure>,
    requirements: Vec<RequirementReport>,
    /// The parts of the finished drawing.
    parts: BTreeMap<DrawnPart, Vec<Element>>,
    /// Whether the learner has been asked to hand in a drawing with open requirements.
    asked: bool,
    /// Whether the learner prefers to choose statements.
    by_statements: bool,
    answer: Answer,
    /// What the learner has typed as the answer to the current item.
    typed: String,
    feedback: Option<Feedback>,
    result: Option<ExamResult>,
}

/// The answer to the current question, as far as it is given.
#[derive(Clone, Debug, PartialEq)]
enum Answer {
    /// The learner says it aloud; the key points are hidden.
    Aloud,
    /// The learner grades the answer, point by point.
    Points(Vec<Option<PointGrade>>, usize),
    /// The learner chooses statements or options.
    Choices(Choices),
}

/// An answer that is explained before the next question.
#[derive(Clone, Debug, PartialEq)]
enum Feedback {
    /// To an item, by statements in the order in which they were shown.
    Explained(Box<ExplainItem>, BTreeSet<usize>, ExamScore),
    /// To a question about the drawing.
    Defended(Box<DefendQuestion>, BTreeSet<usize>, ExamScore),
}

/// The report, and what the screen needs with it.
#[derive(Clone, Debug, PartialEq)]
struct ExamResult {
    report: ExamReport,
    /// Where the report was saved, or why it was not.
    saved: Option<Result<String, String>>,
    /// Whether the report is to be saved.
    is_due: bool,
    /// The lessons to revise.
    lessons: Vec<Revision>,
    /// The lesson under the cursor.
    cursor: usize,
}

/// A lesson to revise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The lesson.
    pub lesson: LessonId,
    /// Its title.
    title: String,
    /// The demands to revise that it teaches.
    demands: Vec<Demand>,
}

/// What follows from confirming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Confirmed {
    /// The exam goes on.
    GoesOn,
    /// The learner is told something first.
    Tell(String),
    /// A lesson opens.
    Lesson(LessonId),
}

impl ExamTask {
    /// Starts an exam on an empty board.
    pub fn new(content: Arc<ExamContent>, stage: ExamStage, mode: ExamMode, seed: u64) -> Self {
        Self {
            run: ExamRun::new(stage, mode, seed),
            mode,
            seed,
            content,
            checked: Weak::new(),
            requirements: Vec::new(),
            parts: BTreeMap::new(),
            asked: false,
            by_statements: false,
            answer: Answer::Aloud,
            typed: String::new(),
            feedback: None,
            result: None,
        }
    }

    /// Returns the exam in progress.
    pub const fn run(&self) -> &ExamRun {
        &self.run
    }

    /// Returns how strict the exam is.
    pub const fn mode(&self) -> ExamMode {
        self.mode
    }

    /// Returns the seed that selects and orders the questions.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// Returns the requirements of the current drawing.
    pub fn requirements(&self) -> &[RequirementReport] {
        &self.requirements
    }

    /// Returns the report, once the exam has ended.
    pub fn report(&self) -> Option<&ExamReport> {
        self.result.as_ref().map(|result| &result.report)
    }

    /// Returns the lessons to revise, once the exam has ended.
    pub fn revisions(&self) -> &[Revision] {
        self.result.as_ref().map_or(&[], |result| &result.lessons)
    }

    /// Whether the learner draws.
    pub fn is_drawing(&self) -> bool {
        self.run.phase() == ExamPhase::Draw
    }

    /// Whether the clock counts.
    pub fn is_timed(&self) -> bool {
        self.run.phase() != ExamPhase::Done && !self.run.is_paused()
    }

    /// Checks the requirements if the drawing has changed.
    pub(crate) fn check(&mut self, infra: &Arc<Infrastructure>, drawing: &Scenario) {
        if !self.is_drawing() || std::ptr::eq(self.checked.as_ptr(), Arc::as_ptr(infra)) {
            return;
        }
        self.checked = Arc::downgrade(infra);
        self.requirements = requirements(self.run.stage(), drawing);
        self.asked = false;
    }

    /// Counts time. Returns whether the time is up now.
    pub(crate) fn advance(&mut self, elapsed: Duration) -> bool {
        self.run.phase() != ExamPhase::Done && self.run.advance(elapsed) == ExamPhase::Done
    }

    /// Restarts the exam as practice.
    pub(crate) fn practise(&mut self) {
        self.mode = ExamMode::Practice;
        self.run = ExamRun::new(self.run.stage(), self.mode, self.seed);
    }

    /// Pauses or resumes practice. Returns whether it is paused now.
    pub(crate) fn pause(&mut self) -> Result<bool, ExamRefusal> {
        let paused = !self.run.is_paused();
        self.run.pause(paused)?;
        Ok(paused)
    }

    /// Whether the drawing is handed in at once: a drawing with open requirements is handed in only when asked twice.
    pub(crate) fn confirms(&mut self) -> bool {
        let is_open = self.requirements.iter().any(|report| !report.met);
        std::mem::replace(&mut self.asked, true) || !is_open
    }

    /// Ends the drawing.
    pub(crate) fn finish_drawing(&mut self, drawing: &Scenario) -> Result<(), ExamRefusal> {
        self.run.finish_drawing(&self.content, drawing)?;
        self.parts = drawn_parts(drawing);
        self.ask();
        Ok(())
    }

    /// Makes the report after the last answer, or when the time is up. Returns the result in per cent once, if it counts.
    pub(crate) fn finish(&mut self, drawing: &Scenario, library: &Library) -> Option<u32> {
        if self.result.is_some() || self.run.phase() != ExamPhase::Done {
            return None;
        }
        self.run.submit(drawing);
        let report = self.run.report();
        let percent = report.percent();
        let lessons = revisions(&report, library);
        self.result = Some(ExamResult { report, saved: None, is_due: true, lessons, cursor: 0 });
        (self.mode == ExamMode::Exam).then_some(percent)
    }

    /// Returns whether the report is to be saved, once.
    pub(crate) fn take_due(&mut self) -> bool {
        self.result.as_mut().is_some_and(|result| std::mem::take(&mut result.is_due))
    }

    /// Records where the report was saved, or why it was not.
    pub(crate) fn report_saved(&mut self, saved: Result<String, String>) {
        if let Some(result) = &mut self.result {
            result.saved = Some(saved);
        }
    }

    /// Forgets the explanation of the last answer: the time is up.
    pub(crate) fn end(&mut self) {
        self.feedback = None;
    }

    /// Prepares the answer to the next question.
    fn ask(&mut self) {
        self.typed.clear();
        self.answer = match (self.run.explaining(&self.content), self.run.defending()) {
            (Some((.., item)), _) if self.by_statements => Answer::Choices(Choices::new(item.right.len() + item.wrong.len())),
            (_, Some((.., question))) => Answer::Choices(Choices::new(question.options.len())),
            (_, None) => Answer::Aloud,
        };
    }

    /// Returns the item to explain now.
    pub(crate) fn item(&self) -> Option<&ExplainItem> {
        self.run.explaining(&self.content).map(|(.., item)| item)
    }

    /// Returns the typed answer so far, if an item can be explained by typing now.
    pub(crate) fn typed(&self) -> Option<&str> {
        let is_asked = self.item().is_some() && self.feedback.is_none() && !matches!(self.answer, Answer::Points(..));
        is_asked.then_some(self.typed.as_str())
    }

    /// Keeps what has been typed.
    pub(crate) fn keep_typed(&mut self, text: &str) {
        text.trim().clone_into(&mut self.typed);
    }

    /// Shows the key points, to compare them with the typed answer. Returns whether there is an item to explain.
    pub(crate) fn show_points(&mut self) -> bool {
        let count = self.item().map(|item| item.points.len()).filter(|_| self.typed().is_some());
        if let Some(count) = count {
            self.answer = Answer::Points(vec![None; count], 0);
        }
        count.is_some()
    }

    /// Switches between saying it aloud and choosing statements. Returns whether there is an item to explain.
    pub(crate) fn switch_mode(&mut self) -> bool {
        let is_asked = self.item().is_some() && self.feedback.is_none();
        // The key points are not hidden any more.
        if !is_asked || matches!(self.answer, Answer::Points(..)) {
            return false;
        }
        self.by_statements = !self.by_statements;
        self.ask();
        true
    }

    /// Moves the cursor.
    pub(crate) fn step(&mut self, down: bool) {
        if self.feedback.is_some() {
            return;
        }
        if let Some(result) = &mut self.result {
            let last = result.lessons.len().saturating_sub(1);
            result.cursor = if down { (result.cursor + 1).min(last) } else { result.cursor.saturating_sub(1) };
            return;
        }
        match &mut self.answer {
            Answer::Aloud => {}
            Answer::Points(grades, at) => {
                *at = if down { (*at + 1).min(grades.len().saturating_sub(1)) } else { at.saturating_sub(1) };
            }
            Answer::Choices(choices) => choices.step(down),
        }
    }

    /// Chooses an answer or, without a number, the one under the cursor. Returns whether there are answers to choose.
    pub(crate) fn toggle(&mut self, number: Option<usize>) -> bool {
        match &mut self.answer {
            Answer::Choices(choices) if self.feedback.is_none() && self.result.is_none() => {
                let number = number.unwrap_or(choices.cursor);
                choices.toggle(number)
            }
            Answer::Aloud | Answer::Points(..) | Answer::Choices(_) => false,
        }
    }

    /// Grades the key point under the cursor, and moves to the next one. Returns whether points are graded now.
    pub(crate) fn grade(&mut self, grade: PointGrade) -> bool {
        let Answer::Points(grades, at) = &mut self.answer else { return false };
        let last = grades.len().saturating_sub(1);
        if let Some(of) = grades.get_mut(*at) {
            *of = Some(grade);
        }
        *at = (*at + 1).min(last);
        true
    }

    /// Skips the question.
    pub(crate) fn skip(&mut self) -> Result<(), ExamRefusal> {
        if self.feedback.take().is_some() {
            self.ask();
            return Ok(());
        }
        if self.item().is_some() {
            self.run.explain(&self.content, &ExplainAnswer::Skipped)?;
        } else {
            self.run.answer(Vec::new())?;
        }
        self.ask();
        Ok(())
    }

    /// Goes on: shows the key points, hands in the answer, or leaves its explanation.
    pub(crate) fn confirm(&mut self) -> Result<Confirmed, ExamRefusal> {
        if self.feedback.take().is_some() {
            self.ask();
            return Ok(Confirmed::GoesOn);
        }
        if let Some(result) = &self.result {
            let lesson = result.lessons.get(result.cursor).map(|revision| revision.lesson.clone());
            return Ok(lesson.map_or_else(|| Confirmed::Tell("There is nothing to revise.".to_owned()), Confirmed::Lesson));
        }
        match (self.answer.clone(), self.item().cloned()) {
            (Answer::Aloud, Some(item)) => {
                self.answer = Answer::Points(vec![None; item.points.len()], 0);
            }
            (Answer::Points(grades, _), Some(_)) => {
                if let Some(open) = grades.iter().position(Option::is_none) {
                    self.answer = Answer::Points(grades, open);
                    return Ok(Confirmed::Tell("Grade every key point first.".to_owned()));
                }
                let grades = grades.into_iter().flatten().collect();
                self.run.explain(&self.content, &ExplainAnswer::SelfGraded(grades))?;
                self.ask();
            }
            (Answer::Choices(choices), Some(item)) => {
                let statements = item.statements(self.seed);
                let places = choices.chosen.iter().filter_map(|number| statements.get(*number)).map(|it| it.place).collect();
                let score = self.run.explain(&self.content, &ExplainAnswer::Chosen(places))?;
                self.feedback = Some(Feedback::Explained(Box::new(item), choices.chosen, score));
            }
            (Answer::Choices(choices), None) => {
                let Some(question) = self.run.defending().map(|(.., question)| question.clone()) else {
                    return Err(ExamRefusal::OtherPhase);
                };
                let score = self.run.answer(choices.chosen.iter().copied().collect())?;
                self.feedback = Some(Feedback::Defended(Box::new(question), choices.chosen, score));
            }
            (Answer::Aloud | Answer::Points(..), None) => return Err(ExamRefusal::OtherPhase),
        }
        Ok(Confirmed::GoesOn)
    }

    /// Returns the element that the question is about, to select it in the diagram.
    pub(crate) fn focus(&self) -> Option<Element> {
        if self.feedback.is_some() {
            return None;
        }
        if let Some(item) = self.item() {
            return match item.about {
                ExplainSubject::Part(part) => self.parts.get(&part)?.first().cloned(),
                ExplainSubject::Demand(_) => None,
            };
        }
        let (.., question) = self.run.defending()?;
        let Answer::Choices(choices) = &self.answer else { return None };
        let option = question.options.get(choices.cursor).and_then(|option| option.element.clone());
        option.or_else(|| question.about.clone())
    }
}

/// The first lesson that teaches each demand to revise, in course order.
fn revisions(report: &ExamReport, library: &Library) -> Vec<Revision> {
    let mut open = report.revise.clone();
    let mut revisions = Vec::new();
    for lesson in library.lessons() {
        let teaches = |demand: &Demand| lesson.steps.iter().any(|step| step.teaches.contains(demand));
        let demands: Vec<Demand> = open.iter().copied().filter(teaches).collect();
        open.retain(|demand| !demands.contains(demand));
        if !demands.is_empty() {
            revisions.push(Revision { lesson: lesson.id.clone(), title: lesson.title.to_string(), demands });
        }
    }
    revisions
}
