//! Width of text in terminal columns, and wrapping and truncating to a width.
//!
//! All code that places text on a screen or in a table measures it here, so that widths are consistent.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Width of `text` in terminal columns: two for a wide character, none for a combining mark.
///
/// ```
/// use hoplight_model::text::width;
///
/// assert_eq!(width("web-1"), 5);
/// assert_eq!(width("日本"), 4);
/// assert_eq!(width("cafe\u{301}"), 4);
/// ```
pub fn width(text: &str) -> usize {
    // Fast path: most of what is drawn, thirty times a second, is ASCII.
    let ascii = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if ascii { text.len() } else { clusters(text).map(|(_, columns)| columns).sum() }
}

/// Like [`width`], for APIs that count columns in 16 bits.
pub fn columns(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

/// The grapheme clusters of `text` with their widths. Each is drawn as one unit; those without width are not drawn.
pub fn clusters(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let simple = text.chars().all(is_simple);
    let chars = simple.then(|| text.split_inclusive(|_| true).map(|c| (c, c.chars().next().and_then(char::width).unwrap_or(0))));
    let graphemes = (!simple).then(|| text.graphemes(true).map(|cluster| (cluster, cluster_width(cluster))));
    chars.into_iter().flatten().chain(graphemes.into_iter().flatten())
}

/// Control characters are not drawn and thus have no width.
fn cluster_width(cluster: &str) -> usize {
    if cluster.contains(char::is_control) { 0 } else { cluster.width() }
}

/// Whether a character always forms its own grapheme cluster next to other such characters. Segmentation is far slower.
const fn is_simple(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{2010}'..='\u{2027}' | '\u{2190}'..='\u{2bff}')
}

/// Pads `text` with trailing spaces to `columns`; wider text is unchanged.
pub fn padded(text: &str, columns: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(text))));
    padded
}

/// Splits `text` after the last grapheme cluster that fits into `columns`.
pub fn split_at_column(text: &str, columns: usize) -> (&str, &str) {
    let (mut end, mut used) = (0, 0);
    for (cluster, wide) in clusters(text) {
        used += wide;
        if used > columns {
            break;
        }
        end += cluster.len();
    }
    text.split_at(end)
}

/// Wraps `text` at spaces into lines of at most `columns`. A longer word is split, but never within a cluster.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for mut word in text.split(' ') {
        let mut wide = width(word);
        if !line.is_empty() && used + 1 + wide > columns {
            lines.push(std::mem::take(&mut line));
        }
        let was_empty = word.is_empty();
        while wide > columns {
            let (head, rest) = split_word(word, columns);
            lines.push(head.to_owned());
            (word, wide) = (rest, width(rest));
        }
        if word.is_empty() && !was_empty {
            continue;
        }
        if line.is_empty() {
            used = 0;
        } else {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += wide;
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Splits a word that is too long. At least one cluster goes to the first part, so that wrapping terminates.
fn split_word(word: &str, columns: usize) -> (&str, &str) {
    match split_at_column(word, columns) {
        ("", _) => word.split_at(clusters(word).next().map_or(word.len(), |(cluster, _)| cluster.len())),
        parts => parts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts with their widths.
    const TEXTS: [(&str, usize); 11] = [
        ("", 0),
        ("web-1", 5),
        ("naïve → ▰▰▱ ═", 13),
        ("日本語", 6),
        ("cafe\u{301}", 4),
        ("ｶﾞ", 2),
        ("⚡ fast", 7),
        ("👍🏽 ok", 5),
        ("🇩🇪", 2),
        ("नमस्ते", 4),
        ("a\u{1b}[m\tb", 4),
    ];

    #[test]
    fn width_matches_the_drawn_columns() {
        for (text, columns) in TEXTS {
            assert_eq!(width(text), columns, "{text}");
            assert_eq!(clusters(text).map(|(cluster, _)| cluster).collect::<String>(), text);
            assert_eq!(width(&padded(text, 20)), 20, "{text}");
        }
    }

    #[test]
    fn the_fast_path_for_simple_characters_agrees_with_segmentation() {
        let simple: Vec<char> = ('\0'..'\u{3000}').filter(|c| is_simple(*c)).collect();
        for pair in simple.windows(2).chain(simple.chunks(97)) {
            let text: String = pair.iter().collect();
            let segmented: Vec<(&str, usize)> = text.graphemes(true).map(|cluster| (cluster, cluster_width(cluster))).collect();
            assert_eq!(clusters(&text).collect::<Vec<_>>(), segmented, "{text}");
        }
    }

    #[test]
    fn splitting_keeps_clusters_whole_and_respects_the_width() {
        for (text, columns) in TEXTS {
            for room in 0..=columns {
                let (head, rest) = split_at_column(text, room);
                assert!(width(head) <= room && width(head) + width(rest) == columns, "{text} at {room}");
            }
        }
        assert_eq!(split_at_column("cafe\u{301}s", 4), ("cafe\u{301}", "s"));
        assert_eq!(split_at_column("日本", 3), ("日", "本"));
    }

    #[test]
    fn wrapping_breaks_at_blanks_and_loses_nothing() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("日本語", 1), ["日", "本", "語"]);
        assert_eq!(wrap("ae\u{301}e\u{301}", 2), ["ae\u{301}", "e\u{301}"]);
        assert_eq!(wrap("", 5), [""]);
        let text = "the browser shows a padlock, yet two hops carry the password in the clear";
        for width in 1..90 {
            assert_eq!(wrap(text, width).concat().replace(' ', ""), text.replace(' ', ""));
        }
    }
}
