//! The keys of design reviews.

use super::{KeyContext, Keymap};
use crate::action::{ReviewAction, TaskAction};
use crate::key::{Code, Key};

impl Keymap {
    /// Binds the keys of design reviews.
    pub(super) fn bind_in_reviews(&mut self) {
        use KeyContext::Review;
        let (c, k) = (Key::char, Key::plain);
        self.bind(&[k(Code::Enter)], Review, ReviewAction::MarkSentence, "mark sentence", "Mark or unmark the current sentence");
        self.bind(&[c('n')], Review, ReviewAction::NextLine, "next", "Next sentence or, after submitting, next explanation");
        self.bind(&[c('b')], Review, ReviewAction::PreviousLine, "", "Previous sentence or explanation");
        self.bind(&[c('m')], Review, ReviewAction::MarkElement, "mark element", "Mark or unmark the selected element");
        self.bind(&[c('F')], Review, ReviewAction::Findings, "findings", "Choose the findings that apply");
        self.bind(&[c('S')], Review, ReviewAction::Submit, "submit", "Submit the marks: the analysis judges them");
        self.bind(
            &[c('R')],
            Review,
            ReviewAction::Repaired,
            "repaired",
            "After submitting: switch between the design and the repaired one",
        );
        self.bind(&[c('N')], Review, TaskAction::Next, "next review", "Next review");
    }
}
