//! Hostile input: loading any file returns a value or an error, and running it never panics.

use std::sync::Arc;
use std::time::Duration;

use hoplight::content::EMBEDDED;
use hoplight::lesson::{Lesson, LessonRun, Progress};
use hoplight::model::Infrastructure;
use hoplight::model::ron_text::MAX_FILE;
use hoplight::model::text::is_printable;
use hoplight::sim::{SimTime, Simulation, Timeline};
use proptest::prelude::*;

/// Replacements for a slice of the text: syntax fragments, extreme values, and terminal control characters.
const PIECES: [&str; 34] = [
    "",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "'",
    "\\",
    "//",
    "/*",
    "r#\"",
    "0",
    "-1",
    "1e400",
    "NaN",
    "inf",
    "-0.0",
    "18446744073709551616",
    "1e308",
    "0.000001",
    "None",
    "Some",
    "true",
    "\"\"",
    "\"db-1\"",
    "\u{feff}",
    "\u{1b}[2J",
    "\u{202e}",
    "\u{0}",
    "日本",
];

const SMALL: &str = include_str!("lessons/small.ron");
const PROGRESS: &str = "(format: 1, lessons: {\"a\": (furthest: 3, finished: true, quiz: (right: 2, of: 5)), \"b\": ()})";

/// One change of a text: a position, a length, and the replacement.
type Change = (prop::sample::Index, usize, u8);

/// Applies `changes` to `text` at character boundaries.
fn mutated(text: &str, changes: &[Change]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (place, length, what) in changes {
        let at = place.index(chars.len() + 1);
        let end = (at + length).min(chars.len());
        let slice = chars[at..end].to_vec();
        let piece = PIECES[usize::from(*what) % PIECES.len()];
        match what % 4 {
            0 => drop(chars.drain(at..end)),
            1 => drop(chars.splice(end..end, slice)),
            _ => drop(chars.splice(at..end, piece.chars())),
        }
    }
    chars.into_iter().collect()
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0usize..60, any::<u8>()), 1..4)
}

/// Replaces one number in a text, so that most results are still well formed.
fn other_number(text: &str, place: prop::sample::Index, number: &str) -> String {
    let digits: Vec<usize> = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
    let at = digits[place.index(digits.len())];
    let rest = text.get(at..).unwrap_or_default();
    let length = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').count();
    format!("{}{number}{}", text.get(..at).unwrap_or_default(), rest.get(length..).unwrap_or_default())
}

/// Whether an error message is free of terminal control characters.
fn is_harmless(error: &impl std::fmt::Display) -> bool {
    error.to_string().chars().all(|c| c == '\n' || is_printable(c))
}

/// Parses a scenario and, if it is valid, runs it forward and back for a while.
fn run_scenario(text: &str) -> Result<bool, TestCaseError> {
    match Infrastructure::from_ron("x.ron", text) {
        Err(error) => {
            let error = hoplight::text::read_error(error);
            prop_assert!(is_harmless(&error), "{error:?}");
            Ok(false)
        }
        Ok(infra) => {
            let mut timeline = Timeline::new(Simulation::new(Arc::new(infra), 1));
            for _ in 0..200 {
                timeline.step_forward(None);
            }
            timeline.step_back(None);
            let totals = timeline.simulation().totals();
            prop_assert_eq!(totals.offered, totals.completed + totals.failed + timeline.simulation().in_flight());
            Ok(true)
        }
    }
}

