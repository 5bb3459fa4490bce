//! Fault scripts: mistakes in a line, and what each verb does.

use hoplight_model::ContentError;
use hoplight_model::text::sanitise;
use hoplight_sim::script::{
    CATALOGUE_VERBS, Expected, Keyword, LONGEST, MAX_LINE, ScriptError, ScriptLineError, ScriptMistake, ScriptQuantity,
    TimeError, TimeProblem, Verb,
};

use crate::phrase;
use crate::phrase::{Part, Phrase};

/// Maximum number of characters shown of an unexpected word.
const MAX_WORD: usize = 40;
/// Maximum number of characters shown of an invalid time, and of its number in the example.
const MAX_TIME: usize = 24;
const MAX_TIME_NUMBER: usize = 12;
/// Maximum number of known names listed.
const MAX_LISTED: usize = 8;

/// Renders a mistake in a line of a script, with the suggestion.
pub fn script_error(error: &ScriptError) -> Phrase {
    let mut phrase = statement(error);
    if let Some(suggestion) = &error.suggestion {
        phrase.push(phrase!["; did you mean ", quoted(suggestion), "?"]);
    }
    phrase
}

/// Renders a mistake with its location. `file` is the name of the script or of the argument; lines are numbered from 1.
pub fn located_script_error(error: &ScriptError, file: &str, number: usize, line: &str) -> ContentError {
    let message = statement(error).to_string();
    ContentError { suggestion: error.suggestion.clone(), ..script_line_error(message, file, (number, error.column), line) }
}

/// Renders the mistakes in a script with their locations.
pub fn located_script_errors(errors: &[ScriptLineError], file: &str, text: &str) -> Vec<ContentError> {
    let line = |number: usize| text.lines().nth(number.saturating_sub(1)).unwrap_or_default();
    errors.iter().map(|of| located_script_error(&of.error, file, of.line, line(of.line))).collect()
}

/// Builds an error at a line and column of a script.
pub fn script_line_error(message: String, file: &str, (number, column): (usize, usize), line: &str) -> ContentError {
    // The excerpt must stay on one line, with each character in its column.
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut error = ContentError::at(file, &line, Some((1, column)), message);
    error.place = Some((number, column));
    error
}

/// Renders why a text is not a valid duration.
pub fn time_error(error: &TimeError) -> Phrase {
    let found = quoted(&shortened(&error.found, MAX_TIME).replace('\n', " "));
    match error.problem {
        TimeProblem::NotATime => phrase!["expected a time such as 500ms, 20s, 1.5min, 2h or 30d; found ", found],
        TimeProblem::NoUnit => {
            let number: String = error.found.chars().take(MAX_TIME_NUMBER).collect();
            phrase!["a time has a unit, such as ", Part::value(format_args!("{number}s")), "; found ", found]
        }
        TimeProblem::TooLong => phrase!["a time is at most ", LONGEST.as_secs() / 86_400, " days; found ", found],
        TimeProblem::TooFine => phrase!["a time is a whole number of nanoseconds; found ", found],
    }
}

