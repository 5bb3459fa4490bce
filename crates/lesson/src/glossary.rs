//! The glossary: technical terms with explanations, found by name, by search, or in a text; and the notes for the whiteboard.
//!
//! Like lessons, glossaries are read from files and checked when they are loaded.

use serde::{Deserialize, Serialize};

use hoplight_model::{ContentError, Text, ron_text};

use super::form::format_of;
use super::whiteboard::{NoteSubject, WhiteboardNote};

/// The newest format version that this program reads.
pub const FORMAT: u32 = 1;

/// Maximum length of an explanation in characters, so that it fits a few lines on the smallest screen.
pub const MAX_LENGTH: usize = 300;

/// A term and its explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The term itself.
    pub term: Text,
    /// Explanation in one or two sentences.
    pub text: Text,
    /// Synonyms and abbreviations.
    #[serde(default)]
    pub also: Vec<Text>,
    /// Related terms.
    #[serde(default)]
    pub see: Vec<Text>,
}

impl Term {
    /// All names of the term, the main one first.
    pub fn names(&self) -> impl Iterator<Item = &Text> {
        [&self.term].into_iter().chain(&self.also)
    }

    /// The names that add something for a reader: without those that are part of a name before them.
    pub fn distinct_names(&self) -> impl Iterator<Item = &Text> {
        self.names()
            .enumerate()
            .filter(|(place, name)| {
                let name = name.to_lowercase();
                !self.names().take(*place).any(|before| before.to_lowercase().contains(&name))
            })
            .map(|(_, name)| name)
    }

    /// Returns the explanation, followed by the related terms.
    pub fn about(&self) -> String {
        let see: Vec<&str> = self.see.iter().map(Text::as_str).collect();
        if see.is_empty() { self.text.to_string() } else { format!("{} See: {}.", self.text, see.join(", ")) }
    }
}

/// All terms, in alphabetical order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glossary {
    terms: Vec<Term>,
    notes: Vec<WhiteboardNote>,
}

/// The format of a glossary file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(rename = "format")]
    _format: u32,
    terms: Vec<Term>,
    #[serde(default)]
    notes: Vec<WhiteboardNote>,
}

impl Glossary {
    /// Parses a glossary file. References to other terms are checked by [`Self::missing`], because they may be defined
    /// in other files.
    ///
    /// # Errors
    /// Returns syntax errors, duplicate names, and explanations that are empty or too long.
    pub fn from_ron(file: &str, text: &str) -> Result<Self, Vec<ContentError>> {
        if let Some(format) = format_of(file, text).ok().filter(|format| *format > FORMAT) {
            let message =
                format!("this glossary has format {format}, this program reads up to {FORMAT}: a newer hoplight is needed");
            return Err(vec![ContentError::at(file, text, None, message)]);
        }
        let Form { terms, notes, .. } = ron_text::parse(file, text).map_err(|error| vec![error])?;
        let mut errors = Vec::new();
        let mut known: Vec<String> = Vec::new();
        for term in &terms {
            for name in term.names() {
                let lower = name.to_lowercase();
                if name.trim().is_empty() {
                    errors.push(ContentError::about(file, text, name, "a term needs a name"));
                } else if known.contains(&lower) {
                    errors.push(ContentError::about(file, text, name, format!("`{name}` is defined twice")));
                }
                known.push(lower);
            }
            let length = term.text.chars().count();
            if length > MAX_LENGTH {
                let message = format!("an explanation has at most {MAX_LENGTH} characters; this one has {length}");
                errors.push(ContentError::about(file, text, &term.term, message));
            }
            if term.text.trim().is_empty() {
                errors.push(ContentError::about(file, text, &term.term, format!("`{}` has no explanation", term.term)));
            }
        }
        for (place, note) in notes.iter().enumerate() {
            let name = format!("{:?}", note.of);
            if notes.iter().take(place).any(|before| before.of == note.of) {
                errors.push(ContentError::about(file, text, &name, format!("`{name}` has two notes")));
            }
            if note.required().iter().any(|text| text.trim().is_empty()) {
                errors.push(ContentError::about(file, text, &name, format!("the note of `{name}` has an empty text")));
            }
            for said in note.required().into_iter().chain([&note.removed]).filter(|said| said.chars().count() > MAX_LENGTH) {
                let message = format!("a text of a note has at most {MAX_LENGTH} characters");
                errors.push(ContentError::about(file, text, said, message));
            }
        }
        let mut glossary = Self { terms, notes };
        glossary.sort();
        if errors.is_empty() { Ok(glossary) } else { Err(errors) }
    }

