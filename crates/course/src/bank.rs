//! The question bank.
//!
//! Files are untrusted: the number of questions is bounded, and every mistake is reported with its position.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use hoplight_model::{ContentError, Infrastructure, QuestionId, ScenarioId, ron_text};

use crate::check::{problems, problems_on_sites};
use crate::form::BankQuestion;
use crate::problem::BankProblem;

/// The newest format that this program reads.
const FORMAT: u32 = 1;
/// Maximum number of questions in one file.
const MAX_QUESTIONS: usize = 500;

/// All questions, in the order of the files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuestionBank {
    questions: Vec<Arc<BankQuestion>>,
    places: BTreeMap<QuestionId, usize>,
    /// Infrastructures that questions are about.
    sites: BTreeMap<ScenarioId, Arc<Infrastructure>>,
}

#[derive(Deserialize)]
struct Header {
    format: u32,
}

/// A question file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionFile {
    /// Checked by [`Header`] before.
    #[serde(rename = "format")]
    _format: u32,
    questions: Vec<BankQuestion>,
}

impl QuestionBank {
    /// Reads question files, given as names and texts. A question replaces one of an earlier file with the same id. `scenario`
    /// finds the infrastructures that questions name.
    ///
    /// # Errors
    /// Every file that cannot be parsed, and every rule that a question breaks.
    pub fn read(
        files: &[(&str, &str)],
        scenario: impl Fn(&ScenarioId) -> Option<Arc<Infrastructure>>,
    ) -> Result<Self, Vec<ContentError>> {
        let mut bank = Self::default();
        let mut errors = Vec::new();
        for (file, text) in files {
            let parsed = match parse(file, text) {
                Ok(parsed) => parsed,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            let mut ids = BTreeSet::new();
            for question in parsed.questions {
                for id in question.sites() {
                    if let Some(infra) = scenario(id) {
                        bank.sites.entry(id.clone()).or_insert(infra);
                    }
                }
                let is_known = !ids.insert(question.id.clone());
                let found = problems(&question, is_known, &bank.sites);
                let quoted = format!("\"{}\"", question.id);
                errors.extend(found.iter().map(|problem| {
                    let message = format!("question `{}`: {problem}", question.id);
                    let error = ContentError::about(file, text, &quoted, message);
                    match problem {
                        BankProblem::UnknownSite(id) => error.suggest(id.as_str(), bank.sites.keys().map(ScenarioId::as_str)),
                        _ => error,
                    }
                }));
                if found.is_empty() {
                    bank.insert(question);
                }
            }
        }
        if errors.is_empty() { Ok(bank) } else { Err(errors) }
    }

    /// Checks the questions on the infrastructures that they can be about: each must have something to mark, and work as long as
    /// nothing is lost.
    pub fn check_sites(&self) -> Vec<(QuestionId, BankProblem)> {
        let problems = |question: &Arc<BankQuestion>| {
            let found = problems_on_sites(question, &self.sites);
            found.into_iter().map(|problem| (question.id.clone(), problem)).collect::<Vec<_>>()
        };
        self.questions.iter().flat_map(problems).collect()
    }

    fn insert(&mut self, question: BankQuestion) {
        let place = *self.places.entry(question.id.clone()).or_insert(self.questions.len());
        match self.questions.get_mut(place) {
            Some(known) => *known = Arc::new(question),
            None => self.questions.push(Arc::new(question)),
        }
    }

    /// All questions, in the order of the files.
    pub fn questions(&self) -> &[Arc<BankQuestion>] {
        &self.questions
    }

    /// The question with this id.
    pub fn question(&self, id: &QuestionId) -> Option<&Arc<BankQuestion>> {
        self.places.get(id).and_then(|place| self.questions.get(*place))
    }

    /// The infrastructure with this id, if a question names it.
    pub fn site(&self, id: &ScenarioId) -> Option<&Arc<Infrastructure>> {
        self.sites.get(id)
    }
}

fn parse(file: &str, text: &str) -> Result<QuestionFile, ContentError> {
    let newer = ron_text::parse::<Header>(file, text).ok().filter(|header| header.format > FORMAT);
    if let Some(Header { format }) = newer {
        return Err(ContentError::at(file, text, None, BankProblem::NewerFormat(format, FORMAT).to_string()));
    }
    let parsed: QuestionFile = ron_text::parse(file, text)?;
    let count = parsed.questions.len();
    if count > MAX_QUESTIONS {
        return Err(ContentError::at(file, text, None, BankProblem::TooMany(count, MAX_QUESTIONS).to_string()));
    }
    Ok(parsed)
}
