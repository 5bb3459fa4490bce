//! RON text as a tree of names, for a test that asks what a text mentions.
//!
//! Lines that begin with `//-` count as if they were no comments, so a record may name a field twice. Text that RON would
//! refuse is read in some way: RON itself reads the template in another test.

/// A piece of RON.
#[derive(Debug)]
pub(crate) enum Node {
    /// `(…)` or `Name(…)`; a word alone is a name without anything in brackets.
    Group { name: Option<String>, fields: Vec<(String, Self)>, items: Vec<Self> },
    /// `[…]`.
    List(Vec<Self>),
    /// A text or a number.
    Scalar,
}

/// Reads a text.
pub(crate) fn parse(text: &str) -> Node {
    let lines: Vec<String> = text.lines().map(without_comment).collect();
    let pieces = pieces(&lines.join("\n"));
    node(&mut pieces.iter().map(String::as_str).peekable())
}

fn without_comment(line: &str) -> String {
    let line = line.trim_start();
    let line = line.strip_prefix("//-").unwrap_or(line);
    // No text of the template has two slashes in it.
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

/// What stands between the opening bracket, which was read, and the closing one.
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
