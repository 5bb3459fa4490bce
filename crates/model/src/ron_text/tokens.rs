//! Tokenizes content files, with positions.

/// A token: a bracket, a quoted string, a name or number, or another character.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) text: &'a str,
    /// Byte offset of its start.
    pub(crate) begin: usize,
    pub(crate) place: (usize, usize),
    /// Number of open brackets, including this token if it opens one.
    pub(crate) depth: usize,
}

impl Token<'_> {
    /// Whether this is the name of a top-level field.
    pub(crate) fn names(&self, field: &str) -> bool {
        self.depth == 1 && self.text == field
    }
}

/// The tokens of a content file without syntax errors, except comments and whitespace.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut begin = text.len() - rest.len();
    let (mut line, mut column, mut depth) = (1, 1, 0_usize);
    std::iter::from_fn(move || {
        loop {
            let length = length(rest)?;
            let (token, behind) = rest.split_at_checked(length)?;
            rest = behind;
            let place = (line, column);
            let here = begin;
            begin += length;
            match token.rsplit_once('\n') {
                Some((_, last)) => {
                    line += token.matches('\n').count();
                    column = 1 + last.chars().count();
                }
                None => column += token.chars().count(),
            }
            let opens = matches!(token, "(" | "[" | "{");
            depth += usize::from(opens);
            let found = Token { text: token, begin: here, place, depth };
            depth -= usize::from(matches!(token, ")" | "]" | "}") && depth > 0);
            if !token.starts_with(char::is_whitespace) && !token.starts_with("//") && !token.starts_with("/*") {
                return Some(found);
            }
        }
    })
}

/// Length of the first token, comment or whitespace, in bytes.
fn length(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    let until = |end: &str, from: usize| {
        let found = text.get(from..).and_then(|rest| rest.find(end));
        Some(found.map_or(text.len(), |at| from + at + end.len()))
    };
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return block(text);
    }
    let hashes = text.strip_prefix('r').map_or(0, |rest| rest.len() - rest.trim_start_matches('#').len());
    if text.get(1 + hashes..).is_some_and(|rest| first == 'r' && rest.starts_with('"')) {
        return until(&format!("\"{}", "#".repeat(hashes)), 2 + hashes);
    }
    if first == '"' {
        let mut escaped = false;
        let end = text.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        return Some(end.map_or(text.len(), |(at, _)| at + 1));
    }
    let kind: fn(char) -> bool =
        if first.is_whitespace() { char::is_whitespace } else { |c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-') };
    let same = text.find(|c| !kind(c)).unwrap_or(text.len());
    Some(same.max(first.len_utf8()))
}

/// Length of a `/*` comment in bytes; such comments may be nested.
fn block(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            open += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            open -= 1;
            at += 2;
        } else {
            at += rest.chars().next()?.len_utf8();
        }
        if open == 0 {
            break;
        }
    }
    Some(at)
}
