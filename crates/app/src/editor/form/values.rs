//! How values are shown in a form and read from it: numbers, words for choices, limits.

use hoplight_model::RequestKind;
use hoplight_model::rate_limit::RateLimit;
use hoplight_model::ron_text::{self, options};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A possible value: the word on the screen, and how a file writes it.
pub(super) type Choice = (&'static str, &'static str);

pub(super) const BOOL: &[Choice] = &[("no", "false"), ("yes", "true")];

/// Shows a value as a file writes it, numbers without needless decimals.
pub(super) fn show(value: &impl Serialize) -> String {
    // Where an enumeration is expected, its variant `None` needs no raw identifier.
    let written = options().to_string(value).expect("settings can be written").replace("r#None", "None");
    match written.strip_suffix(".0") {
        Some(whole) if whole.bytes().all(|byte| byte.is_ascii_digit()) => whole.to_owned(),
        _ => written,
    }
}

/// Shows a value as the word for its choice, if it is one of several.
pub(super) fn show_choice(choices: &[Choice], value: &impl Serialize) -> String {
    let written = show(value);
    choices.iter().find(|(_, known)| *known == written).map_or(written, |(word, _)| (*word).to_owned())
}

pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    ron_text::value(text).map_err(|problem| hoplight_text::value_problem(&problem))
}

/// Reads a value that is one of several words, or as a file writes it.
pub(super) fn parse_choice<T: DeserializeOwned>(choices: &[Choice], text: &str) -> Result<T, String> {
    let written = choices.iter().find(|(word, _)| *word == text).map_or(text, |(_, written)| written);
    parse(written).map_err(|why| {
        if choices.is_empty() {
            return why;
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        format!("choose one of: {}", words.join(", "))
    })
}

/// Shows a setting that may be left to its default.
pub(super) fn show_optional(value: Option<&impl Serialize>) -> String {
    value.map_or_else(String::new, show)
}

pub(super) fn parse_optional<T: DeserializeOwned>(text: &str) -> Result<Option<T>, String> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
}

/// The words for kinds of requests in a list.
const KINDS: [(&str, RequestKind); 3] =
    [("static pages", RequestKind::Static), ("reads", RequestKind::Read), ("writes", RequestKind::Write)];

/// Shows kinds of requests, as in `reads and writes`.
pub(super) fn show_kinds(kinds: Option<&[RequestKind]>) -> String {
    let Some(kinds) = kinds else { return "all".to_owned() };
    let listed: Vec<&str> = KINDS.iter().filter(|(_, kind)| kinds.contains(kind)).map(|(word, _)| *word).collect();
    listed.join(" and ")
}

/// Reads kinds of requests.
pub(super) fn parse_kinds(text: &str) -> Result<Option<Vec<RequestKind>>, String> {
    if text == "all" {
        return Ok(None);
    }
    let kind = |word: &str| {
        let known = KINDS.iter().find(|(known, _)| *known == word.trim()).map(|(_, kind)| *kind);
        known.ok_or_else(|| format!("{word:?} is no kind of request: write static pages, reads, writes, or all"))
    };
    text.split(" and ").map(kind).collect::<Result<Vec<RequestKind>, String>>().map(Some)
}

/// Shows a rate limit, as in `2 per second, burst 5, writes`.
pub(super) fn show_limit(limit: Option<&RateLimit>) -> String {
    let Some(limit) = limit else { return String::new() };
    let kinds = limit.kinds.as_ref().map_or_else(String::new, |kinds| format!(", {}", show_kinds(Some(kinds))));
    format!("{} per second, burst {}{kinds}", limit.rate.get(), limit.burst)
}

/// Reads a rate limit, also as a file writes it. What the text does not say stays as in `known`.
pub(super) fn parse_limit(text: &str, known: Option<&RateLimit>) -> Result<Option<RateLimit>, String> {
    if text.is_empty() || text.starts_with('(') {
        return parse_optional(text);
    }
    let mut parts = text.split(',').map(str::trim);
    let rate = parts.next().unwrap_or_default();
    let rate = parse(rate.trim_end_matches("per second").trim_end_matches("/s").trim())?;
    let refusal = known.map(|known| known.refusal).unwrap_or_default();
    let mut limit = RateLimit { rate, burst: 0, kinds: None, refusal };
    for part in parts {
        match part.strip_prefix("burst") {
            Some(burst) => limit.burst = parse(burst.trim())?,
            None => limit.kinds = parse_kinds(part)?,
        }
    }
    Ok(Some(limit))
}
