//! A frame as an SVG picture on a grid of cells, which every browser shows alike.
//!
//! Fonts differ in how wide a character is, and a character that a font lacks comes from another one. So each run of one
//! look is a `<text>` with the place of its cells, which `textLength` makes it fill exactly; and signs, which are the ones
//! that fonts lack, are runs of their own: they never push the letters beside them. Blanks at either end of a run, and more
//! than one between words, are left out; what stands behind cells is a `<rect>`. The picture refers to nothing outside.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::colour::rgb;
use super::{Look, Painted, rows};

/// A cell's width and height, and the size of characters, in the picture's units: most fonts that have one width for all
/// characters are 0.6 times as wide as they are high, and their frames close up at 1.16.
const CELL: (u32, u32) = (9, 17);
const FONT: u32 = 15;
/// From a row's top to the line that characters stand on.
const BASELINE: u32 = 13;
/// The margin around the cells.
const MARGIN: u32 = 9;

/// What the terminal would show where nothing else is said, as `0xrrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Behind the characters.
    pub ground: u32,
    /// The characters.
    pub ink: u32,
}

impl Paper {
    /// A dark terminal.
    pub const DARK: Self = Self { ground: 0x16_181d, ink: 0xd0_d0d0 };
    /// Black.
    pub const BLACK: Self = Self { ground: 0x00_0000, ink: 0xff_ffff };
    /// A light terminal.
    pub const LIGHT: Self = Self { ground: 0xff_ffff, ink: 0x1c_1c1c };
}

/// What a run of characters has in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ink {
    fill: u32,
    weights: u16,
}

/// Characters side by side, with the columns that they fill.
#[derive(Debug)]
struct Run {
    column: u16,
    columns: u16,
    sign: bool,
    ink: Ink,
    text: String,
}

