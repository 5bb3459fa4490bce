//! The content of the exam: what to explain, as data from files.
//!
//! Files are untrusted: their size and the number of items are bounded, and every mistake is reported with its position.

mod problem;

use std::collections::BTreeSet;

use hoplight_curriculum::{Demand, Misconception};
use hoplight_model::scenario::Scenario;
use hoplight_model::{ContentError, Element, Text, ron_text};
use serde::{Deserialize, Serialize};

use crate::part::{DrawnPart, drawn_parts};
use crate::stage::ExamStage;

pub use problem::ExamProblem;

/// The newest format that this program reads.
const FORMAT: u32 = 1;
/// Maximum number of items in one file.
const MAX_ITEMS: usize = 200;
/// Maximum number of statements of an item.
const MAX_STATEMENTS: usize = 12;
/// Number of key points of an item.
const POINTS: std::ops::RangeInclusive<usize> = 3..=5;

/// All items of the exam, in the order of the files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExamContent {
    items: Vec<(Vec<ExamStage>, ExplainItem)>,
}

/// Something to explain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainItem {
    /// Name of the item in results.
    pub id: Text,
    /// What it is about.
    pub about: ExplainSubject,
    /// Whether it is asked after the stage's own questions, to go deeper.
    #[serde(default)]
    pub follow_up: bool,
    /// The question.
    pub prompt: Text,
    /// What a good answer contains: three to five short points.
    pub points: Vec<Text>,
    /// True statements.
    pub right: Vec<Text>,
    /// Wrong statements.
    pub wrong: Vec<WrongStatement>,
}

/// What an item is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ExplainSubject {
    /// A demand of the stage.
    Demand(Demand),
    /// A kind of element, asked if the drawing has one.
    Part(DrawnPart),
}

/// A wrong statement to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrongStatement {
    /// The statement.
    pub says: Text,
    /// The published misconception behind it, if it is one.
    #[serde(default)]
    pub belief: Option<Misconception>,
    /// What is right instead, in one sentence.
    pub correction: Text,
}

/// An item that a drawing asks for, with the elements that it is about; empty for a demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainQuestion<'a> {
    /// The item.
    pub item: &'a ExplainItem,
    /// The elements of the drawing.
    pub elements: Vec<Element>,
}

/// A content file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExamFile {
    /// Checked by [`ExamHeader`] before.
    #[serde(rename = "format")]
    _format: u32,
    /// The stages whose exams use the items.
    exam: Vec<ExamStage>,
    items: Vec<ExplainItem>,
}

#[derive(Deserialize)]
struct ExamHeader {
    format: u32,
}

impl ExamContent {
    /// Parses content files, given as names and texts.
    ///
    /// # Errors
    /// Every file that cannot be parsed, and every item that breaks a rule.
    pub fn new(sources: &[(&str, &str)]) -> Result<Self, Vec<ContentError>> {
        let mut content = Self::default();
        let mut errors = Vec::new();
        for (file, text) in sources {
            match parse(file, text) {
                Ok(parsed) => {
                    let before = errors.len();
                    for item in &parsed.items {
                        let known = content.items.iter().map(|(_, item)| item).any(|known| known.id == item.id);
                        errors.extend(
                            problems(item, known)
                                .into_iter()
                                .map(|problem| ContentError::about(file, text, &item.id, problem.to_string())),
                        );
                    }
                    let mut ids = BTreeSet::new();
                    let repeated = parsed.items.iter().find(|item| !ids.insert(&item.id));
                    errors.extend(
                        repeated.map(|item| {
                            ContentError::about(file, text, &item.id, ExamProblem::SameId(item.id.clone()).to_string())
                        }),
                    );
                    if errors.len() == before {
                        content.items.extend(parsed.items.into_iter().map(|item| (parsed.exam.clone(), item)));
                    }
                }
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(content) } else { Err(errors) }
    }

    /// The items of a stage, in the order of the files.
    pub fn items(&self, stage: ExamStage) -> impl Iterator<Item = &ExplainItem> {
        self.items.iter().filter(move |(stages, _)| stages.contains(&stage)).map(|(_, item)| item)
    }

    /// The item with this id.
    pub fn item(&self, id: &str) -> Option<&ExplainItem> {
        self.items.iter().map(|(_, item)| item).find(|item| item.id.as_str() == id)
    }

    /// What the learner has to explain about a drawing: the elements in it, then the demands of the stage, then the questions
    /// that go deeper.
    pub fn explain(&self, stage: ExamStage, scenario: &Scenario) -> Vec<ExplainQuestion<'_>> {
        let parts = drawn_parts(scenario);
        let mut questions: Vec<ExplainQuestion<'_>> = self
            .items(stage)
            .filter_map(|item| match item.about {
                ExplainSubject::Part(part) => Some(ExplainQuestion { item, elements: parts.get(&part)?.clone() }),
                ExplainSubject::Demand(_) => Some(ExplainQuestion { item, elements: Vec::new() }),
            })
            .collect();
        let rank = |item: &ExplainItem| match item.about {
            ExplainSubject::Part(part) => (0, Some(part), None),
            ExplainSubject::Demand(demand) => (1 + u8::from(item.follow_up), None, Some(demand)),
        };
        questions.sort_by_key(|question| rank(question.item));
        questions
    }
}

fn parse(file: &str, text: &str) -> Result<ExamFile, ContentError> {
    let newer = ron_text::parse::<ExamHeader>(file, text).ok().filter(|header| header.format > FORMAT);
    if let Some(ExamHeader { format }) = newer {
        return Err(ContentError::at(file, text, None, ExamProblem::NewerFormat(format, FORMAT).to_string()));
    }
    let parsed: ExamFile = ron_text::parse(file, text)?;
    let too_many = (parsed.items.len() > MAX_ITEMS).then_some(ExamProblem::TooManyItems(parsed.items.len(), MAX_ITEMS));
    let no_stage = parsed.exam.is_empty().then_some(ExamProblem::NoStage);
    match too_many.or(no_stage) {
        Some(problem) => Err(ContentError::at(file, text, None, problem.to_string())),
        None => Ok(parsed),
    }
}

/// The rules that an item breaks.
fn problems(item: &ExplainItem, is_known: bool) -> Vec<ExamProblem> {
    let mut found = Vec::new();
    let id = || item.id.clone();
    if is_known {
        found.push(ExamProblem::SameId(id()));
    }
    if !POINTS.contains(&item.points.len()) {
        found.push(ExamProblem::Points(id(), item.points.len()));
    }
    let statements = item.right.len() + item.wrong.len();
    if item.right.is_empty() || item.wrong.is_empty() || statements > MAX_STATEMENTS {
        found.push(ExamProblem::Statements(id(), item.right.len(), item.wrong.len()));
    }
    let wrong = item.wrong.iter().flat_map(|wrong| [&wrong.says, &wrong.correction]);
    let mut texts = [&item.id, &item.prompt].into_iter().chain(&item.points).chain(&item.right).chain(wrong);
    if texts.any(|text| text.is_empty()) {
        found.push(ExamProblem::EmptyText(id()));
    }
    found
}
