//! RON text as a tree of names, for a test of which names a text mentions.
//!
//! Lines that begin with `//-` are read as if they were not comments, so a record may contain a field twice. Invalid
//! RON also yields some tree; another test parses the template as RON.

/// A node of the tree.
#[derive(Debug)]
pub(crate) enum Node {
    /// `(…)` or `Name(…)`; a single word is a group with a name and no contents.
    Group { name: Option<String>, fields: Vec<(String, Self)>, items: Vec<Self> },
    /// `[…]`.
    List(Vec<Self>),
    /// A string or a number.
    Scalar,
}

/// Parses a text.
pub(crate) fn parse(text: &str) -> Node {
    let lines: Vec<String> = text.lines().map(without_comment).collect();
    let pieces = pieces(&lines.join("\n"));
    node(&mut pieces.iter().map(String::as_str).peekable())
}

fn without_comment(line: &str) -> String {
    let line = line.trim_start();
    let line = line.strip_prefix("//-").unwrap_or(line);
    // No string in the template contains two slashes.
    line.split("//").next().unwrap_or_default().to_owned()
}

fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
        let length = match first {
            '"' => rest.match_indices('"').nth(1).map_or(rest.len(), |(end, quote)| end + quote.len()),
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (piece, behind) = rest.split_at(length);
        pieces.push(piece.to_owned());
        rest = behind.trim_start();
    }
    pieces
}

fn node<'a>(pieces: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> Node {
    let first = pieces.next().unwrap_or_default();
    match first {
        "(" => group(None, pieces),
        "[" => {
            let mut items = Vec::new();
            while pieces.peek().is_some_and(|next| *next != "]") {
                if pieces.next_if_eq(&",").is_none() {
                    items.push(node(pieces));
                }
            }
            pieces.next();
            Node::List(items)
        }
        word if word.starts_with(char::is_alphabetic) => {
            if pieces.next_if_eq(&"(").is_some() {
                group(Some(word.to_owned()), pieces)
            } else {
                Node::Group { name: Some(word.to_owned()), fields: Vec::new(), items: Vec::new() }
            }
        }
        _ => Node::Scalar,
    }
}

/// Parses the contents of a group up to its closing bracket; the opening bracket has been read.
fn group<'a>(name: Option<String>, pieces: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> Node {
    let (mut fields, mut items) = (Vec::new(), Vec::new());
    while pieces.peek().is_some_and(|next| *next != ")") {
        if pieces.next_if_eq(&",").is_some() {
            continue;
        }
        let item = node(pieces);
        match item {
            Node::Group { name: Some(field), fields: inner, items: none }
                if inner.is_empty() && none.is_empty() && pieces.next_if_eq(&":").is_some() =>
            {
                fields.push((field, node(pieces)));
            }
            item => items.push(item),
        }
    }
    pieces.next();
    Node::Group { name, fields, items }
}
