//! Actions within a lesson.

/// Asks for help in a lesson, answers, or moves within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LessonAction {
    /// Shows the next hint; after the last one, the solution.
    Hint,
    /// Goes back to the previous step.
    Previous,
    /// Continues even if the step is not done.
    Skip,
    /// Restarts the step.
    Restart,
    /// Answers a question with an option, by number from 0.
    Answer(usize),
    /// Marks or unmarks the selected element.
    Mark,
}

impl LessonAction {
    /// The name in settings.
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

/// The names of the answers that have a key.
const ANSWERS: [&str; 9] =
    ["answer-1", "answer-2", "answer-3", "answer-4", "answer-5", "answer-6", "answer-7", "answer-8", "answer-9"];