/// What a verb does, such as "makes a database read-only".
pub const fn verb(verb: Verb) -> &'static str {
    match verb {
        Verb::Kill => "ends a process, powers off a server, cuts a link",
        Verb::Restore => "starts it again, repairs the link",
        Verb::Rate => "sets the users' requests per second",
        Verb::Tls => "changes where TLS ends",
        Verb::Port80 => "changes what the entry does on port 80",
        Verb::Hsts => "makes browsers that have seen a response over https use only https",
        Verb::ForwardedProto => "makes the end of TLS tell the components behind it how users came",
        Verb::Block => "adds a firewall rule that drops the link's connections",
        Verb::Unblock => "removes that rule",
        Verb::Limit => "limits the rate of each client's requests, or no longer",
        Verb::Send => "sends one request from a new visitor",
        Verb::Balance => "changes how balancers choose",
        Verb::Sticky => "turns the balancers' cookies on or off, which keep a user at a backend",
        Verb::Drain => "takes it out of rotation: balancers send it no new requests",
        Verb::Ready => "puts it back into rotation",
        Verb::Promote => "makes a replica take writes",
        Verb::Demote => "makes a database read-only",
        Verb::Flush => "removes everything from a cache or session store",
        Verb::ExpirePopular => "makes the most popular entry of a cache expire",
        Verb::Lag => "sets the time a replica takes to apply a change",
        Verb::Restart => "stops it and starts it again after a delay",
        Verb::Hang => "hangs it: it accepts connections and answers nothing",
        Verb::Slow => "multiplies its service times, or a link's latency",
        Verb::Misconfigure => "rolls out a configuration that it cannot start with",
        Verb::Flaw => "crashes everything that runs the same software",
        Verb::Compromise => "hands control to an attacker, without any visible sign",
        Verb::Expire => "expires its certificate",
        Verb::Dns => "changes the answer of the authoritative server; `switch` makes it list another site's addresses",
        Verb::DiskFull => "fills its disk: writes fail",
        Verb::StopReplication => "stops replication to it",
        Verb::Leak => "makes an application leak that many connections to a database",
        Verb::KillKeepalived => "kills keepalived: the shared address stays on the balancer, without advertisements",
        Verb::StopKeepalived => "stops keepalived, which gives up the shared address",
        Verb::Flood => "sends N SYNs per second to the entry",
        Verb::HogCpu => "runs another program with N threads on a server with cores",
        Verb::Abuse => "guesses N passwords per second, from one address or from many",
        Verb::Sniff => "puts an eavesdropper on a link",
        Verb::Clear => "clears one of the faults above: `clear hang app-1`",
        Verb::Retries => "sets what users do after a failed request",
        Verb::SynCookies => "turns SYN cookies at the entry on or off",
        Verb::Scan => "scans all servers' ports from the Internet",
        Verb::Probe => "sets the interval of the external probe",
    }
}

/// Renders a mistake without the suggestion.
fn statement(error: &ScriptError) -> Phrase {
    let mut phrase = mistake(&error.mistake);
    if let (ScriptMistake::UnknownName { known, .. }, None) = (&*error.mistake, &error.suggestion) {
        let more = if known.len() > MAX_LISTED { ", …" } else { "" };
        let listed: Vec<&str> = known.iter().take(MAX_LISTED).map(String::as_str).collect();
        phrase.push(phrase!["; there are ", Part::name(listed.join(", ")), more]);
    }
    phrase
}

fn mistake(mistake: &ScriptMistake) -> Phrase {
    match mistake {
        ScriptMistake::LineTooLong { bytes } => {
            phrase!["a line has at most ", MAX_LINE, " bytes, this one has ", *bytes]
        }
        ScriptMistake::NoTime { verb } => {
            phrase!["a time comes before the command, as in ", quoted(&format!("20s {}", shortened(verb, MAX_WORD)))]
        }
        ScriptMistake::Time(error) => time_error(error),
        ScriptMistake::Expected { expected: what, found, usage } => {
            let mut phrase = phrase!["expected ", expected(what)];
            if let Some(usage) = usage {
                phrase.push(phrase![", as in ", quoted(usage)]);
            }
            phrase.push("; found ");
            phrase.push(found.as_deref().map_or_else(|| "the end of the line".into(), word));
            phrase
        }
        ScriptMistake::UnknownName { expected: what, found, infra, .. } => {
            phrase!["expected ", expected(what), " of ", Part::name(infra), "; found ", word(found)]
        }
        ScriptMistake::NotANumber { quantity, found } => {
            phrase!["expected ", number(*quantity), ", such as 200 or 0.5; found ", word(found)]
        }
        ScriptMistake::OutOfRange { quantity, found } => {
            // Unrounded: the number may be just out of range.
            let (least, most) = quantity.range();
            let [least, most, found] = [least, most, *found].map(Part::value);
            phrase![range_of(*quantity), " between ", least, " and ", most, ", found ", found]
        }
        ScriptMistake::NoLink { from, to } => phrase!["no link goes from ", from, " to ", to],
        ScriptMistake::CannotHappen { fault, infra } => {
            phrase![
                Part::name(fault.id()),
                " cannot happen in ",
                Part::name(infra),
                ", which has none of the affected components"
            ]
        }
        ScriptMistake::NothingToFix { fault } => phrase![Part::name(fault.id()), " leaves nothing to fix"],
    }
}

