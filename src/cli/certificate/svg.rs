//! The certificate as an SVG picture, as wide as a sheet of A4 at 96 dots per inch.

use std::fmt::Write as _;

use hoplight_model::text::wrap;

use super::statement::Certificate;

/// How every certificate begins.
pub(super) const HEAD: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" data-hoplight=\"certificate\"";

/// Size of a sheet of A4, in pixels. A long certificate is higher.
const WIDTH: u32 = 794;
const LEAST_HEIGHT: u32 = 1123;

/// Distance of the text from the edges.
const MARGIN: u32 = 72;

/// Height of a line of text.
const LINE: u32 = 22;

/// Characters of a statement that fit beside its result.
const ROOM: usize = 46;

/// Characters of a sentence that fit on a line.
const SENTENCE: usize = 95;

/// The certificate as a picture.
pub(super) fn svg(certificate: &Certificate) -> String {
    let mut page = Page { y: MARGIN + 40, body: String::new() };
    page.text(Style::Title, "What was demonstrated with hoplight");
    page.y += 16;
    if !certificate.name.is_empty() {
        page.text(Style::Name, &certificate.name);
        page.y += 8;
    }
    if certificate.is_empty() {
        page.y += LINE;
        page.text(Style::Plain, "Nothing has been demonstrated yet: no attempt has been recorded.");
    } else {
        for section in &certificate.sections {
            page.y += 14;
            page.text(Style::Heading, section.title);
            if section.lines.is_empty() {
                page.text(Style::Dim, &format!("Nothing: {}.", section.missing));
            }
            for line in &section.lines {
                let what = wrap(&line.what, ROOM);
                let (last, before) = what.split_last().map_or(("", &[][..]), |(last, before)| (last.as_str(), before));
                for part in before {
                    page.text(Style::Plain, part);
                }
                page.right(&format!("{} · {}", line.result, line.day));
                page.text(Style::Plain, last);
            }
        }
    }
    page.y += LINE;
    for sentence in &certificate.basis {
        for line in &wrap(sentence, SENTENCE) {
            page.text(Style::Dim, line);
        }
    }
    let height = (page.y + MARGIN).max(LEAST_HEIGHT);
    let (width, inner_width, inner_height) = (WIDTH, WIDTH - MARGIN, height - MARGIN);
    let frame = MARGIN / 2;
    format!(
        "{HEAD} width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"Georgia, serif\">\n\
         <title>What was demonstrated with hoplight</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <rect x=\"{frame}\" y=\"{frame}\" width=\"{inner_width}\" height=\"{inner_height}\" fill=\"none\" stroke=\"#1f4e79\" \
         stroke-width=\"2\"/>\n{}</svg>\n",
        page.body
    )
}

/// The size and colour of a text.
#[derive(Clone, Copy)]
enum Style {
    Title,
    Name,
    Heading,
    Plain,
    Dim,
}

/// The page, as far as it is written.
struct Page {
    /// The base line of the next text.
    y: u32,
    body: String,
}

impl Style {
    const fn attributes(self) -> &'static str {
        match self {
            Self::Title => "font-size=\"26\" fill=\"#1f4e79\"",
            Self::Name => "font-size=\"22\" fill=\"#202020\"",
            Self::Heading => "font-size=\"16\" font-weight=\"bold\" fill=\"#1f4e79\"",
            Self::Plain => "font-size=\"14\" fill=\"#202020\"",
            Self::Dim => "font-size=\"13\" fill=\"#606060\"",
        }
    }
}

impl Page {
    fn text(&mut self, style: Style, text: &str) {
        let _ = writeln!(self.body, "<text x=\"{MARGIN}\" y=\"{}\" {}>{}</text>", self.y, style.attributes(), escaped(text));
        self.y += LINE;
    }

    /// A text that ends at the right margin, on the line of the next one.
    fn right(&mut self, text: &str) {
        let (x, y, style) = (WIDTH - MARGIN, self.y, Style::Plain.attributes());
        let _ = writeln!(self.body, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"end\" {style}>{}</text>", escaped(text));
    }
}

/// Text for XML. Names come from other people's files.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
