//! Box-drawing characters as SVG strokes, which connect in every font and take fewer bytes than characters.
//!
//! A box character has arms from the middle of its cell to the edges. Adjacent arms of one look form one stroke.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Arms as bits (up 1, right 2, down 4, left 8) with their directions; those that continue the previous cell come first.
const ARMS: [(u8, (i32, i32)); 4] = [(8, (-1, 0)), (1, (0, -1)), (2, (1, 0)), (4, (0, 1))];
/// Half the gap between the strokes of a double line, in stroke units.
const APART: i32 = 3;

/// The stroke of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stroke {
    Thin,
    Double,
    /// Horizontal dashes per cell.
    Dashes(u8),
    /// Vertical dashes per cell.
    Upright(u8),
}

impl Stroke {
    /// Returns the stroke and arms of a box-drawing character; `None` for other characters.
    pub(super) fn of(c: char) -> Option<(Self, u8)> {
        let thin = |arms| Some((Self::Thin, arms));
        let double = |arms| Some((Self::Double, arms));
        match c {
            '│' => thin(5),
            '─' => thin(10),
            '╰' => thin(3),
            '╭' => thin(6),
            '╯' => thin(9),
            '╮' => thin(12),
            '├' => thin(7),
            '┴' => thin(11),
            '┤' => thin(13),
            '┬' => thin(14),
            '┼' => thin(15),
            '║' => double(5),
            '═' => double(10),
            '╚' => double(3),
            '╔' => double(6),
            '╝' => double(9),
            '╗' => double(12),
            '╠' => double(7),
            '╩' => double(11),
            '╣' => double(13),
            '╦' => double(14),
            '╬' => double(15),
            '╌' => Some((Self::Dashes(2), 10)),
            '┈' => Some((Self::Dashes(4), 10)),
            '╎' => Some((Self::Upright(2), 5)),
            '┆' => Some((Self::Upright(3), 5)),
            '┊' => Some((Self::Upright(4), 5)),
            _ => None,
        }
    }

    /// Returns the SVG attributes for dashes in cells of this size.
    pub(super) fn dashes(self, (wide, high): (u32, u32)) -> String {
        let (length, count) = match self {
            Self::Thin | Self::Double => return String::new(),
            Self::Dashes(count) => (wide, count),
            Self::Upright(count) => (high, count),
        };
        // A cell begins and ends with half a gap, so that gaps are equal across cells.
        let period = f64::from(length) / f64::from(count.max(1));
        let gap = period / 2.5;
        format!(r#" stroke-dasharray="{:.2} {gap:.2}" stroke-dashoffset="{:.2}""#, period - gap, -gap / 2.0)
    }
}

/// Strokes with the same look.
#[derive(Debug, Default)]
pub(super) struct Strokes {
    /// Horizontal strokes as (y, start, end). `down` holds vertical strokes as (start, end) by x.
    along: Vec<(i32, i32, i32)>,
    down: BTreeMap<i32, Vec<(i32, i32)>>,
    bends: String,
}

impl Strokes {
    /// Adds a box character whose cell begins at `at` and measures `size`, in stroke units.
    pub(super) fn add(&mut self, (stroke, arms): (Stroke, u8), at: (i32, i32), size: (i32, i32)) {
        let (middle, half) = ((at.0 + size.0 / 2, at.1 + size.1 / 2), (size.0 / 2, size.1 / 2));
        if stroke == Stroke::Thin && matches!(arms, 3 | 6 | 9 | 12) {
            self.bend(arms, middle, half);
            return;
        }
        let sides: &[i32] = if stroke == Stroke::Double { &[-APART, APART] } else { &[0] };
        for (_, (right, below)) in ARMS.into_iter().filter(|(arm, _)| arms & arm != 0) {
            for side in sides {
                // A stroke of a double line ends at a branch on its side; otherwise it continues to the far edge.
                let branch = match (right != 0, *side < 0) {
                    (true, true) => 1,
                    (true, false) => 4,
                    (false, true) => 8,
                    (false, false) => 2,
                };
                let begin = if arms & branch == 0 { -side.abs() } else { side.abs() };
                if right == 0 {
                    let (from, to) = (middle.1 + below * begin, middle.1 + below * half.1);
                    self.down(middle.0 + side, from.min(to), from.max(to));
                } else {
                    let (from, to) = (middle.0 + right * begin, middle.0 + right * half.0);
                    self.along(middle.1 + side, from.min(to), from.max(to));
                }
            }
        }
    }

    /// Adds a rounded corner between a horizontal and a vertical edge.
    fn bend(&mut self, arms: u8, middle: (i32, i32), half: (i32, i32)) {
        let right = if arms & 2 == 0 { -1 } else { 1 };
        let below = if arms & 4 == 0 { -1 } else { 1 };
        let (x, y) = (middle.0 + right * half.0, middle.1);
        let _ = write!(self.bends, "M{x} {y}q{} 0 {0} {}", -right * half.0, below * half.1);
    }

    fn along(&mut self, y: i32, from: i32, to: i32) {
        match self.along.iter_mut().rev().take(4).find(|(row, begin, end)| *row == y && *begin <= to && *end >= from) {
            Some((_, begin, end)) => (*begin, *end) = ((*begin).min(from), (*end).max(to)),
            None => self.along.push((y, from, to)),
        }
    }

    fn down(&mut self, x: i32, from: i32, to: i32) {
        let column = self.down.entry(x).or_default();
        match column.last_mut().filter(|(begin, end)| *begin <= to && *end >= from) {
            Some((begin, end)) => (*begin, *end) = ((*begin).min(from), (*end).max(to)),
            None => column.push((from, to)),
        }
    }

    /// Formats the strokes as SVG path data.
    pub(super) fn path(&self) -> String {
        let along = self.along.iter().map(|(y, from, to)| format!("M{from} {y}h{}", to - from));
        let down = self.down.iter().flat_map(|(x, all)| all.iter().map(move |(from, to)| format!("M{x} {from}v{}", to - from)));
        along.chain(down).collect::<String>() + &self.bends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the path of a row of characters in cells of 18 × 34.
    fn path(row: &str) -> String {
        let mut strokes = Strokes::default();
        for (column, c) in (0..).zip(row.chars()) {
            strokes.add(Stroke::of(c).expect("a box character"), (column * 18, 0), (18, 34));
        }
        strokes.path()
    }

    #[test]
    fn arms_that_meet_are_one_stroke() {
        assert_eq!(path("───"), "M0 17h54");
        assert_eq!(path("├─┤"), "M9 17h36M9 0v34M45 0v34");
        assert_eq!(path("││"), "M9 0v34M27 0v34");
        assert_eq!(path("╭─╮"), "M18 17h18M18 17q-9 0 -9 17M36 17q9 0 9 17");
    }

    #[test]
    fn double_lines_have_an_inner_and_an_outer_corner() {
        assert_eq!(path("══"), "M0 14h36M0 20h36");
        assert_eq!(path("╔"), "M6 14h12M12 20h6M6 14v20M12 20v14");
        assert_eq!(path("╠"), "M12 14h6M12 20h6M6 0v34M12 0v14M12 20v14");
    }

    #[test]
    fn dashes_fill_a_cell() {
        assert_eq!(Stroke::Dashes(2).dashes((18, 34)), r#" stroke-dasharray="5.40 3.60" stroke-dashoffset="-1.80""#);
        assert_eq!(Stroke::Thin.dashes((18, 34)), "");
    }
}
