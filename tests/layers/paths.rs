//! The paths that a Rust file names, without its comments and texts, and with the groups of `use` spelled out.

/// A path, such as `crate::model::Element`.
#[derive(Debug)]
pub(super) struct Found {
    /// Its line, from 1.
    pub(super) line: usize,
    /// Its parts.
    pub(super) path: Vec<String>,
    /// How many modules written inside the file it stands in.
    pub(super) inside: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    /// `::`
    Path,
    Other(char),
}

/// Every path of `text`. A single word is a path, too.
pub(super) fn paths_of(text: &str) -> Vec<Found> {
    let tokens = tokens(text);
    let mut reader = Reader { tokens: &tokens, at: 0, found: Vec::new(), modules: Vec::new(), depth: 0 };
    reader.read();
    reader.found
}

struct Reader<'a> {
    tokens: &'a [(usize, Token)],
    at: usize,
    found: Vec<Found>,
    /// At which depth of brackets each module that is open began.
    modules: Vec<usize>,
    depth: usize,
}

impl Reader<'_> {
    fn token(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|(_, token)| token)
    }

    fn read(&mut self) {
        while let Some(token) = self.token(0).cloned() {
            match token {
                Token::Word(word) if word == "mod" && self.token(2) == Some(&Token::Other('{')) => {
                    self.modules.push(self.depth);
                    self.depth += 1;
                    self.at += 3;
                }
                Token::Word(_) => self.path(&[]),
                Token::Other('{') => {
                    self.depth += 1;
                    self.at += 1;
                }
                Token::Other('}') => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.modules.last() == Some(&self.depth) {
                        self.modules.pop();
                    }
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    /// Reads a path that goes on from `lead`, with all that its groups name.
    fn path(&mut self, lead: &[String]) {
        let mut path = lead.to_vec();
        while let Some((line, Token::Word(word))) = self.tokens.get(self.at).cloned() {
            path.push(word);
            self.at += 1;
            if self.token(0) != Some(&Token::Path) {
                self.found.push(Found { line, path, inside: self.modules.len() });
                return;
            }
            self.at += 1;
        }
        if self.token(0) == Some(&Token::Other('{')) {
            self.group(&path);
            return;
        }
        // A glob or a turbofish: what stands before it is named.
        let line = self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |(line, _)| *line);
        self.found.push(Found { line, path, inside: self.modules.len() });
    }

    fn group(&mut self, lead: &[String]) {
        self.at += 1;
        loop {
            match self.token(0) {
                None => return,
                Some(Token::Other('}')) => {
                    self.at += 1;
                    return;
                }
                Some(Token::Word(word)) if word == "as" => self.at += 2,
                Some(Token::Word(_)) => self.path(lead),
                Some(_) => self.at += 1,
            }
        }
    }
}

/// The words and signs of `text` with their lines; comments, texts and characters are left out.
fn tokens(text: &str) -> Vec<(usize, Token)> {
    let chars: Vec<char> = text.chars().collect();
    let (mut tokens, mut at, mut line) = (Vec::new(), 0, 1);
    while let Some(c) = chars.get(at).copied() {
        let length = match (c, chars.get(at + 1).copied()) {
            ('/', Some('/')) => chars[at..].iter().take_while(|c| **c != '\n').count(),
            ('/', Some('*')) => block_comment(&chars[at..]),
            ('"', _) => text_literal(&chars[at..]),
            ('r' | 'b', _) if raw_text(&chars[at..]).is_some() => raw_text(&chars[at..]).unwrap_or(1),
            ('\'', _) => character(&chars[at..]),
            (c, _) if c.is_alphanumeric() || c == '_' => {
                let word: String = chars[at..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
                let length = word.chars().count();
                tokens.push((line, Token::Word(word)));
                length
            }
            (':', Some(':')) => {
                tokens.push((line, Token::Path));
                2
            }
            (c, _) => {
                if !c.is_whitespace() {
                    tokens.push((line, Token::Other(c)));
                }
                1
            }
        };
        let end = (at + length).min(chars.len());
        line += chars[at..end].iter().filter(|c| **c == '\n').count();
        at = end;
    }
    tokens
}

fn block_comment(chars: &[char]) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn text_literal(chars: &[char]) -> usize {
    let mut at = 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The length of `r"…"`, `r#"…"#` and their likes with `b`, if that is what begins here.
fn raw_text(chars: &[char]) -> Option<usize> {
    let start = if chars.first() == Some(&'b') { 2 } else { 1 };
    if chars.get(start - 1) != Some(&'r') {
        return None;
    }
    let hashes = chars.get(start..)?.iter().take_while(|c| **c == '#').count();
    if chars.get(start + hashes) != Some(&'"') {
        return None;
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let body = chars.get(start + hashes + 1..)?;
    let length = body.windows(end.len()).position(|window| window == end)?;
    Some(start + hashes + 1 + length + end.len())
}

/// A character in quotes, or the mark of a lifetime.
fn character(chars: &[char]) -> usize {
    match (chars.get(1), chars.get(2)) {
        (Some('\\'), _) => 2 + chars.get(2..).map_or(0, |rest| 1 + rest.iter().skip(1).take_while(|c| **c != '\'').count() + 1),
        (Some(_), Some('\'')) => 3,
        _ => 1,
    }
}
