//! What a verb's parser may ask for: names that exist, numbers, one word of a few.
//!
//! Must not know the verbs.

use hoplight_model::quantity::Seconds;
use hoplight_model::{ComponentId, Element, Infrastructure};

use super::error::ScriptError;
use super::words::{ARROW, Word, Words};

/// Most digits of a number.
const MAX_NUMBER: usize = 20;
/// Most names that an error lists.
const MAX_LISTED: usize = 8;

/// The words behind a verb.
#[derive(Debug)]
pub(super) struct Arguments<'a> {
    words: Words<'a>,
    infra: &'a Infrastructure,
    usage: &'static str,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(words: Words<'a>, infra: &'a Infrastructure, usage: &'static str) -> Self {
        Self { words, infra, usage }
    }

    /// Nothing more may follow.
    pub(super) fn done(mut self) -> Result<(), ScriptError> {
        match self.words.next() {
            None => Ok(()),
            Some(word) => Err(word.mistake(&format!("the end, as in `{}`", self.usage))),
        }
    }

    fn word(&mut self, expected: &str) -> Result<Word<'a>, ScriptError> {
        self.words.next().ok_or_else(|| self.words.ended(&format!("{expected}, as in `{}`", self.usage)))
    }

    /// A component, a server (`server NAME`, where a component has the same name), or the hop `FROM -> TO`.
    pub(super) fn element(&mut self) -> Result<Element, ScriptError> {
        let first = self.word("a component, a server or a hop")?;
        let follows = self.words.peek().map(|word| word.text);
        if first.text == "server" && follows.is_some_and(|text| text != ARROW) {
            let name = self.word("a server")?;
            return match self.infra.servers().find(|server| server.id.as_str() == name.text) {
                Some(server) => Ok(Element::Server(server.id.clone())),
                None => Err(self.unknown(name, "a server", self.servers())),
            };
        }
        if follows == Some(ARROW) {
            return self.hop_from(first).map(|(from, to)| Element::Hop(from, to));
        }
        if let Some(id) = self.find(first) {
            return Ok(Element::Component(id));
        }
        if let Some(server) = self.infra.servers().find(|server| server.id.as_str() == first.text) {
            return Ok(Element::Server(server.id.clone()));
        }
        Err(self.unknown(first, "a component, a server or a hop", self.components().chain(self.servers())))
    }

    /// A component.
    pub(super) fn component(&mut self) -> Result<ComponentId, ScriptError> {
        let word = self.word("a component")?;
        self.find(word).ok_or_else(|| self.unknown(word, "a component", self.components()))
    }

    /// A length of time in seconds.
    pub(super) fn seconds(&mut self) -> Result<Seconds, ScriptError> {
        let (number, column) = self.number("a time in seconds")?;
        Seconds::new(number).map_err(|why| ScriptError::new(column, why))
    }

    /// A length of time in seconds, if anything follows.
    pub(super) fn seconds_if_any(&mut self) -> Result<Option<Seconds>, ScriptError> {
        if self.words.peek().is_none() { Ok(None) } else { self.seconds().map(Some) }
    }

    /// A length of time in seconds, or a word for none.
    pub(super) fn seconds_or(&mut self, none: &str) -> Result<Option<Seconds>, ScriptError> {
        if self.words.peek().is_some_and(|word| word.text == none) {
            self.words.next();
            return Ok(None);
        }
        self.seconds().map(Some)
    }

    /// The two ends of a hop that exists.
    pub(super) fn hop(&mut self) -> Result<(ComponentId, ComponentId), ScriptError> {
        let first = self.word("a hop")?;
        self.hop_from(first)
    }

    /// A decimal number, without sign or exponent, and its word for errors.
    pub(super) fn number(&mut self, what: &str) -> Result<(f64, usize), ScriptError> {
        let word = self.word(what)?;
        let plain = word.text.len() <= MAX_NUMBER && word.text.chars().all(|c| c.is_ascii_digit() || c == '.');
        let number = word.text.parse().ok().filter(|_| plain);
        number.map(|number| (number, word.column)).ok_or_else(|| word.mistake(&format!("{what}, such as 200 or 0.5")))
    }

    /// One of a few words, each with what it means.
    pub(super) fn one_of<T: Copy>(&mut self, what: &str, choices: &[(&'static str, T)]) -> Result<T, ScriptError> {
        let listed = choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let expected = format!("{what} ({listed})");
        let word = self.word(&expected)?;
        let found = choices.iter().find(|(name, _)| *name == word.text);
        found.map(|(_, choice)| *choice).ok_or_else(|| word.mistake(&expected).suggest(word.text, choices.iter().map(|c| c.0)))
    }

    fn hop_from(&mut self, first: Word<'a>) -> Result<(ComponentId, ComponentId), ScriptError> {
        let from = self.find(first).ok_or_else(|| self.unknown(first, "a component", self.components()))?;
        let arrow = self.word("an arrow `->`")?;
        if arrow.text != ARROW {
            return Err(arrow.mistake(&format!("an arrow `->`, as in `{}`", self.usage)));
        }
        let second = self.word("a component")?;
        let to = self.find(second).ok_or_else(|| self.unknown(second, "a component", self.components()))?;
        if self.infra.link_between(from.as_str(), to.as_str()).is_some() {
            return Ok((from, to));
        }
        let mut error = ScriptError::new(first.column, format!("no link goes from {from} to {to}"));
        if self.infra.link_between(to.as_str(), from.as_str()).is_some() {
            error.suggestion = Some(format!("{to} -> {from}"));
        }
        Err(error)
    }

    fn find(&self, word: Word<'_>) -> Option<ComponentId> {
        self.infra.find(word.text).map(|ix| self.infra.component(ix).id.clone())
    }

    fn components(&self) -> impl Iterator<Item = &str> {
        self.infra.components().map(|(_, component)| component.id.as_str())
    }

    fn servers(&self) -> impl Iterator<Item = &str> {
        self.infra.servers().map(|server| server.id.as_str())
    }

    /// There is no such name here.
    fn unknown<'b>(&self, word: Word<'_>, expected: &str, known: impl Iterator<Item = &'b str>) -> ScriptError {
        let known: Vec<&str> = known.collect();
        let more = if known.len() > MAX_LISTED { ", …" } else { "" };
        let listed = known.iter().take(MAX_LISTED).copied().collect::<Vec<_>>().join(", ");
        let error = word.mistake(&format!("{expected} of {}", self.infra.id())).suggest(word.text, known.into_iter());
        if error.suggestion.is_some() {
            return error;
        }
        ScriptError { message: format!("{}; there are {listed}{more}", error.message), ..error }
    }
}
