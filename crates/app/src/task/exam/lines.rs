//! The panel of an exam.

use std::time::Duration;

use hoplight_exam::{DefendQuestion, ExamMode, ExamPhase, ExamScore, ExplainItem, ExplainSubject, PointGrade, RequirementReport};
use hoplight_model::Element;
use hoplight_model::text;

use super::{Answer, ExamTask, Feedback};
use crate::action::{Action, ExamAction};
use crate::editor;
use crate::keymap::Keymap;
use crate::line::{Line, Page};
use crate::stage::Stage;
use crate::task::choices::{CURSOR, Choices};
use crate::tone::Tone;

/// Minutes and seconds.
pub(super) fn clock(of: Duration) -> String {
    let seconds = of.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Points with half points, as in `3.5 of 4 points`.
pub(super) fn points(score: ExamScore) -> String {
    let half = |halves: u32| if halves.is_multiple_of(2) { format!("{}", halves / 2) } else { format!("{}.5", halves / 2) };
    format!("{} of {} points", half(score.halves), half(score.of))
}

impl ExamTask {
    /// Returns the title of the panel, and the time.
    pub(crate) fn title(&self) -> (String, String) {
        let stage = self.run.stage().number();
        let part = match (self.run.phase(), self.run.explaining(&self.content), self.run.defending()) {
            _ if self.feedback.is_some() => "Answer".to_owned(),
            (ExamPhase::Draw, ..) => "Draw".to_owned(),
            (ExamPhase::Explain, Some((at, of, _)), _) => format!("Explain {}/{of}", at + 1),
            (ExamPhase::Defend, _, Some((at, of, _))) => format!("Defend {}/{of}", at + 1),
            (ExamPhase::Explain | ExamPhase::Defend | ExamPhase::Done, ..) => "Report".to_owned(),
        };
        (format!("Stage {stage}: {part}"), self.time())
    }

    /// The time that is left or, in practice, that has passed.
    fn time(&self) -> String {
        let spent: Duration =
            [ExamPhase::Draw, ExamPhase::Explain, ExamPhase::Defend].map(|phase| self.run.spent(phase)).iter().sum();
        match self.run.left() {
            _ if self.run.is_paused() => format!("paused at {}", clock(spent)),
            _ if self.run.phase() == ExamPhase::Done => clock(spent),
            Some(left) => format!("{} left", clock(left)),
            None => format!("practice {}", clock(spent)),
        }
    }

    /// Returns the lines of the panel.
    pub(crate) fn lines(&self, stage: &Stage, keymap: &Keymap, width: u16) -> Vec<Line> {
        let mut page = Page::new(width);
        if self.run.is_paused() {
            let key = keymap.label(ExamAction::Pause);
            page.item(Tone::Warn, &format!("{key} "), Tone::Text, "resumes. Practice paused.", Some(&ExamAction::Pause.into()));
            return page.lines();
        }
        match (&self.feedback, &self.result) {
            (Some(Feedback::Explained(item, chosen, score)), _) => {
                page.text(Tone::Name, &item.prompt);
                page.text(tone_of(*score), &points(*score));
                for (number, statement) in item.statements(self.seed).into_iter().enumerate() {
                    let is_right = statement.correction.is_none();
                    let why = statement.correction.unwrap_or_default();
                    Choices::write_result(&mut page, statement.says, is_right, chosen.contains(&number), why);
                }
                self.goes_on(keymap, &mut page);
            }
            (Some(Feedback::Defended(question, chosen, score)), _) => {
                page.text(Tone::Name, &question.prompt);
                page.text(tone_of(*score), &points(*score));
                for (number, option) in question.options.iter().enumerate() {
                    Choices::write_result(&mut page, &option.says, option.is_right, chosen.contains(&number), &option.why);
                }
                self.goes_on(keymap, &mut page);
            }
            (None, Some(result)) => super::report::write(result, self.mode, keymap, &mut page),
            (None, None) => match (self.item(), self.run.defending()) {
                (Some(item), _) => self.explain(item, keymap, &mut page),
                (None, Some((.., question))) => self.defend(question, keymap, &mut page),
                (None, None) => self.draw(stage, keymap, width, &mut page),
            },
        }
        page.lines()
    }

    fn goes_on(&self, keymap: &Keymap, page: &mut Page) {
        let text = if self.result.is_some() { "shows the report" } else { "next question" };
        let key = keymap.label(ExamAction::Confirm);
        page.item(Tone::Accent, &format!("{key} "), Tone::Dim, text, Some(&ExamAction::Confirm.into()));
    }

    fn draw(&self, stage: &Stage, keymap: &Keymap, width: u16, page: &mut Page) {
        let is_new = stage.session.draft().undo_len() == 0;
        let task = self.run.stage().task();
        if is_new {
            page.text(Tone::Text, task);
        } else if let Some(editor) = &stage.editor {
            for line in editor::panel::acts(stage, editor, keymap, width) {
                page.line(line);
            }
        }
        let met = self.requirements.iter().filter(|report| report.met).count();
        let all = self.requirements.len();
        let key = keymap.label(ExamAction::Finish);
        let head =
            Line::new(Tone::Name, format!("Must use {met}/{all}")).with(Tone::Dim, format!("  {key} hands the drawing in"));
        page.line(head.doing(ExamAction::Finish));
        for report in self.requirements.iter().filter(|report| !report.met) {
            page.item(Tone::Accent, "☐ ", Tone::Text, report.text, None);
        }
        for report in self.requirements.iter().filter(|report| report.met) {
            page.line(met_line(report, width));
        }
        if !is_new {
            page.text(Tone::Dim, task);
        } else if self.mode == ExamMode::Exam {
            let key = keymap.label(ExamAction::Practise);
            let text = "practises instead: no time limit, every question, can be paused";
            page.item(Tone::Accent, &format!("{key} "), Tone::Dim, text, Some(&ExamAction::Practise.into()));
        }
    }

    fn explain(&self, item: &ExplainItem, keymap: &Keymap, page: &mut Page) {
        page.text(Tone::Name, &item.prompt);
        if let ExplainSubject::Part(part) = item.about
            && let Some(elements) = self.parts.get(&part)
        {
            let names: Vec<String> = elements.iter().map(Element::to_string).collect();
            page.text(Tone::Dim, &format!("In your drawing: {}", names.join(", ")));
        }
        let (confirm, mode, skip) =
            (keymap.label(ExamAction::Confirm), keymap.label(ExamAction::Mode), keymap.label(ExamAction::Skip));
        match &self.answer {
            Answer::Aloud => {
                let types = keymap.label(ExamAction::Type);
                if self.typed.is_empty() {
                    page.text(Tone::Text, "Say your answer aloud, as to an examiner, or type it.");
                } else {
                    page.text(Tone::Text, &format!("You wrote: {}", self.typed));
                }
                let text =
                    format!("shows the key points; {types} types the answer; {mode} chooses among statements; {skip} skips");
                page.item(Tone::Accent, &format!("{confirm} "), Tone::Dim, &text, Some(&ExamAction::Confirm.into()));
            }
            Answer::Points(grades, at) => {
                let [yes, partly, no] =
                    [PointGrade::Yes, PointGrade::Partly, PointGrade::No].map(|it| keymap.label(ExamAction::Grade(it)));
                if !self.typed.is_empty() {
                    page.text(Tone::Text, &format!("You wrote: {}", self.typed));
                }
                let said = if self.typed.is_empty() { "say" } else { "write" };
                page.text(Tone::Dim, &format!("Did you {said} it? {yes} yes, {partly} partly, {no} no; {confirm} goes on"));
                for (number, (point, grade)) in item.points.iter().zip(grades).enumerate() {
                    let sign = if number == *at { CURSOR } else { " " };
                    let (tone, mark) = match grade {
                        None => (Tone::Accent, "?"),
                        Some(PointGrade::Yes) => (Tone::Good, "✓"),
                        Some(PointGrade::Partly) => (Tone::Warn, "~"),
                        Some(PointGrade::No) => (Tone::Bad, "✗"),
                    };
                    page.item(tone, &format!("{sign}{mark} "), Tone::Text, point, None);
                }
            }
            Answer::Choices(choices) => {
                let toggle = keymap.label(ExamAction::Toggle);
                page.text(
                    Tone::Dim,
                    &format!("{toggle} ticks a statement: tick every true one; {confirm} hands in; {mode} says it aloud"),
                );
                for (number, statement) in item.statements(self.seed).into_iter().enumerate() {
                    choices.write(number, statement.says, page);
                }
            }
        }
    }

    fn defend(&self, question: &DefendQuestion, keymap: &Keymap, page: &mut Page) {
        let Answer::Choices(choices) = &self.answer else { return };
        page.text(Tone::Name, &question.prompt);
        let (toggle, confirm) = (keymap.label(ExamAction::Toggle), keymap.label(ExamAction::Confirm));
        page.text(Tone::Dim, &format!("{toggle} chooses every right answer; {confirm} hands in"));
        for (number, option) in question.options.iter().enumerate() {
            choices.write(number, &option.says, page);
        }
    }

    /// Whether keys choose answers now.
    pub(crate) fn has_choices(&self) -> bool {
        matches!(self.answer, Answer::Choices(_)) && self.feedback.is_none() && self.result.is_none()
    }

    /// Whether a question is open.
    pub(crate) fn is_asking(&self) -> bool {
        !self.is_drawing() && self.feedback.is_none() && self.result.is_none()
    }

    /// Whether keys grade points now.
    pub(crate) fn has_points(&self) -> bool {
        matches!(self.answer, Answer::Points(..)) && self.result.is_none()
    }

    /// Whether keys switch between saying it aloud and choosing statements.
    pub(crate) fn has_modes(&self) -> bool {
        self.item().is_some() && self.feedback.is_none() && !self.has_points()
    }

    /// Returns what confirming does, as a word.
    pub(crate) fn confirm_word(&self) -> &'static str {
        match (&self.feedback, &self.result, &self.answer) {
            (Some(_), Some(_), _) => "report",
            (Some(_), None, _) | (None, None, Answer::Points(..)) => "next question",
            (None, Some(_), _) => "open lesson",
            (None, None, Answer::Aloud) => "key points",
            (None, None, Answer::Choices(_)) => "hand in",
        }
    }

    /// Returns what the key for the mode does, as a word.
    pub(crate) const fn mode_word(&self) -> &'static str {
        if self.by_statements { "say aloud" } else { "statements" }
    }
}

/// A requirement that is met, on one line.
fn met_line(report: &RequirementReport, width: u16) -> Line {
    let room = usize::from(width).saturating_sub(2);
    let mut words = text::wrap(report.text, room.max(1)).into_iter();
    let first = words.next().unwrap_or_default();
    let more = if words.next().is_some() { " …" } else { "" };
    let select = report.elements.first().map(|element| Action::from(crate::action::SelectAction::Element(element.clone())));
    Line { action: select, ..Line::new(Tone::Good, "☑ ").with(Tone::Dim, format!("{first}{more}")) }
}

fn tone_of(score: ExamScore) -> Tone {
    if score.is_full() { Tone::Good } else { Tone::Warn }
}
