//! The arguments of a verb: names of elements, numbers and keywords.

use hoplight_model::quantity::Seconds;
use hoplight_model::{ComponentId, Element, Infrastructure, ServerId};

use super::error::{Expected, Keyword, ScriptError, ScriptMistake, ScriptQuantity};
use super::words::{ARROW, Word, Words};

/// Maximum length of a number, in bytes.
const MAX_NUMBER: usize = 20;

/// The words after a verb.
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

    /// Checks that no words are left.
    pub(super) fn done(mut self) -> Result<(), ScriptError> {
        self.words.next().map_or(Ok(()), |word| Err(word.unexpected(Expected::End, Some(self.usage))))
    }

    fn word(&mut self, expected: Expected) -> Result<Word<'a>, ScriptError> {
        self.words.next().ok_or_else(|| self.words.ended(expected, Some(self.usage)))
    }

    /// Reads a component, a server (`server NAME` where a component has the same name), or a hop `FROM -> TO`.
    pub(super) fn element(&mut self) -> Result<Element, ScriptError> {
        let first = self.word(Expected::Element)?;
        let follows = self.words.peek().map(|word| word.text);
        if first.text == "server" && follows.is_some_and(|text| text != ARROW) {
            let name = self.word(Expected::Server)?;
            return match self.infra.servers().find(|server| server.id.as_str() == name.text) {
                Some(server) => Ok(Element::Server(server.id.clone())),
                None => Err(self.unknown(name, Expected::Server, self.servers())),
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
        Err(self.unknown(first, Expected::Element, self.components().chain(self.servers())))
    }

    /// Reads a server.
    pub(super) fn server(&mut self) -> Result<ServerId, ScriptError> {
        let word = self.word(Expected::Server)?;
        let found = self.infra.servers().find(|server| server.id.as_str() == word.text).map(|server| server.id.clone());
        found.ok_or_else(|| self.unknown(word, Expected::Server, self.servers()))
    }

    /// Reads a component.
    pub(super) fn component(&mut self) -> Result<ComponentId, ScriptError> {
        let word = self.word(Expected::Component)?;
        self.component_named(word)
    }

    /// Reads a component, unless a number or the end of the line follows.
    pub(super) fn component_if_any(&mut self) -> Result<Option<ComponentId>, ScriptError> {
        let next = self.words.peek().map(|word| word.text);
        let is_name = next.is_some_and(|text| !text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.'));
        if is_name { self.component().map(Some) } else { Ok(None) }
    }

    /// Reads a duration in seconds.
    pub(super) fn seconds(&mut self) -> Result<Seconds, ScriptError> {
        self.number(ScriptQuantity::Seconds, |number| Seconds::new(number).ok())
    }

    /// Reads the next word if it is this keyword.
    pub(super) fn take_if(&mut self, keyword: &str) -> bool {
        let is_it = self.words.peek().is_some_and(|word| word.text == keyword);
        if is_it {
            self.words.next();
        }
        is_it
    }

    /// Whether all words have been read.
    pub(super) fn is_at_end(&self) -> bool {
        self.words.peek().is_none()
    }

    /// Reads a duration in seconds, unless the line ends here.
    pub(super) fn seconds_if_any(&mut self) -> Result<Option<Seconds>, ScriptError> {
        if self.is_at_end() { Ok(None) } else { self.seconds().map(Some) }
    }

    /// Reads a duration in seconds, or the keyword `none`.
    pub(super) fn seconds_or(&mut self, none: &str) -> Result<Option<Seconds>, ScriptError> {
        if self.words.peek().is_some_and(|word| word.text == none) {
            self.words.next();
            return Ok(None);
        }
        self.seconds().map(Some)
    }

    /// Skips a keyword. Returns whether it was there.
    pub(super) fn skip(&mut self, keyword: &str) -> bool {
        let is_there = self.words.peek().is_some_and(|word| word.text == keyword);
        if is_there {
            self.words.next();
        }
        is_there
    }

    /// Reads the two ends of an existing hop.
    pub(super) fn hop(&mut self) -> Result<(ComponentId, ComponentId), ScriptError> {
        let first = self.word(Expected::Hop)?;
        self.hop_from(first)
    }

    /// Reads a decimal number without sign or exponent, and converts it; `None` from `convert` means out of range.
    pub(super) fn number<T>(
        &mut self,
        quantity: ScriptQuantity,
        convert: impl FnOnce(f64) -> Option<T>,
    ) -> Result<T, ScriptError> {
        let word = self.word(Expected::Number(quantity))?;
        let is_plain = word.text.len() <= MAX_NUMBER && word.text.chars().all(|c| c.is_ascii_digit() || c == '.');
        let Some(found) = word.text.parse().ok().filter(|_| is_plain) else {
            let found = word.text.to_owned();
            return Err(ScriptError::new(word.column, ScriptMistake::NotANumber { quantity, found }));
        };
        convert(found).ok_or_else(|| ScriptError::new(word.column, ScriptMistake::OutOfRange { quantity, found }))
    }

    /// Reads a whole number.
    pub(super) fn count(&mut self, quantity: ScriptQuantity) -> Result<u32, ScriptError> {
        let (least, most) = quantity.range();
        self.number(quantity, |number| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number in the range")]
            (number.fract() == 0.0 && (least..=most).contains(&number)).then_some(number as u32)
        })
    }

    /// Reads one of a few keywords and returns its value.
    pub(super) fn one_of<T: Copy>(&mut self, keyword: Keyword, choices: &[(&'static str, T)]) -> Result<T, ScriptError> {
        let names = || choices.iter().map(|(name, _)| *name);
        let expected = || Expected::Keyword(keyword, names().collect());
        let word = self.word(expected())?;
        let found = choices.iter().find(|(name, _)| *name == word.text);
        found.map(|(_, choice)| *choice).ok_or_else(|| word.unexpected(expected(), None).suggest(word.text, names()))
    }

    fn hop_from(&mut self, first: Word<'a>) -> Result<(ComponentId, ComponentId), ScriptError> {
        let from = self.component_named(first)?;
        let arrow = self.word(Expected::Arrow)?;
        if arrow.text != ARROW {
            return Err(arrow.unexpected(Expected::Arrow, Some(self.usage)));
        }
        let to = self.component()?;
        if self.infra.link_between(from.as_str(), to.as_str()).is_some() {
            return Ok((from, to));
        }
        let is_reversed = self.infra.link_between(to.as_str(), from.as_str()).is_some();
        let suggestion = is_reversed.then(|| format!("{to} -> {from}"));
        Err(ScriptError { suggestion, ..ScriptError::new(first.column, ScriptMistake::NoLink { from, to }) })
    }

    fn find(&self, word: Word<'_>) -> Option<ComponentId> {
        self.infra.find(word.text).map(|ix| self.infra.component(ix).id.clone())
    }

    fn component_named(&self, word: Word<'_>) -> Result<ComponentId, ScriptError> {
        self.find(word).ok_or_else(|| self.unknown(word, Expected::Component, self.components()))
    }

    fn components(&self) -> impl Iterator<Item = &str> {
        self.infra.components().map(|(_, component)| component.id.as_str())
    }

    fn servers(&self) -> impl Iterator<Item = &str> {
        self.infra.servers().map(|server| server.id.as_str())
    }

    /// Builds the error for a name that the infrastructure does not have.
    fn unknown<'b>(&self, word: Word<'_>, expected: Expected, known: impl Iterator<Item = &'b str>) -> ScriptError {
        let known: Vec<String> = known.map(str::to_owned).collect();
        let (found, infra) = (word.text.to_owned(), self.infra.id().clone());
        let mistake = ScriptMistake::UnknownName { expected, found, infra, known: known.clone() };
        ScriptError::new(word.column, mistake).suggest(word.text, known.iter().map(String::as_str))
    }
}
