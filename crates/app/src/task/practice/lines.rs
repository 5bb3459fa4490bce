//! The panel of a practice session.

use std::collections::BTreeMap;

use hoplight_course::{Grade, NumberTask, PosedBody, PracticeReason};

use super::draft::Draft;
use super::{PracticeGoal, PracticeTask};
use crate::action::{Action, ExamAction, SelectAction};
use crate::keymap::Keymap;
use crate::line::{Line, Page};
use crate::task::choices::{CURSOR, Choices};
use crate::tone::Tone;

impl PracticeTask {
    pub(in crate::task) fn title(&self) -> (String, String) {
        let title = match &self.goal {
            PracticeGoal::Daily => "Practice".to_owned(),
            PracticeGoal::TestOut(unit) => format!("Test: {unit}"),
        };
        let place = if self.is_over {
            "summary".to_owned()
        } else {
            let current = self.answered.len() + usize::from(self.grade.is_none());
            format!("{current}/{}", self.items.len())
        };
        (title, place)
    }

    pub(in crate::task) fn lines(&self, keymap: &Keymap, width: u16) -> Vec<Line> {
        let mut page = Page::new(width);
        if self.is_over {
            self.summary(keymap, &mut page);
            return page.lines();
        }
        page.text(Tone::Name, &self.question.stem);
        match &self.grade {
            None => {
                self.write_answer(keymap, &mut page);
                if let (PracticeGoal::Daily, Some(reason)) = (&self.goal, self.reason()) {
                    page.text(Tone::Dim, reason);
                }
            }
            Some(grade) => self.write_grade(grade, keymap, &mut page),
        }
        page.lines()
    }

    /// The answer as far as it is given, and how to give it.
    fn write_answer(&self, keymap: &Keymap, page: &mut Page) {
        let (toggle, confirm) = (keymap.label(ExamAction::Toggle), keymap.label(ExamAction::Confirm));
        let how = match (&self.draft, &self.question.body) {
            (Draft::One(choices) | Draft::Any(choices), PosedBody::One(options) | PosedBody::Any(options)) => {
                for (number, option) in options.iter().enumerate() {
                    choices.write(number, &option.says, page);
                }
                let several = if matches!(self.draft, Draft::Any(_)) { "Several may be right. " } else { "" };
                format!("{several}{toggle} or a digit chooses; {confirm} hands in")
            }
            (Draft::Order { choices, taken, .. }, PosedBody::Order { items, .. }) => {
                for (number, item) in items.iter().enumerate() {
                    let place = taken.iter().position(|taken| *taken == number).map(|place| format!("{}.", place + 1));
                    let sign = if number == choices.cursor { CURSOR } else { " " };
                    let mark = format!("{sign}{:<4}", place.as_deref().unwrap_or("·"));
                    let tone = if place.is_some() { Tone::Good } else { Tone::Accent };
                    page.item(tone, &mark, Tone::Text, item, Some(&Action::from(ExamAction::ToggleAt(number))));
                }
                format!("{toggle} gives the next number to the item under the cursor, or takes it back; {confirm} hands in")
            }
            (Draft::Number(text), PosedBody::Number(task)) => {
                page.line(Line::new(Tone::Accent, format!("{CURSOR} {text}_ ")).with(Tone::Text, task.unit));
                format!("Type a number; {confirm} hands in")
            }
            (Draft::Marks(marks), PosedBody::Mark { target, .. }) => {
                let listed: Vec<String> = marks.iter().map(ToString::to_string).collect();
                let listed = if listed.is_empty() { "nothing yet".to_owned() } else { listed.join(", ") };
                page.item(Tone::Accent, "Marked: ", Tone::Text, &listed, None);
                let select = keymap.label(SelectAction::Next);
                format!("Select {} with the arrows, {select} or the mouse; {toggle} marks; {confirm} hands in", target.noun())
            }
            (Draft::Points(choices), PosedBody::Recall { points }) => {
                page.text(Tone::Dim, "Which of these did your answer contain?");
                for (number, point) in points.iter().enumerate() {
                    choices.write(number, point, page);
                }
                format!("{toggle} or a digit ticks; {confirm} hands in")
            }
            (Draft::Aloud, _) => format!("Say it aloud, as at the whiteboard. {confirm} shows the key points"),
            _ => String::new(),
        };
        page.text(Tone::Dim, &how);
    }

