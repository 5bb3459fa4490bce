//! A frame as an SVG picture that looks the same in every browser, regardless of its fonts.
//!
//! Each run of cells with the same look is a `<text>` element at the position of its cells, and `textLength` makes it
//! fill them exactly. Symbols that many fonts lack form separate runs, so that a fallback font cannot shift the letters
//! beside them. Box-drawing characters become strokes, and backgrounds become one path per colour.
//!
//! The pictures are committed to the repository, so the output is compact: a run bridges cells of other looks with
//! spaces if that is shorter than a new `<text>` element, runs of the same look share a `<g>`, and each single-cell
//! symbol is defined once. The file is self-contained.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use hoplight_app::look::Palette;

use super::colour::rgb;
use super::lines::{Stroke, Strokes};
use super::{CellStyle, Painted, rows};

/// Cell width and height, and the font size, in SVG units. Characters of most monospace fonts are 0.602 em wide, so
/// they fill their cells even without `textLength`.
const CELL: (u32, u32) = (9, 17);
const FONT: &str = "14.95";
/// Distance from the top of a row to its baseline.
const BASELINE: u32 = 13;
/// The margin around the cells.
const MARGIN: u32 = 9;
/// Stretches characters to the width of their cells.
const STRETCH: &str = r#" lengthAdjust="spacingAndGlyphs""#;
/// Maximum number of bridging spaces: about the size of a new `<text>` element in bytes.
const MOST_BLANKS: u16 = 50;

/// A terminal's default colours as `0xrrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// The background.
    pub ground: u32,
    /// The foreground.
    pub ink: u32,
}

impl Paper {
    /// A dark terminal.
    pub const DARK: Self = Self { ground: 0x16_181d, ink: 0xd0_d0d0 };
    /// A black terminal.
    pub const BLACK: Self = Self { ground: 0x00_0000, ink: 0xff_ffff };
    /// A light terminal.
    pub const LIGHT: Self = Self { ground: 0xff_ffff, ink: 0x1c_1c1c };

    /// Returns the default colours that a palette is designed for.
    pub const fn of(palette: Palette) -> Self {
        match palette {
            Palette::Light => Self::LIGHT,
            Palette::HighContrast => Self::BLACK,
            Palette::Dark | Palette::ColourBlind | Palette::NoColour => Self::DARK,
        }
    }
}

/// Foreground colour and modifiers of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ink {
    fill: u32,
    weights: u16,
}

/// Characters of a row with the columns that they fill. Spaces bridge cells of other runs.
#[derive(Debug)]
struct Run {
    column: u16,
    columns: u16,
    sign: bool,
    ink: Ink,
    text: String,
}

