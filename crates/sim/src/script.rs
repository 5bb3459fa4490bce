//! Fault scripts: commands as a person types them, `20s kill server-2`.
//!
//! One line of text is one [`Entry`]: a time, then a command in the words of [`verbs`]. Names are looked up in an
//! infrastructure, so a script is checked before a run begins.

mod arguments;
mod error;
mod faults;
mod text;
mod time;
pub mod verbs;
mod words;

pub use error::ScriptError;
pub use text::text;
pub use time::{LONGEST, duration, shown_time};

use hoplight_model::{ContentError, Element, Infrastructure};

use super::catalogue::CommonFault;
use super::command::Command;
use super::time::SimTime;
use arguments::Arguments;
use words::Words;

/// Longest line, in bytes. A command is far below it.
const MAX_LINE: usize = 400;
/// Most mistakes of one text that are reported.
const MOST_MISTAKES: usize = 10;

/// One line of a script.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When the command is given.
    pub at: SimTime,
    /// What is done.
    pub command: Command,
}

/// Commands in the order of their times. Those of one instant stay in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    entries: Vec<Entry>,
}

impl Script {
    /// Reads a whole text: one entry a line; what follows `#` is a comment. `file` is its name for the reader.
    ///
    /// # Errors
    /// Every mistake with its place, up to ten.
    pub fn parse(file: &str, text: &str, infra: &Infrastructure) -> Result<Self, Vec<ContentError>> {
        let mut script = Self::default();
        let mut mistakes = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let code = line.split('#').next().unwrap_or(line);
            if code.trim().is_empty() {
                continue;
            }
            match entries(code, infra) {
                Ok(entries) => entries.into_iter().for_each(|entry| script.add(entry)),
                Err(mistake) => mistakes.push(mistake.in_text(file, number + 1, line)),
            }
            if mistakes.len() == MOST_MISTAKES {
                break;
            }
        }
        if mistakes.is_empty() { Ok(script) } else { Err(mistakes) }
    }

    /// Adds an entry after those of its time and before.
    pub fn add(&mut self, entry: Entry) {
        let place = self.entries.partition_point(|known| known.at <= entry.at);
        self.entries.insert(place, entry);
    }

    /// The entries in the order of their times.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// Reads one line, such as `20s kill server-2`.
///
/// # Errors
/// Says where, what was found, what was expected and what might have been meant.
pub fn entry(line: &str, infra: &Infrastructure) -> Result<Entry, ScriptError> {
    let (at, words) = timed(line)?;
    Ok(Entry { at, command: read(words, infra)? })
}

/// Reads one line that may stand for several commands: `20s fault web-killed` brings a row of the catalogue of faults about,
/// `40s fix web-killed` takes it back.
///
/// # Errors
/// As for [`entry`]; also if the infrastructure lacks what would fail.
pub fn entries(line: &str, infra: &Infrastructure) -> Result<Vec<Entry>, ScriptError> {
    let (at, mut words) = timed(line)?;
    let Some(verb) = words.peek().filter(|verb| matches!(verb.text, "fault" | "fix")) else {
        return Ok(vec![Entry { at, command: read(words, infra)? }]);
    };
    words.next();
    let expected = "a fault of `hoplight list faults`";
    let name = words.next().ok_or_else(|| words.ended(expected))?;
    let Some(row) = CommonFault::find(name.text) else {
        return Err(name.mistake(expected).suggest(name.text, CommonFault::ALL.into_iter().map(CommonFault::id)));
    };
    if let Some(more) = words.next() {
        return Err(more.mistake("the end"));
    }
    let commands = row.inject(infra);
    if commands.is_empty() {
        return Err(ScriptError::new(name.column, format!("{} cannot happen in {}: it has no such part", row.id(), infra.id())));
    }
    let after = |delay: f64| at + std::time::Duration::from_secs_f64(delay);
    Ok(match verb.text {
        "fault" => commands.into_iter().map(|(delay, command)| Entry { at: after(delay), command }).collect(),
        _ => row.fix(infra).into_iter().map(|command| Entry { at, command }).collect(),
    })
}

/// Reads the time that a line begins with.
fn timed(line: &str) -> Result<(SimTime, Words<'_>), ScriptError> {
    let mut words = checked(line)?;
    let Some(first) = words.next() else {
        return Err(words.ended("a time and a command, such as `20s kill server-2`"));
    };
    let after = duration(first.text).map_err(|why| {
        let is_verb = verbs::find(first.text).is_some();
        let why = if is_verb { format!("a time comes before the command, as in `20s {}`", first.shown()) } else { why };
        ScriptError::new(first.column, why)
    })?;
    Ok((SimTime::ZERO + after, words))
}

/// Reads a command without a time, such as `kill server-2`.
///
/// # Errors
/// As for [`entry`].
pub fn command(line: &str, infra: &Infrastructure) -> Result<Command, ScriptError> {
    read(checked(line)?, infra)
}

/// Reads what an element is called: a component, a server, or a hop such as `lb-1 -> web-1`.
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
        return Err(ScriptError::new(1, format!("a line has at most {MAX_LINE} bytes, this one has {}", line.len())));
    }
    Ok(Words::new(line))
}

fn read(mut words: Words<'_>, infra: &Infrastructure) -> Result<Command, ScriptError> {
    let Some(word) = words.next() else {
        return Err(words.ended(&format!("a command: {}", verbs::names())));
    };
    let Some(verb) = verbs::find(word.text) else {
        let known = verbs::VERBS.iter().map(|verb| verb.name);
        return Err(word.mistake(&format!("a command: {}", verbs::names())).suggest(word.text, known));
    };
    let mut arguments = Arguments::new(words, infra, verb.usage);
    let command = (verb.parse)(&mut arguments)?;
    arguments.done()?;
    Ok(command)
}
