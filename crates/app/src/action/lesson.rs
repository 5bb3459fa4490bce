//! Actions within a lesson.

/// Shows a hint, answers a question, or moves to another step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LessonAction {
    /// Shows the next hint; after the last one, the solution.
    Hint,
    /// Goes back to the previous step.
    Previous,
    /// Skips the step, even if it is not done.
    Skip,
    /// Restarts the step.
    Restart,
    /// Answers a question with the option of this index.
    Answer(usize),
    /// Marks or unmarks the selected element.
    Mark,
}

impl LessonAction {
    /// Returns the name used in settings.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Hint => "hint",
            Self::Previous => "step-before",
            Self::Skip => "skip",
            Self::Restart => "again",
            Self::Answer(number) => match ANSWERS.split_at_checked(number) {
                Some((_, [name, ..])) => name,
                Some((_, [])) | None => return None,
            },
            Self::Mark => "mark",
        })
    }
}

/// Names of the answers that have a key.
const ANSWERS: [&str; 9] =
    ["answer-1", "answer-2", "answer-3", "answer-4", "answer-5", "answer-6", "answer-7", "answer-8", "answer-9"];