    fn sort(&mut self) {
        self.terms.sort_by_cached_key(|term| term.term.to_lowercase());
    }

    /// Adds the terms of another glossary, replacing terms with the same name.
    pub fn extend(&mut self, other: Self) {
        self.terms.retain(|term| !other.terms.iter().any(|new| same(&new.term, &term.term)));
        self.terms.extend(other.terms);
        self.notes.retain(|note| !other.notes.iter().any(|new| new.of == note.of));
        self.notes.extend(other.notes);
        self.sort();
    }

    /// Returns an error for each reference in `file` to a term that is not in this glossary.
    pub fn missing(&self, file: &str, text: &str, of: &Self) -> Vec<ContentError> {
        let mut errors = Vec::new();
        for term in &of.terms {
            for see in term.see.iter().filter(|see| !self.terms.iter().any(|known| known.term == **see)) {
                let message = format!("`{}` refers to `{see}`, which is not a term", term.term);
                let known = self.terms.iter().map(|known| known.term.as_str());
                errors.push(ContentError::about(file, text, see, message).suggest(see, known));
            }
        }
        errors
    }

    /// Returns the whiteboard note of a subject.
    pub fn note(&self, of: NoteSubject) -> Option<&WhiteboardNote> {
        self.notes.iter().find(|note| note.of == of)
    }

    /// Returns the subjects without a note, if there are any notes at all.
    pub fn subjects_without_note(&self) -> Vec<NoteSubject> {
        let is_used = !self.notes.is_empty();
        NoteSubject::ALL.into_iter().filter(|subject| is_used && self.note(*subject).is_none()).collect()
    }

    /// All terms, in alphabetical order.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Finds a term by its name or a synonym, ignoring case.
    pub fn find(&self, name: &str) -> Option<&Term> {
        let by = |is: fn(&Term, &str) -> bool| self.terms.iter().find(|term| is(term, name));
        by(|term, name| same(&term.term, name)).or_else(|| by(|term, name| term.also.iter().any(|also| same(also, name))))
    }

    /// Finds the terms that match `typed`: exact names first, then prefixes, then other matches in a name, then matches
    /// in the explanation. Returns all terms for an empty text.
    pub fn search(&self, typed: &str) -> Vec<&Term> {
        let typed = typed.trim().to_lowercase();
        let mut found: Vec<(u8, &Term)> = self.terms.iter().filter_map(|term| Some((rank(term, &typed)?, term))).collect();
        // A stable sort keeps terms of equal rank in alphabetical order.
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, term)| term).collect()
    }

    /// Returns the terms that occur in a text, in order of appearance.
    pub fn in_text(&self, text: &str) -> Vec<&Term> {
        let words = words(text);
        let mut found: Vec<(usize, &Term)> = self
            .terms
            .iter()
            .filter_map(|term| Some((term.names().filter_map(|name| place(name, &words)).min()?, term)))
            .collect();
        found.sort_by_key(|(place, _)| *place);
        found.into_iter().map(|(_, term)| term).collect()
    }
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// How well a term matches a search text; 0 is best.
fn rank(term: &Term, typed: &str) -> Option<u8> {
    let name = term.term.to_lowercase();
    let also: Vec<String> = term.also.iter().map(|also| also.to_lowercase()).collect();
    let any = |fits: &dyn Fn(&str) -> bool| also.iter().any(|also| fits(also));
    Some(match () {
        () if name == typed || any(&|also| also == typed) => 0,
        () if name.starts_with(typed) => 1,
        () if any(&|also| also.starts_with(typed)) => 2,
        () if name.contains(typed) || any(&|also| also.contains(typed)) => 3,
        () if term.text.to_lowercase().contains(typed) => 4,
        () => return None,
    })
}

/// Splits a text into words, without the characters between them.
fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// The position of a name in a text, counted in words.
fn place(name: &str, text: &[&str]) -> Option<usize> {
    let name = words(name);
    if name.is_empty() {
        return None;
    }
    text.windows(name.len()).position(|window| {
        let last = name.len() - 1;
        window.iter().zip(&name).enumerate().all(|(number, (word, wanted))| is_word(word, wanted, number == last))
    })
}

