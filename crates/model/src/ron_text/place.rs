//! Finds the position of a field in the text from which its value was parsed.

use super::tokens::{Token, tokens};
use crate::problem::{Problem, Segment};
use crate::read::{ReadError, ReadProblem};

/// Adds to each problem of a scenario its position in the file.
pub(crate) fn locate(file: &str, text: &str, problems: Vec<Problem>) -> Vec<ReadError> {
    let source = Source(tokens(text).collect());
    let located = |problem: Problem| {
        let (place, suggestion) = (source.place_of(&problem), problem.kind.suggestion().map(str::to_owned));
        let error = ReadError::with(file, text, place, ReadProblem::Scenario(Box::new(problem.kind)));
        ReadError { suggestion, ..error }
    };
    problems.into_iter().map(located).collect()
}

/// The tokens of a file. Positions below are indices into this list.
struct Source<'a>(Vec<Token<'a>>);

impl Source<'_> {
    /// Line and column at which a problem is reported.
    fn place_of(&self, problem: &Problem) -> Option<(usize, usize)> {
        let segments = problem.path.segments();
        if problem.kind.concerns_file() {
            return None;
        }
        let record = segments.iter().position(|segment| matches!(segment, Segment::Index(_)));
        let at = match record.and_then(|last| segments.split_at_checked(last + 1)) {
            None => {
                let Some(Segment::Field(field)) = segments.first() else { return None };
                self.0.iter().position(|token| token.names(field))
            }
            Some((record, rest)) => {
                let begin = self.walk(0, record)?;
                let named = || self.walk(begin, &[Segment::Field(name_field(record))]);
                let exact = || self.walk(begin, rest);
                let found = if problem.kind.concerns_record() { named() } else { exact() };
                Some(found.map_or(begin, |at| self.unwrapped(at)))
            }
        };
        at.and_then(|at| self.0.get(at)).map(|token| token.place)
    }

    /// Position of the value at a path below the value that begins at `at`.
    fn walk(&self, at: usize, segments: &[Segment]) -> Option<usize> {
        segments.iter().try_fold(at, |at, segment| match segment {
            Segment::Field(field) => self.entry(at, |entry| self.is(entry, field) && self.is(entry + 1, ":"), 0).map(|at| at + 2),
            Segment::Key(key) => {
                let quoted = format!("{key:?}");
                self.entry(at, |entry| self.is(entry, &quoted) && self.is(entry + 1, ":"), 0).map(|at| at + 2)
            }
            Segment::Index(index) => self.entry(at, |_| true, *index),
        })
    }

    /// Position of the `skip`th matching entry of the list, record or map that begins at `at`.
    fn entry(&self, at: usize, matches: impl Fn(usize) -> bool, skip: usize) -> Option<usize> {
        let open = self.opening(at)?;
        let depth = self.0.get(open)?.depth;
        let rest = self.0.iter().enumerate().skip(open + 1);
        let inside = rest.take_while(|(_, token)| token.depth > depth || !is_closing(token.text));
        let ends = inside.filter(|(_, token)| token.depth == depth && token.text == ",").map(|(at, _)| at);
        let begins = std::iter::once(open).chain(ends).map(|before| before + 1);
        begins.filter(|at| self.0.get(*at).is_some_and(|token| !is_closing(token.text)) && matches(*at)).nth(skip)
    }

    /// Position of the opening bracket of a value such as `(…)`, `[…]`, `Web(…)` or `Some(Web(…))`.
    fn opening(&self, mut at: usize) -> Option<usize> {
        while !is_opening(self.0.get(at)?.text) {
            if !self.is(at + 1, "(") {
                return None;
            }
            at += 1;
            let is_variant = |at| self.0.get(at).is_some_and(|token: &Token<'_>| token.text.starts_with(char::is_alphabetic));
            let is_wrapper = self.is(at + 1, "(") || self.is(at + 1, "[") || is_variant(at + 1) && self.is(at + 2, "(");
            if is_wrapper {
                at += 1;
            }
        }
        Some(at)
    }

    /// Position of the string in a value such as `Some("web-1")` or `Component("web-1")`, or of the value itself.
    fn unwrapped(&self, at: usize) -> usize {
        let is_quoted = |at: usize| self.0.get(at).is_some_and(|token| token.text.ends_with('"'));
        let mut inner = at;
        while !is_quoted(inner) && self.is(inner + 1, "(") {
            inner += 2;
        }
        if is_quoted(inner) { inner } else { at }
    }

    fn is(&self, at: usize, text: &str) -> bool {
        self.0.get(at).is_some_and(|token| token.text == text)
    }
}

/// The field that identifies a record of a list; for a link, the server end.
fn name_field(record: &[Segment]) -> &'static str {
    match record {
        [Segment::Field("links"), ..] => "to",
        [Segment::Field("monitoring"), ..] => "name",
        _ => "id",
    }
}

fn is_opening(text: &str) -> bool {
    matches!(text, "(" | "[" | "{")
}

fn is_closing(text: &str) -> bool {
    matches!(text, ")" | "]" | "}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::ProblemPath;

    const TEXT: &str = "// links: [(\"a\")]\n(\n  note: r#\"links: [(\"a\")]\"#, say: \"\\\"links: [(\", /* ( /* [ */ */\n  \
                        kinds: Some(links: [(\"a\")]),\n  links: [\n    (from: \"a\", to: \"b\"), // (from: \"a\")\n    \
                        L(from: \"b\", more: [(\"é\")], to: Some(\"a\")),\n  ],\n  others: [(from: \"c\", map: {\"k\": [1, 2]})],\n)";

    fn walked(path: &ProblemPath) -> Option<(usize, usize)> {
        let source = Source(tokens(TEXT).collect());
        source.walk(0, path.segments()).and_then(|at| source.0.get(source.unwrapped(at))).map(|token| token.place)
    }

    #[test]
    fn a_path_resolves_to_the_position_of_its_value() {
        let link = |number, field| walked(&ProblemPath::record("links", number).field(field));
        assert_eq!(link(0, "from"), Some((6, 12)));
        assert_eq!(link(0, "to"), Some((6, 21)));
        assert_eq!(link(1, "to"), Some((7, 42)), "inside Some");
        assert_eq!(link(1, "nothing"), None);
        assert_eq!(link(2, "to"), None, "there is no third link");
        assert_eq!(walked(&ProblemPath::record("links", 1)), Some((7, 5)));
        assert_eq!(walked(&ProblemPath::record("links", 1).field("more").index(0).index(0)), Some((7, 26)));
        let kinds = ProblemPath::root().field("kinds").field("links").index(0).index(0);
        assert_eq!(walked(&kinds), Some((4, 24)), "inside a variant");
        assert_eq!(walked(&ProblemPath::record("others", 0).field("map").key("k").index(1)), Some((9, 39)));
    }

    #[test]
    fn malformed_text_has_no_positions() {
        for broken in ["", "(", "links: [(", "\"", "r#\"", "/*", "(links: [(a: \"\\"] {
            let source = Source(tokens(broken).collect());
            assert_eq!(source.walk(0, ProblemPath::record("links", 3).segments()), None, "{broken}");
        }
    }
}
