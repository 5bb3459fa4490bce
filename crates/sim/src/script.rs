//! Fault scripts: commands in the syntax that users type, such as `20s kill server-2`.
//!
//! Each line contains a time and a command, and is parsed into an [`Entry`]. Names are looked up in an infrastructure,
//! so a script is checked before a run begins. Mistakes are data, which `hoplight_text` renders.

mod arguments;
mod error;
mod faults;
mod text;
mod time;
mod verbs;
mod words;

pub use error::{Expected, Keyword, ScriptError, ScriptLineError, ScriptMistake, ScriptQuantity};
pub use text::text;
pub use time::{LONGEST, TimeError, TimeProblem, duration, shown_time};
pub use verbs::Verb;

use hoplight_model::{Element, Infrastructure};

use super::catalogue::CommonFault;
use super::command::Command;
use super::time::SimTime;
use arguments::Arguments;
use words::Words;

/// Maximum length of a line, in bytes.
pub const MAX_LINE: usize = 400;
/// Maximum number of mistakes reported per script.
const MOST_MISTAKES: usize = 10;

/// The verbs that inject and fix a fault of the catalogue. They stand for several commands.
pub const CATALOGUE_VERBS: [&str; 2] = ["fault", "fix"];

/// A command of a script.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When the command is applied.
    pub at: SimTime,
    /// The command.
    pub command: Command,
}

/// Commands in chronological order. Commands with the same time keep the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    entries: Vec<Entry>,
}

impl Script {
    /// Parses a script with one entry per line. `#` starts a comment.
    ///
    /// # Errors
    /// The mistakes with their lines, up to ten.
    pub fn parse(text: &str, infra: &Infrastructure) -> Result<Self, Vec<ScriptLineError>> {
        let mut script = Self::default();
        let mut mistakes = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let code = line.split('#').next().unwrap_or(line);
            if code.trim().is_empty() {
                continue;
            }
            match entries(code, infra) {
                Ok(entries) => entries.into_iter().for_each(|entry| script.add(entry)),
                Err(error) => mistakes.push(ScriptLineError { line: number + 1, error }),
            }
            if mistakes.len() == MOST_MISTAKES {
                break;
            }
        }
        if mistakes.is_empty() { Ok(script) } else { Err(mistakes) }
    }

    /// Inserts an entry after all entries with the same time.
    pub fn add(&mut self, entry: Entry) {
        let place = self.entries.partition_point(|known| known.at <= entry.at);
        self.entries.insert(place, entry);
    }

    /// The entries in chronological order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// Parses a line with one command, such as `20s kill server-2`.
///
/// # Errors
/// The mistake and its column.
pub fn entry(line: &str, infra: &Infrastructure) -> Result<Entry, ScriptError> {
    let (at, words) = timed(line)?;
    Ok(Entry { at, command: read(words, infra)? })
}

/// Parses a line that can stand for several commands: `20s fault web-killed` injects a fault of the catalogue,
/// `40s fix web-killed` fixes it.
///
/// # Errors
/// As for [`entry`]; also if the infrastructure has none of the components that the fault affects, or nothing is left to fix
/// after it.
pub fn entries(line: &str, infra: &Infrastructure) -> Result<Vec<Entry>, ScriptError> {
    let (at, mut words) = timed(line)?;
    let Some(verb) = words.peek().filter(|verb| CATALOGUE_VERBS.contains(&verb.text)) else {
        return Ok(vec![Entry { at, command: read(words, infra)? }]);
    };
    words.next();
    let name = words.next().ok_or_else(|| words.ended(Expected::CommonFault, None))?;
    let Some(fault) = CommonFault::find(name.text) else {
        let known = CommonFault::ALL.into_iter().map(CommonFault::id);
        return Err(name.unexpected(Expected::CommonFault, None).suggest(name.text, known));
    };
    if let Some(more) = words.next() {
        return Err(more.unexpected(Expected::End, None));
    }
    let commands = fault.inject(infra);
    if commands.is_empty() {
        let infra = infra.id().clone();
        return Err(ScriptError::new(name.column, ScriptMistake::CannotHappen { fault, infra }));
    }
    let fixes = fault.fix(infra);
    if verb.text == "fix" && fixes.is_empty() {
        return Err(ScriptError::new(name.column, ScriptMistake::NothingToFix { fault }));
    }
    let after = |delay: f64| at + std::time::Duration::from_secs_f64(delay);
    Ok(match verb.text {
        "fault" => commands.into_iter().map(|(delay, command)| Entry { at: after(delay), command }).collect(),
        _ => fixes.into_iter().map(|command| Entry { at, command }).collect(),
    })
}

/// Splits off the time at the start of a line.
fn timed(line: &str) -> Result<(SimTime, Words<'_>), ScriptError> {
    let mut words = checked(line)?;
    let Some(first) = words.next() else {
        return Err(words.ended(Expected::TimedCommand, None));
    };
    let after = duration(first.text).map_err(|error| {
        let mistake = match Verb::find(first.text) {
            Some(_) => ScriptMistake::NoTime { verb: first.text.to_owned() },
            None => ScriptMistake::Time(error),
        };
        ScriptError::new(first.column, mistake)
    })?;
    Ok((SimTime::ZERO + after, words))
}

/// Parses a command without a time, such as `kill server-2`.
///
/// # Errors
/// As for [`entry`].
pub fn command(line: &str, infra: &Infrastructure) -> Result<Command, ScriptError> {
    read(checked(line)?, infra)
}

/// Parses the name of an element: a component, a server, or a hop such as `lb-1 -> web-1`.
///
/// # Errors
/// As for [`entry`].
pub fn element(text: &str, infra: &Infrastructure) -> Result<Element, ScriptError> {
    let mut arguments = Arguments::new(checked(text)?, infra, "lb-1, server-1, lb-1 -> web-1");
    let element = arguments.element()?;
    arguments.done()?;
    Ok(element)
}

fn checked(line: &str) -> Result<Words<'_>, ScriptError> {
    if line.len() > MAX_LINE {
        return Err(ScriptError::new(1, ScriptMistake::LineTooLong { bytes: line.len() }));
    }
    Ok(Words::new(line))
}

fn read(mut words: Words<'_>, infra: &Infrastructure) -> Result<Command, ScriptError> {
    let Some(word) = words.next() else {
        return Err(words.ended(Expected::Command, None));
    };
    let Some(verb) = Verb::find(word.text) else {
        return Err(word.unexpected(Expected::Command, None).suggest(word.text, Verb::ALL.into_iter().map(Verb::name)));
    };
    let mut arguments = Arguments::new(words, infra, verb.usage());
    let command = verb.parse(&mut arguments)?;
    arguments.done()?;
    Ok(command)
}