/// Parses a lesson and, if it is valid, starts it.
fn run_lesson(text: &str) -> Result<bool, TestCaseError> {
    match Lesson::from_ron("x.ron", text) {
        Err(error) => {
            prop_assert!(is_harmless(&error), "{error:?}");
            Ok(false)
        }
        Ok(lesson) => {
            let (mut run, _) = LessonRun::start_at(Arc::new(lesson), 3);
            let (file, site) = EMBEDDED.scenarios[0];
            let infra = Infrastructure::read(file, site).expect("a shipped scenario");
            let _ = (run.answer(0), run.hint(), run.solution(), run.skip(&infra), run.previous(), run.again());
            (0..30).for_each(|_| drop(run.skip(&infra)));
            Ok(true)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mutated_scenario_is_read_or_refused(which in 0..EMBEDDED.scenarios.len(), changes in changes()) {
        let (_, text) = EMBEDDED.scenarios[which];
        run_scenario(&mutated(text, &changes))?;
    }

    #[test]
    fn a_mutated_lesson_is_read_or_refused(which in 0..EMBEDDED.scenarios.len(), changes in changes()) {
        let text = EMBEDDED.lessons.get(which).map_or(SMALL, |(_, text)| text);
        run_lesson(&mutated(text, &changes))?;
    }

    #[test]
    fn mutated_progress_is_read_or_refused(changes in changes()) {
        match Progress::from_ron("x.ron", &mutated(PROGRESS, &changes)) {
            Err(error) => prop_assert!(is_harmless(&error), "{error:?}"),
            Ok(progress) => {
                let again = Progress::from_ron("x.ron", &progress.to_ron());
                prop_assert_eq!(again.ok(), Some(progress), "the written progress reads back unchanged");
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}|[(){}\\[\\]:,\"a-z0-9 .\\n-]{0,200}") {
        prop_assert!(!run_scenario(&text)?);
        prop_assert!(!run_lesson(&text)?);
        // A file that is not a progress file must be refused, so that it is not overwritten.
        prop_assert!(Progress::from_ron("x.ron", &text).is_err());
    }

    #[test]
    fn extreme_numbers_are_refused_or_handled(which in 0..EMBEDDED.scenarios.len(), place in any::<prop::sample::Index>(), number in 0usize..10) {
        let numbers = ["0", "-1", "1e400", "NaN", "inf", "-inf", "1e308", "1e-300", "18446744073709551616", "4294967295"];
        let (_, text) = EMBEDDED.scenarios[which];
        run_scenario(&other_number(text, place, numbers[number]))?;
    }

    #[test]
    fn a_lesson_with_extreme_numbers_is_refused_or_handled(place in any::<prop::sample::Index>(), number in 0usize..6) {
        let numbers = ["0", "-1", "1e400", "NaN", "99999999999", "4294967295"];
        let text = other_number(SMALL, place, numbers[number]);
        run_lesson(&text)?;
    }
}

#[test]
fn some_texts_are_valid_and_reach_the_simulation() {
    // Otherwise the properties above would test only the parser.
    let (_, text) = EMBEDDED.scenarios[0];
    assert!(run_scenario(text).is_ok_and(|read| read) && run_lesson(SMALL).is_ok_and(|read| read));
    assert!(Progress::from_ron("x.ron", PROGRESS).is_ok());
    let commented = text.replacen("(\n", "( // a comment\n", 1);
    assert!(run_scenario(&commented).is_ok_and(|read| read));
}

/// Whether all three loaders refuse a text.
fn all_refuse(text: &str) -> bool {
    Infrastructure::from_ron("x.ron", text).is_err_and(|error| is_harmless(&hoplight::text::read_error(error)))
        && Lesson::from_ron("x.ron", text).is_err_and(|error| is_harmless(&error))
        && Progress::from_ron("x.ron", text).is_err_and(|error| is_harmless(&error))
}

#[test]
fn deep_nesting_and_excessive_size_are_refused() {
    for open in ["(", "[", "{", "Some(", "(a:", "[[(", "/*", "{\"a\":"] {
        for depth in [70, 5_000, MAX_FILE / open.len() + 1] {
            assert!(all_refuse(&open.repeat(depth)), "{depth} × {open}");
        }
    }
    assert!(all_refuse(&format!("({}{})", "lessons: {".repeat(300), "}".repeat(300))));
    assert!(all_refuse(&" ".repeat(MAX_FILE + 1)));
    assert!(all_refuse(&format!("(title: \"{}\")", "x".repeat(MAX_FILE - 20))));
    assert!(all_refuse(""));
}

#[test]
fn one_byte_order_mark_is_accepted_and_two_are_refused() {
    let (_, scenario) = EMBEDDED.scenarios[0];
    assert!(Infrastructure::from_ron("x.ron", &format!("\u{feff}{scenario}")).is_ok());
    assert!(Lesson::from_ron("x.ron", &format!("\u{feff}{SMALL}")).is_ok());
    assert!(Progress::from_ron("x.ron", &format!("\u{feff}{PROGRESS}")).is_ok());
    assert!(all_refuse(&format!("\u{feff}\u{feff}{scenario}")));
}

#[test]
fn out_of_range_numbers_are_refused_with_their_position() {
    let text = include_str!("../assets/stage-3-scaled.ron");
    assert!(text.contains("rate: 100.0") && text.contains("ttl_s: 300.0") && text.contains("static_share: 0.4"));
    for (good, field) in [("rate: 100.0", "rate: "), ("ttl_s: 300.0", "ttl_s: "), ("static_share: 0.4", "static_share: ")] {
        for number in ["NaN", "inf", "-inf", "1e400", "-1.0", "1e300"] {
            let bad = text.replacen(good, &format!("{field}{number}"), 1);
            let error = Infrastructure::from_ron("x.ron", &bad).expect_err(&format!("{field}{number}"));
            assert!(error.place.is_some(), "{field}{number}: {error}");
        }
    }
}

#[test]
fn too_many_components_and_too_long_texts_are_refused() {
    let component = |number: usize| format!("(id: \"web-{number}\", kind: Web(), at: (0, 0)),");
    let many: String = (0..10_000).map(component).collect();
    let (_, text) = EMBEDDED.scenarios[0];
    let crowded = text.replacen("components: [", &format!("components: [{many}"), 1);
    assert!(crowded.len() < MAX_FILE && crowded != text);
    assert!(Infrastructure::from_ron("x.ron", &crowded).is_err());
    let long = text.replacen("title: \"", &format!("title: \"{}", "x".repeat(10_000)), 1);
    assert!(Infrastructure::from_ron("x.ron", &long).is_err());
}

#[test]
fn a_document_on_a_small_stack_does_not_overflow_it() {
    let read = || {
        for open in ["(", "[", "Some(", "{\"a\":"] {
            assert!(all_refuse(&open.repeat(10_000)), "{open}");
        }
        let (_, text) = EMBEDDED.scenarios[0];
        assert!(Infrastructure::from_ron("x.ron", text).is_ok() && Lesson::from_ron("x.ron", SMALL).is_ok());
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(read).expect("a thread");
    thread.join().expect("no overflow and no panic");
}

#[test]
fn the_highest_load_and_the_longest_time_are_handled() {
    let text = include_str!("../assets/stage-3-scaled.ron");
    let idle = text.replacen("rate: 100.0", "rate: 0.0", 1);
    let infra = Infrastructure::from_ron("x.ron", &idle).expect("a valid scenario");
    let mut sim = Simulation::new(Arc::new(infra), 1);
    sim.advance(SimTime::ZERO + Duration::from_secs(3_600), &mut ());
    assert_eq!(sim.totals().offered, 0);
}
