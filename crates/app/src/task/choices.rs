//! Answers to choose from: any number of them, with a cursor.

use std::collections::BTreeSet;

use crate::action::{Action, ExamAction};
use crate::line::Page;
use crate::tone::Tone;

/// The sign of the line under the cursor.
pub(crate) const CURSOR: &str = "▸";

/// Which of several answers are chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    count: usize,
    /// The answer under the cursor.
    pub cursor: usize,
    /// The chosen answers, by number from 0.
    pub chosen: BTreeSet<usize>,
}

impl Choices {
    /// None of `count` answers is chosen.
    pub const fn new(count: usize) -> Self {
        Self { count, cursor: 0, chosen: BTreeSet::new() }
    }

    /// Moves the cursor, which stops at the ends.
    pub(crate) fn step(&mut self, down: bool) {
        let last = self.count.saturating_sub(1);
        self.cursor = if down { (self.cursor + 1).min(last) } else { self.cursor.saturating_sub(1) };
    }

    /// Chooses an answer, or no longer. Returns whether it exists.
    pub(crate) fn toggle(&mut self, number: usize) -> bool {
        let exists = number < self.count;
        if exists {
            self.cursor = number;
            if !self.chosen.remove(&number) {
                self.chosen.insert(number);
            }
        }
        exists
    }

    /// Writes an answer that can be chosen.
    pub(super) fn write(&self, number: usize, text: &str, page: &mut Page) {
        let is_chosen = self.chosen.contains(&number);
        let sign = if number == self.cursor { CURSOR } else { " " };
        let (tone, mark) = if is_chosen { (Tone::Good, "☑") } else { (Tone::Accent, "☐") };
        let text_tone = if number == self.cursor { Tone::Name } else { Tone::Text };
        let action = Action::from(ExamAction::ToggleAt(number));
        page.item(tone, &format!("{sign}{mark} "), text_tone, text, Some(&action));
    }

    /// Writes an answer with the result: whether it was right to choose it or not, and why.
    pub(super) fn write_result(page: &mut Page, text: &str, is_right: bool, is_chosen: bool, why: &str) {
        let (tone, sign) = if is_right == is_chosen { (Tone::Good, "✓ ") } else { (Tone::Bad, "✗ ") };
        // Two signs side by side, one for the verdict and one for the choice, were read as one.
        let verdict = match (is_right, is_chosen) {
            (true, true) => "Chosen: ",
            (true, false) => "Missed: ",
            (false, true) => "Wrongly chosen: ",
            (false, false) => "Rightly not chosen: ",
        };
        page.item(tone, sign, Tone::Text, &format!("{verdict}{text}"), None);
        if !why.is_empty() {
            page.item(Tone::Dim, "   ", Tone::Dim, why, None);
        }
    }
}
