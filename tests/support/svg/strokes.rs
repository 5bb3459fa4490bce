//! Converts strokes of a picture to box-drawing characters, by the edges of cells that they touch.

use std::collections::BTreeMap;

use super::Element;

/// Cells with the style of their strokes and the edges that the strokes touch, as bits: up, right, down, left.
type Touched = BTreeMap<(usize, usize), (Style, usize)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Thin,
    Double,
    Dashed(usize),
}

/// The characters with their columns and rows. Strokes are drawn at twice the scale of everything else.
///
/// # Panics
/// If a stroke is not part of a box-drawing character.
pub(super) fn cells(elements: &[Element], cell: (usize, usize)) -> Vec<((usize, usize), char)> {
    let mut all = Vec::new();
    for path in elements.iter().filter(|element| element.name == "path" && element.attribute("stroke").is_some()) {
        let mut touched = Touched::new();
        follow(path, (2 * cell.0, 2 * cell.1), &mut touched);
        all.extend(touched.into_iter().map(|(at, (style, edges))| (at, character(style, edges))));
    }
    all
}

/// Follows a path whose subpaths have one stroke each.
fn follow(path: &Element, (wide, high): (usize, usize), touched: &mut Touched) {
    let number = |text: &str| text.parse::<f64>().unwrap_or_else(|_| panic!("not a number: {text} in {path:?}"));
    let period = path.attribute("stroke-dasharray").map(|dashes| dashes.split(' ').map(number).sum::<f64>());
    for subpath in path.attribute("d").expect("a path").split('M').skip(1) {
        let (at, stroke) = subpath.split_at(subpath.find(char::is_alphabetic).expect("a stroke"));
        let (x, y) = at.split_once(' ').map(|(x, y)| (whole(x), whole(y))).expect("a place");
        let (kind, numbers) = stroke.split_at(1);
        let numbers: Vec<i64> = numbers.split(' ').map(|number| number.parse().expect("a whole number")).collect();
        let mut touch = |column: usize, row: usize, style: Style, edges: usize| {
            let entry = touched.entry((column, row)).or_insert((style, 0));
            assert_eq!(entry.0, style, "{path:?}");
            entry.1 |= edges;
        };
        let style = |off_middle: bool, length: usize| match period {
            None if off_middle => Style::Double,
            None => Style::Thin,
            Some(period) => Style::Dashed(rounded(length, period)),
        };
        match (kind, numbers.as_slice()) {
            ("h", [length]) => {
                let style = style(y % high != high / 2, wide);
                for (column, edges) in passed(x, *length, wide) {
                    touch(column, y / high, style, [0, 8, 2, 10][edges]);
                }
            }
            ("v", [length]) => {
                let style = style(x % wide != wide / 2, high);
                for (row, edges) in passed(y, *length, high) {
                    touch(x / wide, row, style, [0, 1, 4, 5][edges]);
                }
            }
            // A round corner starts at the edge of a row and ends at the edge of a column.
            ("q", [along, 0, end, below]) if along == end => {
                let middle = usize::try_from(i64::try_from(x).expect("small") + along).expect("inside");
                assert_eq!((middle % wide, y % high), (wide / 2, high / 2), "{subpath}");
                let edges = if *along > 0 { 8 } else { 2 } | if *below > 0 { 4 } else { 1 };
                touch(middle / wide, y / high, Style::Thin, edges);
            }
            _ => panic!("not a stroke of a box-drawing character: {subpath}"),
        }
    }
}

fn whole(text: &str) -> usize {
    text.parse().unwrap_or_else(|_| panic!("not a whole number: {text}"))
}

/// Number of dash periods per cell.
fn rounded(length: usize, period: f64) -> usize {
    let fits = |count: &u8| (length as f64 / period - f64::from(*count)).abs() < 0.1;
    (1..9).find(fits).map(usize::from).expect("whole dashes")
}

/// The cells that a stroke passes through, with the edges that it touches: 1 for the first, 2 for the last.
fn passed(from: usize, length: i64, cell: usize) -> Vec<(usize, usize)> {
    let to = from + usize::try_from(length).expect("forward");
    (from / cell..to.div_ceil(cell))
        .map(|at| (at, usize::from(from <= at * cell) | if to >= (at + 1) * cell { 2 } else { 0 }))
        .collect()
}

/// The character whose lines touch these edges.
fn character(style: Style, edges: usize) -> char {
    let row: [char; 16] = match style {
        Style::Thin => [' ', '│', '─', '╰', '│', '│', '╭', '├', '─', '╯', '─', '┴', '╮', '┤', '┬', '┼'],
        Style::Double => [' ', '║', '═', '╚', '║', '║', '╔', '╠', '═', '╝', '═', '╩', '╗', '╣', '╦', '╬'],
        Style::Dashed(count) => {
            let both = match count {
                2 => ['╎', '╌'],
                3 => ['┆', ' '],
                4 => ['┊', '┈'],
                _ => [' ', ' '],
            };
            return *both.get(usize::from(edges == 10)).expect("one of two");
        }
    };
    row[edges]
}