    fn write_grade(&self, grade: &Grade, keymap: &Keymap, page: &mut Page) {
        let (tone, word) = if grade.is_right { (Tone::Good, "Right.") } else { (Tone::Bad, "Not right.") };
        let part = if !grade.is_right && grade.hits > 0 { format!(" {} of {}.", grade.hits, grade.of) } else { String::new() };
        page.text(tone, &format!("{word}{part}"));
        match (&self.question.body, &self.draft) {
            (PosedBody::One(options), Draft::One(choices)) => {
                // The explanations of the chosen option and of the right one.
                for (number, option) in options.iter().enumerate() {
                    let is_chosen = choices.chosen.contains(&number);
                    let why = if is_chosen || option.is_right { option.why.as_str() } else { "" };
                    write_option(page, &option.says, option.is_right, is_chosen, why);
                }
            }
            (PosedBody::Any(options), Draft::Any(choices)) => {
                for (number, option) in options.iter().enumerate() {
                    Choices::write_result(page, &option.says, option.is_right, choices.chosen.contains(&number), &option.why);
                }
            }
            (PosedBody::Order { items, right, why }, Draft::Order { taken, .. }) => {
                for (place, number) in right.iter().enumerate() {
                    let is_right = taken.get(place) == Some(number);
                    let (tone, sign) = if is_right { (Tone::Good, "✓") } else { (Tone::Bad, "✗") };
                    let item = items.get(*number).map_or("", String::as_str);
                    page.item(tone, &format!("{sign} {:<4}", format!("{}.", place + 1)), Tone::Text, item, None);
                }
                page.text(Tone::Dim, why);
            }
            (PosedBody::Number(task), Draft::Number(text)) => write_number(page, task, text, grade),
            (PosedBody::Mark { why, .. }, _) => {
                if let Some(review) = self.judged_marks() {
                    let sets = [
                        (Tone::Good, "✓ right: ", &review.right),
                        (Tone::Warn, "○ missing: ", &review.missing),
                        (Tone::Bad, "✗ too many: ", &review.surplus),
                    ];
                    for (tone, mark, elements) in sets.into_iter().filter(|(_, _, elements)| !elements.is_empty()) {
                        let listed: Vec<String> = elements.iter().map(ToString::to_string).collect();
                        page.item(tone, mark, Tone::Text, &listed.join(", "), None);
                    }
                }
                page.text(Tone::Dim, why);
            }
            (PosedBody::Recall { points }, Draft::Points(choices)) => {
                for (number, point) in points.iter().enumerate() {
                    let (tone, sign) = if choices.chosen.contains(&number) { (Tone::Good, "✓ ") } else { (Tone::Warn, "○ ") };
                    page.item(tone, sign, Tone::Text, point, None);
                }
            }
            _ => {}
        }
        if let Some(element) = self.experiment() {
            page.text(Tone::Dim, &format!("See it run: {element} is lost in the running site now."));
        }
        let key = keymap.label(ExamAction::Confirm);
        let text = if self.answered.len() < self.items.len() { "next question" } else { "summary" };
        page.item(Tone::Accent, &format!("{key} "), Tone::Dim, text, Some(&ExamAction::Confirm.into()));
    }

    fn summary(&self, keymap: &Keymap, page: &mut Page) {
        let (right, all) = (self.right(), self.items.len());
        page.text(if right == all { Tone::Good } else { Tone::Name }, &format!("{right} of {all} right."));
        if let PracticeGoal::TestOut(unit) = &self.goal {
            let (tone, text) = if self.is_passed() {
                (Tone::Good, format!("Passed: the lessons of \"{unit}\" count as done."))
            } else {
                (Tone::Warn, format!("Not passed: it takes 80 %. The lessons of \"{unit}\" teach what is missing."))
            };
            page.text(tone, &text);
        }
        let missed = self.missed();
        if !missed.is_empty() {
            page.text(Tone::Name, "To look at again");
        }
        for demand in &missed {
            page.item(Tone::Warn, "○ ", Tone::Text, demand.title(), None);
        }
        let mut days: BTreeMap<u32, usize> = BTreeMap::new();
        for interval in &self.intervals {
            *days.entry(*interval).or_default() += 1;
        }
        let parts: Vec<String> = days.iter().map(|(day, count)| format!("{count} {}", in_days(*day))).collect();
        if !parts.is_empty() {
            page.item(Tone::Dim, "They come back: ", Tone::Dim, &parts.join(", "), None);
        }
        let key = keymap.label(ExamAction::Confirm);
        page.item(Tone::Accent, &format!("{key} "), Tone::Dim, "course map", Some(&ExamAction::Confirm.into()));
    }

    /// Why the current question is asked.
    fn reason(&self) -> Option<&'static str> {
        let place = self.answered.len().checked_sub(usize::from(self.grade.is_some()))?;
        Some(match self.items.get(place)?.reason {
            PracticeReason::Weak => "Asked because an exam or a drill showed it weak.",
            PracticeReason::Due => "Asked because it is due for review.",
            PracticeReason::New => "New: on a subject of your lessons.",
            PracticeReason::Ahead => "No lesson has taught it yet.",
        })
    }
}

fn in_days(days: u32) -> String {
    if days <= 1 { "tomorrow".to_owned() } else { format!("in {days} days") }
}

/// An option of which one is right: the sign says whether it is right, not whether it was chosen.
fn write_option(page: &mut Page, says: &str, is_right: bool, is_chosen: bool, why: &str) {
    let (tone, sign) = match (is_right, is_chosen) {
        (true, _) => (Tone::Good, "✓ "),
        (false, true) => (Tone::Bad, "✗ "),
        (false, false) => (Tone::Dim, "  "),
    };
    page.item(tone, sign, if is_right || is_chosen { Tone::Text } else { Tone::Dim }, says, None);
    if !why.is_empty() {
        page.item(Tone::Dim, "  ", Tone::Dim, why, None);
    }
}

fn write_number(page: &mut Page, task: &NumberTask, typed: &str, grade: &Grade) {
    if !typed.is_empty() {
        let (tone, sign) = if grade.is_right { (Tone::Good, "✓ ") } else { (Tone::Bad, "✗ ") };
        page.item(tone, sign, Tone::Text, &format!("{typed} {}", task.unit), None);
    }
    if let Some(slip) = &grade.slip {
        page.item(Tone::Warn, "  ", Tone::Warn, slip, None);
    }
    page.text(Tone::Dim, &task.why);
}
