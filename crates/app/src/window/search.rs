//! Search in the rows of a window.
//!
//! Every word that is typed has to be found in one word of a row: at its start, inside it, or as letters of it in order, the
//! first letter first. Rows with better matches come first.

use crate::window::WindowRow;

/// How well a typed word matches a word of a row; less is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    Whole,
    Start,
    Inside,
    Letters,
}

/// Returns the rows that match a filter, best first; without a filter, all rows in their original order.
pub(super) fn ranked(rows: Vec<WindowRow>, filter: &str) -> Vec<WindowRow> {
    let typed: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    if typed.is_empty() {
        return rows;
    }
    let mut scored: Vec<(Score, WindowRow)> = rows.into_iter().filter_map(|row| Some((score(&row, &typed)?, row))).collect();
    // The sort is stable: rows with equal scores keep their order.
    scored.sort_by_key(|(score, _)| *score);
    scored.into_iter().map(|(_, row)| row).collect()
}

/// The score of a row: the worst match, the sum of all matches, and how far from the start of the row they are.
type Score = (Match, usize, usize);

fn score(row: &WindowRow, typed: &[String]) -> Option<Score> {
    let text = format!("{} {}", row.line.text(), row.found_by).to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut score = (Match::Whole, 0, 0);
    for wanted in typed {
        let (found, at) = words.iter().enumerate().filter_map(|(at, word)| Some((of_word(word, wanted)?, at))).min()?;
        score = (score.0.max(found), score.1 + rank(found), score.2 + at);
    }
    Some(score)
}

const fn rank(found: Match) -> usize {
    match found {
        Match::Whole => 0,
        Match::Start => 1,
        Match::Inside => 3,
        Match::Letters => 5,
    }
}

/// Returns how a word of a row matches a typed word. Parts of a name, such as `lb` of `lb-1`, count as words.
fn of_word(word: &str, wanted: &str) -> Option<Match> {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    if word == wanted || bare == wanted {
        return Some(Match::Whole);
    }
    let starts = |part: &str| part.starts_with(wanted);
    if starts(word) || starts(bare) || bare.split(|c: char| !c.is_alphanumeric()).any(starts) {
        return Some(Match::Start);
    }
    // A single letter occurs in almost every word.
    wanted.chars().nth(1)?;
    if bare.contains(wanted) {
        return Some(Match::Inside);
    }
    let mut letters = bare.chars().peekable();
    let first = letters.peek() == wanted.chars().next().as_ref();
    (first && wanted.chars().all(|c| letters.any(|letter| letter == c))).then_some(Match::Letters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::Line;
    use crate::tone::Tone;

    fn found(texts: &[&str], filter: &str) -> Vec<String> {
        let row = |text: &&str| WindowRow { line: Line::new(Tone::Text, *text), ..WindowRow::default() };
        ranked(texts.iter().map(row).collect(), filter).iter().map(|row| row.line.text()).collect()
    }

    #[test]
    fn letters_match_within_one_word_only() {
        let texts = ["Next TLS mode", "Select the next element", "Turn on reduced motion"];
        assert_eq!(found(&texts, "nxt"), ["Next TLS mode", "Select the next element"]);
        assert_eq!(found(&texts, "nxt tls"), ["Next TLS mode"]);
        assert_eq!(found(&texts, "nm"), [""; 0], "not across words");
        assert_eq!(found(&texts, "xt"), ["Next TLS mode", "Select the next element"], "inside a word");
        assert_eq!(found(&texts, "m"), ["Next TLS mode", "Turn on reduced motion"], "one letter starts a word");
    }

    #[test]
    fn better_matches_come_first() {
        let texts = ["the web server", "select web-1", "webmail", "a cobweb"];
        assert_eq!(found(&texts, "web"), ["the web server", "webmail", "select web-1", "a cobweb"]);
        assert_eq!(found(&texts, "web-1"), ["select web-1"]);
        assert_eq!(found(&texts, "web1"), ["select web-1"], "letters of one name");
        assert_eq!(found(&texts, "1"), ["select web-1"], "part of a name");
    }
}
