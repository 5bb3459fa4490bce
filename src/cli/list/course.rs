//! The lists of questions and demands.

use std::fmt::Write as _;

use serde::Serialize;

use hoplight_course::{BankQuestion, Coverage, DemandCoverage, MisconceptionCoverage, PosedQuestion, QuestionBank};
use hoplight_curriculum::Demand;
use hoplight_model::text::width;
use hoplight_model::{LessonId, QuestionId};

use super::gap;

/// A question, in the order of the files.
#[derive(Debug, Serialize)]
pub(super) struct QuestionRow<'a> {
    id: &'a str,
    kind: &'static str,
    /// The text; of a question that is generated, one example.
    question: String,
    about: Vec<&'static str>,
    misconceptions: Vec<String>,
}

/// A demand, with what covers it.
#[derive(Debug, Serialize)]
pub(super) struct DemandRow {
    name: &'static str,
    title: &'static str,
    /// Whether the exercise series asks for it; if not, it goes beyond the series.
    asked: bool,
    lessons: Vec<String>,
    steps: usize,
    asked_in_lessons: usize,
    questions: Vec<String>,
}

/// A misconception, with what refutes it.
#[derive(Debug, Serialize)]
pub(super) struct MisconceptionRow {
    name: String,
    lessons: Vec<String>,
    questions: Vec<String>,
}

impl<'a> QuestionRow<'a> {
    pub(super) fn of(question: &'a BankQuestion, bank: &QuestionBank) -> Self {
        let example = || PosedQuestion::new(question, bank, 1).stem;
        Self {
            id: question.id.as_str(),
            kind: question.kind(),
            question: question.stem().map_or_else(example, ToString::to_string),
            about: question.about.iter().map(|demand| demand.name()).collect(),
            misconceptions: question.beliefs().iter().map(|belief| format!("{belief:?}")).collect(),
        }
    }
}

fn lesson_names(lessons: &[LessonId]) -> Vec<String> {
    lessons.iter().map(ToString::to_string).collect()
}

fn question_names(questions: &[QuestionId]) -> Vec<String> {
    questions.iter().map(ToString::to_string).collect()
}

impl DemandRow {
    fn of(coverage: &DemandCoverage) -> Self {
        Self {
            name: coverage.demand.name(),
            title: coverage.demand.title(),
            asked: Demand::ASKED.contains(&coverage.demand),
            lessons: lesson_names(&coverage.lessons),
            steps: coverage.steps,
            asked_in_lessons: coverage.asked_in_lessons,
            questions: question_names(&coverage.questions),
        }
    }

    pub(super) fn all(coverage: &Coverage) -> Vec<Self> {
        coverage.demands.iter().map(Self::of).collect()
    }
}

impl MisconceptionRow {
    fn of(coverage: &MisconceptionCoverage) -> Self {
        Self {
            name: format!("{:?}", coverage.misconception),
            lessons: lesson_names(&coverage.lessons),
            questions: question_names(&coverage.questions),
        }
    }

    pub(super) fn all(coverage: &Coverage) -> Vec<Self> {
        coverage.misconceptions.iter().map(Self::of).collect()
    }
}

pub(super) fn questions(rows: &[QuestionRow<'_>]) -> String {
    let ids = rows.iter().map(|row| width(row.id)).max().unwrap_or(0);
    let kinds = rows.iter().map(|row| width(row.kind)).max().unwrap_or(0);
    let mut text = format!("Questions ({})\n", rows.len());
    for row in rows {
        let _ =
            writeln!(text, "  {}{}  {}{}  {}", row.id, gap(row.id, ids), row.kind, gap(row.kind, kinds), row.about.join(", "));
    }
    text
}

pub(super) fn demands(rows: &[DemandRow]) -> String {
    let wide = rows.iter().map(|row| width(row.title)).max().unwrap_or(0);
    let mut text = String::from("Demands, with the lessons that teach them and the number of questions\n");
    for row in rows {
        let lessons = if row.lessons.is_empty() { "no lesson".to_owned() } else { row.lessons.join(", ") };
        let _ = writeln!(text, "  {}{}  {:>3}  {lessons}", row.title, gap(row.title, wide), row.questions.len());
    }
    text
}
