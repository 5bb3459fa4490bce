//! Questions of earlier units at the end of a lesson.

use hoplight_lesson::{Ask, Lesson, Loaded, Question};
use hoplight_model::{ContentError, QuestionId};

use crate::bank::QuestionBank;
use crate::form::{BankAsk, BankQuestion};

/// Returns a lesson whose quiz ends with the questions from earlier units that it names. Unknown questions are left out: the
/// content check reports them.
pub fn with_earlier(lesson: &Lesson, bank: &QuestionBank) -> Lesson {
    let mut lesson = lesson.clone();
    let earlier = lesson.earlier.iter().filter_map(|id| bank.question(id)).filter_map(|question| as_quiz(question));
    lesson.quiz.extend(earlier);
    lesson
}

/// The question as one of a quiz, which has only questions with one right option.
fn as_quiz(question: &BankQuestion) -> Option<Question> {
    match &question.ask {
        BankAsk::Choice { stem, choices } => {
            Some(Question { stem: stem.clone(), about: question.about.clone(), ask: Ask::Choice(choices.clone()) })
        }
        BankAsk::Several { .. }
        | BankAsk::Order { .. }
        | BankAsk::Number(_)
        | BankAsk::Mark { .. }
        | BankAsk::Predict { .. }
        | BankAsk::FalseSentence { .. }
        | BankAsk::Recall { .. } => None,
    }
}

/// Reports the earlier questions of lessons that do not exist or cannot be asked in a quiz.
pub fn check_earlier<'a>(lessons: impl IntoIterator<Item = &'a Loaded<Lesson>>, bank: &QuestionBank) -> Vec<ContentError> {
    let mut errors = Vec::new();
    for entry in lessons {
        for id in &entry.content.earlier {
            let quoted = format!("\"{id}\"");
            let error = |message: String| ContentError::about(&entry.file, &entry.text, &quoted, message);
            match bank.question(id) {
                None => {
                    let known = bank.questions().iter().map(|question| &question.id).map(QuestionId::as_str);
                    errors.push(error(format!("no question has the id `{id}`")).suggest(id.as_str(), known));
                }
                Some(question) if as_quiz(question).is_none() => {
                    errors.push(error(format!("`{id}` has no single right option, so it cannot be asked in a quiz")));
                }
                Some(_) => {}
            }
        }
    }
    errors
}
