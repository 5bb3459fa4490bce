//! The keys of the whiteboard exam and of generated practice.

use hoplight_exam::PointGrade;

use super::{KeyContext, Keymap};
use crate::action::ExamAction;
use crate::key::{Code, Key};

impl Keymap {
    /// Binds the keys of the whiteboard exam and of generated practice.
    pub(super) fn bind_in_exams(&mut self) {
        use KeyContext::{ExamDrawing, Number, QuestionMarks, Questions};
        let (c, k) = (Key::char, Key::plain);
        self.bind(&[c('C')], ExamDrawing, ExamAction::Finish, "hand in", "Hand the drawing in, and go on to the questions");
        self.bind(
            &[k(Code::Enter)],
            Questions,
            ExamAction::Confirm,
            "go on",
            "Key points, hand in the answer, next question or site; in the report, the lesson",
        );
        self.bind(&[c(' ')], Questions, ExamAction::Toggle, "choose", "Choose the answer under the cursor, or no longer");
        self.bind(&[k(Code::Down), c('j')], Questions, ExamAction::Down, "move", "Next answer or key point");
        self.bind(&[k(Code::Up), c('k')], Questions, ExamAction::Up, "", "Previous answer or key point");
        self.bind(&[c('y')], Questions, ExamAction::Grade(PointGrade::Yes), "yes", "Key point: my answer contained it");
        self.bind(
            &[c('h')],
            Questions,
            ExamAction::Grade(PointGrade::Partly),
            "partly",
            "Key point: my answer contained half of it",
        );
        self.bind(&[c('n')], Questions, ExamAction::Grade(PointGrade::No), "no", "Key point: my answer did not contain it");
        self.bind(&[c('c')], Questions, ExamAction::Mode, "statements", "Choose among statements, or say the answer aloud");
        self.bind(&[c('t')], Questions, ExamAction::Type, "type", "Type the answer, then compare it with the key points");
        self.bind(&[c('S')], Questions, ExamAction::Skip, "skip", "Skip the question");
        for (number, digit) in ('1'..='9').enumerate() {
            // One entry stands for all.
            let help = if number == 0 { "Choose the first answer, or no longer; 2 to 9: the others" } else { "" };
            self.bind(&[c(digit)], Questions, ExamAction::ToggleAt(number), "", help);
        }
        for digit in "0123456789.,".chars() {
            let help = if digit == '0' { "Type the number" } else { "" };
            self.bind(&[c(digit)], Number, ExamAction::Digit(digit), "", help);
        }
        self.bind(&[k(Code::Backspace)], Number, ExamAction::Erase, "erase", "Erase the last digit");
        self.bind(&[c(' ')], QuestionMarks, ExamAction::Toggle, "mark", "Mark or unmark the selected element");
        self.bind(&[k(Code::Enter)], QuestionMarks, ExamAction::Confirm, "hand in", "Hand the marks in");
        self.bind(&[c('S')], QuestionMarks, ExamAction::Skip, "skip", "Skip the question");
        for context in [ExamDrawing, Questions] {
            self.bind(&[c('p')], context, ExamAction::Pause, "pause", "In practice: pause or resume; an exam cannot be paused");
        }
        self.bind(
            &[c('P')],
            ExamDrawing,
            ExamAction::Practise,
            "practise",
            "Practise instead: no time limit, every question, can be paused",
        );
    }
}