impl Run {
    /// Formats the run as a `<text>` element.
    fn element(&self, baseline: u32) -> String {
        let x = if self.column == 0 { String::new() } else { format!(r#" x="{}""#, u32::from(self.column) * CELL.0) };
        let length = u32::from(self.columns) * CELL.0;
        // Letters may be spaced; bars must touch.
        let stretch = if self.sign { STRETCH } else { "" };
        format!("<text{x} y=\"{baseline}\" textLength=\"{length}\"{stretch}>{}</text>\n", escaped(&self.text))
    }
}

/// Returns the frame as an SVG document. `title` is its text alternative.
pub fn svg(frame: &Buffer, paper: Paper, title: &str) -> String {
    let mut behind: BTreeMap<u32, String> = BTreeMap::new();
    let mut lines: BTreeMap<(Ink, Stroke), Strokes> = BTreeMap::new();
    let mut inks: BTreeMap<Ink, String> = BTreeMap::new();
    let mut signs: BTreeMap<String, usize> = BTreeMap::new();
    for (row, cells) in (0..).zip(rows(frame)) {
        for (column, columns, fill) in grounds(&cells, paper) {
            let (x, y, wide) = (u32::from(column) * CELL.0, row * CELL.1, u32::from(columns) * CELL.0);
            let _ = write!(behind.entry(fill).or_default(), "M{x} {y}h{wide}v{}h-{wide}z", CELL.1);
        }
        for (column, ink, stroke) in strokes(&cells, paper) {
            let at = |place: u32, size: u32| i32::try_from(2 * place * size).unwrap_or(i32::MAX);
            let cell = (at(1, CELL.0), at(1, CELL.1));
            lines.entry((ink, stroke.0)).or_default().add(stroke, (at(column.into(), CELL.0), at(row, CELL.1)), cell);
        }
        for run in runs(&cells, paper) {
            let baseline = row * CELL.1 + BASELINE;
            let element = if run.sign && run.columns == 1 {
                let count = signs.len();
                let number = *signs.entry(run.text).or_insert(count);
                format!("<use href=\"#s{number}\" x=\"{}\" y=\"{baseline}\"/>\n", u32::from(run.column) * CELL.0)
            } else {
                run.element(baseline)
            };
            *inks.entry(run.ink).or_default() += &element;
        }
    }
    let (width, height) = (u32::from(frame.area.width) * CELL.0, u32::from(frame.area.height) * CELL.1);
    let (wide, high) = (width + 2 * MARGIN, height + 2 * MARGIN);
    let behind: String = behind.iter().map(ground).collect();
    let lines: String = lines.iter().map(|((ink, stroke), strokes)| line(*ink, *stroke, &strokes.path())).collect();
    let texts: String = inks.iter().map(group).collect();
    let sign = |(text, number): (&String, &usize)| {
        format!("<text id=\"s{number}\" textLength=\"{}\"{STRETCH}>{}</text>\n", CELL.0, escaped(text))
    };
    let signs: String = signs.iter().map(sign).collect();
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" role="img">
<title>{title}</title>
<style>text{{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre}}</style>
<defs>
{signs}</defs>
<rect width="{wide}" height="{high}" rx="6" fill="#{ground:06x}"/>
<g transform="translate({MARGIN} {MARGIN})" font-size="{FONT}" xml:space="preserve">
{behind}<g transform="scale(.5)" fill="none">
{lines}</g>
{texts}</g>
</svg>
"##,
        title = escaped(title),
        ground = paper.ground,
    )
}

/// Returns the backgrounds of a row as (column, width, colour).
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

/// Returns the background and foreground of a look.
fn colours(look: CellStyle, paper: Paper) -> (u32, u32) {
    let (ground, ink) = (rgb(look.bg).unwrap_or(paper.ground), rgb(look.fg).unwrap_or(paper.ink));
    if look.modifier.contains(Modifier::REVERSED) { (ink, ground) } else { (ground, ink) }
}

/// Returns the box-drawing characters of a row as strokes.
fn strokes(cells: &[Painted<'_>], paper: Paper) -> Vec<(u16, Ink, (Stroke, u8))> {
    let of = |cell: &Painted<'_>| Some((cell.column, ink(cell.look, paper), stroke(cell)?));
    cells.iter().filter(|cell| !cell.look.modifier.contains(Modifier::HIDDEN)).filter_map(of).collect()
}

/// Returns the stroke of a cell that holds a single box-drawing character.
fn stroke(cell: &Painted<'_>) -> Option<(Stroke, u8)> {
    let mut chars = cell.symbol.chars();
    let (first, drawn) = (chars.next()?, Modifier::UNDERLINED | Modifier::CROSSED_OUT);
    if chars.next().is_some() || cell.look.modifier.intersects(drawn) { None } else { Stroke::of(first) }
}

/// Returns the foreground and modifiers of a look.
fn ink(look: CellStyle, paper: Paper) -> Ink {
    Ink { fill: colours(look, paper).1, weights: (look.modifier - Modifier::REVERSED).bits() }
}

/// Formats strokes with the same look.
fn line(ink: Ink, stroke: Stroke, path: &str) -> String {
    let weights = Modifier::from_bits_truncate(ink.weights);
    let width = if weights.contains(Modifier::BOLD) { 3 } else { 2 };
    let faint = if weights.contains(Modifier::DIM) { r#" stroke-opacity=".6""# } else { "" };
    let dashes = stroke.dashes((2 * CELL.0, 2 * CELL.1));
    format!("<path stroke=\"#{:06x}\" stroke-width=\"{width}\"{faint}{dashes} d=\"{path}\"/>\n", ink.fill)
}

/// Returns the runs of a row.
fn runs(cells: &[Painted<'_>], paper: Paper) -> Vec<Run> {
    let mut all: Vec<Run> = Vec::new();
    // A space joins a run only if the run continues after it.
    let drawn = Modifier::UNDERLINED | Modifier::CROSSED_OUT;
    for cell in cells {
        if (cell.is_blank() && !cell.look.modifier.intersects(drawn)) || cell.look.modifier.contains(Modifier::HIDDEN) {
            continue;
        }
        if stroke(cell).is_some() {
            continue;
        }
        let ink = ink(cell.look, paper);
        let sign = !cell.symbol.chars().all(is_common);
        let most = if sign || cell.look.modifier.intersects(drawn) { 0 } else { MOST_BLANKS };
        if let Some(run) = all.iter_mut().rfind(|run| run.ink == ink && run.sign == sign) {
            let blanks = cell.column - (run.column + run.columns);
            if blanks <= most {
                run.text.extend((0..blanks).map(|_| ' '));
                run.text += cell.symbol;
                run.columns += blanks + cell.width;
                continue;
            }
        }
        all.push(Run { column: cell.column, columns: cell.width, sign, ink, text: cell.symbol.to_owned() });
    }
    all
}

/// Whether nearly every monospace font has this character.
fn is_common(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{17f}')
}

/// Formats the path of one background colour.
fn ground((fill, path): (&u32, &String)) -> String {
    format!("<path fill=\"#{fill:06x}\" d=\"{path}\"/>\n")
}

/// Formats runs with the same look.
fn group((ink, runs): (&Ink, &String)) -> String {
    format!("<g{}>\n{runs}</g>\n", attributes(*ink))
}

/// Formats the SVG attributes of text.
fn attributes(ink: Ink) -> String {
    let weights = Modifier::from_bits_truncate(ink.weights);
    let known = [
        (Modifier::BOLD, r#" font-weight="bold""#),
        (Modifier::DIM, r#" fill-opacity=".6""#),
        (Modifier::ITALIC, r#" font-style="italic""#),
        (Modifier::UNDERLINED, r#" text-decoration="underline""#),
        (Modifier::CROSSED_OUT, r#" text-decoration="line-through""#),
    ];
    let weights: String = known.iter().filter(|(weight, _)| weights.contains(*weight)).map(|(_, words)| *words).collect();
    format!(" fill=\"#{:06x}\"{weights}", ink.fill)
}

/// Escapes text for XML. Characters that XML forbids even when escaped never reach a frame.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::super::tests::frame;
    use super::*;

    #[test]
    fn a_run_stands_on_its_cells_and_says_how_many_it_fills() {
        let picture = svg(&frame(), Paper::DARK, "a & b");
        assert!(picture.contains("<title>a &amp; b</title>"), "{picture}");
        assert!(picture.contains(r#"viewBox="0 0 126 69""#), "12 × 9 + 18, 3 × 17 + 18: {picture}");
        // The wide character forms a separate run.
        assert!(picture.contains(r#"<text x="9" y="13" textLength="18" lengthAdjust="spacingAndGlyphs">漢</text>"#));
        assert!(picture.contains(r#"x="27" y="13" textLength="27">&lt;&amp;b</text>"#));
        assert!(picture.contains(r#"x="9" y="30" textLength="36">a  c</text>"#));
        assert!(picture.contains(r#"x="90" y="30" textLength="18" lengthAdjust="spacingAndGlyphs">▰▱</text>"#));
        assert!(picture.contains(r##"<g fill="#cd0000" font-weight="bold">"##), "{picture}");
    }

    #[test]
    fn a_run_goes_on_over_cells_of_another_look_and_a_sign_is_written_once() {
        let mut frame = Buffer::empty(Rect::new(0, 0, 80, 1));
        frame.set_string(0, 0, "a b", Style::new());
        frame.set_string(2, 0, "b", Style::new().red());
        frame.set_string(4, 0, "c", Style::new());
        frame.set_string(70, 0, "d", Style::new());
        frame.set_string(6, 0, "● ●", Style::new());
        let picture = svg(&frame, Paper::DARK, "");
        assert!(picture.contains(r#"<text y="13" textLength="45">a   c</text>"#), "{picture}");
        assert!(picture.contains(r#"<text x="18" y="13" textLength="9">b</text>"#), "{picture}");
        assert!(picture.contains(r#"<text x="630" y="13" textLength="9">d</text>"#), "{picture}");
        assert!(
            picture.contains(r##"<use href="#s0" x="54" y="13"/>"##) && picture.contains(r##"<use href="#s0" x="72" y="13"/>"##)
        );
        assert_eq!(picture.matches('●').count(), 1);
    }

    #[test]
    fn what_is_reversed_swaps_ground_and_ink() {
        let rect = |paper: Paper| format!(r##"<path fill="#{:06x}" d="M0 17h9v17h-9z"/>"##, paper.ink);
        for paper in [Paper::DARK, Paper::LIGHT] {
            let picture = svg(&frame(), paper, "");
            assert!(picture.contains(&rect(paper)), "{picture}");
            assert!(picture.contains(&format!(r##"rx="6" fill="#{:06x}"/>"##, paper.ground)), "{picture}");
        }
    }
}
