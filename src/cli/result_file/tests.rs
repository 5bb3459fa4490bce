//! A result file shows every edit and cut, and only those.

use hoplight_lesson::{ActivityAttempt, Score};

use super::*;

fn result() -> ResultFile {
    let mut log = AttemptLog::default();
    for right in 0..5 {
        log.append(&ActivityAttempt::new("mission/budget", 7, Score { right, of: 5 }), 1_000 + u64::from(right), 9);
    }
    let mut progress = Progress::default();
    progress.record_result("mission/budget", 2);
    progress.set_learner(u64::MAX);
    ResultFile { name: "Ada \"O'Neil\\\" Ñ".to_owned(), exported_s: 2_000, log, progress }
}

fn flaws(text: &str) -> Vec<&'static str> {
    ResultFile::parse(text).unwrap().1.into_iter().map(ResultFlaw::id).collect()
}

#[test]
fn it_is_read_as_it_was_written_however_it_is_formatted() {
    let text = result().to_json().unwrap();
    assert_eq!(ResultFile::parse(&text), Ok((result(), vec![])), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("{\"at_s\"")).count(), 5, "one attempt per line");
    assert_eq!(flaws(&text.replace('\n', "\r\n")), [""; 0]);
    assert_eq!(flaws(&compact(&text)), [""; 0]);
    assert_eq!(flaws(&text.replace(',', " ,\n\t ")), [""; 0]);
}

#[test]
fn an_edit_shows_at_its_place() {
    let text = result().to_json().unwrap();
    for (from, to, expected) in [
        ("\"name\": \"Ada", "\"name\": \"Eve", &["seal"][..]),
        ("\"exported_s\": 2000", "\"exported_s\": 2001", &["seal"]),
        ("\"mission/budget\":2", "\"mission/budget\":3", &["seal"]),
        ("\"right\":2", "\"right\":5", &["seal", "edited"]),
        ("\"seal\": \"", "\"seal\": \"0000", &[]),
    ] {
        let edited = text.replacen(from, to, 1);
        assert_ne!(edited, text, "{from}");
        match ResultFile::parse(&edited) {
            Ok((_, flaws)) => assert_eq!(flaws.iter().map(|flaw| flaw.id()).collect::<Vec<_>>(), expected, "{to}"),
            Err(why) => assert!(expected.is_empty() && why.contains("damaged"), "{why}"),
        }
    }
    let (_, found) = ResultFile::parse(&text.replacen("\"right\":2", "\"right\":5", 1)).unwrap();
    assert_eq!(found.iter().filter_map(|flaw| flaw.place()).collect::<Vec<_>>(), [3]);
}

#[test]
fn a_cut_shows_at_the_end_too() {
    let text = result().to_json().unwrap();
    let without = |number: usize| {
        let attempts: Vec<&str> = text.lines().filter(|line| line.starts_with("{\"at_s\"")).collect();
        let kept: Vec<&str> = (0..5).filter(|at| *at != number).map(|at| attempts[at].trim_end_matches(',')).collect();
        let (head, tail) = (text.split("{\"at_s\"").next().unwrap(), text.rsplit("}\n]").next().unwrap());
        format!("{head}{}\n]{tail}", kept.join(",\n"))
    };
    assert_eq!(flaws(&without(9)), [""; 0], "nothing is cut");
    assert_eq!(flaws(&without(0)), ["seal", "cut"]);
    assert_eq!(flaws(&without(2)), ["seal", "loose", "cut"]);
    assert_eq!(flaws(&without(4)), ["seal"]);
}

#[test]
fn a_small_file_cannot_claim_that_its_beginning_was_dropped() {
    let mut result = result();
    result.log.shorten(3);
    assert_eq!(flaws(&result.to_json().unwrap()), ["dropped"]);
}

#[test]
fn other_texts_are_refused_with_a_reason() {
    let text = result().to_json().unwrap();
    for (bad, why) in [
        (String::new(), "is not a result file"),
        ("[]".to_owned(), "is not a result file"),
        (text.replacen("\"result\"", "\"attempts\"", 1), "is not a result file"),
        (text.replacen("\"format\": 1", "\"format\": 2", 1), "newer hoplight (format 2"),
        (
            text.replacen("\"progress\": {\"format\":4", "\"progress\": {\"format\":5", 1),
            "progress of a newer hoplight (format 5",
        ),
        (text.replacen("\"dropped\": 0", "\"dropped\": -1", 1), "is damaged"),
        (text.replacen("\"salt\":\"9\"", "\"salt\":9", 1), "is damaged"),
    ] {
        let error = ResultFile::parse(&bad).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
    let cut = (0..text.trim_end().len()).filter(|length| ResultFile::parse(text.get(..*length).unwrap_or("")).is_ok()).count();
    assert_eq!(cut, 0, "a truncated file is never read");
}
