//! Actions of the whiteboard exam and of generated practice.

use hoplight_exam::PointGrade;

/// Works on the whiteboard exam, or on questions of practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExamAction {
    /// Ends the drawing.
    Finish,
    /// Pauses or resumes practice.
    Pause,
    /// Turns an exam into practice, while nothing is drawn.
    Practise,
    /// Goes on: shows the key points, hands in the answer, or opens the next question, puzzle or lesson.
    Confirm,
    /// Moves to the next answer.
    Down,
    /// Moves to the previous answer.
    Up,
    /// Chooses the answer under the cursor, or no longer.
    Toggle,
    /// Chooses the answer with this number from 0, or no longer.
    ToggleAt(usize),
    /// Grades the key point under the cursor.
    Grade(PointGrade),
    /// Switches between saying it aloud and choosing statements.
    Mode,
    /// Opens the window in which the answer is typed.
    Type,
    /// Ends the typed answer, and shows the key points.
    HandInText,
    /// Skips the question.
    Skip,
    /// Types a digit or a decimal point into an answer.
    Digit(char),
    /// Erases the last digit.
    Erase,
}

impl ExamAction {
    /// Returns the name used in settings.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Finish => "hand-in",
            Self::Pause => "pause-practice",
            Self::Practise => "practise",
            Self::Confirm => "exam-confirm",
            Self::Down => "next-answer",
            Self::Up => "previous-answer",
            Self::Toggle => "choose-answer",
            Self::Grade(PointGrade::Yes) => "grade-yes",
            Self::Grade(PointGrade::Partly) => "grade-partly",
            Self::Grade(PointGrade::No) => "grade-no",
            Self::Mode => "choose-statements",
            Self::Type => "type-answer",
            Self::Skip => "skip-question",
            Self::Erase => "erase-digit",
            Self::HandInText => return None,
            Self::Digit(digit) => match digit {
                '0' => "digit-0",
                '1' => "digit-1",
                '2' => "digit-2",
                '3' => "digit-3",
                '4' => "digit-4",
                '5' => "digit-5",
                '6' => "digit-6",
                '7' => "digit-7",
                '8' => "digit-8",
                '9' => "digit-9",
                '.' => "decimal-point",
                ',' => "decimal-comma",
                _ => return None,
            },
            Self::ToggleAt(number) => match ANSWERS.split_at_checked(number) {
                Some((_, [name, ..])) => name,
                Some((_, [])) | None => return None,
            },
        })
    }
}

/// Names of the answers that have a key.
const ANSWERS: [&str; 9] =
    ["choose-1", "choose-2", "choose-3", "choose-4", "choose-5", "choose-6", "choose-7", "choose-8", "choose-9"];
