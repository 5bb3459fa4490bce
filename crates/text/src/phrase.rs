//! Phrases: pieces of English text in parts.

use std::borrow::Cow;
use std::fmt;

use hoplight_model::{ComponentId, Element, ServerId};

use crate::figure;

/// A part of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Plain words, including spaces and punctuation.
    Words(Cow<'static, str>),
    /// A component, a server or a hop, by name.
    Element(Element),
    /// Any other name, such as the name of a request or an alert. It is not capitalised at the start of a sentence.
    Name(String),
    /// A number, with its unit if it has one.
    Value(String),
}

/// A clause without a final period, in lower case unless it starts with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrase {
    parts: Vec<Part>,
}

/// Builds a [`Phrase`] from words, elements, ids, numbers and other phrases.
#[macro_export]
macro_rules! phrase {
    ($($part:expr),* $(,)?) => {{
        let mut phrase = $crate::Phrase::default();
        $(phrase.push($part);)*
        phrase
    }};
}

impl Part {
    /// Words from elsewhere, such as a scenario file.
    pub fn words(words: String) -> Self {
        Self::Words(Cow::Owned(words))
    }

    /// A name that does not refer to an element.
    pub fn name(name: impl fmt::Display) -> Self {
        Self::Name(name.to_string())
    }

    /// A number.
    pub fn value(figure: impl fmt::Display) -> Self {
        Self::Value(figure.to_string())
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => f.write_str(words),
            Self::Element(element) => element.fmt(f),
            Self::Name(text) | Self::Value(text) => f.write_str(text),
        }
    }
}

impl Phrase {
    /// Appends text or another phrase.
    pub fn push(&mut self, more: impl Into<Self>) {
        self.parts.extend(more.into().parts);
    }

    /// The parts in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The elements mentioned in the phrase, in order.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.parts.iter().filter_map(|part| if let Part::Element(element) = part { Some(element) } else { None })
    }

    /// The phrase with its first letter capitalised. Names and numbers are unchanged.
    #[must_use]
    pub fn capitalised(mut self) -> Self {
        if let Some(Part::Words(words)) = self.parts.first_mut() {
            let mut chars = words.chars();
            let first = chars.next().into_iter().flat_map(char::to_uppercase);
            *words = Cow::Owned(first.chain(chars).collect());
        }
        self
    }

    /// The phrase as a sentence, with a capital letter and a period.
    #[must_use]
    pub fn sentence(self) -> Self {
        let mut sentence = self.capitalised();
        sentence.push(".");
        sentence
    }

    /// [`Phrase::sentence`] as text.
    pub fn to_sentence(&self) -> String {
        self.clone().sentence().to_string()
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| part.fmt(f))
    }
}

impl From<Part> for Phrase {
    fn from(part: Part) -> Self {
        Self { parts: vec![part] }
    }
}

impl From<&'static str> for Phrase {
    fn from(words: &'static str) -> Self {
        Part::Words(Cow::Borrowed(words)).into()
    }
}

impl From<&Element> for Phrase {
    fn from(element: &Element) -> Self {
        Part::Element(element.clone()).into()
    }
}

impl From<Element> for Phrase {
    fn from(element: Element) -> Self {
        Part::Element(element).into()
    }
}

impl From<&ComponentId> for Phrase {
    fn from(id: &ComponentId) -> Self {
        Element::Component(id.clone()).into()
    }
}

impl From<&ServerId> for Phrase {
    fn from(id: &ServerId) -> Self {
        Element::Server(id.clone()).into()
    }
}

/// Numbers that are formatted with `Display`.
macro_rules! figures {
    ($($figure:ty),*) => {$(
        impl From<$figure> for Phrase {
            fn from(figure: $figure) -> Self {
                Part::value(figure).into()
            }
        }
    )*};
}

figures!(u8, u16, u32, u64, usize);

impl From<f64> for Phrase {
    fn from(figure: f64) -> Self {
        Part::Value(figure::rounded(figure)).into()
    }
}

/// A sequence of sentences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passage {
    sentences: Vec<Phrase>,
}

impl Passage {
    /// Appends a sentence, given as a clause without its period.
    pub fn push(&mut self, clause: Phrase) {
        self.sentences.push(clause.sentence());
    }

    /// The sentences in order.
    pub fn sentences(&self) -> &[Phrase] {
        &self.sentences
    }
}

impl FromIterator<Phrase> for Passage {
    fn from_iter<I: IntoIterator<Item = Phrase>>(clauses: I) -> Self {
        Self { sentences: clauses.into_iter().map(Phrase::sentence).collect() }
    }
}

impl From<Phrase> for Passage {
    fn from(clause: Phrase) -> Self {
        Self::from_iter([clause])
    }
}

impl fmt::Display for Passage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, sentence) in self.sentences.iter().enumerate() {
            write!(f, "{}{sentence}", if place == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

/// A list: `a`, `a and b`, `a, b and c`.
pub fn list(items: impl IntoIterator<Item: Into<Phrase>>) -> Phrase {
    let mut items = items.into_iter().map(Into::into).peekable();
    let mut list = Phrase::default();
    let mut is_first = true;
    while let Some(item) = items.next() {
        if !is_first {
            list.push(if items.peek().is_some() { ", " } else { " and " });
        }
        is_first = false;
        list.push(item);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_capitalised_unless_it_starts_with_a_name() {
        let web = ComponentId::new("web-1");
        assert_eq!(phrase!["the load of ", &web, " is ", 1.5].to_sentence(), "The load of web-1 is 1.5.");
        assert_eq!(phrase![&web, " is up"].to_sentence(), "web-1 is up.");
        assert_eq!(phrase![Part::name("r1"), " waits"].to_sentence(), "r1 waits.");
        assert_eq!(Phrase::default().to_sentence(), ".");
    }

    #[test]
    fn a_list_has_commas_and_a_final_and() {
        let lists = [&["a"][..], &["a", "b"], &["a", "b", "c"], &[]].map(|words| list(words.iter().copied()).to_string());
        assert_eq!(lists, ["a", "a and b", "a, b and c", ""]);
    }
}
