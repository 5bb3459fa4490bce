//! Result files: what a learner hands to a teacher, or takes to another machine. JSON with a seal.
//!
//! The seal is SHA-256 over the file without white space and without the seal, so that reformatting does not break it, and an
//! edit of any field does. docs/progress.md describes the format for other programs.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::Value;

use hoplight_lesson::progress::FORMAT as PROGRESS_FORMAT;
use hoplight_lesson::{AttemptHash, AttemptLog, AttemptRecord, ChainFault, ChainProblem, Progress};

/// The format of result files.
const FORMAT: u32 = 1;

/// What a file says that it is.
const KIND: &str = "result";

/// Largest file that is read, in bytes.
pub(super) const MAX_FILE: usize = 32 << 20;

/// Longest name of a learner, in characters.
pub(super) const MAX_NAME: usize = 80;

/// Fewest records in a file that may state that older ones were dropped: no program drops any before.
const FEWEST_AFTER_DROP: usize = 1_000;

/// The result of a learner.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ResultFile {
    /// The learner's name; empty if none was given.
    pub(super) name: String,
    /// When the file was written, in seconds since 1970.
    pub(super) exported_s: u64,
    pub(super) log: AttemptLog,
    pub(super) progress: Progress,
}

/// A defect of a result file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResultFlaw {
    /// The seal does not fit the file: it was edited or cut.
    Seal,
    /// The file states that old records were dropped, and has too few records for that.
    Dropped,
    /// A record is not what it was, or not where it was.
    Chain(ChainProblem),
}

/// The fields, in the order in which they are written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResultForm {
    #[serde(rename = "hoplight")]
    _kind: String,
    #[serde(rename = "format")]
    _format: u32,
    name: String,
    #[serde(rename = "version")]
    _version: String,
    exported_s: u64,
    dropped: u64,
    sealed: BTreeSet<AttemptHash>,
    attempts: Vec<AttemptRecord>,
    progress: Value,
    seal: AttemptHash,
}

impl ResultFile {
    /// Formats the file, with one attempt per line.
    ///
    /// # Errors
    /// If the progress cannot be written as JSON.
    pub(super) fn to_json(&self) -> anyhow::Result<String> {
        let name = serde_json::to_string(&self.name)?;
        let sealed: Vec<String> = self.log.sealed().iter().map(|hash| format!("\"{hash}\"")).collect();
        let attempts: Vec<String> = self.log.records().iter().map(AttemptRecord::to_json).collect();
        let version = env!("CARGO_PKG_VERSION");
        let mut text = format!("{{\n\"hoplight\": \"{KIND}\",\n\"format\": {FORMAT},\n\"name\": {name},\n");
        let _ = writeln!(text, "\"version\": \"{version}\",\n\"exported_s\": {},", self.exported_s);
        let _ = writeln!(text, "\"dropped\": {},\n\"sealed\": [{}],", self.log.dropped(), sealed.join(", "));
        let _ = writeln!(text, "\"attempts\": [\n{}\n],", attempts.join(",\n"));
        let _ = write!(text, "\"progress\": {}", serde_json::to_string(&self.progress)?);
        let seal = AttemptHash::of(&(compact(&text) + "}"));
        let _ = writeln!(text, ",\n\"seal\": \"{seal}\"\n}}");
        Ok(text)
    }

    /// Parses a file. Also returns its flaws.
    ///
    /// # Errors
    /// Why the text is no result file. The error continues a sentence that begins with the file's name.
    pub(super) fn parse(text: &str) -> Result<(Self, Vec<ResultFlaw>), String> {
        #[derive(Deserialize)]
        struct Version {
            hoplight: String,
            format: u32,
        }
        let version: Version =
            serde_json::from_str(text).map_err(|error| format!("is not a result file of hoplight ({error})"))?;
        if version.hoplight != KIND {
            return Err("is not a result file of hoplight".to_owned());
        }
        if version.format > FORMAT {
            return Err(format!("was written by a newer hoplight (format {}, this program reads {FORMAT})", version.format));
        }
        let form: ResultForm = serde_json::from_str(text).map_err(|error| format!("is damaged: {error}"))?;
        let newer = form.progress.get("format").and_then(Value::as_u64).filter(|format| *format > PROGRESS_FORMAT.into());
        if let Some(format) = newer {
            return Err(format!("has progress of a newer hoplight (format {format}, this program reads {PROGRESS_FORMAT})"));
        }
        let progress = serde_json::from_value(form.progress).map_err(|error| format!("has damaged progress: {error}"))?;
        let log = AttemptLog::new(form.attempts, form.dropped, form.sealed);
        let mut flaws = Vec::new();
        if !is_sealed(text, form.seal) {
            flaws.push(ResultFlaw::Seal);
        }
        if (log.dropped() > 0 || !log.sealed().is_empty()) && log.records().len() < FEWEST_AFTER_DROP {
            flaws.push(ResultFlaw::Dropped);
        }
        flaws.extend(log.problems().into_iter().map(ResultFlaw::Chain));
        let name = hoplight_model::text::sanitise(&form.name).chars().take(MAX_NAME).collect();
        Ok((Self { name, exported_s: form.exported_s, log, progress }, flaws))
    }
}

/// The text without white space outside of strings.
fn compact(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    let (mut in_string, mut is_escaped) = (false, false);
    for c in text.chars() {
        if !in_string && c.is_ascii_whitespace() {
            continue;
        }
        in_string ^= c == '"' && !is_escaped;
        is_escaped = in_string && c == '\\' && !is_escaped;
        compact.push(c);
    }
    compact
}

fn is_sealed(text: &str, seal: AttemptHash) -> bool {
    let compact = compact(text);
    let sealed = compact.trim_start_matches('\u{feff}').strip_suffix(&format!(",\"seal\":\"{seal}\"}}"));
    sealed.is_some_and(|body| AttemptHash::of(&format!("{body}}}")) == seal)
}

impl ResultFlaw {
    /// The number of the attempt, counted from 1; `None` for a flaw of the whole file.
    pub(super) const fn place(self) -> Option<usize> {
        match self {
            Self::Seal | Self::Dropped => None,
            Self::Chain(problem) => Some(problem.number),
        }
    }

    /// Identifier in JSON and CSV.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Dropped => "dropped",
            Self::Chain(ChainProblem { fault, .. }) => match fault {
                ChainFault::Edited => "edited",
                ChainFault::Cut => "cut",
                ChainFault::Twice => "twice",
                ChainFault::Loose => "loose",
            },
        }
    }
}

impl std::fmt::Display for ResultFlaw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Chain(ChainProblem { number, fault }) = self else {
            return f.write_str(match self {
                Self::Seal => "the seal does not fit: the file was edited or cut after the export",
                Self::Dropped | Self::Chain(_) => "the beginning of the chain is missing",
            });
        };
        match fault {
            ChainFault::Edited => write!(f, "attempt {number} was edited: its hash does not fit"),
            ChainFault::Cut => write!(f, "what came before attempt {number} was cut out, moved or edited"),
            ChainFault::Twice => write!(f, "attempt {number} is there twice"),
            ChainFault::Loose => write!(f, "the chain ends at attempt {number}, but the file goes on"),
        }
    }
}

#[cfg(test)]
mod tests;