/// The frame as an SVG document. `title` is what the picture shows, for whoever cannot see it.
pub fn svg(frame: &Buffer, paper: Paper, title: &str) -> String {
    let (mut behind, mut texts) = (String::new(), String::new());
    let mut classes: BTreeMap<Ink, usize> = BTreeMap::new();
    for (row, cells) in (0..).zip(rows(frame)) {
        for (column, columns, fill) in grounds(&cells, paper) {
            let (x, y) = (u32::from(column) * CELL.0, row * CELL.1);
            let _ = writeln!(
                behind,
                r##"<rect x="{x}" y="{y}" width="{}" height="{}" fill="#{fill:06x}"/>"##,
                u32::from(columns) * CELL.0,
                CELL.1
            );
        }
        for run in runs(&cells, paper) {
            let count = classes.len();
            let class = *classes.entry(run.ink).or_insert(count);
            let (x, y) = (u32::from(run.column) * CELL.0, row * CELL.1 + BASELINE);
            let length = u32::from(run.columns) * CELL.0;
            // Letters may stand a little apart; lines and bars must touch.
            let stretch = if run.text.is_ascii() { "" } else { r#" lengthAdjust="spacingAndGlyphs""# };
            let text = escaped(&run.text);
            let _ = writeln!(texts, r#"<text class="c{class}" x="{x}" y="{y}" textLength="{length}"{stretch}>{text}</text>"#);
        }
    }
    let (width, height) = (u32::from(frame.area.width) * CELL.0, u32::from(frame.area.height) * CELL.1);
    let (wide, high) = (width + 2 * MARGIN, height + 2 * MARGIN);
    let mut numbered: Vec<(usize, Ink)> = classes.into_iter().map(|(ink, number)| (number, ink)).collect();
    numbered.sort_unstable();
    let styles: String = numbered.iter().map(|(number, ink)| style(*number, *ink)).collect();
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" role="img">
<title>{title}</title>
<style>
text{{font:{FONT}px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}}
{styles}</style>
<rect width="{wide}" height="{high}" rx="6" fill="#{ground:06x}"/>
<g transform="translate({MARGIN} {MARGIN})">
{behind}{texts}</g>
</svg>
"##,
        title = escaped(title),
        ground = paper.ground,
    )
}

/// Where something stands behind the characters: columns and colour.
fn grounds(cells: &[Painted<'_>], paper: Paper) -> Vec<(u16, u16, u32)> {
    let mut all: Vec<(u16, u16, u32)> = Vec::new();
    for cell in cells {
        let (ground, _) = colours(cell.look, paper);
        match all.last_mut() {
            Some((column, columns, fill)) if *fill == ground && *column + *columns == cell.column => *columns += cell.width,
            _ if ground != paper.ground => all.push((cell.column, cell.width, ground)),
            _ => {}
        }
    }
    all
}

/// What stands behind a look's characters, and what they are drawn with.
fn colours(look: Look, paper: Paper) -> (u32, u32) {
    let (ground, ink) = (rgb(look.bg).unwrap_or(paper.ground), rgb(look.fg).unwrap_or(paper.ink));
    if look.modifier.contains(Modifier::REVERSED) { (ink, ground) } else { (ground, ink) }
}

/// The runs of a row.
fn runs(cells: &[Painted<'_>], paper: Paper) -> Vec<Run> {
    let mut all: Vec<Run> = Vec::new();
    // A blank joins the run before it only when the run goes on behind it.
    let drawn = Modifier::UNDERLINED | Modifier::CROSSED_OUT;
    for cell in cells {
        if (cell.is_blank() && !cell.look.modifier.intersects(drawn)) || cell.look.modifier.contains(Modifier::HIDDEN) {
            continue;
        }
        let ink = Ink { fill: colours(cell.look, paper).1, weights: (cell.look.modifier - Modifier::REVERSED).bits() };
        let sign = !cell.symbol.chars().all(is_common);
        let text = cell.symbol.replace(' ', "\u{a0}");
        if let Some(run) = all.last_mut().filter(|run| run.ink == ink && run.sign == sign) {
            let gap = cell.column - (run.column + run.columns);
            if gap == 0 || (gap == 1 && !sign) {
                run.text.extend((0..gap).map(|_| ' '));
                run.text += &text;
                run.columns += gap + cell.width;
                continue;
            }
        }
        all.push(Run { column: cell.column, columns: cell.width, sign, ink, text });
    }
    all
}

/// Whether nearly every font with one width for all characters has this one.
fn is_common(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{17f}' | '─'..='╿')
}

/// The rule of a class.
fn style(number: usize, ink: Ink) -> String {
    let weights = Modifier::from_bits_truncate(ink.weights);
    let rules = [
        (Modifier::BOLD, ";font-weight:bold"),
        (Modifier::DIM, ";fill-opacity:.6"),
        (Modifier::ITALIC, ";font-style:italic"),
        (Modifier::UNDERLINED, ";text-decoration:underline"),
        (Modifier::CROSSED_OUT, ";text-decoration:line-through"),
    ];
    let rules: String = rules.iter().filter(|(weight, _)| weights.contains(*weight)).map(|(_, rule)| *rule).collect();
    format!(".c{number}{{fill:#{:06x}{rules}}}\n", ink.fill)
}

/// Text as XML has it. Characters that XML refuses even when escaped never reach a frame.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::tests::frame;
    use super::*;

    #[test]
    fn a_run_stands_on_its_cells_and_says_how_many_it_fills() {
        let picture = svg(&frame(), Paper::DARK, "a & b");
        assert!(picture.contains("<title>a &amp; b</title>"), "{picture}");
        assert!(picture.contains(r#"viewBox="0 0 126 69""#), "12 × 9 + 18, 3 × 17 + 18: {picture}");
        // The wide character is a run of its own.
        assert!(picture.contains(r#"<text class="c0" x="9" y="13" textLength="18" lengthAdjust="spacingAndGlyphs">漢</text>"#));
        assert!(picture.contains(r#"x="27" y="13" textLength="27">&lt;&amp;b</text>"#));
        // Two blanks cut a run.
        assert!(picture.contains(r#"x="9" y="30" textLength="9">a</text>"#));
        assert!(picture.contains(r#"x="36" y="30" textLength="9">c</text>"#));
        assert!(picture.contains(r#"x="90" y="30" textLength="18" lengthAdjust="spacingAndGlyphs">▰▱</text>"#));
        assert!(picture.contains(".c0{fill:#cd0000;font-weight:bold}\n"), "{picture}");
    }

    #[test]
    fn what_is_reversed_swaps_ground_and_ink() {
        let rect = |paper: Paper| format!(r##"<rect x="0" y="17" width="9" height="17" fill="#{:06x}"/>"##, paper.ink);
        for paper in [Paper::DARK, Paper::LIGHT] {
            let picture = svg(&frame(), paper, "");
            assert!(picture.contains(&rect(paper)), "{picture}");
            assert!(picture.contains(&format!(r##"rx="6" fill="#{:06x}"/>"##, paper.ground)), "{picture}");
        }
    }
}
