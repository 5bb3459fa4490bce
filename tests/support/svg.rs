//! A strict reader of SVG pictures of a grid of cells, independent of the code that writes them.

#![allow(dead_code, reason = "every test binary uses a different part")]

#[path = "svg/strokes.rs"]
mod strokes;

use unicode_width::UnicodeWidthChar;

/// Width and height of a cell.
pub(crate) const CELL: (usize, usize) = (9, 17);

/// The start tag of an element with its attributes, and the text after it.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The names of its attributes.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }

    fn number(&self, name: &str) -> usize {
        let value = self.attribute(name).unwrap_or_else(|| panic!("no {name}: {self:?}"));
        value.parse().unwrap_or_else(|_| panic!("{name} is not a whole number: {self:?}"))
    }
}

/// The elements of a document, in order.
///
/// # Panics
/// If it is not well-formed.
pub(crate) fn elements(document: &str) -> Vec<Element> {
    let (mut all, mut open): (Vec<Element>, Vec<String>) = (Vec::new(), Vec::new());
    let mut rest = document.trim();
    while let Some(behind) = rest.strip_prefix('<') {
        let (tag, after) = behind.split_once('>').expect("a tag ends");
        let (text, _) = after.split_once('<').unwrap_or((after, ""));
        rest = after.strip_prefix(text).unwrap_or_default();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "elements are nested properly");
            assert_eq!(text.trim(), "", "there is no text between elements");
        } else {
            let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
            assert!(!open.is_empty() || all.is_empty(), "there is a single root element: {tag}");
            let name = tag.split(' ').next().unwrap_or_default().to_owned();
            let attributes = attributes(tag.strip_prefix(&name).expect("the name"));
            all.push(Element { attributes, text: unescaped(text), name: name.clone() });
            if !empty {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty() && rest.is_empty(), "still open: {open:?}; left: {rest}");
    all
}

fn attributes(mut text: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    while let Some((name, behind)) = text.strip_prefix(' ').and_then(|text| text.split_once("=\"")) {
        let (value, after) = behind.split_once('"').expect("a value ends");
        assert!(all.iter().all(|(other, _)| other != name), "{name} twice");
        all.push((name.to_owned(), unescaped(value)));
        text = after;
    }
    assert_eq!(text, "", "attributes have a name and a value in quotes");
    all
}

/// Resolves the predefined entities of XML. Rejects all others.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('&');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |before, part| {
        let (entity, after) = part.split_once(';').unwrap_or_else(|| panic!("& is not escaped: {text}"));
        let meant = match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            _ => panic!("unknown entity {entity}"),
        };
        format!("{before}{meant}{after}")
    })
}

/// The characters of a picture of `columns` × `rows` cells, as lines without trailing spaces. Strokes count as the box-drawing
/// characters that they represent.
///
/// # Panics
/// If a text run does not fill exactly its cells, or two characters occupy the same cell.
pub(crate) fn characters(elements: &[Element], (columns, rows): (usize, usize), cell: (usize, usize)) -> String {
    let mut grid = vec![vec![None; columns]; rows];
    let place = |run: &Element| {
        let left = run.attribute("x").map_or(0, |_| run.number("x"));
        assert_eq!(left % cell.0, 0, "{run:?}");
        (left / cell.0, run.number("y") / cell.1)
    };
    for run in elements.iter().filter(|element| element.name == "text" && element.attribute("id").is_none()) {
        let (mut column, row) = place(run);
        let end = column + run.number("textLength") / cell.0;
        for c in run.text.chars() {
            let width = c.width().expect("a printable character");
            if c != ' ' {
                put(&mut grid, (column, row), c);
                grid[row][column + 1..column + width].fill(Some('\0'));
            }
            column += width;
        }
        assert_eq!(column, end, "{run:?}");
    }
    for used in elements.iter().filter(|element| element.name == "use") {
        let name = used.attribute("href").and_then(|name| name.strip_prefix('#')).expect("a reference within the picture");
        let sign = elements.iter().find(|element| element.attribute("id") == Some(name)).expect("the referenced element");
        assert_eq!((sign.number("textLength"), sign.text.chars().count()), (cell.0, 1), "{sign:?}");
        put(&mut grid, place(used), sign.text.chars().next().expect("a character"));
    }
    for (at, c) in strokes::cells(elements, cell) {
        put(&mut grid, at, c);
    }
    let line = |row: &Vec<Option<char>>| {
        let line: String = row.iter().map(|c| c.unwrap_or(' ')).filter(|c| *c != '\0').collect();
        format!("{}\n", line.trim_end())
    };
    grid.iter().map(line).collect()
}

fn put(grid: &mut [Vec<Option<char>>], (column, row): (usize, usize), c: char) {
    assert_eq!(grid[row][column], None, "two characters, one of them {c:?}, at {column}, {row}");
    grid[row][column] = Some(c);
}