fn expected(expected: &Expected) -> Phrase {
    match expected {
        Expected::TimedCommand => phrase!["a time and a command, such as ", quoted("20s kill server-2")],
        Expected::Command => {
            let verbs: Vec<&str> = Verb::ALL.into_iter().map(Verb::name).chain(CATALOGUE_VERBS).collect();
            phrase!["a command: ", Part::name(verbs.join(", "))]
        }
        Expected::CommonFault => phrase!["a fault of ", quoted("hoplight list faults")],
        Expected::Element => phrase!["a component, a server or a hop"],
        Expected::Component => phrase!["a component"],
        Expected::Server => phrase!["a server"],
        Expected::Hop => phrase!["a hop"],
        Expected::Arrow => phrase!["an arrow ", quoted("->")],
        Expected::Number(quantity) => phrase![number(*quantity)],
        Expected::Keyword(of, names) => phrase![keyword(*of), " (", Part::name(names.join(", ")), ")"],
        Expected::End => phrase!["the end of the line"],
    }
}

const fn number(quantity: ScriptQuantity) -> &'static str {
    match quantity {
        ScriptQuantity::Rate => "requests per second",
        ScriptQuantity::Seconds => "a time in seconds",
        ScriptQuantity::Factor => "a factor",
        ScriptQuantity::Connections => "a number of connections",
        ScriptQuantity::Threads => "a number of threads",
        ScriptQuantity::Syns => "SYNs per second",
        ScriptQuantity::LeastRate => "a rate per second",
        ScriptQuantity::Addresses => "a number of addresses",
        ScriptQuantity::Burst => "a burst",
        ScriptQuantity::Attempts => "a number of attempts",
        ScriptQuantity::Jitter => "a jitter fraction",
        ScriptQuantity::MaxAge => "a max-age in seconds",
    }
}

/// The start of the clause that names the range of a number.
const fn range_of(quantity: ScriptQuantity) -> &'static str {
    match quantity {
        ScriptQuantity::Rate | ScriptQuantity::Syns | ScriptQuantity::LeastRate => "the rate per second must be",
        ScriptQuantity::Seconds => "the time in seconds must be",
        ScriptQuantity::Factor => "the factor must be",
        ScriptQuantity::Connections => "the number of connections must be a whole number",
        ScriptQuantity::Threads => "the number of threads must be a whole number",
        ScriptQuantity::Addresses => "the number of addresses must be a whole number",
        ScriptQuantity::Burst => "the burst must be a whole number",
        ScriptQuantity::Attempts => "the number of attempts must be a whole number",
        ScriptQuantity::Jitter => "the jitter must be",
        ScriptQuantity::MaxAge => "the max-age must be a whole number of seconds",
    }
}

const fn keyword(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::RequestKind => "a kind of request",
        Keyword::Algorithm => "an algorithm",
        Keyword::Tls => "a TLS mode or an internal hop",
        Keyword::Port80 => "what the entry does on port 80",
        Keyword::Switch => "on or off",
        Keyword::RecordState => "a state of the DNS record",
        Keyword::Fault => "a fault",
    }
}

/// A word of the script.
fn word(text: &str) -> Phrase {
    quoted(&shortened(text, MAX_WORD)).into()
}

fn quoted(text: &str) -> Part {
    Part::name(format_args!("`{text}`"))
}

/// The first characters of a raw text, without control characters.
fn shortened(text: &str, most: usize) -> String {
    let start: String = text.chars().take(most).collect();
    let is_cut = start.len() < text.len();
    sanitise(&start) + if is_cut { "…" } else { "" }
}

#[cfg(test)]
mod tests {
    use hoplight_sim::script::duration;

    use super::*;

    #[test]
    fn an_invalid_time_is_quoted_and_explained() {
        let huge = "9".repeat(500);
        for (text, says) in [
            ("", "expected a time such as"),
            ("20", "has a unit, such as 20s"),
            ("1e400s", "expected a time such as"),
            ("0.0000001ms", "whole number of nanoseconds"),
            ("31d", "at most 30 days"),
            (&huge, "has a unit"),
            ("\u{1b}[2Js", "found `\u{fffd}[2Js`"),
        ] {
            let error = time_error(&duration(text).expect_err(text)).to_string();
            assert!(error.contains(says) && error.len() < 200, "{text}: {error}");
        }
    }

    #[test]
    fn every_verb_is_described_differently() {
        let described: std::collections::BTreeSet<_> = Verb::ALL.map(verb).into();
        assert_eq!(described.len(), Verb::ALL.len());
    }
}