/// Whether a word of a text matches this word of a name, or its plural if `plural` is set. An abbreviation does not
/// match the ordinary word with the same letters: "UP" is not "up".
fn is_word(word: &str, wanted: &str, plural: bool) -> bool {
    let is = |word: &str| {
        let abbreviation = wanted.len() > 1 && wanted.chars().all(char::is_uppercase);
        if abbreviation { word == wanted } else { word.eq_ignore_ascii_case(wanted) }
    };
    let stem = |end: &str| word.strip_suffix(end).filter(|stem| stem.len() > 1).is_some_and(is);
    is(word) || (plural && (stem("s") || stem("es")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glossary(terms: &str) -> Glossary {
        Glossary::from_ron("g.ron", &format!("(format: 1, terms: [{terms}])")).unwrap_or_else(|errors| panic!("{errors:#?}"))
    }

    fn names<'a>(found: &[&'a Term]) -> Vec<&'a str> {
        found.iter().map(|term| term.term.as_str()).collect()
    }

    const SOME: &str = r#"
        (term: "TLS", text: "Encrypts a connection."),
        (term: "health check", text: "A question to a backend.", also: ["UP"]),
        (term: "re-encryption", text: "Opens TLS again.", also: ["re-encrypt"], see: ["TLS"]),
        (term: "SPOF", text: "One element.", also: ["single point of failure", "single points of failure"]),
        (term: "A record", text: "Gives an address."),
    "#;

    #[test]
    fn a_search_finds_names_before_texts() {
        let glossary = glossary(SOME);
        assert_eq!(names(&glossary.search("")), ["A record", "health check", "re-encryption", "SPOF", "TLS"]);
        assert_eq!(names(&glossary.search("tls")), ["TLS", "re-encryption"]);
        assert_eq!(
            names(&glossary.search("re")),
            ["re-encryption", "A record", "SPOF"],
            "prefixes come before other matches in a name"
        );
        assert_eq!(names(&glossary.search("backend")), ["health check"]);
        assert_eq!(names(&glossary.search("no such thing")), [""; 0]);
        assert_eq!(glossary.find("Single Point of Failure").map(|term| term.term.as_str()), Some("SPOF"));
        assert_eq!(glossary.find("point"), None);
    }

    #[test]
    fn terms_are_found_in_a_text_as_whole_words_in_its_order() {
        let glossary = glossary(SOME);
        let found = |text| names(&glossary.in_text(text));
        assert_eq!(found("Re-encrypt: two A records, then TLS."), ["re-encryption", "A record", "TLS"]);
        assert_eq!(found("Single points of failure (SPOFs)."), ["SPOF"]);
        assert_eq!(found("it goes up"), [""; 0]);
        assert_eq!(found("web-1 is UP"), ["health check"]);
        assert_eq!(found("untls tlsx a recording"), [""; 0]);
    }

    #[test]
    fn mistakes_are_told() {
        let errors = |terms: &str| {
            let text = format!("(format: 1, terms: [{terms}])");
            let read = Glossary::from_ron("g.ron", &text);
            let errors = read.map_or_else(|errors| errors, |glossary| glossary.missing("g.ron", &text, &glossary));
            errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(errors(SOME), "");
        for (terms, says) in [
            (r#"(term: "a", text: "b"), (term: "c", text: "d", also: ["A"])"#, "`A` is defined twice"),
            (r#"(term: "a", text: " ")"#, "`a` has no explanation"),
            (r#"(term: "TLS", text: "b", see: ["TSL"])"#, "which is not a term; did you mean `TLS`?"),
            (r#"(term: "a", tex: "b")"#, "did you mean `text`?"),
            (r#"], notes: [(of: Web, what: "a", why: "", say: "b")"#, "the note of `Web` has an empty text"),
            (
                r#"], notes: [(of: Web, what: "a", why: "b", say: "c"), (of: Web, what: "a", why: "b", say: "c")"#,
                "`Web` has two notes",
            ),
        ] {
            assert!(errors(terms).contains(says), "{terms}: {}", errors(terms));
        }
        assert!(errors(&format!("(term: \"a\", text: \"{}\")", "b".repeat(301))).contains("at most 300 characters"));
        let newer = Glossary::from_ron("g.ron", "(format: 2, words: 3)").expect_err("a newer format");
        assert!(newer[0].to_string().contains("a newer hoplight is needed"), "{newer:?}");
    }

    #[test]
    fn another_glossary_adds_terms_and_replaces_them() {
        let mut whole = glossary(SOME);
        whole.extend(glossary(r#"(term: "tls", text: "Ours."), (term: "Zone", text: "New.")"#));
        assert_eq!(names(&whole.search("")), ["A record", "health check", "re-encryption", "SPOF", "tls", "Zone"]);
        assert_eq!(whole.find("TLS").map(|term| term.text.as_str()), Some("Ours."));
    }
}
